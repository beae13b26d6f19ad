"""What the mood of an utterance costs beside its voice: CPU, and the size of the file; what it is worth stands in
docs/mood.md, printed by tools.train_emotion."""

from collections.abc import Callable
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from benchmarks._cpu import cpu_ms
from edgevoice import app
from edgevoice.config import Settings
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.utterance import Utterance
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.pitch import follow_pitch
from edgevoice.recognition.prosody import measure_prosody
from edgevoice.visit import FOLDER

_ROUNDS = 15


def heard() -> list[Utterance]:
    """Every utterance of the shipped visit's people."""
    files = sorted(FOLDER.glob("*.opus"))
    return [utterance for path in files for utterance in app.utterances(read_sound(path))]


def milliseconds(step: Callable[[Utterance], object], utterances: list[Utterance]) -> float:
    """User and system CPU of one utterance, the median of the rounds."""
    return median(cpu_ms(lambda: [step(utterance) for utterance in utterances]) for _ in range(_ROUNDS)) / len(
        utterances
    )


@click.command(help=__doc__)
def main() -> None:
    settings = Settings()
    xvector = app.xvector(settings)
    emotion = app.emotion(settings, xvector)
    if emotion is None:
        raise click.ClickException("no model of mood is installed")
    utterances = heard()
    seconds = sum(len(utterance.frames) for utterance in utterances) / FRAMES_PER_SECOND / len(utterances)
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
