"""CPU for one second of sound: each noise tracker and each enhancer in blocks of 80 ms, blind SNR once an utterance."""

from collections.abc import Callable
from functools import partial

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks._cpu import cpu_ms
from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.noise import Groups
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.snr import utterance_snr_db
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import FRAMES_PER_SECOND, Windows
from edgevoice.visit import FOLDER
from tools.ear.enhance_bands import BandSettings
from tools.ear.enhance_wiener import WienerSettings

_REPEATS = 15
_BLOCK = 8  # frames, 80 ms
_UTTERANCE = 300  # frames


def milliseconds_a_second(make: Callable[[], Callable[[Integers, Integers], object]], power: Integers) -> float:
    """Median CPU milliseconds; ``make`` gives a fresh stage, which is fed power and a noise."""
    noise = np.broadcast_to(power.mean(axis=0).astype(np.int64), power.shape)

    def in_blocks(stage: Callable[[Integers, Integers], object]) -> None:
        for start in range(0, len(power), _BLOCK):
            stage(power[start : start + _BLOCK], noise[start : start + _BLOCK])

    taken = [cpu_ms(partial(in_blocks, make())) for _ in range(_REPEATS)]
    return float(np.median(taken)) / (len(power) / FRAMES_PER_SECOND)


def snr_milliseconds_a_second(frames: Frames) -> float:
    """Median CPU milliseconds of blind SNR for each second of these frames."""
    taken = [cpu_ms(partial(utterance_snr_db, frames)) for _ in range(_REPEATS)]
    return float(np.median(taken)) / (len(frames) / FRAMES_PER_SECOND)


def _grouper() -> Callable[[Integers, Integers], object]:
    groups = Groups()
    return lambda power, _: groups.cut(power)


def _follower(name: TrackerName) -> Callable[[Integers, Integers], object]:
    tracker = TRACKERS[name]()
    return lambda power, _: tracker.follow(power)


@click.command(help=__doc__)
def main() -> None:
    samples = read_sound(FOLDER / "rain.flac")
    power = Spectrum()(Windows().cut(samples))
    table = Table("stage", "CPU a second of sound", title="noise")

    groups = milliseconds_a_second(_grouper, power)
    table.add_row("groups of frames, once for all trackers", f"{groups:.2f} ms")
    for name in TRACKERS:
        taken = milliseconds_a_second(partial(_follower, name), power)
        table.add_row(f"tracker, {name}, groups included", f"{taken:.2f} ms")
    for settings in (SubtractionSettings(), BandSettings(), WienerSettings()):
        taken = milliseconds_a_second(settings.enhancer, power)
        table.add_row(f"enhancer, {type(settings).__name__.removesuffix('Settings').lower()}", f"{taken:.2f} ms")
    frames = FrontEnd(SubtractionSettings(), ActivitySettings())(samples)[:_UTTERANCE]
    table.add_row(
        f"blind SNR of {len(frames) / FRAMES_PER_SECOND:.0f} s", f"{snr_milliseconds_a_second(frames):.2f} ms"
    )
    Console().print(table)


if __name__ == "__main__":
    main()
