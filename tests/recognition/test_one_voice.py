"""The halves of what one person says agree; those of two people do not; short ones are not asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.one_voice import SHORTEST_S, halves_agree
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.voiceprints import Voiceprint
from tests.sound import clip


def said(*names: str) -> Utterance:
    """Several clips as one utterance."""
    ear = Listen()
    heard = [*ear.hear(AudioBlock(np.concatenate([clip(f"{name}.opus") for name in names]), 0)), *ear.finish()]
    frames = Frames.join([utterance.frames for utterance in heard])
    return replace(heard[0], frames=frames)


ONE = ("ada-unlock-1", "ada-unlock-2", "ada-unlock-1", "ada-unlock-2")
TWO = ("ada-unlock-1", "ada-unlock-2", "ben-unlock-1", "ben-unlock-2")


@pytest.fixture(scope="module")
def xvector(model_path: Path) -> XVector:
    return XVector(model_path)


def test_one_voice_agrees_with_itself_and_two_do_not(xvector: XVector) -> None:
    one, two = (halves_agree(xvector, said(*names).frames) for names in (ONE, TWO))
    assert one is not None
    assert two is not None
    assert one > 0.5 > two


def test_the_halves_are_of_the_speech_and_not_of_the_time(xvector: XVector) -> None:
    frames = said(*ONE).frames
    spoken = np.flatnonzero(frames.speech)
    middle = int(spoken[len(spoken) // 2])
    late = replace(frames, speech=np.where(np.arange(len(frames)) < middle, 0, frames.speech))
    spoken_late = np.flatnonzero(late.speech)
    cut = int(spoken_late[len(spoken_late) // 2])
    wanted = float(xvector.voice(frames[:cut].mfcc) @ xvector.voice(frames[cut:].mfcc))
    assert halves_agree(xvector, late, shortest_s=1.0) == wanted
    assert cut > len(frames) * 2 // 3
    assert halves_agree(xvector, frames) != wanted


def test_what_is_too_short_to_tell_is_not_asked(xvector: XVector) -> None:
    frames = said(*ONE).frames
    enough = int(np.flatnonzero(np.cumsum(frames.speech) == SHORTEST_S * 100)[0]) + 1
    assert halves_agree(xvector, frames[:enough]) is not None
    assert halves_agree(xvector, frames[: enough - 1]) is None


def test_only_a_final_utterance_that_nobody_enrolled_spoke_is_asked(model_path: Path) -> None:
    people: list[Voiceprint] = []
    recogniser = Recogniser(model_path, lambda model: people, 0.001)
    utterance = said(*ONE)
    assert recogniser.recognise(utterance).agreement == recogniser.agreement(utterance)
    assert recogniser.recognise(replace(utterance, final=False)).agreement is None
    voice = recogniser.embed(utterance)
    people.append(Voiceprint("Ada", voice.vector, voice.model, 3))
    assert recogniser.recognise(utterance).agreement is None
