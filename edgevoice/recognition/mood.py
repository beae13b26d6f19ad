"""When the mood is asked at all, and that nothing hangs on the answer."""

import logging
from typing import Literal

from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.emotion import Emotion, Mood

_log = logging.getLogger(__name__)

When = Literal["off", "verified", "always"]
"""``verified``: only of somebody whom the door knows by the threshold in force, or nearly."""


class MoodSense:
    """Asks the model when the settings say so. A model that fails is told once in the log, and never again."""

    def __init__(self, emotion: Emotion, when: When) -> None:
        self._emotion, self._when = emotion, when
        self._failed = False

    def feel(self, utterance: Utterance, known: bool) -> Mood | None:
        """The mood, None where it is not asked or cannot be told; ``known``: whether the door knows the voice, or
        nearly. Never raises an Exception."""
        asked = self._when == "always" or (self._when == "verified" and known)
        if self._failed or not asked:
            return None
        try:
            return self._emotion.feel(utterance.frames)
        except Exception:  # a broken model must not shut the door
            self._failed = True
            _log.exception("the mood cannot be told and is left out from now on: run `edgevoice check`")
            return None
