"""``edgevoice embed INDEX.csv``: embeddings of many clips through the whole path of the device."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.errors import AudioError, StorageError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.recognition.embed import Vector


@click.command()
@click.argument("index", type=click.Path(path_type=Path))
@click.option("--root", required=True, type=click.Path(path_type=Path), help="Folder that the paths start from.")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The .npz file to write.")
@pass_desk
def embed(desk: Desk, index: Path, root: Path, output: Path) -> None:
    """Embed every clip that the column "path" of INDEX lists.

    Writes the arrays embedding (n, d) float32, path (n,), and failed (m, 2): a path and the reason.
    """
    paths = read_paths(index)
    _refuse_folders(root, output.parent)
    settings = desk.loaded.settings
    model = app.xvector(settings)
    embeddings: list[Vector] = []
    done: list[str] = []
    failed: list[tuple[str, str]] = []
    with click.progressbar(paths, label="embedding", file=sys.stderr) as bar:
        for path in bar:
            try:
                embeddings.append(app.embed_clip(read_sound(root / path), model, settings).vector)
                done.append(path)
            except AudioError as error:
                failed.append((path, str(error)))
    _write(output, embeddings, done, failed)
    told = f"{output}: {len(done)} clips embedded, {len(failed)} failed"
    desk.answer(
        {"output": str(output), "embedded": len(done), "failed": len(failed), "model": model.manifest.name}, told
    )


def read_paths(index: Path) -> list[str]:
    """The column "path", "" where a line has none; AudioError where the file or the column is missing."""
    try:
        with index.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if "path" not in (rows.fieldnames or ()):
                raise AudioError(f"{index}: columns {rows.fieldnames} found, a column path wanted in the first line")
            return [row["path"] for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AudioError(f"{index} cannot be read: {error}; wanted a CSV file with a column path") from error


def _refuse_folders(root: Path, of_output: Path) -> None:
    """Tell now, and not after hours of embedding, which of them is none; AudioError, StorageError."""
    if not root.is_dir():
        raise AudioError(f"{root} is no folder: name the one that the paths of the index start from with --root")
    if not of_output.is_dir():
        raise StorageError(f"{of_output} is no folder: make it, or name another file with --output")


def _write(output: Path, embeddings: Sequence[Vector], done: Sequence[str], failed: Sequence[tuple[str, str]]) -> None:
    table = np.stack(embeddings) if embeddings else np.zeros((0, 0), np.float32)
    reasons = np.array(failed, dtype=np.str_).reshape(-1, 2)
    try:
        with output.open("wb") as file:  # given a name, savez would add a suffix to it
            np.savez(file, embedding=table.astype(np.float32), path=np.array(done, dtype=np.str_), failed=reasons)
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror}; name another file with --output") from error
