"""The commands by name. Each is imported when it is wanted: a door that serves needs the memory of one, not of all."""

from importlib import import_module

import click

FILES = {
    "run": "run",
    "visit": "visit",
    "enroll": "enroll",
    "verify": "verify",
    "identify": "identify",
    "mood": "mood",
    "listen": "listen",
    "speakers": "speakers",
    "pin": "pin",
    "recordings": "recordings",
    "events": "events",
    "backup": "backup",
    "restore": "backup",
    "key": "key",
    "embed": "embed",
    "check": "check",
    "config": "config",
}
"""Each command, and the file of this folder that has it."""


class Commands(click.Group):
    """All of them, as click asks for them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, sorted as click sorts them."""
        return sorted(FILES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The one of that name; None where there is none."""
        if cmd_name not in FILES:
            return None
        found = getattr(import_module(f"edgevoice.cli.{FILES[cmd_name]}"), cmd_name)
        assert isinstance(found, click.Command)
        return found
