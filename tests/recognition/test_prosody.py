"""Manner of speaking in integers: loudness does not matter, and every utterance has one."""

from dataclasses import fields, replace

import numpy as np
import pytest

from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen
from edgevoice.recognition.manner import described, figures
from edgevoice.recognition.prosody import Prosody, measure_prosody
from tests.sound import clip


def frames(samples: Samples) -> Frames:
    listen = Listen()
    listen.hear(AudioBlock(samples, 0))
    return listen.frames


def spoken(name: str) -> Frames:
    listen = Listen()
    return [*listen.hear(AudioBlock(clip(name), 0)), *listen.finish()][0].frames


@pytest.fixture(scope="module")
def ada() -> Prosody:
    return measure_prosody(spoken("ada-unlock-1.opus"))


def test_the_manner_of_a_shipped_voice_never_changes(ada: Prosody) -> None:
    """Golden integers: what the shipped model of mood was fed in training."""
    assert ada.pitch == (1844, 1870, 1909, 1944, 1983)
    assert ada.sure == (100, 137, 157)
    assert ada.level == (-816, -394, 431, 618, 757)
    assert (ada.pitch_step, ada.pitch_fall, ada.level_step) == (70, 94, 2701)
    assert (ada.voiced, ada.syllables, ada.voiced_run, ada.pauses, ada.sounding) == (192, 1489, 5, 32, 275)


def test_twice_as_loud_is_the_same_manner() -> None:
    quiet = clip("ben-unlock-1.opus") // 4
    once, twice = (measure_prosody(frames(samples)) for samples in (quiet, 2 * quiet))
    assert np.abs(once.figures() - twice.figures()).max() <= 12
    assert once.pitch_hz == pytest.approx(twice.pitch_hz, rel=0.02)


def test_figures_are_whole_numbers_in_the_order_of_the_fields(ada: Prosody) -> None:
    assert ada.figures().dtype == np.int64
    assert ada.figures().tolist()[:5] == list(ada.pitch)
    assert len(ada.figures()) == 27


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_very_few_frames_have_a_manner(count: int) -> None:
    assert measure_prosody(spoken("ada-unlock-2.opus")[:count]).sounding >= 1


def test_silence_has_a_manner_without_a_voice() -> None:
    assert measure_prosody(frames(np.zeros(16_000, np.int16))).voiced_s == 0


def test_plain_words_compare_with_what_is_usual(ada: Prosody) -> None:
    usual = figures(ada)
    told = described(ada, "Ada", {**usual, "pitch_hz": usual["pitch_hz"] / 1.4})
    assert told.startswith("pitch 176 Hz (40 % above Ada's usual), melody over 7 semitones (as is Ada's usual)")
    assert "usual" not in described(ada)


def test_a_field_that_is_added_must_be_a_figure(ada: Prosody) -> None:
    assert len(replace(ada, sounding=1).figures()) == sum(
        len(value) if isinstance(value := getattr(ada, field.name), tuple) else 1 for field in fields(ada)
    )
