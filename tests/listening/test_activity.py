"""The speech network looks back only, keeps its state over any blocks, hears no level, and equals its specification."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.activity import NUMBERS, ActivitySettings, SpeechActivity, odds_wanted, probability
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import BANDS
from edgevoice.listening.frames import Frames, FrontEnd
from tests.listening import specification
from tests.sound import clip

Inputs = tuple[Integers, Integers, Integers]


def drawn(seed: int, count: int) -> Inputs:
    """Bands and noise of up to 30 octaves, Q16, and periodicity, Q8, each beyond what a sound can give."""
    rng = np.random.default_rng(seed)
    bands, noise = rng.integers(-(16 << 16), 46 << 16, (2, count, BANDS))
    return bands, noise + rng.integers(-(1 << 20), 1 << 20), rng.integers(-300, 400, count)


def odds(inputs: Inputs, *cuts: int) -> list[int]:
    """Of one stream, cut at these frames."""
    activity, places = SpeechActivity(), [0, *sorted(cuts), len(inputs[0])]
    parts = [activity(*(part[a:b] for part in inputs)) for a, b in pairwise(places)]
    return np.concatenate(parts).tolist()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_any_frames_equal_the_specification(seed: int, count: int) -> None:
    inputs = drawn(seed, count)
    specified = specification.Activity()
    rows = zip(*(part.tolist() for part in inputs), strict=True)
    assert odds(inputs) == [specified.odds(*row) for row in rows]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 150), max_size=12))
def test_the_odds_do_not_depend_on_how_the_stream_comes(seed: int, cuts: list[int]) -> None:
    inputs = drawn(seed, 150)
    assert odds(inputs, *cuts) == odds(inputs)


def test_a_frame_knows_nothing_of_later_ones_and_forgets_those_long_before() -> None:
    one, other = drawn(1, 300), drawn(2, 300)
    back = 2 * int(np.load(NUMBERS)["dilations"].sum())
    mixed = tuple(np.concatenate([a[:150], b[150:]]) for a, b in zip(one, other, strict=True))
    assert odds(mixed)[:150] == odds(one)[:150]
    assert odds(mixed)[150 + back :] == odds(other)[150 + back :]
    assert odds(mixed)[150 : 150 + back] != odds(other)[150 : 150 + back]


def test_speech_is_likelier_than_the_noise_beside_it() -> None:
    quiet = np.rint(np.random.default_rng(0).normal(0, 20, 32_000)).astype(np.int16)
    heard = FrontEnd(SubtractionSettings(), ActivitySettings())(np.concatenate([quiet, clip("ada-unlock-1.opus")]))
    likely = probability(heard.odds)
    assert likely[50:190].max() < 0.5
    assert np.quantile(likely[200:], 0.9) > 0.9


def test_the_same_sound_20_db_softer_is_the_same_speech() -> None:
    rng = np.random.default_rng(0)
    voice = np.concatenate([np.zeros(32_000), clip("ada-unlock-2.opus")])
    sound = voice + rng.normal(0, 60, len(voice))
    loud, soft = (_heard(sound * gain) for gain in (1.0, 0.1))
    assert (loud.speech[150:] == soft.speech[150:]).mean() > 0.97


def test_probability_and_odds_are_two_names_of_one_thing() -> None:
    for percent in (1, 20, 50, 99):
        wanted = odds_wanted(ActivitySettings(percent))
        assert abs(100 * float(probability(np.array([wanted]))[0]) - percent) < 0.02
        assert wanted == specification.odds_wanted(percent)


def _heard(wave: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Frames:
    return FrontEnd(SubtractionSettings(), ActivitySettings())(np.rint(wave).astype(np.int16))
