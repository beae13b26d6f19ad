"""The gate as its definition: plain Python integers, one frame at a time. Slow, and the last word."""

from tests.listening.specification import Frame
from tests.listening.specification_noise import excess

ONSET, ONSET_WINDOW, EARLY, HANGOVER, MARGIN, SHORTEST, LONGEST = 12, 20, 10, 40, 25, 60, 1200
SUREST, VOICE_ODDS, VOICE_ODDS_IN_NOISE = 70, 6144, 4500  # frames, and their mean odds, Q11
STANDS_OUT = 3 << 16  # octaves of mean power over the noise, Q16
SURE_ODDS, WEAK_TAIL = 4081, 8

Span = tuple[int, int, bool]
"""First frame, frame after the last, whether the utterance ends there."""


def spans(speech: list[int], odds: list[int]) -> list[Span]:
    """Flags and odds of a stream -> every utterance, even a short one, and what it held at each short pause."""
    found: list[Span] = []
    held = 0  # first frame that may still belong to an utterance
    cut = False  # what follows an utterance cut at its longest belongs to the same sentence, and needs no onset
    while (onset := held if cut else _onset(speech, held)) is not None:
        start = max(held, onset - (ONSET_WINDOW - 1 + MARGIN))
        stop, early = _stop(speech, odds, start, onset)
        found += [(start, pause, False) for pause in early]
        found.append((start, len(speech) if stop is None else stop, True))
        if stop is None:
            return found
        held, cut = stop, stop - start == LONGEST
    return found


def _onset(speech: list[int], held: int) -> int | None:
    """The first frame from ``held`` on at which 120 of the last 200 ms are speech."""
    for frame in range(held, len(speech)):
        if sum(speech[max(held, frame - ONSET_WINDOW + 1) : frame + 1]) >= ONSET:
            return frame
    return None


def _stop(speech: list[int], odds: list[int], start: int, onset: int) -> tuple[int | None, list[int]]:
    """The frame after the utterance's last one, None where the stream ends before its pause; and after early ones."""
    last, sure = onset, onset
    early: list[int] = []
    for frame in range(start, len(speech)):
        if frame - start == LONGEST:
            return start + LONGEST, early
        if speech[frame]:
            last = max(last, frame)
        if odds[frame] >= SURE_ODDS:
            sure = max(sure, frame)
        if frame - last >= HANGOVER:
            return last + 1 + MARGIN, early
        if frame - sure == EARLY or (frame - last == EARLY and last - sure >= WEAK_TAIL):
            early.append(frame + 1)
    return (start + LONGEST if len(speech) - start >= LONGEST else None), early


def counts(frames: list[Frame]) -> bool:
    """Whether what lies between two pauses is an utterance: enough speech, and the surest of it sure enough."""
    surest = sorted(frame.odds for frame in frames)[-SUREST:]
    stands_out = excess([frame.snr for frame in frames], [frame.noise for frame in frames]) >= STANDS_OUT
    wanted = VOICE_ODDS if stands_out else VOICE_ODDS_IN_NOISE
    return sum(frame.speech for frame in frames) >= SHORTEST and sum(surest) >= wanted * SUREST
