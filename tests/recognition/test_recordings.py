"""The library: this very recording is found, in part and in noise, and nothing else; a fit equals its specification."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.listening.capture import Samples
from edgevoice.recognition.constellation import Peaks, pack
from edgevoice.recognition.landmarks import Landmarks, landmarks, of_peaks, stretch
from edgevoice.recognition.recordings import LONGEST, Library, Place, RecordingMatch, Threshold, keep
from edgevoice.recognition.shelf import Recording
from edgevoice.visit import FOLDER
from tests.recognition import specification
from tests.recognition.test_landmarks import spectrum
from tests.sound import clip

VOICES = sorted(path.name for path in FOLDER.glob("*.opus"))


def heard(samples: Samples) -> Landmarks:
    return landmarks(spectrum(samples))


@cache
def of_clip(name: str) -> Landmarks:
    return heard(clip(name))


@pytest.fixture(scope="module")
def library() -> Library:
    """Every clip of the visit that somebody speaks."""
    return Library(keep(name, of_clip(name)) for name in VOICES)


def noisy(samples: Samples, snr_db: float) -> Samples:
    noise = np.random.default_rng(1).standard_normal(len(samples))
    wave = samples.astype(np.float64)
    wave += noise * np.sqrt(np.square(wave).mean() * 10 ** (-snr_db / 10))
    return np.asarray(np.rint(wave * 0.5), dtype=np.int16)


@pytest.mark.parametrize("name", VOICES)
def test_two_seconds_in_noise_are_found_where_they_come_from(library: Library, name: str) -> None:
    start = 8000 + 80  # half a hop between the frames of the two
    match = library.lookup(heard(noisy(clip(name)[start : start + 32000], 10)))
    assert match is not None
    assert match.name == name
    assert match.offset_s == pytest.approx(start / 16000, abs=0.011)


@pytest.mark.parametrize("name", VOICES)
def test_everything_else_that_the_same_people_say_is_not_found(name: str) -> None:
    others = Library(keep(other, of_clip(other)) for other in VOICES if other != name)
    assert others.lookup(of_clip(name)) is None


def test_a_query_that_begins_before_the_recording_has_a_negative_offset(library: Library) -> None:
    sound = np.concatenate([np.zeros(16000, np.int16), clip("ada-unlock-1.opus")])
    match = library.lookup(heard(sound))
    assert match is not None
    assert match == RecordingMatch("ada-unlock-1.opus", match.aligned_hashes, -1.0)


def test_a_recording_is_found_within_a_longer_sound(library: Library) -> None:
    pause = np.random.default_rng(2).integers(-200, 200, 20 * 16000).astype(np.int16)
    sound = np.concatenate([pause, clip("ben-unlock-2.opus"), pause])
    assert heard(sound).length > LONGEST
    match = library.lookup(heard(sound))
    assert match is not None
    assert (match.name, match.offset_s) == ("ben-unlock-2.opus", pytest.approx(-20.0, abs=0.011))


def test_of_two_spliced_recordings_one_is_found(library: Library) -> None:
    sound = np.concatenate([clip("ada-unlock-1.opus")[:24000], clip("ben-unlock-1.opus")[12000:40000]])
    match = library.lookup(heard(sound))
    assert match is not None
    assert match.name in {"ada-unlock-1.opus", "ben-unlock-1.opus"}


def test_a_sound_played_too_fast_is_found_when_it_is_stretched(library: Library) -> None:
    sound = clip("ada-unlock-1.opus")
    places = np.arange(0, len(sound) - 1, 1.04)
    fast = np.interp(places, np.arange(len(sound)), sound).astype(np.int16)
    match = library.lookup(stretch(heard(fast), 1040, 962))
    assert match is not None
    assert match.name == "ada-unlock-1.opus"


def test_nothing_is_found_in_an_empty_library_or_by_silence(library: Library) -> None:
    assert Library().lookup(of_clip("ada-unlock-1.opus")) is None
    assert library.lookup(heard(np.zeros(32000, np.int16))) is None
    assert library.best(heard(np.zeros(0, np.int16))) is None


def test_what_is_added_is_found_and_what_is_removed_is_not() -> None:
    library = Library()
    for number, name in enumerate(VOICES[:9]):
        library.add(replace(keep(name, of_clip(name)), number=number))
    library.add(keep(VOICES[0], of_clip("doorbell.flac")))  # a number may have several
    assert library.remove(0) == 2
    assert library.remove(77) == 0
    assert library.numbers.tolist() == list(range(1, 9))
    assert len(library) == 8
    for name in ("doorbell.flac", VOICES[0]):
        assert library.lookup(of_clip(name)) is None
    for name in VOICES[1:9]:
        match = library.lookup(of_clip(name))
        assert match is not None
        assert (match.name, match.offset_s) == (name, 0.0)


def test_nothing_of_what_is_removed_is_left_among_the_hashes() -> None:
    first, second = (replace(keep(name, of_clip(name)), number=number) for number, name in enumerate(VOICES[:2]))
    library = Library([first, second])
    library.remove(0)
    assert library.hashes == Library([second]).hashes
    library.remove(1)
    assert library.hashes == 0


def test_a_match_goes_before_a_higher_score_that_is_none() -> None:
    """Else whoever plays a recording could hide it behind more of something else."""
    short = {(3 * number, 20 + 7 * number % 40) for number in range(12)}
    long = {(100 + 3 * number, 100 + 11 * number % 60) for number in range(120)}
    quarter = set(sorted(long)[::4])
    library = Library([Recording("short", pack(peaks(short)), 40), Recording("long", pack(peaks(long)), 500)])
    strewn, both = (library.best(of_peaks(peaks(cells), 500)) for cells in (quarter, short | quarter))
    assert strewn is not None
    assert both is not None
    assert not Threshold().passes(strewn)
    assert both.name == "short"
    assert both.score < strewn.score


def test_a_minute_takes_less_than_20_kb() -> None:
    recordings = [keep(name, of_clip(name)) for name in VOICES]
    minutes = sum(recording.length for recording in recordings) / 6000
    assert sum(len(recording.peaks) for recording in recordings) / minutes < 20_000


@pytest.mark.parametrize("short", ["aligned", "score", "share", "span"])
def test_every_threshold_must_be_reached(short: str) -> None:
    least = Place(0, "x", 0, aligned=5, score=40, hits=12, kept=40, span=25)
    below = {"aligned": {"aligned": 4}, "score": {"score": 39}, "share": {"hits": 11}, "span": {"span": 24}}[short]
    assert Threshold().passes(least)
    assert not Threshold().passes(Place(**{**vars(least), **below}))


cells = st.sets(st.tuples(st.integers(0, 30), st.integers(6, 12)), max_size=30)


def peaks(places: set[tuple[int, int]]) -> Peaks:
    frames, bins = np.array(sorted(places), dtype=np.int32).reshape(-1, 2).T
    return Peaks(frames, bins, np.zeros(len(places), dtype=np.int32))


@given(cells, cells, st.integers(-20, 20))
def test_any_fit_equals_the_specification(kept: set[tuple[int, int]], asked: set[tuple[int, int]], offset: int) -> None:
    library = Library([Recording("x", pack(peaks(kept)), 31)])
    wanted = specification.fit(sorted(kept), asked, 31, offset)
    assert library.fit(0, of_peaks(peaks(asked), 31), offset) == wanted
