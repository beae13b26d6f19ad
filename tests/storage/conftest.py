"""A real database and a real key in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgevoice.storage.database import Database
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with Database.open(folder) as database:
        yield database


@pytest.fixture
def secrets(folder: Path, database: Database) -> Secrets:
    return Secrets(folder / "key", database)


@pytest.fixture
def speakers(database: Database, secrets: Secrets) -> Speakers:
    return Speakers(database, secrets)
