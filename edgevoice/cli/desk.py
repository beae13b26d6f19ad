"""What every command is given: where the settings are, and how to answer."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from edgevoice.config import Loaded, load
from edgevoice.errors import AudioError

NO = 3
"""Exit status where the answer is no."""


@dataclass(frozen=True)
class Desk:
    """The options that stand before the command."""

    config: Path | None
    data: Path | None
    as_json: bool

    @cached_property
    def loaded(self) -> Loaded:
        """The settings; SettingsError."""
        return load(self.config, self.data)

    def answer(self, record: Mapping[str, object], text: str) -> None:
        """One line: a JSON object where that was asked for, else the text."""
        click.echo(json.dumps(record, ensure_ascii=not _carries_all()) if self.as_json else text)

    def say(self, text: str) -> None:
        """For a person; a program that reads JSON is not told."""
        if not self.as_json:
            click.echo(text)


def _carries_all() -> bool:
    """Whether standard output has every character; elsewhere JSON's own escapes keep a line JSON."""
    return (sys.stdout.encoding or "").lower().startswith("utf")


def ask_each(files: Sequence[Path], ask: Callable[[Path], bool]) -> int:
    """Exit status of a question that is asked of every file: 0, or 3 where the answer of one is no. AudioError at the
    end, with all that could not be read: none of them keeps the others from being answered."""
    answers, failed = [], []
    for file in files:
        try:
            answers.append(ask(file))
        except AudioError as error:
            failed.append(error)
    if failed:
        raise AudioError("; ".join(map(str, failed))) from failed[0]
    return 0 if all(answers) else NO


pass_desk = click.make_pass_decorator(Desk)
sound_files = click.Path(path_type=Path, dir_okay=False)
"""A missing sound is an error told in one line (1), as a damaged one is, not a wrong usage (2)."""
