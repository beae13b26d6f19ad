"""The gate: false utterances an hour on noise alone, and how much speech is lost in noise.

``--data`` names a folder with ``index.csv`` and ``noise/``; without it only the sounds of the visit are measured. The
comparison with peers, with the truth taken from the clean clips, is tools.ear.endpointing (docs/endpointing.md).
"""

import csv
from pathlib import Path
from zlib import crc32

import click
import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from edgevoice.hardware.wave import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.visit import FOLDER

_LEAD = 2 * SAMPLE_RATE
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
    """Two seconds of noise, then speech in it at this SNR."""
    wave = speech.astype(np.float64)
    bed = np.resize(noise, len(wave) + _LEAD).astype(np.float64)
    bed *= np.sqrt((wave**2).mean()) / (bed.std() + 1e-9) * 10 ** (-snr_db / 20)
    bed[_LEAD:] += wave
    return np.asarray(np.clip(np.rint(bed), -32768, 32767), dtype=np.int16)


def lost_share(clips: list[Samples], noises: list[Samples], snr_db: float) -> tuple[float, float]:
    """Share of the clean clip's speech frames not heard as speech in noise, and of clips that give no utterance."""
    lost, active, silent = 0, 0, 0
    for number, clip in enumerate(clips):
        clean = _speech_flags(clip)
        noisy = mixed(clip, noises[number % len(noises)], snr_db)
        flags = _speech_flags(noisy)[-len(clean) :]
        lost += int((clean & (1 - flags)).sum())
        active += int(clean.sum())
        silent += not any(end_s > _LEAD / SAMPLE_RATE for end_s in _ends(noisy))
    return lost / max(active, 1), silent / len(clips)


def _ends(samples: Samples) -> list[float]:
    listen = Listen()
    return [utterance.end_s for utterance in listen.hear(AudioBlock(samples, 0)) + listen.finish()]


def _speech_flags(samples: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
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
    alone = sum(not _ends(clip) for clip in clips) / len(clips)
    table = Table("SNR", "speech frames lost", "clips not heard", title="speech in white noise, rain and traffic")
    table.add_row("as it is", "", f"{100 * alone:.1f} %")
    for snr_db in (20, 10, 5, 0):
        frames, unheard = lost_share(clips, beds, snr_db)
        table.add_row(f"{snr_db} dB", f"{100 * frames:.0f} %", f"{100 * unheard:.1f} %")
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
        return [soundfile.read(path, dtype="int16")[0] for path in sorted(FOLDER.glob("*.opus"))]
    with (data / "index.csv").open(encoding="utf-8", newline="") as index:
        paths = [row["path"] for row in csv.DictReader(index) if row["split"] == "dev"]
    return [read_sound(data / path) for path in paths[:: len(paths) // _CLIPS]]


if __name__ == "__main__":
    main()
