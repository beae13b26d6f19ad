"""The options of a tool that takes the people of an index as they are: which of its clips."""

from collections.abc import Callable
from functools import wraps

import click

from tools.measure.trials import Selection


def selection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command is called with ``selection``."""

    @click.option("--set", "set_name", metavar="NAME", help="Only clips of this set, as speech/dev.")
    @click.option("--grown-up", is_flag=True, help="Leave out clips whose label (m07) says under 18 years.")
    @click.option("--label", "labels", multiple=True, help="Only clips with this label, as neutral; repeatable.")
    @wraps(command)
    def with_selection(set_name: str | None, grown_up: bool, labels: tuple[str, ...], **others: object) -> None:
        command(selection=Selection(set_name, grown_up=grown_up, labels=labels), **others)

    return with_selection
