"""Every command is there, and a door that serves loads what it needs alone: a small board has no memory for more."""

import subprocess
import sys

import click
import pytest

from edgevoice.cli import edgevoice
from edgevoice.cli.commands import FILES

NEVER = ("rich", "scipy", "pandas", "edgevoice.cli.visit", "edgevoice.cli.check", "edgevoice.panel.draw")


@pytest.mark.parametrize("name", FILES)
def test_every_command_is_found_by_its_name(name: str) -> None:
    command = edgevoice.get_command(click.Context(edgevoice), name)
    assert command is not None
    assert command.name == name


def test_a_door_that_serves_loads_no_other_command_and_nothing_that_draws() -> None:
    told = "import sys, edgevoice.cli, edgevoice.cli.run; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert not set(NEVER) & set(done.stdout.split())
