"""Whose voiceprint is damaged, or of another model: told loudly, once, before anybody is judged without it."""

from collections.abc import Callable, Sequence

from edgevoice.errors import StorageError
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.recognise import Evidence, Recognises
from edgevoice.storage.speakers import Speaker
from edgevoice.storage.voiceprints import DAMAGED


def demand_one_model(outdated: Sequence[Speaker], model: str) -> None:
    """StorageError that names ``outdated``, who were enrolled with another model, as before an upgrade."""
    if outdated:
        names = ", ".join(sorted(person.name for person in outdated))
        raise StorageError(
            f"{names} cannot get in: enrolled with another model than {model}; run: edgevoice enroll --renew NAME, for"
            " each"
        )


class DamageWatch:
    """Recognises; the first utterance after a voiceprint was lost is a fault instead, shown and written down.

    From the next one on everybody else gets in as before; whoever it was of does not, as nothing is compared with it,
    unless it was only the one laid aside when it adapted.
    """

    def __init__(self, recogniser: Recognises, damaged: Callable[[], Sequence[Speaker]]) -> None:
        self._recogniser, self._damaged = recogniser, damaged
        self._left_out: frozenset[str] = frozenset()

    def recognise(self, utterance: Utterance, front_end_ms: float = 0.0) -> Evidence:
        """The evidence; StorageError where there is news of a loss, or without the key."""
        self.look()
        return self._recogniser.recognise(utterance, front_end_ms)

    def look(self) -> None:
        """StorageError where somebody is left out who was not at the last look, or without the key."""
        left_out = frozenset(person.name for person in self._damaged())
        new, self._left_out = left_out - self._left_out, left_out
        if new:
            names = ", ".join(sorted(new))
            raise StorageError(f"{names} cannot get in, or can adapt no more; everybody else gets in: {DAMAGED}")
