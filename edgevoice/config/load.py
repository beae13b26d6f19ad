"""A TOML file and the command line -> Settings, and where each value comes from."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path

import platformdirs
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from edgevoice.config.settings import Settings
from edgevoice.errors import EdgevoiceError, SettingsError
from edgevoice.toml import TOMLDecodeError, read_toml

FILE_NAME = "edgevoice.toml"
SYSTEM_FILE = Path("/etc/edgevoice") / FILE_NAME

_SETTINGS = TypeAdapter(Settings)


@dataclass(frozen=True)
class Loaded:
    """The settings in force, the file they come from (None: defaults alone) and the folder of the database and key.

    sources: dotted key -> ``default``, ``file`` or ``option``.
    """

    settings: Settings
    file: Path | None
    data: Path
    sources: dict[str, str]


def default_data_folder() -> Path:
    """This user's state folder; the service on a Pi names /var/lib/edgevoice instead."""
    return platformdirs.user_state_path("edgevoice")


def load(file: Path | None = None, data: Path | None = None, system_file: Path = SYSTEM_FILE) -> Loaded:
    """Settings from ``file``, or else from the first that exists of ``<data>/edgevoice.toml`` and ``system_file``.

    ``data``: the folder that --data names; it goes before storage.folder. SettingsError: with file, key, what was
    found and what is allowed; and where neither names a folder, but systemd has one for this service.
    """
    found = file or _search(data or default_data_folder(), system_file)
    written = _read(found) if found else {}
    settings = _validate(written, found) if found else Settings()
    sources = {key: "file" if _contains(written, key) else "default" for key, _ in entries(settings)}
    if data is not None:
        settings = replace(settings, storage=replace(settings.storage, folder=data))
        sources["storage.folder"] = "option"
    elif settings.storage.folder is None and (kept := os.environ.get("STATE_DIRECTORY")):
        raise SettingsError(
            f"{found or system_file}: storage.folder is not set, and this service keeps its people in {kept}: set it "
            "to that, or an empty house would be served, and commands by hand would look elsewhere"
        )
    return Loaded(settings, found, settings.storage.folder or default_data_folder(), sources)


def entries(settings: Settings) -> list[tuple[str, object]]:
    """Every setting as its dotted key and its value, in the order of the sections."""
    return list(_entries(settings, ()))


def _entries(section: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    assert is_dataclass(section)
    for field in fields(section):
        value = getattr(section, field.name)
        inside = (*path, field.name)
        if is_dataclass(value):
            yield from _entries(value, inside)
        else:
            yield ".".join(inside), value


def _search(data: Path, system_file: Path) -> Path | None:
    try:
        return next((path for path in (data / FILE_NAME, system_file) if path.is_file()), None)
    except OSError as error:  # of a folder that this user may not look into
        raise _unreadable(Path(error.filename), error) from error


def _read(file: Path) -> dict[str, object]:
    try:
        return read_toml(file)
    except TOMLDecodeError as error:
        raise SettingsError(f"{file}: not TOML: {error}; correct that line") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> SettingsError:
    return SettingsError(f"{file}: cannot be read ({error}); name another file with --config")


def _validate(written: dict[str, object], file: Path) -> Settings:
    try:
        # Through JSON: only there may strict validation make dataclasses and paths of plain values.
        settings = _SETTINGS.validate_json(json.dumps(_none_where_empty(written), default=_no_setting))
    except ValidationError as error:
        raise SettingsError(f"{file}: {_explain(error.errors())}") from error
    except EdgevoiceError as error:  # from a room's own check
        raise SettingsError(f"{file}: {error}") from error
    for key, value in entries(settings):
        if isinstance(value, Path) and "\0" in str(value):
            raise SettingsError(f"{file}: {key} is {str(value)!r}; allowed: a path without a zero byte")
    return settings


def _no_setting(date_or_time: object) -> list[str]:
    """What TOML knows and JSON does not, as something that no setting is; as a text it could pass for a path."""
    return [str(date_or_time)]


def _none_where_empty(written: object) -> object:
    """TOML has no word for None; an empty text says it."""
    if isinstance(written, dict):
        return {key: _none_where_empty(value) for key, value in written.items()}
    return None if written == "" else written


def _explain(errors: Sequence[ErrorDetails]) -> str:
    """Key, what was found and what is allowed, of the first value that is wrong."""
    first = errors[0]
    place = [str(part) for part in first["loc"]]
    section, known = _known(place)
    if first["type"] == "unexpected_keyword_argument":
        return f"unknown key {'.'.join(place)}; allowed {f'in [{section}]' if section else 'as sections'}: {known}"
    depth = len(section.split(".")) if section else 0
    if isinstance(dict(entries(Settings())).get(".".join(place[: depth + 1])), Mapping):
        depth += 1  # the key that the owner gave it
    allowed = [error["msg"].removeprefix("Input should be ") for error in errors if _at(error, place[: depth + 1])]
    return f"{'.'.join(place[: depth + 1])} is {first['input']!r}; allowed: {' or '.join(allowed)}"


def _at(error: ErrorDetails, place: Sequence[str]) -> bool:
    return [str(part) for part in error["loc"]][: len(place)] == list(place)


def _known(place: Sequence[str]) -> tuple[str, str]:
    """The section that a place lies in, and the keys that it knows."""
    section: object = Settings()
    path: list[str] = []
    for part in place[:-1]:
        inner = getattr(section, part, None)
        if not is_dataclass(inner):
            break
        section = inner
        path.append(part)
    assert is_dataclass(section)
    return ".".join(path), ", ".join(field.name for field in fields(section))


def _contains(written: object, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(written, dict) or part not in written:
            return False
        written = written[part]
    return True
