"""The front end: CPU time a second of sound, and how near its integers come to floats."""

import time

import click
import numpy as np
import soundfile
from numpy.typing import NDArray
from python_speech_features import mfcc as reference_mfcc
from rich.console import Console
from rich.table import Table

from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import BANDS, HIGHEST_HZ, LOWEST_HZ, Cepstrum, LogMel
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.spectrum import DFT
from edgevoice.listening.window import WINDOW, Windows
from edgevoice.visit import FOLDER

_REPEATS = 7
_BLOCK = 2_560
OFF = SubtractionSettings(over_subtraction=0.0, floor=1.0)


def float_mfcc(samples: Samples) -> NDArray[np.float64]:
    """(n,) -> (frames, 40): the same chain in float64, without subtraction."""
    windows = Windows().cut(samples).astype(np.float64)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(windows * hann, DFT)) ** 2
    energies = np.log2(np.maximum(power @ (LogMel().bank / 4096.0), 2.0**-16))
    return np.asarray(energies @ (Cepstrum().basis / 32768.0), dtype=np.float64)


def quantization_noise_db(samples: Samples) -> float:
    """Power of the MFCC over power of their error, in dB."""
    exact = float_mfcc(samples)
    error = FrontEnd(OFF, ActivitySettings())(samples).mfcc / 1024 - exact
    return float(10 * np.log10((exact**2).sum() / (error**2).sum()))


def at_level(speech: Samples, peak_dbfs: float) -> Samples:
    """The same speech with its peak at this level."""
    wave = speech.astype(np.float64)
    return np.asarray(np.rint(wave * 10 ** (peak_dbfs / 20) * 32767 / np.abs(wave).max()), dtype=np.int16)


def agreement_with_peer(samples: Samples) -> tuple[float, float]:
    """Largest and mean difference to python_speech_features in nats, subtraction off."""
    ours = FrontEnd(OFF, ActivitySettings())(samples).mfcc / 1024 * np.log(2)
    ours[:, 0] -= np.log(DFT) * np.sqrt(BANDS)
    difference = np.abs(ours - peer(samples)[: len(ours)])
    return float(difference.max()), float(difference.mean())


def peer(samples: Samples) -> NDArray[np.float64]:
    """python_speech_features with the same window, bands and DCT."""
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


def milliseconds_a_second(samples: Samples) -> tuple[float, float]:
    """Median CPU milliseconds for one second of sound: ours in blocks of 160 ms, the peer's in one piece."""
    ours, theirs = [], []
    for _ in range(_REPEATS):
        front_end = FrontEnd(SubtractionSettings(), ActivitySettings())
        started = time.process_time()
        for start in range(0, len(samples), _BLOCK):
            front_end(samples[start : start + _BLOCK])
        ours.append(time.process_time() - started)
        started = time.process_time()
        peer(samples)
        theirs.append(time.process_time() - started)
    seconds = len(samples) / SAMPLE_RATE
    return 1000 * float(np.median(ours)) / seconds, 1000 * float(np.median(theirs)) / seconds


@click.command(help=__doc__)
def main() -> None:
    speech, _ = soundfile.read(FOLDER / "ben-unlock-1.opus", dtype="int16")
    table = Table("figure", "value", title="front end")
    for level in (-3, -20, -40):
        table.add_row(f"MFCC SQNR at {level} dBFS", f"{quantization_noise_db(at_level(speech, level)):.1f} dB")
    largest, mean = agreement_with_peer(speech)
    table.add_row("difference to python_speech_features", f"largest {largest:.4f}, mean {mean:.5f} nats")
    ours, theirs = milliseconds_a_second(speech)
    table.add_row("CPU a second of sound, with subtraction and voice activity", f"{ours:.1f} ms")
    table.add_row("the same for python_speech_features' MFCC alone", f"{theirs:.1f} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
