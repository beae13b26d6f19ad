"""Sound that was lost, told soon and seldom."""

import math

from edgevoice.hardware.microphone_status import MicrophoneStatus

AGAIN_SECONDS = 60.0


class Losses:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._dropped_blocks = self._overruns = 0
        self._again_s = -math.inf

    def news(self, status: MicrophoneStatus, now_s: float) -> str:
        """What was lost since it was last told, in words; nothing where nothing was, and within a minute of that.

        ``now_s``: monotonic seconds.
        """
        dropped, overruns = status.dropped_blocks - self._dropped_blocks, status.overruns - self._overruns
        if not (dropped or overruns) or now_s < self._again_s:
            return ""
        self._dropped_blocks, self._overruns = status.dropped_blocks, status.overruns
        self._again_s = now_s + AGAIN_SECONDS
        told = (_count(dropped, "block") + " dropped", dropped), (_count(overruns, "overrun"), overruns)
        return ", ".join(words for words, count in told if count)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
