"""The front end: how near its integers come to floats, CPU a second of sound beside its peers, memory over hours."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import click
import numpy as np
from numpy.typing import NDArray
from pymicro_features import MicroFrontend
from python_speech_features import mfcc as reference_mfcc
from rich.console import Console
from rich.table import Table

from benchmarks._cpu import in_turn
from benchmarks._process import resident_mb
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import BANDS, COEFFICIENTS, HIGHEST_HZ, LOWEST_HZ, MFCC_BITS, mel_bank
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.listening.noise import GROUP, PRIOR
from edgevoice.listening.noise_minimum import BIAS_BITS, BIAS_Q8, MEMORY
from edgevoice.listening.spectrum import DFT, POWER_BITS
from edgevoice.listening.window import HOP, WINDOW, Windows
from edgevoice.visit import FOLDER

_REPEATS = 40
_SOUNDS = {".opus", ".flac"}
OFF = SubtractionSettings(over_subtraction=0.0, floor=1.0)


def float_mfcc(samples: Samples, settings: SubtractionSettings = OFF) -> NDArray[np.float64]:
    """(n,) -> (frames, 40): the same chain in float64, every table as its formula says and nothing rounded."""
    windows = Windows().cut(samples).astype(np.float64)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(windows * hann, DFT)) ** 2
    left = power - settings.over_subtraction * _float_minimum(power)
    energies = np.log2(np.maximum(np.maximum(left, settings.floor * power) @ mel_bank(), 2.0**-16))
    k, n = np.arange(COEFFICIENTS), np.arange(BANDS)[:, None]
    basis = np.cos(np.pi * k * (2 * n + 1) / (2 * BANDS)) * np.sqrt(np.where(k == 0, 1, 2) / BANDS)
    return np.asarray(energies @ basis, dtype=np.float64)


def _float_minimum(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 257) -> (n, 257): the noise that noise_minimum.py defines."""
    noise = smoothed = np.full(power.shape[1], PRIOR / (1 << POWER_BITS))
    recent, found = deque([smoothed] * (MEMORY - 1), maxlen=MEMORY), []
    for group in np.split(power, range(GROUP, len(power), GROUP)):
        found += [noise] * len(group)
        smoothed = (smoothed + group.mean(axis=0)) / 2
        recent.append(smoothed)
        noise = np.min(recent, axis=0) * BIAS_Q8 / (1 << BIAS_BITS)
    return np.array(found)


def integer_mfcc(samples: Samples, settings: SubtractionSettings = OFF) -> NDArray[np.float64]:
    """(n,) -> (frames, 40): ours in the same unit."""
    mfcc: NDArray[np.float64] = FrontEnd(settings, ActivitySettings())(samples).mfcc / (1 << MFCC_BITS)
    return mfcc


def quantization_noise_db(samples: Samples, settings: SubtractionSettings = OFF) -> float:
    """Power of the MFCC over power of their error, in dB."""
    exact = float_mfcc(samples, settings)
    error = integer_mfcc(samples, settings) - exact
    return float(10 * np.log10((exact**2).sum() / (error**2).sum()))


def at_level(speech: Samples, peak_dbfs: float) -> Samples:
    """The same speech with its peak at this level."""
    wave = speech.astype(np.float64)
    return np.asarray(np.rint(wave * 10 ** (peak_dbfs / 20) * 32767 / np.abs(wave).max()), dtype=np.int16)


def agreement_with_peer(samples: Samples) -> tuple[float, float]:
    """Largest and mean difference to python_speech_features in nats, subtraction off."""
    ours = integer_mfcc(samples) * np.log(2)
    ours[:, 0] -= np.log(DFT) * np.sqrt(BANDS)
    difference = np.abs(ours - python_speech_features(samples)[: len(ours)])
    return float(difference.max()), float(difference.mean())


def python_speech_features(samples: Samples) -> NDArray[np.float64]:
    """That library's MFCC with the same window, bands and DCT."""
    return np.asarray(
        reference_mfcc(
            samples,
            SAMPLE_RATE,
            numcep=BANDS,
            nfilt=BANDS,
            nfft=DFT,
            lowfreq=LOWEST_HZ,
            highfreq=HIGHEST_HZ,
            preemph=0,
            ceplifter=0,
            appendEnergy=False,
            winfunc=lambda n: 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n),
        ),
        dtype=np.float64,
    )


