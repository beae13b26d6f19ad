"""How often another recording is taken for one in the library: every clip is asked for among half of the others.

Of clips in the order of their names, those with an even number are asked for in a library of the odd ones, and the
other way round: second takes of a sentence, whose names follow one another, so meet. Each match that comes out is
printed with its figures; two clips of one recording (their samples, shifted, correlate by 0.9) are named apart and do
not count.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from rich.progress import track

from edgevoice.hardware.sound_file import read_sound
from edgevoice.recognition.landmarks import Landmarks, landmarks
from edgevoice.recognition.recordings import Library, Place, Threshold, keep
from tools.hear import spectra
from tools.index import read_index
from tools.measure.intervals import zero_error_bound
from tools.measure.shares import wilson
from tools.step import Step

SAME = 0.9  # correlation, at the best shift, of two clips that are one recording; of two takes it is far below


def hear(root: Path, paths: Sequence[str]) -> dict[str, Landmarks]:
    """Path -> landmarks."""
    return {path: landmarks(spectra(read_sound(root / path))) for path in track(paths, "listening")}


def ask(heard: dict[str, Landmarks]) -> dict[str, Place | None]:
    """Path -> the place where it fits best among the other half."""
    paths = list(heard)
    found: dict[str, Place | None] = {}
    for asked, stored in ((paths[::2], paths[1::2]), (paths[1::2], paths[::2])):
        library = Library(keep(path, heard[path]) for path in stored)
        found |= {path: library.best(heard[path]) for path in track(asked, "asking")}
    return found


def one_recording(root: Path, first: str, second: str) -> bool:
    """Whether two clips hold the same samples, but for their encoding, their level and where they are cut."""
    a, b = (read_sound(root / path).astype(np.float64) for path in (first, second))
    size = 1 << (len(a) + len(b)).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return bool(product.max() > SAME * np.sqrt(np.square(a).sum() * np.square(b).sum()))


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--set", "sets", multiple=True, default=("ravdess", "arabic_commands"), show_default=True)
@click.option("--scores", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures of all to this CSV.")
@click.option("--json", "json_", is_flag=True, help="JSON Lines, one a set, and nothing else.")
def main(root: Path, sets: tuple[str, ...], scores: Path | None, json_: bool) -> None:
    rows = read_index(root, ("path", "set"))
    for name in sets:
        found = ask(hear(root, sorted(row["path"] for row in rows if row["set"] == name)))
        _report(root, name, found, json_)
        if scores:
            _write(scores, found)


def _report(root: Path, name: str, found: dict[str, Place | None], json_: bool) -> None:
    places = {path: place for path, place in found.items() if place and Threshold().passes(place)}
    same = {path: place for path, place in places.items() if one_recording(root, path, place.name)}
    false, asked = len(places) - len(same), len(found) - len(same)
    high = wilson(false, asked)[1] if false else zero_error_bound(asked)
    best = sorted((place.score for path, place in found.items() if place and path not in same), reverse=True)[:5]
    record = {"set": name, "queries": asked, "false": false, "highest_95": high, "same": len(same), "best_scores": best}
    if json_:
        click.echo(json.dumps(record))
        return
    click.echo(
        f"{name}: {false} false matches in {asked} queries, at most {100 * high:.2f} % (95 %); best scores {best}"
    )
    for path, place in places.items():
        click.echo(f"  {'the same recording' if path in same else 'false'}: {path}: {place}")


def _write(path: Path, found: dict[str, Place | None]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerows((asked, *vars(place).values()) for asked, place in found.items() if place)


if __name__ == "__main__":
    main()
