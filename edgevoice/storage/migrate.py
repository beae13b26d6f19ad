"""Which version of the schema a file has, and how it gets to the one that this program knows."""

from collections.abc import Callable
from pathlib import Path

from edgevoice.errors import StorageError
from edgevoice.storage.schema import APPLICATION_ID, MIGRATIONS, VERSION

Value = str | int | float | bytes | None
Row = tuple[Value, ...]
Query = Callable[[str], list[Row]]
"""One statement of SQL -> what it finds."""


def found_version(path: Path, query: Query) -> int:
    """The schema's version, 0 for an empty file; a file that this program must not touch raises StorageError."""
    ((version,),) = query("pragma user_version")
    ((owner,),) = query("pragma application_id")
    ((tables,),) = query("select count(*) from sqlite_master")
    if owner != APPLICATION_ID and (version or owner or tables):
        raise StorageError(f"{path} belongs to another program: move it away, or choose another --data folder")
    if not isinstance(version, int) or version > VERSION:
        raise StorageError(
            f"{path} has schema version {version!r}, this edgevoice knows versions up to {VERSION}:"
            " install the newer edgevoice again, or put back the backup made before the update"
        )
    return version


def migrate(version: int, query: Query) -> None:
    """Take every step that is missing, within the caller's transaction."""
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            query(statement)
    query(f"pragma application_id = {APPLICATION_ID}")
    query(f"pragma user_version = {VERSION}")
