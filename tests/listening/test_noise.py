"""Each noise tracker equals its specification, whatever the block size, and finds the level of a steady noise."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import Samples
from edgevoice.listening.noise import PRIOR
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.window import Windows
from tests.listening import specification, specification_noise

SPECIFIED: dict[TrackerName, Callable[[], specification.Noise]] = {
    "minimum": specification.Minimum,
    "minima-controlled": specification.MinimaControlled,
    "histogram": specification_noise.Histogram,
}
LARGEST = (1 << 50) - 1
BLOCK_SIZES = (1, 7, 160, 320, 4096)
NAMES = pytest.mark.parametrize("name", TRACKERS)


def spectrum(samples: Samples) -> Integers:
    return Spectrum()(Windows().cut(samples))


def specified(name: TrackerName, power: Integers) -> list[list[int]]:
    """[frame][bin], each bin by a scalar tracker of its own."""
    columns = []
    for bin_power in power.T.tolist():
        tracker = SPECIFIED[name]()
        columns.append([tracker.assume(value) for value in bin_power])
    return [list(frame) for frame in zip(*columns, strict=True)]


def powers() -> dict[str, Integers]:
    rng = np.random.default_rng(3)
    frames = 8 * 40 + 5  # longer than every tracker remembers
    noise = (rng.standard_exponential((frames, BINS)) * 1e6).astype(np.int64)
    step = noise.copy()
    step[150:] *= 10
    return {
        "noise": noise,
        "a step of 10 dB": step,
        "silence": np.zeros((frames, BINS), dtype=np.int64),
        "the largest power": np.full((frames, BINS), LARGEST, dtype=np.int64),
        "silence and the largest in turn": LARGEST * (np.arange(frames)[:, None] // 60 % 2 * np.ones(BINS, np.int64)),
        "any size": rng.integers(0, 1 << rng.integers(1, 51, (frames, BINS))),
    }


@NAMES
@pytest.mark.parametrize("kind", powers())
def test_equals_the_scalar_specification_bit_for_bit(name: TrackerName, kind: str) -> None:
    power = powers()[kind][:, ::32]
    wide = np.zeros((len(power), BINS), dtype=np.int64)
    wide[:, : power.shape[1]] = power
    assert TRACKERS[name]().follow(wide)[:, : power.shape[1]].tolist() == specified(name, power)


@NAMES
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_any_power_in_any_blocks_equals_the_specification(name: TrackerName, data: st.DataObject) -> None:
    levels = data.draw(st.lists(st.integers(0, LARGEST), min_size=1, max_size=300))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(levels)), max_size=5)))
    power = np.repeat(np.array(levels, dtype=np.int64)[:, None], BINS, axis=1)
    tracker = TRACKERS[name]()
    found = np.concatenate([tracker.follow(part) for part in np.split(power, cuts)])
    assert found[:, 0].tolist() == [frame[0] for frame in specified(name, power[:, :1])]
    assert (found == found[:, :1]).all()


@NAMES
@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_the_outcome_does_not_depend_on_block_size(name: TrackerName, size: int) -> None:
    samples = np.random.default_rng(2).integers(-3000, 3000, 16000 if size > 1 else 4000).astype(np.int16)
    whole = TRACKERS[name]().follow(spectrum(samples))
    windows, tracker = Windows(), TRACKERS[name]()
    blocks = [samples[start : start + size] for start in range(0, len(samples), size)]
    transform = Spectrum()
    parts = [tracker.follow(transform(cut)) for cut in map(windows.cut, blocks) if len(cut)]
    assert np.array_equal(np.concatenate(parts), whole)


@NAMES
def test_white_noise_is_found_within_one_db(name: TrackerName) -> None:
    power = spectrum(np.random.default_rng(0).normal(0, 1000, 16000 * 20).astype(np.int16))
    found = TRACKERS[name]().follow(power)[500:].mean(axis=0)[2:-2]
    error_db = 10 * np.log10(found / power[:, 2:-2].mean(axis=0))
    assert abs(error_db.mean()) < 1.0
    assert np.abs(error_db).max() < 3.0


@NAMES
def test_half_a_second_of_sound_in_a_pause_is_not_learned_as_noise(name: TrackerName) -> None:
    power = np.full((600, BINS), 1 << 20, dtype=np.int64)
    power[300:350] <<= 10
    assert TRACKERS[name]().follow(power)[300:].max() < 1 << 22


@NAMES
def test_noise_that_rises_by_10_db_is_learned_within_three_seconds(name: TrackerName) -> None:
    power = np.full((700, BINS), 1 << 20, dtype=np.int64)
    power[300:] *= 10
    assert TRACKERS[name]().follow(power)[600].min() > 5 << 20


@NAMES
def test_before_anything_is_heard_the_noise_is_the_prior(name: TrackerName) -> None:
    assert (TRACKERS[name]().follow(np.full((8, BINS), LARGEST, dtype=np.int64)) == PRIOR).all()


@NAMES
def test_full_scale_keeps_the_noise_below_the_width_that_enhancers_take(name: TrackerName) -> None:
    square = np.where(np.arange(16000 * 4) // 37 % 2, 32767, -32768).astype(np.int16)
    constant = np.full(16000 * 4, -32768, dtype=np.int16)
    for samples in (square, constant):
        noise = TRACKERS[name]().follow(spectrum(samples))
        assert noise.min() >= 0
        assert noise.max() < 1 << 50
