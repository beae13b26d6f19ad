"""Evidence, state of the door, rules -> Decision: the safety policy for a voice.

Two other ways lead to an open door, each with a rule of its own: a fire alarm (known_sounds.py), and a second factor
after a match that alone was not enough (second_factor.py).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from itertools import chain
from typing import Annotated

from pydantic import Field

from edgevoice.door.gates import MIN_AGREEMENT, SoundLimits, broken, clipped, figures, too_noisy, too_short, two_voices
from edgevoice.recognition.emotion import STRONG
from edgevoice.recognition.recognise import Evidence
from edgevoice.recognition.score import Score

CLOSEST = "closest is "
"""How the reason begins where the best of all scores too little; the name follows."""


@dataclass(frozen=True)
class Rules(SoundLimits):
    """What must hold, beside the threshold that the false-accept rate asks for."""

    margin_llr: Annotated[float, Field(ge=0, le=20)] = 1.0
    """How much better than the second-best other person, in natural-log likelihood ratio, 0..20."""
    min_agreement: Annotated[float, Field(ge=-1, le=1)] = MIN_AGREEMENT
    """Cosine of the voices of the two halves of an utterance that nobody enrolled spoke, under which two people did,
    -1..1."""
    near_miss_times: Annotated[float, Field(ge=1, le=100)] = 10.0
    """Whoever would pass at so many times the false-accept rate, and sounds upset, is told to say it again, 1..100;
    1: nobody is. It counts as a refusal all the same."""
    strong_mood: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How probable an emotion must be for that, 0..1."""


@dataclass(frozen=True)
class DoorState:
    """locked_out_for_s: seconds of lockout still to wait, 0 when there is none; healthy: every self-test passed;
    pressed: the button was pressed a moment ago, or need not be."""

    locked_out_for_s: float
    healthy: bool
    pressed: bool = True


class Cause(Enum):
    """Why the door opens or stays shut."""

    MATCH = "match"
    UNHEALTHY = "unhealthy"
    LOCKED_OUT = "locked out"
    UNSOUND = "unsound figures"
    NOT_PRESSED = "button not pressed"
    RECORDING = "recording"
    TOO_SHORT = "too short"
    TOO_NOISY = "too noisy"
    CLIPPED = "clipped"
    BROKEN = "broken sound"
    NOBODY = "nobody enrolled"
    TWO_VOICES = "two voices"
    NO_MATCH = "no match"
    TOO_CLOSE = "too close"
    SAY_AGAIN = "say it again"  # a near miss by somebody who sounds upset
    NO_PROOF = "no second factor"  # nothing can be asked of that person
    PROOF_WANTED = "second factor wanted"
    UNPROVED = "second factor failed"
    ENROLMENT = "enrolment"  # said in a dialogue, and not to be let in


_MOST_NAMED = 3  # people in one reason, which an audit row cuts at some length
_ATTEMPTS = {
    *(Cause.RECORDING, Cause.TWO_VOICES, Cause.NO_MATCH, Cause.TOO_CLOSE, Cause.SAY_AGAIN),
    Cause.UNPROVED,
}


@dataclass(frozen=True)
class Decision:
    """opens: whether the door opens; reason: why, in words and numbers; speaker: whom the voice is closest to;
    figures: what it rests on, for the audit log. ValueError unless it opens on a match and on nothing else."""

    opens: bool
    reason: str
    speaker: str | None
    cause: Cause
    figures: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.opens != (self.cause is Cause.MATCH):  # no assert, which python -O leaves out
            raise ValueError("a decision opens on a match and on nothing else")

    @property
    def counts_as_attempt(self) -> bool:
        """Whether a voice was judged and failed; a sound too short or too noisy is only asked for again."""
        return self.cause in _ATTEMPTS


def decide(evidence: Evidence, state: DoorState, rules: Rules) -> Decision:
    """Open only if nothing speaks against it. Pure and total: any figures give a decision and none raises.

    NaN or infinity anywhere keeps the door shut. Mood is logged; it neither opens nor blocks, and what it turns a
    near miss into counts as the refusal that it is, so nobody wins a try by it.
    """
    best, second = _rank(evidence)
    speaker = best.speaker if best else None
    told = _to_log(evidence, best, second)
    for cause, objection in _objections(evidence, state, rules, best, second):
        if objection is None:
            continue
        if cause is Cause.NO_MATCH and (mood := _upset(evidence, best, rules)):
            return Decision(False, f"{objection}, and sounds {mood}: say it again", speaker, Cause.SAY_AGAIN, told)
        return Decision(False, objection, speaker, cause, told)
    if best is None:
        return Decision(False, _nobody(evidence.outdated), None, Cause.NOBODY, told)
    found, wanted = figures(best.llr, evidence.threshold)
    return Decision(True, f"{best.speaker} scored {found}, needs {wanted}", speaker, Cause.MATCH, told)


