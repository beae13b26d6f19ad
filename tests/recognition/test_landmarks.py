"""Peaks and landmarks equal their specification bit for bit, however a stream is cut, and survive what a room does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import Samples
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import Windows
from edgevoice.recognition.constellation import Constellation, Peaks, constellation, pack, unpack
from edgevoice.recognition.landmarks import Landmarks, landmarks, of_peaks, pairs, stretch
from tests.recognition import specification
from tests.sound import clip

SPECTRUM = Spectrum()


def spectrum(samples: Samples) -> Integers:
    return SPECTRUM(Windows().cut(samples))


def cells(peaks: Peaks) -> list[tuple[int, int, int]]:
    return list(zip(peaks.frames.tolist(), peaks.bins.tolist(), peaks.ranks.tolist(), strict=True))


def hashes(found: Landmarks) -> list[tuple[int, int]]:
    return sorted(zip(found.hashes.tolist(), found.frames.tolist(), strict=True))


@st.composite
def spectra(draw: st.DrawFn) -> Integers:
    """Up to 40 frames of powers on few levels, so that many neighbours are equal, and some of the highest there are."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.integers(1, 50))
    power = 1 << rng.integers(50 - levels, 50, (draw(st.integers(1, 40)), 257))
    return np.asarray(power * draw(st.sampled_from([0, 1])) + rng.integers(0, 2, power.shape))


@settings(max_examples=12, deadline=None)
@given(spectra())
def test_any_spectrum_equals_the_specification_bit_for_bit(power: Integers) -> None:
    assert cells(constellation(power)) == specification.constellation(power.tolist())
    assert hashes(landmarks(power)) == sorted(specification.landmarks(power.tolist()))


def test_speech_equals_the_specification_bit_for_bit() -> None:
    power = spectrum(clip("ada-unlock-1.opus")[8000:24000])
    wanted = specification.constellation(power.tolist())
    assert cells(constellation(power)) == wanted
    assert len(wanted) > 30
    assert hashes(landmarks(power)) == sorted(specification.landmarks(power.tolist()))


@pytest.mark.parametrize("size", [1, 7, 16, 100])
def test_a_stream_gives_the_same_peaks_however_it_is_cut(size: int) -> None:
    power = spectrum(clip("ben-unlock-1.opus"))
    stream = Constellation()
    found = [stream.follow(power[start : start + size]) for start in range(0, len(power), size)]
    found.append(stream.follow(power[:0], last=True))
    assert cells(Peaks.join(found)) == cells(constellation(power))


def test_a_stream_tells_a_peak_within_a_third_of_a_second() -> None:
    power = spectrum(clip("ben-unlock-1.opus"))
    stream = Constellation()
    for frame in range(len(power)):
        late = frame - stream.follow(power[frame : frame + 1]).frames
        assert (late <= 33).all()


def test_silence_and_no_sound_have_no_landmarks() -> None:
    for samples in (np.zeros(8000, np.int16), np.zeros(0, np.int16), np.zeros(399, np.int16)):
        found = landmarks(spectrum(samples))
        assert (len(found.hashes), len(found.peaks)) == (0, 0)


def test_the_loudest_sound_overflows_nothing() -> None:
    square = np.where(np.arange(16000) // 8 % 2, 32767, -32768).astype(np.int16)
    square[:4000] = 0
    bins = constellation(spectrum(square)).bins
    assert abs(int(bins[0]) - 32) <= 1  # its fundamental, 1 kHz


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(6, 250)), unique=True, max_size=60))
def test_packed_peaks_come_back_whole(places: list[tuple[int, int]]) -> None:
    frames, bins = np.array(sorted(places), dtype=np.int32).reshape(-1, 2).T
    peaks = unpack(pack(Peaks(frames, bins, np.zeros(len(places), dtype=np.int32))))
    assert peaks.frames.tolist() == frames.tolist()
    assert peaks.bins.tolist() == bins.tolist()


def test_pairs_are_cut_off_at_the_most_that_are_wanted() -> None:
    peaks = constellation(spectrum(clip("ada-unlock-1.opus")))
    places = [(frame, place) for frame, place, _ in cells(peaks)]
    found, frames = pairs(peaks, 3)
    assert sorted(zip(found.tolist(), frames.tolist(), strict=True)) == sorted(specification.pairs(places, 3))
    assert (np.diff(frames) >= 0).all()


def test_a_stretch_there_and_back_moves_no_peak_by_more_than_a_cell() -> None:
    heard = landmarks(spectrum(clip("ada-unlock-1.opus")))
    back = stretch(stretch(heard, 1040, 960), 962, 1042)
    assert np.abs(back.peaks.frames - heard.peaks.frames).max() <= 1
    assert np.abs(back.peaks.bins - heard.peaks.bins).max() <= 1
    assert hashes(stretch(heard, 1000, 1000)) == hashes(heard) == hashes(of_peaks(heard.peaks, heard.length))
