"""``edgevoice mood WAV...``: how somebody sounds."""

import time
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.decision import mood_record
from edgevoice.cli.desk import Desk, ask_each, pass_desk, sound_files
from edgevoice.door.gates import NO_SPEECH
from edgevoice.errors import ModelError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.emotion import Emotion
from edgevoice.recognition.manner import described, figures, percent
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.habits import Habits

_SHOWN = 0.1  # a smaller probability is left out of the line to read


@click.command()
@click.argument("wav", nargs=-1, required=True, type=sound_files)
@pass_desk
def mood(desk: Desk, wav: tuple[Path, ...]) -> int:
    """The emotion of each utterance, and the manner of speaking it rests on; moves no lock.

    Who is enrolled and recognised is compared with how they usually sound. Exit status 3 where a file has no voice.
    """
    settings = desk.loaded.settings
    with app.house(desk.loaded) as house:
        recogniser = app.recogniser(settings, house.speakers)
        emotion = app.emotion(settings, recogniser.xvector)
        if emotion is None:
            raise ModelError(
                "mood: not installed: no model of mood lies beside the x-vector; install the models again, or train "
                "one (python -m tools.train_emotion)"
            )
        return ask_each(wav, lambda path: _tell(desk, path, emotion, recogniser, house.habits))


def _tell(desk: Desk, path: Path, emotion: Emotion, recogniser: Recogniser, habits: Habits) -> bool:
    """Print the mood of each utterance of a file; whether there was a voice. AudioError."""
    samples = read_sound(path)
    heard = app.utterances(samples, desk.loaded.settings)
    for utterance in heard:
        _tell_one(desk, path, utterance, emotion, recogniser, habits)
    if not heard:
        record = {"file": str(path), "start_s": 0.0, "end_s": round(len(samples) / SAMPLE_RATE, 3), "mood": None}
        desk.answer({**record, "reason": NO_SPEECH}, f"{path}: {NO_SPEECH}")
    return bool(heard)


def _tell_one(
    desk: Desk, path: Path, utterance: Utterance, emotion: Emotion, recogniser: Recogniser, habits: Habits
) -> None:
    started = time.process_time()
    found = emotion.feel(utterance.frames)
    ms = 1000 * (time.process_time() - started)
    assert found.prosody is not None
    speaker = known(recogniser, utterance)
    usual = habits.usual(speaker) if speaker else None
    manner = described(found.prosody, speaker, usual.figures if usual else None)
    likely = sorted(found.probabilities.items(), key=lambda item: -item[1])
    shares = ", ".join(f"{label} {percent(share)}" for label, share in likely if share >= _SHOWN)
    record = {
        "file": str(path),
        "start_s": round(utterance.start_s, 3),
        "end_s": round(utterance.end_s, 3),
        "mood": mood_record(found),
        "arousal": round(found.arousal, 3),
        "valence": round(found.valence, 3),
        "prosody": {**figures(found.prosody), "pause_share": round(found.prosody.pause_share, 3)},
        "speaker": speaker,
        "usual": usual and {**usual.figures, "utterances": usual.utterances},
        "ms": round(ms, 2),
    }
    place = f"{path}: {utterance.start_s:.2f}-{utterance.end_s:.2f} s"
    desk.answer(
        record,
        f"{place}: {found.label} ({shares}; arousal {found.arousal:+.2f}, valence {found.valence:+.2f}); {manner}",
    )


def known(recogniser: Recogniser, utterance: Utterance) -> str | None:
    """Who speaks, by the threshold in force; None where nobody of the house."""
    evidence = recogniser.recognise(utterance)
    best = max(evidence.scores, key=lambda score: score.llr, default=None)
    return best.speaker if best and best.llr >= evidence.threshold else None
