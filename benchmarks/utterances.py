"""The gate: false utterances an hour on noise alone, and how much speech is lost in noise.

``--data`` names a folder with ``index.csv`` and ``noise/``; without it only the sounds of the visit are measured.
"""

import csv
from pathlib import Path

import click
import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from edgevoice.hardware.wave import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.visit import FOLDER

_LEAD = 2 * SAMPLE_RATE
_MINUTES = 5
_CLIPS = 120


def false_utterances(noise: Samples) -> int:
    """Utterances that the gate gives on noise, after two seconds to settle."""
    listen = Listen()
    heard = [
        u for start in range(0, len(noise), 2560) for u in listen.hear(AudioBlock(noise[start : start + 2560], start))
    ]
    return sum(utterance.start_s > _LEAD / SAMPLE_RATE for utterance in heard + listen.finish())


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
        listen = Listen()
        utterances = listen.hear(AudioBlock(noisy, 0)) + listen.finish()
        silent += not any(u.end_s > _LEAD / SAMPLE_RATE for u in utterances)
    return lost / max(active, 1), silent / len(clips)


def _speech_flags(samples: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return FrontEnd(SubtractionSettings(), ActivitySettings())(samples).speech


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=None)
def main(data: Path | None) -> None:
    noises = {path.stem: read_sound(path) for path in sorted(FOLDER.glob("*.flac")) if path.stem != "room"}
    folders = {} if data is None else {f: sorted((data / "noise" / f).iterdir()) for f in ("background", "esc10")}
    table = Table("noise", "minutes", "false utterances an hour", title="utterances on noise alone")
    for name, noise in noises.items():
        repeated = np.resize(noise, _MINUTES * 60 * SAMPLE_RATE)
        table.add_row(name, str(_MINUTES), f"{false_utterances(repeated) * 60 / _MINUTES:.0f}")
    for name, paths in folders.items():
        together = np.concatenate([read_sound(path) for path in paths])
        minutes = len(together) / SAMPLE_RATE / 60
        table.add_row(name, f"{minutes:.1f}", f"{false_utterances(together) * 60 / minutes:.0f}")
    Console().print(table)
    clips, beds = _speech(data), [noises["white"], noises["rain"], noises["traffic"]]
    table = Table("SNR", "speech frames lost", "clips not heard", title="speech in white noise, rain and traffic")
    for snr_db in (20, 10, 5, 0):
        frames, unheard = lost_share(clips, beds, snr_db)
        table.add_row(f"{snr_db} dB", f"{100 * frames:.0f} %", f"{100 * unheard:.0f} %")
    Console().print(table)


def _speech(data: Path | None) -> list[Samples]:
    if data is None:
        return [soundfile.read(path, dtype="int16")[0] for path in sorted(FOLDER.glob("*.opus"))]
    with (data / "index.csv").open(encoding="utf-8", newline="") as index:
        paths = [row["path"] for row in csv.DictReader(index) if row["split"] == "dev"]
    return [read_sound(data / path) for path in paths[:: len(paths) // _CLIPS]]


if __name__ == "__main__":
    main()