def pymicro_features(samples: Samples) -> None:
    """TFLite's micro front end in C++: 40 bands of 30 ms, without MFCC, voice activity or pitch; 10 ms at a time."""
    front_end = MicroFrontend()
    sound, hop = samples.tobytes(), HOP * samples.itemsize
    for start in range(0, len(sound) - hop + 1, hop):
        front_end.process_samples(sound[start : start + hop])


def in_blocks(size: int) -> Callable[[Samples], None]:
    """Ours, with subtraction, voice activity and pitch, in blocks of this many samples of one long stream."""
    front_end = FrontEnd(SubtractionSettings(), ActivitySettings())

    def hear(samples: Samples) -> None:
        for start in range(0, len(samples), size):
            front_end(samples[start : start + size])

    return hear


def milliseconds_a_second(samples: Samples, ways: Mapping[str, Callable[[Samples], object]]) -> dict[str, list[float]]:
    """CPU milliseconds for one second of sound, of every run."""
    spent = in_turn({name: partial(way, samples) for name, way in ways.items()}, _REPEATS)
    return {name: [taken * SAMPLE_RATE / len(samples) for taken in each] for name, each in spent.items()}


def memory_over(hours: float) -> Iterator[tuple[float, float]]:
    """(hours heard, MB) at the start and 12 times on the way: the visit's sounds in turn, at levels that vary."""
    sounds = [read_sound(path) for path in sorted(FOLDER.glob("*.*")) if path.suffix in _SOUNDS]
    rng = np.random.default_rng(0)
    ear, heard = Listen(), 0
    end = int(hours * 3600 * SAMPLE_RATE)
    for stop in np.linspace(SAMPLE_RATE, end, 13).astype(int).tolist():
        while heard < stop:
            sound = (sounds[rng.integers(len(sounds))] * 10 ** rng.uniform(-1.5, 0.3)).clip(-32768, 32767)
            for start in range(0, len(sound), SAMPLES_PER_BLOCK):
                block = sound[start : start + SAMPLES_PER_BLOCK].astype(np.int16)
                ear.hear(AudioBlock(block, heard))
                heard += len(block)
        yield heard / SAMPLE_RATE / 3600, resident_mb(os.getpid())


@click.command(help=__doc__)
@click.option("--hours", default=1.0, show_default=True, help="Sound to hear, as fast as it goes, watching the memory.")
def main(hours: float) -> None:
    speech = read_sound(FOLDER / "ben-unlock-1.opus")
    table = Table("figure", "value", title="front end: exactness")
    for level in (-3, -20, -40):
        for name, settings in (("off", OFF), ("on", SubtractionSettings())):
            found = quantization_noise_db(at_level(speech, level), settings)
            table.add_row(f"MFCC SQNR at {level} dBFS, subtraction {name}", f"{found:.1f} dB")
    largest, mean = agreement_with_peer(speech)
    table.add_row("difference to python_speech_features", f"largest {largest:.4f}, mean {mean:.5f} nats")
    Console().print(table)
    Console().print(_speed_table(np.resize(speech, 3 * SAMPLE_RATE)))
    Console().print(f"resident memory while front end and gate hear {hours:g} h of sound in blocks of 80 ms:")
    for after, megabytes in memory_over(hours):
        Console().print(f"  after {after:5.2f} h  {megabytes:.1f} MB")


def _speed_table(samples: Samples) -> Table:
    ways = {
        "ours, blocks of 80 ms": in_blocks(SAMPLES_PER_BLOCK),
        "ours, 3 s in one block": in_blocks(len(samples)),
        "pymicro-features": pymicro_features,
        "python_speech_features": python_speech_features,
    }
    found = milliseconds_a_second(samples, ways)
    base = min(found["pymicro-features"])
    table = Table(
        "front end", "fastest", "median", "of a core", "times pymicro", title="CPU a second of sound, one thread"
    )
    for name, times in found.items():
        fastest, median = min(times), float(np.median(times))
        table.add_row(name, f"{fastest:.2f} ms", f"{median:.2f} ms", f"{median / 10:.2f} %", f"{fastest / base:.1f}")
    return table


if __name__ == "__main__":
    main()