def _nobody(outdated: Sequence[str]) -> str:
    """Whom the voice could not be compared with, and why."""
    if not outdated:
        return "nobody is enrolled: enrol the first person"
    more = f" and {len(outdated) - _MOST_NAMED} more" if len(outdated) > _MOST_NAMED else ""
    names = ", ".join(outdated[:_MOST_NAMED]) + more
    why = "as another model made the voiceprint, or it is damaged"
    return f"{names} must enrol again, {why}: edgevoice enroll --renew NAME"


def _objections(
    evidence: Evidence, state: DoorState, rules: Rules, best: Score | None, second: Score | None
) -> Iterator[tuple[Cause, str | None]]:
    """Everything that can speak against opening, gravest first; None where it does not."""
    yield Cause.UNHEALTHY, None if state.healthy is True else "the device is not healthy: run `edgevoice check`"
    yield Cause.UNSOUND, _unsound(evidence, state, rules)
    yield Cause.LOCKED_OUT, _locked_out(state)
    yield Cause.NOT_PRESSED, None if state.pressed is True else "nobody pressed the button: press it, then speak"
    yield Cause.RECORDING, _recording(evidence)
    yield Cause.TOO_SHORT, too_short(evidence.quality, rules)
    yield Cause.CLIPPED, clipped(evidence.quality, rules)
    yield Cause.BROKEN, broken(evidence.quality, rules)
    yield Cause.TOO_NOISY, too_noisy(evidence.quality, rules)
    if best is not None:
        yield Cause.TWO_VOICES, two_voices(evidence.agreement, rules.min_agreement)
        yield Cause.NO_MATCH, _below_threshold(best, evidence.threshold)
        yield Cause.TOO_CLOSE, _too_close(best, second, rules.margin_llr)


def _unsound(evidence: Evidence, state: DoorState, rules: Rules) -> str | None:
    figures_of = (asdict(part).values() for part in (evidence.quality, evidence.ms, state, rules))
    scores = (asdict(score).values() for score in evidence.scores)
    agreement = 0.0 if evidence.agreement is None else evidence.agreement
    numbers = chain((evidence.threshold, agreement, evidence.start_s, evidence.end_s), *figures_of, *scores)
    if all(math.isfinite(number) for number in numbers if isinstance(number, (int, float))):
        return None
    return "a figure is not a finite number: check the model with `edgevoice check`"


def _locked_out(state: DoorState) -> str | None:
    return None if state.locked_out_for_s <= 0 else f"locked out for {math.ceil(state.locked_out_for_s)} s more: wait"


def _recording(evidence: Evidence) -> str | None:
    match = evidence.recording
    if match is None:
        return None
    return f"this recording was heard before: {match.name}, {match.aligned_hashes} aligned hashes"


def _below_threshold(best: Score, threshold: float) -> str | None:
    found, wanted = figures(best.llr, threshold)
    return None if best.llr >= threshold else f"{CLOSEST}{best.speaker}: scored {found}, needs {wanted}"


def _upset(evidence: Evidence, best: Score | None, rules: Rules) -> str | None:
    """The strong mood of a near miss: such speech is refused far more often (docs/mood.md), and a calm one is not."""
    mood = evidence.mood
    if best is None or mood is None or not evidence.near_llr <= best.llr < evidence.threshold:
        return None
    likely = mood.probabilities.get(mood.label, 0.0) >= rules.strong_mood
    return mood.label if likely and mood.label in STRONG else None


def _too_close(best: Score, second: Score | None, margin: float) -> str | None:
    """The other person is not named: an audit row speaks of one person, who can be taken out of it."""
    if second is None or best.llr - second.llr >= margin:
        return None
    found, wanted = figures(best.llr - second.llr, margin)
    return f"{best.speaker} is only {found} ahead of the next person, needs {wanted}"


def _rank(evidence: Evidence) -> tuple[Score | None, Score | None]:
    """The best score and the best of another person; the order and number of scores are not relied on."""
    best = max(evidence.scores, key=lambda score: score.llr, default=None)
    others = [score for score in evidence.scores if best and score.speaker != best.speaker]
    return best, max(others, key=lambda score: score.llr, default=None)


def _to_log(evidence: Evidence, best: Score | None, second: Score | None) -> dict[str, float]:
    quality, mood = evidence.quality, evidence.mood
    told = {"threshold": evidence.threshold, "net_speech_s": quality.net_speech_s, "snr_db": quality.snr_db}
    told["clipped_share"] = quality.clipped_share
    if best is not None:
        told |= {"llr": best.llr, "score": best.score}
    if second is not None:
        told["second_llr"] = second.llr
    if evidence.agreement is not None:
        told["agreement"] = evidence.agreement
    if mood is not None:
        told[f"mood_{mood.label}"] = mood.probabilities.get(
            mood.label, max(mood.probabilities.values(), default=math.nan)
        )
    return told
