"""One HTML page on what is in a sound: python -m tools.explore WAV... --html OUT.

WAV is a sound file, or a folder of them. Waveform, spectrum before and after enhancement, mel and MFCC come from
edgevoice's own front end; GFCC and PNCC from spafe; the rest from librosa. Two clips and more are compared:
distributions, correlations, DTW distances. The page needs nothing but itself.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click

from edgevoice.errors import AudioError, SettingsError
from tools.explore.clips import Refused, find, read
from tools.explore.progress import waiting
from tools.step import Step

LONGEST_S, MOST, DETAILED = 30.0, 50, 12


@click.command(cls=Step, help=__doc__)
@click.argument("wav", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--html", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The page to write.")
@click.option("--seconds", type=click.FloatRange(1.0), default=LONGEST_S, show_default=True, help="Longest part shown.")
@click.option("--most", type=click.IntRange(1), default=MOST, show_default=True, help="Clips measured, evenly picked.")
@click.option("--detailed", type=click.IntRange(1), default=DETAILED, show_default=True, help="Clips with pictures.")
def main(wav: tuple[Path, ...], html: Path, seconds: float, most: int, detailed: int) -> None:
    try:
        from tools.explore import content, page, study  # noqa: PLC0415 - librosa is not installed beside the tests
    except ImportError as error:
        raise SettingsError(f"{error.name} is not installed, and is needed here; run: make setup-tools") from error
    if not html.absolute().parent.is_dir():
        raise SettingsError(f"{html} cannot be written: there is no such folder; name another file with --html")
    found = find(wav)
    picked = dict(islice(found.items(), 0, None, -(-len(found) // most)))
    studies: list[study.Study] = []
    refused: list[Refused] = []
    for name, path in waiting(picked.items(), "listening"):
        try:
            studies.append(study.study(read(name, path, seconds)))
        except AudioError as error:
            refused.append(Refused(name, str(error)))
    if not studies:
        raise AudioError(_nothing(refused))
    for each in refused:
        click.echo(f"left out: {each.reason}", err=True)
    size = page.write(content.content(studies, refused, detailed, len(found)), html)
    click.echo(f"{html}: {len(studies)} clips, {len(refused)} left out, {size / 1e6:.1f} MB")


def _nothing(refused: Sequence[Refused]) -> str:
    first = refused[0].reason
    return first if len(refused) == 1 else f"none of the {len(refused)} files can be used; the first: {first}"


if __name__ == "__main__":
    main()
