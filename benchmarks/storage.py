"""The database with a full audit log: CPU time of what the door and its owner ask of it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks._cpu import cpu_ms
from edgevoice.storage.archive import pack
from edgevoice.storage.backups import back_up
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.rotation import rotate
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

PEOPLE = 8
FIGURES = {"threshold": 3.1, "net_speech_s": 1.2, "snr_db": 20.1, "clipped_share": 0.0, "llr": 2.0, "second_llr": -2.0}
EVENT = ("refused", "closest is P3: scored 2.0, needs 3.1", "P3", FIGURES)


@click.command(help=__doc__)
@click.option("--rows", default=20_000, show_default=True, help="Events in the log; the device keeps 100000.")
def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name, Database.open(Path(name)) as database:
        folder, secrets = Path(name), Secrets(Path(name) / "key", database)
        speakers, events = Speakers(database, secrets), Events(database, secrets=secrets)
        rng = np.random.default_rng(0)
        for number in range(PEOPLE):
            speakers.add(f"P{number}", rng.standard_normal(192).astype(np.float32), "xvector", 3)
        with database.transaction():
            for _ in range(rows):
                events.append("2026-06-01T12:00:00.000+00:00", *EVENT)
        works: list[tuple[str, Callable[[], object], int]] = [
            (f"read the {PEOPLE} voiceprints, at every utterance", lambda: speakers.voiceprints("xvector"), 200),
            ("write an event", lambda: events.write(*EVENT), 200),
            ("list the last 20 events", lambda: events.last(20), 50),
            ("list all events", lambda: events.last(rows), 1),
            ("walk through the file, at every start", database.check, 3),
            ("verify the chain", events.verify, 1),
            ("make a backup, a day", lambda: back_up(database), 1),
            ("pack a backup to take away", lambda: pack(database, secrets, folder / "x.zip", "x" * 12), 1),
            ("rename a person", lambda: speakers.rename("P3", "Q"), 1),
            ("remove a person", lambda: speakers.remove("Q"), 1),
            ("change the key", lambda: rotate(database, secrets, events), 1),
        ]
        table = Table("what", "CPU", title=f"{rows} events, {(folder / FILE_NAME).stat().st_size / 1e6:.0f} MB")
        for what, work, times in works:
            table.add_row(what, f"{cpu_ms(work, times):.2f} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
