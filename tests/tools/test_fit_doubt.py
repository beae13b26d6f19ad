"""What is learned of made-up voices whose disturbance is known."""

from dataclasses import replace

import numpy as np
import pytest

from edgevoice.recognition.embed import XVector
from tests.tools.test_batches import FRAMES, corpus
from tools.peers.edgevoice import MODEL
from tools.training.fit_doubt import Voices, fit_doubt, learn


def made_up(people: int, cuts: int, stand_out: float = 0.3) -> Voices:
    """Voices nearer to the middle or farther from it, in a disturbance that falls with the seconds."""
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(people), cuts)
    far = np.exp2(rng.normal(0, stand_out, people))
    seconds = np.exp(rng.uniform(np.log(1.5), np.log(9), len(person)))
    voices = rng.standard_normal((people, 24)) * far[:, None]
    vectors = voices[person] + rng.standard_normal((len(person), 24)) * np.sqrt(3 / seconds)[:, None]
    return Voices(
        vectors.astype(np.float32), seconds, person, np.arange(len(person)), np.full(len(person), "made-up", np.str_)
    )


def rates(told: str) -> tuple[float, float]:
    """EER before and after, as told."""
    before, _, after, _ = told.split()[-4:]
    return float(before), float(after)


def test_the_longer_and_the_farther_out_the_less_doubt() -> None:
    doubt, told = learn(made_up(60, 8), np.random.default_rng(0))
    assert doubt.by_seconds < -0.03
    assert doubt.by_length < -0.1
    before, after = rates(told)
    assert after < before


def test_the_unit_of_the_vectors_does_not_matter() -> None:
    voices = made_up(60, 8)
    larger = Voices(3 * voices.vectors, voices.seconds, voices.person, voices.recording, voices.collection)
    (doubt, _), (of_larger, _) = (learn(each, np.random.default_rng(0)) for each in (voices, larger))
    assert of_larger.usual_length == pytest.approx(3 * doubt.usual_length, rel=1e-5)
    assert of_larger.by_seconds == pytest.approx(doubt.by_seconds, abs=0.01)
    assert of_larger.by_length == pytest.approx(doubt.by_length, abs=0.01)


def test_two_cuts_of_one_recording_are_no_pair() -> None:
    voices = made_up(60, 4)
    one_recording_each = Voices(
        voices.vectors,
        voices.seconds,
        voices.person,
        voices.person // 2 * 2 + np.arange(len(voices.person)) % 2,
        voices.collection,
    )
    _, told = learn(one_recording_each, np.random.default_rng(0))
    assert f"EER of {60 * 4} pairs" in told


@pytest.mark.parametrize("name", ["meetings:{}@0", "anna {}@0"])
def test_people_need_no_collection_in_their_names(name: str) -> None:
    people, clips = 50, 6
    features = np.random.default_rng(5).integers(-999, 999, (people * clips * FRAMES, 40)).astype(np.int16)
    speaker = np.array([name.format(number // clips) for number in range(people * clips)])
    _, told = fit_doubt(XVector(MODEL), replace(corpus(people * clips), features=features, speaker=speaker))
    assert f"EER of {people * clips * (clips - 1) // 2} pairs" in told
