"""A doubt is one component more: the less is known of a voice, the larger, and never out of its bounds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from edgevoice.recognition.doubt import Doubt, Vector
from edgevoice.recognition.embed import XVector
from tests.recognition.test_embed import utterance

DOUBT = Doubt(usual_length=20.0, by_seconds=-0.3, by_length=-0.5)


def voice(length: float, cosine: float = 1.0) -> Vector:
    """(4,) of that length, so alike to the first axis."""
    return np.array([cosine, np.sqrt(1 - cosine**2), 0, 0], dtype=np.float32) * np.float32(length)


def beside(length: float, seconds: float) -> float:
    """The doubt against the voice."""
    whole = DOUBT.beside(voice(length), seconds)
    assert np.linalg.norm(whole) == pytest.approx(1, abs=1e-6)
    return float(whole[-1] / whole[0])


def test_a_usual_clip_has_a_doubt_of_one() -> None:
    assert beside(20.0, 3.0) == pytest.approx(1)


def test_more_said_or_a_longer_vector_is_less_doubt() -> None:
    assert beside(20.0, 6.0) == pytest.approx(0.7)
    assert beside(24.0, 3.0) == pytest.approx(1 - 0.5 * np.log2(1.2), abs=1e-6)


def test_nothing_is_gained_by_saying_next_to_nothing_or_by_a_vector_of_no_length() -> None:
    assert beside(20.0, 0.1) == beside(20.0, 2.5)
    assert beside(0.001, 3.0) == beside(20.0 / 2**0.4, 3.0)
    nothing = DOUBT.beside(np.zeros(4, dtype=np.float32), 0.0)
    assert np.isfinite(nothing).all()


def test_one_cosine_of_two_voices_says_more_where_little_is_known() -> None:
    def cosine(length: float, seconds: float) -> float:
        one, other = DOUBT.beside(voice(length), seconds), DOUBT.beside(voice(length, 0.5), seconds)
        return float(one @ other)

    assert cosine(20.0, 3.0) == pytest.approx(0.75, abs=1e-6)  # (0.5 + 1) / 2
    assert cosine(20.0, 6.0) < cosine(20.0, 3.0)
    assert cosine(24.0, 3.0) < cosine(20.0, 3.0) < cosine(17.0, 3.0)


@given(
    st.floats(0.01, 1000),
    st.floats(-0.4, 0.4),
    st.floats(-1, 1),
    st.floats(0, 1e6),
    st.floats(0, 1e6, width=32),
)
@example(1.0, -0.4, -1.0, 1e6, 1e6)
@example(1.0, 0.4, 1.0, 0.0, 0.0)
def test_any_doubt_is_above_nothing(
    usual: float, by_seconds: float, by_length: float, seconds: float, length: float
) -> None:
    whole = Doubt(usual, by_seconds, by_length).beside(voice(length), seconds)
    assert np.isfinite(whole).all()
    assert whole[-1] > 0


@pytest.mark.parametrize(
    "silly", [{"usual_length": 0.0}, {"by_seconds": -0.6}, {"by_length": float("nan")}, {"usual_length": float("inf")}]
)
def test_a_silly_manifest_is_refused(silly: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        replace(DOUBT, **silly)


def test_an_embedding_is_the_voice_and_the_doubt(xvector: XVector) -> None:
    mfcc = utterance("ada-unlock-1.opus").mfcc
    doubt, whole, alone = xvector.manifest.doubt, xvector.embed(mfcc).vector, xvector.voice(mfcc)
    assert doubt is not None
    assert doubt.by_seconds < 0
    assert len(whole) == len(alone) + 1
    assert np.linalg.norm(alone) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(whole, doubt.beside(xvector.project(mfcc), len(mfcc) / 100))
    assert float(whole[:-1] @ alone) == pytest.approx(np.linalg.norm(whole[:-1]), abs=1e-6)
    twice = xvector.embed(np.concatenate([mfcc, mfcc])).vector
    assert twice[-1] < whole[-1]
