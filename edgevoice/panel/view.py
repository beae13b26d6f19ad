"""What the panel shows at one moment."""

from dataclasses import dataclass

from edgevoice.hardware import Light
from edgevoice.listening.listen import Level


@dataclass(frozen=True)
class Verdict:
    """The last decision: who came first, their LLR and the threshold (None where nobody is enrolled), what and why."""

    speaker: str | None
    llr: float | None
    threshold: float
    opens: bool
    reason: str


@dataclass(frozen=True)
class Happening:
    """One line of the log at the foot: seconds in the stream, a word and a sentence."""

    t_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class View:
    """t_s: seconds in the stream; playing: what sounds, where that is known; open_left_s: 0 when the lock is shut."""

    t_s: float
    state: str
    level: Level
    light: Light
    open_left_s: float = 0.0
    verdict: Verdict | None = None
    playing: str = ""
    happenings: tuple[Happening, ...] = ()
