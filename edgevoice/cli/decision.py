"""A decision as one JSON object, or as one line to read."""

from dataclasses import replace

from edgevoice.door.decide import Cause, Decision
from edgevoice.door.gates import NO_SPEECH
from edgevoice.pipeline import Answer
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.recognise import Evidence


def as_record(file: str | None, evidence: Evidence, decision: Decision) -> dict[str, object]:
    """The keys that programs hold on to; ``speaker``, ``score`` and ``llr`` are null where nobody is enrolled."""
    best = next((score for score in evidence.scores if score.speaker == decision.speaker), None)
    quality, mood, recording, ms = evidence.quality, evidence.mood, evidence.recording, evidence.ms
    milliseconds = {"front_end": ms.front_end, "embed": ms.embed, "score": ms.score, "total": ms.total}
    return {
        "file": file,
        "start_s": round(evidence.start_s, 3),
        "end_s": round(evidence.end_s, 3),
        "decision": "open" if decision.opens else "refuse",
        "reason": decision.reason,
        "speaker": decision.speaker,
        "score": best and round(best.score, 4),
        "llr": best and round(best.llr, 4),
        "threshold": round(evidence.threshold, 4),
        "net_speech_s": round(quality.net_speech_s, 3),
        "snr_db": round(quality.snr_db, 2),
        "clipped": round(quality.clipped_share, 5),
        "mood": mood and mood_record(mood),
        "recording": recording
        and {
            "name": recording.name,
            "aligned_hashes": recording.aligned_hashes,
            "offset_s": recording.offset_s,
        },
        "ms": {name: round(value, 2) for name, value in milliseconds.items()},
    }


def mood_record(mood: Mood) -> dict[str, object]:
    """Label and probabilities."""
    return {
        "label": mood.label,
        "probabilities": {label: round(share, 4) for label, share in mood.probabilities.items()},
    }


def as_text(file: str | None, evidence: Evidence, decision: Decision) -> str:
    """Where, what and why."""
    place = f"{file}: " if file else ""
    word = "open" if decision.opens else "heard" if decision.cause is Cause.ENROLMENT else "refuse"
    quality = evidence.quality
    return (
        f"{place}{evidence.start_s:.2f}-{evidence.end_s:.2f} s: {word}: {decision.reason} "
        f"({quality.net_speech_s:.1f} s of speech, SNR {quality.snr_db:.0f} dB, {evidence.ms.total:.0f} ms)"
    )


def silence_record(file: str, seconds: float) -> dict[str, object]:
    """The answer to a file in which nobody speaks: a refusal with the same keys."""
    record: dict[str, object] = dict.fromkeys(
        ("file", "start_s", "end_s", "decision", "reason", "speaker", "score", "llr", "threshold")
    )
    record |= {"file": file, "start_s": 0.0, "end_s": round(seconds, 3), "decision": "refuse", "reason": NO_SPEECH}
    return record | {"net_speech_s": 0.0, "snr_db": None, "clipped": None, "mood": None, "recording": None, "ms": None}


def as_done(answer: Answer) -> tuple[Evidence, Decision] | None:
    """What was decided of an utterance, as a refusal where it was to open and the door did not; None where a stage
    failed before that."""
    evidence, decision, outcome = answer.evidence, answer.decision, answer.outcome
    if evidence is None or decision is None:
        return None
    if decision.opens and not outcome.opened:
        decision = replace(decision, opens=False, reason="; ".join(outcome.faults), cause=Cause.UNHEALTHY)
    return evidence, decision
