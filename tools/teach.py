"""Step 2: speech -> what the teacher says of every prepared voice, as a whole and by frames.

Writes ``OUTPUT/taught/NNNN.npz``, anew where the prepared voices are others, and, first of all,
``OUTPUT/frame_basis.npz`` and ``OUTPUT/teacher_head.npz``.
"""

import multiprocessing
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import Samples
from tools.made_of import whole
from tools.step import Step
from tools.training.frame_targets import FrameBasis, principal_components
from tools.training.shards import shards_in, stored_speech, voices_of
from tools.training.teacher import Teacher
from tools.training.teacher_head import TeacherHead, left_out

_TEACHER: list[Teacher] = []
_BASIS_CLIPS = 400


def teacher() -> Teacher:
    """One a process."""
    if not _TEACHER:
        torch.set_num_threads(1)
        _TEACHER.append(Teacher())
    return _TEACHER[0]


def read_speech(prepared: Path) -> list[Samples]:
    """The voices of a shard."""
    with np.load(prepared) as shard:
        return stored_speech(shard)


def teach_shard(job: tuple[Path, Path, FrameBasis]) -> None:
    """Embed the speech of one prepared shard: embeddings (voices, 192) float32, frames (all frames, 128) int8."""
    prepared, taught, basis = job
    embeddings, frames = teacher().embed_many(read_speech(prepared))
    with whole(taught) as part:
        np.savez(
            part,
            embeddings=embeddings,
            frames=np.concatenate([basis.encode(vectors) for vectors in frames]),
            frame_length=np.array([len(vectors) for vectors in frames], dtype=np.int64),
            voices=np.array(voices_of(prepared)),
        )


def frame_basis(output: Path, shards: list[Path]) -> FrameBasis:
    """Found once a run, from some clips of the first shards; the teacher's last layer is put beside it."""
    path, head = output / "frame_basis.npz", output / "teacher_head.npz"
    if not (path.exists() and head.exists()):
        clips = [clip for shard in shards[:8] for clip in read_speech(shard)[: _BASIS_CLIPS // 8]]
        frames = np.concatenate(teacher().embed_many(clips)[1])
        basis = FrameBasis.load(path) if path.exists() else principal_components(frames)
        TeacherHead(basis, left_out(basis, frames), *teacher().last_layer()).save(head)
        basis.save(path)
    return FrameBasis.load(path)


def waiting(output: Path) -> list[tuple[Path, Path]]:
    """The prepared shards that nothing is said of yet, or of other voices, and where that will stand."""
    pairs = [(path, output / "taught" / path.name) for path in shards_in(output / "prepared")]
    return [(voices, said) for voices, said in pairs if not said.exists() or voices_of(voices) != voices_of(said)]


@click.command(cls=Step, help=__doc__)
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--workers", default=2, show_default=True)
def main(output: Path, workers: int) -> None:
    shards = shards_in(output / "prepared")
    if not shards:
        raise SettingsError(
            f"{output / 'prepared'}: found no shard to teach; run tools.prepare with this --output first"
        )
    basis = frame_basis(output, shards)
    jobs = [(prepared, taught, basis) for prepared, taught in waiting(output)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for _ in tqdm(pool.imap_unordered(teach_shard, jobs), total=len(jobs), unit="shard"):
            pass


if __name__ == "__main__":
    main()
