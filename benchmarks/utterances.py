"""The gate: false utterances an hour on noise alone, how much speech is lost in noise, how soon the door can decide.

``--data`` names a folder with ``index.csv`` and ``noise/``; without it only the sounds of the visit are measured. The
comparison with peers, with the truth taken from the clean clips, is tools.ear.endpointing (docs/endpointing.md).
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP
from edgevoice.visit import FOLDER

_LEAD = 2 * SAMPLE_RATE
_TAIL = SAMPLE_RATE
_BLOCK_MS = 1000 * SAMPLES_PER_BLOCK // SAMPLE_RATE
_MINUTES = 5
_CLIPS = 120


def false_utterances(noise: Samples) -> int:
    """Utterances that the gate gives on noise, from the first sample on."""
    listen = Listen()
    size = SAMPLES_PER_BLOCK
    heard = [
        u for start in range(0, len(noise), size) for u in listen.hear(AudioBlock(noise[start : start + size], start))
    ]
    return len(heard + listen.finish())


def mixed(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Two seconds of noise, then speech in it at this SNR, then one second of noise."""
    wave = speech.astype(np.float64)
    bed = np.resize(noise, _LEAD + len(wave) + _TAIL).astype(np.float64)
    bed *= np.sqrt((wave**2).mean()) / (bed.std() + 1e-9) * 10 ** (-snr_db / 20)
    bed[_LEAD : _LEAD + len(wave)] += wave
    return np.asarray(np.clip(np.rint(bed), -32768, 32767), dtype=np.int16)


@dataclass
class Lost:
    """Frames of speech in clean clips (active) and of those not heard as speech in noise (lost); clips without an
    utterance; late_ms: from the last frame of speech in noise to the first decision, as blocks come in."""

    active: int = 0
    lost: int = 0
    silent: int = 0
    late_ms: list[float] = field(default_factory=list)


def in_noise(clips: list[Samples], noises: list[Samples], snr_db: float | None) -> Lost:
    """Each clip in one of the noises, or as it is (None)."""
    found = Lost()
    for number, clip in enumerate(clips):
        clean = _speech_flags(clip)
        bed = noises[number % len(noises)]
        noisy = clip if snr_db is None else mixed(clip, bed, snr_db)
        lead = 0 if snr_db is None else _LEAD // HOP
        flags = _speech_flags(noisy)[lead : lead + len(clean)]
        found.active += int(clean.sum())
        found.lost += int((clean & (1 - flags)).sum())
        found.silent += not any(end_s > lead / FRAMES_PER_SECOND for end_s in _ends(noisy))
        if snr_db is not None and clean.any():
            found.late_ms += _late_ms(noisy, lead + int(np.flatnonzero(clean)[-1]))
    return found


def _late_ms(samples: Samples, last: int) -> list[float]:
    """From the end of this frame's hop to the end of the block that brings the first decision on what it ends."""
    listen, ended = Listen(early=True), HOP * (last + 1)
    for start in range(0, len(samples), SAMPLES_PER_BLOCK):
        stop = start + SAMPLES_PER_BLOCK
        given = listen.hear(AudioBlock(samples[start:stop], start))
        if stop > ended and any(each.end_s * SAMPLE_RATE >= ended - SAMPLE_RATE // 4 for each in given):
            return [1000 * (stop - ended) / SAMPLE_RATE]
    return []


def _ends(samples: Samples) -> list[float]:
    listen = Listen()
    return [utterance.end_s for utterance in listen.hear(AudioBlock(samples, 0)) + listen.finish()]


def _speech_flags(samples: Samples) -> Integers:
    return FrontEnd(SubtractionSettings(), ActivitySettings())(samples).speech


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=None)
def main(data: Path | None) -> None:
    noises = {path.stem: read_sound(path) for path in sorted(FOLDER.glob("*.flac")) if path.stem != "room"}
    table = Table("noise", "minutes", "false utterances", "an hour", title="utterances on noise alone")
    for name, noise in noises.items():
        _tell(table, f"{name}, repeated", np.resize(noise, _MINUTES * 60 * SAMPLE_RATE))
    for name, paths in _halves(data).items():
        _tell(table, name, np.concatenate([read_sound(path) for path in paths]))
    Console().print(table)
    clips, beds = _speech(data), [noises["white"], noises["rain"], noises["traffic"]]
    headings = ("SNR", "speech frames lost", "clips not heard", "first decision, p50 / p95")
    table = Table(*headings, title=f"speech in white noise, rain and traffic, blocks of {_BLOCK_MS} ms")
    for snr_db in (None, 20, 10, 5, 0):
        found = in_noise(clips, beds, snr_db)
        late = (
            "{:.0f} / {:.0f} ms of {}".format(*np.percentile(found.late_ms, [50, 95]), len(found.late_ms))
            if found.late_ms
            else ""
        )
        lost = f"{100 * found.lost / max(found.active, 1):.0f} %" if snr_db is not None else ""
        told = "as it is" if snr_db is None else f"{snr_db} dB"
        table.add_row(told, lost, f"{100 * found.silent / len(clips):.1f} %", late)
    Console().print(table)


def _tell(table: Table, name: str, sound: Samples) -> None:
    minutes, found = len(sound) / SAMPLE_RATE / 60, false_utterances(sound)
    table.add_row(name, f"{minutes:.1f}", str(found), f"{found * 60 / minutes:.1f}")


def _halves(data: Path | None) -> dict[str, list[Path]]:
    """Each folder's files that the gate was fitted on, and those that it was not; see tools/ear/truth.py."""
    if data is None:
        return {}
    halves = {}
    for folder in ("background", "esc10"):
        files = sorted((data / "noise" / folder).iterdir())
        for told, odd in (("fitted on", 0), ("not fitted on", 1)):
            halves[f"{folder}, {told}"] = [path for path in files if crc32(path.name.encode()) % 2 == odd]
    return halves


def _speech(data: Path | None) -> list[Samples]:
    if data is None:
        return [read_sound(path) for path in sorted(FOLDER.glob("*.opus"))]
    with (data / "index.csv").open(encoding="utf-8", newline="") as index:
        paths = [row["path"] for row in csv.DictReader(index) if row["split"] == "dev"]
    return [read_sound(data / path) for path in paths[:: max(1, len(paths) // _CLIPS)]]


if __name__ == "__main__":
    main()
