"""Known sounds in a stream: named within three seconds, once an occurrence, and nothing else is."""

from functools import cache

import numpy as np
import pytest

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import FRAMES_PER_SECOND, Windows
from edgevoice.recognition.known_sounds import STRETCH, KnownSounds, Sounding
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.visit import load_visit
from tests.sound import clip
from tools.synthetic.sounds import make
from tools.synthetic.take import pink, to_int16

VISIT = load_visit()


def spectra(samples: Samples) -> Integers:
    return Spectrum()(Windows().cut(samples))


@cache
def alarm(seed: int = 20) -> Samples:
    return to_int16(make("smoke-alarm.flac", seed))


def bell() -> Samples:
    return clip("doorbell.flac")


@cache
def library() -> Library:
    """The alarm and the doorbell of this house."""
    known = {"smoke alarm": alarm(), "doorbell": bell()}
    return Library([keep(name, landmarks(spectra(sound))) for name, sound in known.items()])


def quiet(seconds: float) -> Samples:
    rng = np.random.default_rng(3)
    return np.rint(20 * pink(round(seconds * SAMPLE_RATE), rng)).astype(np.int16)


def heard(*parts: Samples, block: int = 1_280, stretch: int = STRETCH) -> list[Sounding]:
    """What a watch finds in these, one after the other, in blocks of samples."""
    stream, windows, spectrum = np.concatenate(parts), Windows(), Spectrum()
    watch = KnownSounds(library(), stretch=stretch)
    found = []
    for start in range(0, len(stream), block):
        found += watch.hear(spectrum(windows.cut(stream[start : start + block])))
    return found


def begun(found: list[Sounding]) -> list[str]:
    return [each.name for each in found if each.first]


@pytest.mark.parametrize(("name", "sound"), [("smoke alarm", alarm()), ("doorbell", bell())])
@pytest.mark.parametrize("lead_s", [2.0, 2.13, 2.39])
def test_a_known_sound_is_named_within_three_seconds_of_its_start(name: str, sound: Samples, lead_s: float) -> None:
    first, *_ = heard(quiet(lead_s), sound // 2, quiet(3))
    assert first.name == name
    assert 0 < first.at_s - lead_s <= 3.0


def test_an_occurrence_is_told_once_however_long_it_lasts() -> None:
    found = heard(quiet(1), alarm(), alarm(), quiet(3))
    assert begun(found) == ["smoke alarm"]
    assert {each.since_s for each in found} == {found[0].at_s}
    assert found[-1].at_s - found[-1].since_s > 12


def test_after_a_while_without_it_it_is_told_anew() -> None:
    assert begun(heard(bell(), quiet(16), bell(), quiet(2))) == ["doorbell", "doorbell"]
    assert begun(heard(bell(), quiet(2), bell(), quiet(2))) == ["doorbell"]


def test_a_pause_is_no_sounding() -> None:
    found = heard(bell(), quiet(6), bell(), quiet(2))
    assert begun(found) == ["doorbell"], "one occurrence: it came again soon"
    assert max(each.at_s - each.since_s for each in found) < 5
    assert found[-1].at_s - found[0].at_s > 6


def test_an_occurrence_goes_on_where_counting_begins_anew() -> None:
    stream = (quiet(1), alarm(), alarm(), quiet(3))
    whole, anew = heard(*stream), heard(*stream, stretch=7 * FRAMES_PER_SECOND)
    assert begun(anew) == ["smoke alarm"]
    times, times_anew = ([(each.since_s, each.at_s) for each in found] for found in (whole, anew))
    assert set(times_anew) <= set(times)
    assert times_anew[-1] == times[-1]


def test_two_sounds_are_told_apart() -> None:
    assert begun(heard(bell(), quiet(1), alarm(), quiet(1))) == ["doorbell", "smoke alarm"]


@pytest.mark.parametrize("block", [7, 160, 4_096, 60_000])
def test_the_size_of_a_block_does_not_matter(block: int) -> None:
    stream = (quiet(1.3), bell(), quiet(1))
    assert heard(*stream, block=block) == heard(*stream)


def test_nothing_else_in_the_visit_is_taken_for_one_of_them() -> None:
    others = [step.file for step in VISIT.steps if step.file != "doorbell.flac"]
    assert heard(*[clip(name) for name in others]) == []


def test_an_empty_library_finds_nothing() -> None:
    assert KnownSounds(Library()).hear(spectra(alarm())) == []
