"""The options that ``evaluate`` and ``compare`` share: which clips, which pairs, under which conditions."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from tools.conditions import Conditions, noise_files
from tools.trials import Selection, Trials, read_trials

Command = TypeVar("Command", bound=Callable[..., None])
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@dataclass(frozen=True)
class Asked:
    """The command line's wishes that both tools have."""

    index: Path
    root: Path
    set: str | None
    cross_session: bool
    adults: bool
    seconds: float | None
    noise: Path | None
    snr: float | None
    cache: Path | None

    def trials(self) -> Trials:
        """The pairs of the index; SettingsError or AudioError where there are none."""
        return read_trials(self.index, self.root, Selection(self.set, self.adults, self.cross_session))

    def conditions(self) -> Conditions:
        """What is done to each clip; usage error unless --noise and --snr stand together."""
        if (self.noise is None) != (self.snr is None):
            raise click.UsageError("--noise and --snr go together")
        if self.noise is not None:
            noise_files(self.noise)
        return Conditions(self.seconds, self.noise, self.snr)


def trial_options(command: Command) -> Command:
    """Add the shared arguments; their values make an ``Asked``."""
    options = [
        click.argument("index", type=click.Path(path_type=Path)),
        click.option("--root", type=_FOLDER, required=True, help="Folder that the paths of the index are relative to."),
        click.option("--set", metavar="NAME", help="Only clips of this set, as dev/speechocean762."),
        click.option("--cross-session", is_flag=True, help="Target trials only between different sessions."),
        click.option("--adults", is_flag=True, help="Only clips whose label (f31) says 18 years or more."),
        click.option("--seconds", type=click.FloatRange(0.1), help="Only the middle so many seconds of a clip."),
        click.option("--noise", type=_FOLDER, help="Mix every clip with a sound from this folder."),
        click.option("--snr", type=float, metavar="DB", help="Signal-to-noise ratio of the mixture."),
        click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
