"""Settings -> a TOML file in which every setting stands as a comment, with what it means and its default."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from textwrap import wrap

import tomlkit

from edgevoice.config.documentation import field_texts, section_text
from edgevoice.config.settings import Settings

_WIDTH = 100
_HEAD = """Settings of edgevoice. A line "#key = value" shows a default: remove the "#" to change it. "" is none.
Looked for in this order: --config FILE; edgevoice.toml in the folder of --data, without it in this user's state folder;
/etc/edgevoice/edgevoice.toml."""


def documented() -> str:
    """A TOML document that changes nothing until a line is taken out of its comment."""
    return "\n".join([*_comment(_HEAD), *_section(Settings(), "")]) + "\n"


def as_toml(value: object) -> str:
    """One value as TOML writes it; for an absent one, of which TOML knows nothing, an empty string."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{tomlkit.key(key).as_string()} = {as_toml(each)}" for key, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    plain = "" if value is None else str(value) if isinstance(value, Path) else value
    return str(tomlkit.item(plain).as_string())


def _section(section: object, name: str) -> Iterator[str]:
    """The plain values of a section under its header, then the sections within it."""
    assert is_dataclass(section)
    values = {field.name: getattr(section, field.name) for field in fields(section)}
    if plain := {key: value for key, value in values.items() if not is_dataclass(value)}:
        yield from ("", f"[{name}]", *_comment(section_text(type(section))))
        texts = field_texts(type(section))
        for key, value in plain.items():
            yield from _comment(texts.get(key, ""))
            yield f"#{key} = {as_toml(value)}"
    for key, value in values.items():
        if is_dataclass(value):
            yield from _section(value, f"{name}.{key}".lstrip("."))


def _comment(text: str) -> list[str]:
    return [f"# {short}" for line in text.splitlines() for short in wrap(line, _WIDTH)]
