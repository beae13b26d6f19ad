"""The command line as a shell would use it, without the cost of a process."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgevoice.cli import main
from edgevoice.visit import FOLDER, load_visit

VISIT = load_visit()


@dataclass(frozen=True)
class Said:
    """Exit status, standard output and standard error."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, object]]:
        """Standard output as JSON Lines; a line that is none fails the test."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Runs ``edgevoice --data FOLDER ...``."""

    def __init__(self, data: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.data, self._capture = data, capture

    def __call__(self, *arguments: str | Path) -> Said:
        self._capture.readouterr()
        status = main(["--data", str(self.data), *map(str, arguments)])
        return Said(status, *self._capture.readouterr())

    def json(self, *arguments: str | Path) -> Said:
        return self("--json", *arguments)

    def enroll(self, name: str) -> Said:
        """Enrol a person of the visit from the shipped clips."""
        return self("enroll", name, *(FOLDER / take for take in VISIT.enrolment[name]))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path / "data", capsys)


@pytest.fixture
def household(shell: Shell, models: Path) -> Shell:
    """A shell in a house where Ada and Ben are enrolled."""
    for name in ("Ada", "Ben"):
        assert shell.enroll(name).status == 0
    return shell
