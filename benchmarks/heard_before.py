"""The replay guard and the watch for known sounds: CPU beside the front end's in the same run, and memory.

The library of the guard is filled up with made-up peaks, twice as many as speech leaves, to the most that the settings
keep by default; the known sounds are a hundred of ten seconds. Sounds of tones: the doorbell and the smoke alarm of the
visit, in turn, each time a bin higher.
"""

import resource
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks._cpu import cpu_ms
from edgevoice.config import Settings
from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import FRAMES_PER_SECOND, Windows
from edgevoice.recognition.constellation import Peaks
from edgevoice.recognition.known_sounds import STEP, KnownSounds
from edgevoice.recognition.landmarks import landmarks, of_peaks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.replay import SAME_RECORDING, STRETCHES, find
from edgevoice.recognition.shelf import Recording
from edgevoice.recognition.tones import Tonal, Tones, beeps
from edgevoice.visit import FOLDER, load_visit

_PEAKS_PER_SECOND = 90  # of all ranks, about as in speech
_SOUNDS = 100
_TONES = (2, 10, 100)


def made_up(name: str, seconds: float, rng: np.random.Generator) -> Recording:
    """A recording of nothing in particular."""
    count, length = int(_PEAKS_PER_SECOND * seconds), int(seconds * FRAMES_PER_SECOND)
    frames = np.sort(rng.integers(0, length, count)).astype(np.int32)
    bins, ranks = (rng.integers(low, high, count).astype(np.int32) for low, high in ((6, 250), (0, 20)))
    return keep(name, of_peaks(Peaks(frames, bins, ranks), length))


def megabytes() -> float:
    """The largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def per_call_ms(call: Callable[[Frames], object], blocks: Sequence[Frames]) -> list[float]:
    """CPU of each call."""
    return [cpu_ms(partial(call, block)) for block in blocks]


def hear(speech: Sequence[Samples]) -> tuple[list[Frames], list[float]]:
    """Every block of the clips as frames, and the CPU that each cost the front end."""
    frames, spent = list[Frames](), list[float]()
    for samples in speech:
        ear = Listen(early=True)
        for start in range(0, len(samples), SAMPLES_PER_BLOCK):
            block = AudioBlock(samples[start : start + SAMPLES_PER_BLOCK], start)
            spent.append(cpu_ms(partial(ear.hear, block)))
            frames.append(ear.frames)
    return frames, spent


def tonal(count: int) -> list[Tonal]:
    """So many sounds of tones."""
    spectra = [_spectrum(FOLDER / file) for file in ("doorbell.flac", load_visit().known["smoke alarm"])]
    kept = [(beeps(each), len(each)) for each in spectra]
    return [
        Tonal(str(number), kept[number % 2][0] + np.array([number // 2, 0, 0]), kept[number % 2][1])
        for number in range(count)
    ]


def _spectrum(path: Path) -> Integers:
    return Spectrum()(Windows().cut(read_sound(path)))


def watch(tones: Tones) -> Callable[[Frames], object]:
    """What the door does for tones with each block: follow it, and look every half second."""
    heard = 0

    def hear(block: Frames) -> None:
        nonlocal heard
        before, heard = heard, heard + len(block.spectrum)
        tones.follow(block.spectrum)
        if before // STEP != heard // STEP:
            tones.look()

    return hear


@click.command(help=__doc__)
def main() -> None:
    rng, most = np.random.default_rng(0), Settings().replay.keep_most
    speech = [read_sound(FOLDER / clip.file) for clip in load_visit().clips]
    blocks, front_end = hear(speech)
    before = megabytes()
    memory = Library([made_up(str(number), 3.0, rng) for number in range(most)], SAME_RECORDING)
    grown = megabytes() - before
    sounds = KnownSounds(Library([made_up(str(number), 10.0, rng) for number in range(_SOUNDS)]))
    watching = per_call_ms(lambda block: sounds.hear(block.spectrum), blocks)
    tones = {count: per_call_ms(watch(Tones(tonal(count))), blocks) for count in _TONES}
    clips = [Frames.join(hear([samples])[0]) for samples in speech]
    guarding = per_call_ms(lambda clip: find(memory, landmarks(clip.spectrum)), clips)
    table = Table("figure", "value", title=f"{len(blocks)} blocks of 80 ms, {len(clips)} clips")
    table.add_row("front end, CPU a block", f"{np.mean(front_end):.2f} ms, at most {max(front_end):.1f} ms")
    share = sum(watching) / sum(front_end)
    table.add_row("known sounds, CPU a block", f"{np.mean(watching):.2f} ms, at most {max(watching):.1f} ms")
    table.add_row("known sounds, share of the front end's CPU", f"{100 * share:.0f} %")
    for count, spent in tones.items():
        table.add_row(f"{count} sounds of tones, CPU a block", f"{np.mean(spent):.2f} ms, at most {max(spent):.1f} ms")
    table.add_row(
        f"replay guard, {1 + len(STRETCHES)} lookups in {most} utterances", f"{np.median(guarding):.1f} ms a clip"
    )
    table.add_row("memory of those utterances", f"{grown:.0f} MB")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
