"""What the mood of an utterance costs beside its voice: CPU, and the size of the file; what it is worth stands in
docs/mood.md, printed by tools.train_emotion."""

import time
from collections.abc import Callable
from statistics import median

import click
import soundfile
from rich.console import Console
from rich.table import Table

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.pitch import follow_pitch
from edgevoice.recognition.prosody import measure_prosody
from edgevoice.visit import FOLDER

_ROUNDS = 15


def heard() -> list[Utterance]:
    """Every utterance of the shipped visit's people."""
    files = sorted(path for path in FOLDER.glob("*.opus"))
    sounds = (soundfile.read(path, dtype="int16")[0] for path in files)
    return [utterance for sound in sounds for utterance in app.utterances(sound)]


def milliseconds(step: Callable[[Utterance], object], utterances: list[Utterance]) -> float:
    """User and system CPU of one utterance, the median of the rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for utterance in utterances:
            step(utterance)
        rounds.append(1000 * (time.process_time() - started) / len(utterances))
    return median(rounds)


@click.command(help=__doc__)
def main() -> None:
    settings = Settings()
    xvector = app.xvector(settings)
    emotion = app.emotion(settings, xvector)
    if emotion is None:
        raise click.ClickException("no model of mood is installed")
    utterances = heard()
    seconds = sum(len(utterance.frames) for utterance in utterances) / 100 / len(utterances)
    steps: dict[str, Callable[[Utterance], object]] = {
        "voice: the x-vector's embedding": lambda u: xvector.embed(u.mfcc),
        "mood: all of it": lambda u: emotion.feel(u.frames),
        "of which the x-vector's frames, once more": lambda u: xvector.pooled(u.mfcc),
        "of which the prosody": lambda u: measure_prosody(u.frames),
        "of which the pitch": lambda u: follow_pitch(u.frames.spectrum),
    }
    table = Table("CPU of one utterance", "ms", title=f"{len(utterances)} utterances of {seconds:.1f} s in the mean")
    for name, step in steps.items():
        table.add_row(name, f"{milliseconds(step, utterances):.2f}")
    Console().print(table)
    size = (app.xvector_path(settings).with_name("emotion.tflite")).stat().st_size
    Console().print(f"{emotion.manifest.name}: {size} bytes (300,000 allowed); 10 ms allowed")


if __name__ == "__main__":
    main()
