"""What is written down once the door has answered: how a person sounded, and a notice where the owner wants one.

It comes after the lock and has no way back to it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from edgevoice.door.decide import Decision
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.manner import figures, percent
from edgevoice.recognition.recognise import Evidence
from edgevoice.storage.events import Events
from edgevoice.storage.habits import Habits

_log = logging.getLogger(__name__)
NOTICE = "notice"
"""The kind of the event."""


@dataclass(frozen=True)
class MoodRules:
    """What follows from a mood: at most a row in the log."""

    habits: bool = True
    """Whether four running means of how each person speaks are kept, sealed, to tell what is unusual for them."""
    notice: Literal["never", "fearful", "angry", "fearful or angry"] = "never"
    """Which moods are worth a notice among the events. No evidence supports telling duress from a voice."""
    notice_probability: Annotated[float, Field(ge=0, le=1)] = 0.6
    """How probable the mood must be for a notice, 0..1."""
    notice_from_hour: Annotated[int, Field(ge=0, le=23)] = 22
    """Hour of the day, local time, from which notices are sent, 0..23; the same as notice_until_hour: all day."""
    notice_until_hour: Annotated[int, Field(ge=0, le=23)] = 6
    """Hour of the day, local time, before which notices are sent, 0..23."""


def _now() -> datetime:
    return datetime.now()


class Aftermath:
    """Called with every answer of the door; never raises an Exception."""

    def __init__(self, rules: MoodRules, habits: Habits, events: Events, now: Callable[[], datetime] = _now) -> None:
        self._rules, self._habits, self._events, self._now = rules, habits, events, now

    def __call__(self, evidence: Evidence, decision: Decision, opened: bool) -> None:
        """Note what is to be noted; what cannot be is told in the log."""
        mood = evidence.mood
        if mood is None:
            return
        try:
            if wants_notice(mood, self._rules, self._now().hour):
                share = mood.probabilities[mood.label]
                told = f"{decision.speaker or 'somebody'} sounded {mood.label} ({percent(share)}); no proof of anything"
                self._events.write(NOTICE, told, decision.speaker, {f"mood_{mood.label}": share})
            if self._rules.habits and opened and decision.speaker and mood.prosody:
                self._habits.note(decision.speaker, figures(mood.prosody))
        except Exception as error:  # neither may take a door that has answered down
            _log.warning("the mood was not written down: %s", error)


def wants_notice(mood: Mood, rules: MoodRules, hour: int) -> bool:
    """Whether a mood at this hour (0..23, local) is worth a row."""
    begin, end = rules.notice_from_hour, rules.notice_until_hour
    within = begin <= hour < end if begin < end else hour >= begin or hour < end
    wanted = rules.notice.split(" or ")
    return within and mood.label in wanted and mood.probabilities.get(mood.label, 0.0) >= rules.notice_probability
