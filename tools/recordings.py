"""Step 0, optional: more people to train on, from games and telephone prompts among Debian's packages.

Downloads the packages with apt, unpacks them into OUTPUT/packages and installs nothing. Writes OUTPUT/NAME/*.opus and
OUTPUT/index.csv, a folder that ``tools.prepare --root OUTPUT`` takes. Who speaks is told by file names, roughly; that
is enough to learn from a teacher. Licences stand in the index: use the recordings, do not pass them on with the code.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from edgevoice.errors import AudioError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.index import COLUMNS, write_index
from tools.step import Step
from tools.synthetic.packages import unpack
from tools.synthetic.take import write
from tools.training.talkies import open_drascula, open_gsm, open_queen, open_sky

_SHORTEST_S = 2.0  # shorter pieces of one voice are joined
_LONGEST_S = 14.0
_GAP_S = 0.12


@dataclass(frozen=True)
class Source:
    """One set: its packages, the files within them, and how a file's path names who speaks (the groups, joined).

    open: takes the folder of the unpacked packages and writes files of sound there, where they lie in an archive;
    most: clips of one voice.
    """

    name: str
    licence: str
    packages: tuple[str, ...]
    speaker: str
    open: Callable[[Path], None] = lambda _: None
    most: int = 60


SOURCES = (
    Source("tuxpaint", "GPL-2", ("tuxpaint-stamps-default",), r"_([a-z]{2})(?:_GB)?\.ogg$"),
    Source(
        "fillets",
        "GPL-2+",
        ("fillets-ng-data", "fillets-ng-data-cs", "fillets-ng-data-nl"),
        r"/(cs|nl|en)/[a-z0-9]+-([mv])-[^/]*\.ogg$",
    ),
    Source("hedgewars", "GFDL-1.3", ("hedgewars-data",), r"/voices/(?!Robot)([^/]+)/[^/]*\.ogg$"),
    Source("klettres", "GPL-2+", ("klettres-data",), r"/klettres/([^/]+)/[^/]+/[^/]*\.ogg$"),
    Source("pocketsphinx", "BSD-2-Clause", ("pocketsphinx-testdata",), r"/([^/]+)/[^/]*\.wav$"),
    Source(
        "asterisk",
        "CC-BY-SA-3.0",
        tuple(f"asterisk-core-sounds-{language}-wav" for language in ("en", "es", "fr", "it", "ru")),
        r"/sounds/[a-z]{2}_[A-Z]{2}_[fm]_(\w+)/(?!.*silence/).*\.wav$",
    ),
    Source(
        "prompts",
        "GPL-2, GPL-2+, CC-BY-SA-3.0",
        ("asterisk-prompt-es-co", "asterisk-prompt-fr-armelle", "asterisk-prompt-it-menardi-wav"),
        r"/sounds/([a-zA-Z_]+)/(?!.*silence/).*\.wav$",
        open_gsm,
    ),
    Source("festvoxru", "BSD-like", ("festvox-ru",), r"/(msu_ru_nsh)_clunits/wav/[^/]*\.wav$", most=200),
    Source("gcin", "GPL-3", ("gcin-voice",), r"/gcin-voice/ogg/.*/(\d)\.ogg$"),
    Source("kajongg", "GPL-2+", ("kajongg",), r"/kajongg/voices/(?:(de)/)?(male\d|female\d)/[^/]*\.ogg$"),
    Source("planetblupi", "GPL-3+", ("planetblupi-common",), r"/planetblupi/sound/(\w+)/[^/]*\.wav$"),
    Source("qabcs", "GPL-3+", ("qabcs-data",), r"/abcs/(?!all/)(\w+)/sounds/.*\.ogg$"),
    Source("ktuberling", "GPL-2+", ("ktuberling-data",), r"/ktuberling/sounds/([a-z]+)/[^/]*\.(?:ogg|wav)$"),
    # Who says a line is not told: each is a voice of its own.
    Source("queen", "freeware", ("flight-of-the-amazon-queen",), r"/lines/(\w+)\.mp3$", open_queen),
    Source("sky", "freeware", ("beneath-a-steel-sky",), r"/lines/(\w+)\.wav$", open_sky),
    Source(
        "drascula",
        "freeware",
        ("drascula", "drascula-italian", "drascula-spanish"),
        r"/lines/([a-z]{2})-([A-Z]*)\d+\.wav$",
        open_drascula,
        most=200,
    ),
)


def files_of_speakers(source: Source, folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Who speaks, and the files, longest first: those hold sentences."""
    named = [(path, re.search(source.speaker, path.as_posix())) for path in sorted(folder.rglob("*"))]
    found = [("-".join(filter(None, match.groups())), path) for path, match in named if match and not path.is_symlink()]
    for who, files in groupby(sorted(found), key=lambda row: row[0]):
        yield who, sorted((path for _, path in files), key=lambda path: -path.stat().st_size)


def clips(files: list[Path]) -> Iterator[Samples]:
    """Sound of one voice in clips of 2 to 14 s."""
    gap = np.zeros(int(_GAP_S * SAMPLE_RATE), np.int16)
    held: list[Samples] = []
    for path in files:
        try:
            held += [read_sound(path)[: int(_LONGEST_S * SAMPLE_RATE)], gap]
        except AudioError as error:
            click.echo(f"left out: {error}", err=True)
            continue
        if sum(map(len, held)) >= _SHORTEST_S * SAMPLE_RATE:
            yield np.concatenate(held)
            held = []


def gather(source: Source, output: Path) -> Iterator[dict[str, str]]:
    """Write a set's clips; their rows of the index."""
    folder = unpack(source.packages, output / "packages" / source.name, source.open)
    for who, files in files_of_speakers(source, folder):
        for number, clip in zip(range(source.most), clips(files), strict=False):
            path = Path(source.name) / f"{who}-{number:02d}.opus"
            write(output / path, clip)
            seconds = f"{len(clip) / SAMPLE_RATE:.2f}"
            row = (path.as_posix(), "speech", "train", source.name, f"{source.name}:{who}", "", "", seconds)
            yield dict(zip(COLUMNS, (*row, source.licence), strict=True))


@click.command(cls=Step, help=__doc__)
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
def main(output: Path) -> None:
    rows = [row for source in tqdm(SOURCES, unit="set") for row in gather(source, output)]
    write_index(output / "index.csv", rows)
    hours = sum(float(row["seconds"]) for row in rows) / 3600
    click.echo(
        f"{output / 'index.csv'}: {len(rows)} clips, {len({row['speaker'] for row in rows})} voices, {hours:.2f} h"
    )


if __name__ == "__main__":
    main()
