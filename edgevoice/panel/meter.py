"""A level as a bar, for both panels."""

from rich.text import Text

from edgevoice.listening.listen import Level

_QUIETEST_DBFS = -90.0
_SILENCE_DBFS = -99.0  # digital silence has no level


def shown(dbfs: float) -> float:
    """A level as it is told."""
    return max(dbfs, _SILENCE_DBFS)


def draw_level(level: Level, width: int) -> Text:
    """So many characters from -90 to 0 dBFS, with the tracked noise as a mark."""
    filled, floor = _place(level.level_dbfs, width), _place(level.noise_dbfs, width)
    bar = Text()
    for position in range(width):
        colour = "green" if position < 0.7 * width else "yellow" if position < 0.9 * width else "red"
        if position == floor:
            bar.append("│", style="bold cyan")
        else:
            bar.append("█" if position < filled else "·", style=colour if position < filled else "dim")
    return bar


def _place(dbfs: float, width: int) -> int:
    return min(max(int((dbfs - _QUIETEST_DBFS) / -_QUIETEST_DBFS * width), 0), width - 1)
