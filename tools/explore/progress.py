"""A bar for whoever waits at a terminal; nothing elsewhere."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def waiting(items: Iterable[Item], what: str) -> Iterable[Item]:
    """The items one by one, while a bar on standard error says how far it is."""
    console = Console(stderr=True)
    return track(items, what, console=console, transient=True, disable=not console.is_terminal)
