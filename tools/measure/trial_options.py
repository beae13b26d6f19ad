"""The options that ``evaluate`` and ``compare`` share: which clips, which pairs, under which conditions."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from tools.measure.conditions import Conditions, noise_files
from tools.measure.trials import Selection, Trials, read_trials
from tools.peers import TRAINED

Command = TypeVar("Command", bound=Callable[..., None])
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_ANY_FOLDER = click.Path(path_type=Path, file_okay=False)


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
    rooms: Path | None
    cache: Path | None
    trained: Path

    def trials(self) -> Trials:
        """The pairs of the index; SettingsError or AudioError where there are none."""
        return read_trials(self.index, self.root, Selection(self.set, self.adults, self.cross_session))

    def conditions(self) -> Conditions:
        """What is done to each clip; usage error unless --noise and --snr stand together."""
        if (self.noise is None) != (self.snr is None):
            raise click.UsageError("--noise and --snr go together")
        if self.noise is not None:
            noise_files(self.noise)
        if self.rooms is not None:
            noise_files(self.rooms)
        return Conditions(self.seconds, self.noise, self.snr, rooms=self.rooms)


def asked() -> Asked:
    """What the command line being run asks for; only within a command that has ``trial_options``."""
    return Asked(**click.get_current_context().meta[__name__])


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    context.meta.setdefault(__name__, {})[parameter.name] = value


_option = partial(click.option, callback=_keep, expose_value=False)


def trial_options(command: Command) -> Command:
    """Add the shared arguments; ``asked`` gives their values."""
    options = [
        click.argument("index", type=click.Path(path_type=Path), callback=_keep, expose_value=False),
        _option("--root", type=_FOLDER, required=True, help="Folder that the paths of the index are relative to."),
        _option("--set", metavar="NAME", help="Only clips of this set, as dev/speechocean762."),
        _option("--cross-session", is_flag=True, help="Target trials only between different sessions."),
        _option("--adults", is_flag=True, help="Only clips whose label (f31) says 18 years or more."),
        _option("--seconds", type=click.FloatRange(0.1), help="Only the middle so many seconds of a clip."),
        _option("--noise", type=_FOLDER, help="Mix every clip with a sound from this folder."),
        _option("--snr", type=float, metavar="DB", help="Signal-to-noise ratio of the mixture."),
        _option("--rooms", type=_FOLDER, help="Put every clip through an impulse response from this folder."),
        _option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings."),
        _option("--trained", type=_ANY_FOLDER, default=TRAINED, help="Folder of tools.train_peers."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
