"""The gate as its definition: plain Python integers, one frame at a time. Slow, and the last word.

The weights of the voice rule are fitted, so they are read where they stand.
"""

from itertools import pairwise

from edgevoice.listening.voice_rule import BIAS, RULE
from tests.listening.specification import Frame, log2, log2_table

VOICED = 150
ONSET, ONSET_WINDOW, HANGOVER, SETTLED, SETTLED_HANGOVER, MARGIN, LONGEST = 12, 20, 40, 300, 22, 10, 1200
LOG2 = log2_table()


def spans(speech: list[int]) -> list[tuple[int, int]]:
    """Flags of a stream -> first frame and frame after the last of every utterance, too short ones included."""
    found: list[tuple[int, int]] = []
    held = 0  # first frame that may still belong to an utterance
    now = 0
    while (onset := _onset(speech, held)) is not None:
        start = max(held, onset - (ONSET_WINDOW - 1 + MARGIN))
        stop = _stop(speech, start, onset)
        if stop is None:
            found.append((start, len(speech)))
            return found
        found.append((start, stop))
        held = now = stop
    assert now <= len(speech)
    return found


def _onset(speech: list[int], held: int) -> int | None:
    """The first frame from ``held`` on at which 120 of the last 200 ms are speech."""
    for frame in range(held, len(speech)):
        if sum(speech[max(held, frame - ONSET_WINDOW + 1) : frame + 1]) >= ONSET:
            return frame
    return None


def _stop(speech: list[int], start: int, onset: int) -> int | None:
    """The frame after the utterance's last one, None where the stream ends before its pause."""
    last, net = onset, 0
    for frame in range(start, len(speech)):
        if frame - start == LONGEST:
            return start + LONGEST
        net += speech[frame]
        if speech[frame]:
            last = max(last, frame)
        if frame - last >= (SETTLED_HANGOVER if net >= SETTLED else HANGOVER):
            return last + 1 + MARGIN
    return start + LONGEST if len(speech) - start >= LONGEST else None


def statistics(frames: list[Frame]) -> dict[str, int]:
    """Frames of one utterance -> the statistics of the voice rule, Q10."""
    spoken = [frame for frame in frames if frame.speech]
    voiced = [bool(frame.speech and frame.periodicity >= VOICED) for frame in frames]
    pairs = [
        (a.pitch_lag, b.pitch_lag) for (a, b), both in zip(pairwise(frames), pairwise(voiced), strict=True) if all(both)
    ]
    steady = sum(abs(b - a) * 16 < a for a, b in pairs)
    starts = voiced[0] + sum(b and not a for a, b in pairwise(voiced))
    fine = [abs(value) for frame in spoken for value in frame.mfcc[13:]]
    return {
        "level change in 100 ms": change(frames, range(1), 10),
        "tract change in 100 ms": change(frames, range(1, 7), 10),
        "tract change in 50 ms": change(frames, range(1, 7), 5),
        "detail change in 10 ms": change(frames, range(7, 13), 1),
        "fine change in 20 ms": change(frames, range(13, 40), 2),
        "fine change in 50 ms": change(frames, range(13, 40), 5),
        **{f"spread of c{k}": spread([frame.mfcc[k] for frame in spoken]) for k in (1, 2, 3, 14)},
        "fine structure": sum(fine) // len(fine),
        "periodicity": sum(frame.periodicity for frame in spoken) * 4 // len(spoken),
        "voiced share": sum(voiced) * 1024 // len(spoken),
        "voiced runs a second": starts * 100 * 1024 // len(frames),
        "steady pitch": steady * 1024 // max(len(pairs), 1),
        "pitch spread": spread([log2(f.pitch_lag) >> 6 for f, v in zip(frames, voiced, strict=True) if v]),
    }


def change(frames: list[Frame], coefficients: range, lag: int) -> int:
    """Mean absolute change of some coefficients over ``lag`` frames."""
    steps = [abs(b.mfcc[k] - a.mfcc[k]) for a, b in zip(frames[:-lag], frames[lag:], strict=True) for k in coefficients]
    return sum(steps) // max(len(steps), 1)


def spread(values: list[int]) -> int:
    """Mean distance from the mean."""
    return sum(abs(value - sum(values) // len(values)) for value in values) // len(values) if values else 0


def voice_odds(found: dict[str, int]) -> int:
    """Natural-log odds of a voice, Q10: a bias, and weights on each level and on the product of each two."""
    levels = []
    for name, (lowest, highest, centre, gain, _, _) in RULE.items():
        levels.append((min(max(found[name], lowest), highest) - centre) * gain >> 10)
    total = BIAS << 10
    for i, (*_, weight, products) in enumerate(RULE.values()):
        total += weight * levels[i]
        for j, product in enumerate(products, i):
            total += product * (levels[i] * levels[j] >> 10)
    return total >> 10
