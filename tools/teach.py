"""Step 2: speech -> the teacher's embedding of every prepared voice. Writes ``OUTPUT/taught/NNNN.npy``."""

import multiprocessing
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from tools.training.teacher import Teacher

_TEACHER: list[Teacher] = []


def teach_shard(paths: tuple[Path, Path]) -> None:
    """Embed the speech of one prepared shard: (voices, 192) float32."""
    prepared, taught = paths
    if not _TEACHER:
        torch.set_num_threads(1)
        _TEACHER.append(Teacher())
    with np.load(prepared) as shard:
        speech = np.split(shard["speech"], np.cumsum(shard["speech_length"])[:-1])
        embeddings = _TEACHER[0].embed_many([clip for clip in speech if len(clip)])
    part = taught.with_suffix(".part.npy")
    np.save(part, embeddings)
    part.rename(taught)


@click.command(help=__doc__)
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--workers", default=2, show_default=True)
def main(output: Path, workers: int) -> None:
    (output / "taught").mkdir(exist_ok=True)
    pairs = [(path, output / "taught" / f"{path.stem}.npy") for path in sorted((output / "prepared").glob("????.npz"))]
    waiting = [pair for pair in pairs if not pair[1].exists()]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for _ in tqdm(pool.imap_unordered(teach_shard, waiting), total=len(waiting), unit="shard"):
            pass


if __name__ == "__main__":
    main()
