"""What a system costs: CPU time for 3 s of sound, and the peak memory of a process that does nothing else.

``python -m tools.measure.cost SYSTEM`` reads int16 samples from standard input and prints the peak in bytes.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click
import numpy as np

from edgevoice.errors import ModelError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.peers import SYSTEMS, TRAINED, System, systems
from tools.step import Step

SOUND_SECONDS = 3
_STATUS = Path("/proc/self/status")


def three_seconds(samples: Samples) -> Samples:
    """The first 3 s, repeated where there are fewer."""
    return np.resize(samples, SOUND_SECONDS * SAMPLE_RATE)


def cpu_milliseconds(systems: Sequence[System], sound: Samples, repeats: int = 9) -> dict[str, float]:
    """Median CPU time (all threads of this process) of one embedding, by system.

    The systems take turns, so that a machine that slows down slows all of them; the first round warms up. In each turn
    a system embeds twice and the second counts: right behind another system it would first pay for filling the
    processor's caches with its own weights again, which at a door, where it is alone, it need not.
    """
    spent: dict[str, list[float]] = {system.name: [] for system in systems}
    for _ in range(repeats + 1):
        for system in systems:
            _embed(system, sound)
            started = time.process_time()
            _embed(system, sound)
            spent[system.name].append(1000 * (time.process_time() - started))
    return {name: median(times[1:]) for name, times in spent.items()}


def peak_memory_bytes(system: str, sound: Samples, trained: Path = TRAINED) -> int | None:
    """Peak resident memory of a fresh process that loads the system and embeds the sound; None where not Linux."""
    if not _STATUS.exists():
        return None
    command = [sys.executable, "-m", "tools.measure.cost", system, "--trained", str(trained)]
    done = subprocess.run(command, input=sound.tobytes(), capture_output=True, check=False)
    if done.returncode:
        raise ModelError(f"{system}: its memory could not be measured: {done.stderr.decode(errors='replace').strip()}")
    return int(done.stdout)


def _embed(system: System, sound: Samples) -> None:
    try:
        system.embed(sound)
    except ValueError as error:
        raise ModelError(f"{system.name} cannot embed the sound that its cost is measured on: {error}") from error


def _own_peak_bytes() -> int:
    # Not ru_maxrss: a child inherits its parent's peak there.
    line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


@click.command(cls=Step)
@click.argument("name", metavar="SYSTEM", type=click.Choice(list(SYSTEMS)))
@click.option("--trained", type=click.Path(path_type=Path), default=TRAINED)
def main(name: str, trained: Path) -> None:
    """Print the peak memory in bytes of one embedding of the int16 samples on standard input."""
    sound = np.frombuffer(sys.stdin.buffer.read(), dtype=np.int16)
    _embed(systems(trained)[name](), sound)
    click.echo(_own_peak_bytes())


if __name__ == "__main__":
    main()
