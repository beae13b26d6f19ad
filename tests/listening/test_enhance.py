"""Each enhancer equals its specification, whatever the block size, never adds power, and takes noise off."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.enhance import Enhancement, SubtractionSettings
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.noise_minimum import MinimumStatistics
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.window import Windows
from tests.listening import specification, specification_noise
from tests.sound import clip
from tools.ear.enhance_bands import BandSettings
from tools.ear.enhance_wiener import WienerSettings

Frames = list[list[int]]
LARGEST = (1 << 50) - 1


def subtract(powers: Frames, noises: Frames) -> Frames:
    return [
        [specification.subtract(p, n, specification.Settings()) for p, n in zip(power, noise, strict=True)]
        for power, noise in zip(powers, noises, strict=True)
    ]


SPECIFIED: list[tuple[Enhancement, Callable[[Frames, Frames], Frames]]] = [
    (SubtractionSettings(), subtract),
    (BandSettings(), specification_noise.subtract_in_bands),
    (BandSettings(3, 0, 0.0625), lambda p, n: specification_noise.subtract_in_bands(p, n, 3, 0, 0.0625)),
    (WienerSettings(), specification_noise.wiener),
    (WienerSettings(0.03125), lambda p, n: specification_noise.wiener(p, n, 0.03125)),
]
SETTINGS = [each for each, _ in SPECIFIED]
CHOSEN = pytest.mark.parametrize("chosen", SETTINGS, ids=str)
WITH_SPECIFICATION = pytest.mark.parametrize(("chosen", "specified"), SPECIFIED, ids=map(str, SETTINGS))


def spectra() -> dict[str, tuple[Integers, Integers]]:
    """Power and noise of some frames."""
    rng = np.random.default_rng(4)
    shape = (9, BINS)
    largest, nothing = np.full(shape, LARGEST, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    noise = (rng.standard_exponential(shape) * 1e6).astype(np.int64)
    return {
        "noise": (noise, np.full(shape, 10**6, dtype=np.int64)),
        "speech": (noise * 1000, noise),
        "silence": (nothing, nothing),
        "silence after noise": (nothing, largest),
        "full scale": (largest, nothing),
        "full scale noise": (largest, largest),
        "any size": (
            rng.integers(0, 1 << rng.integers(1, 51, shape)),
            rng.integers(0, 1 << rng.integers(1, 51, shape)),
        ),
    }


@WITH_SPECIFICATION
@pytest.mark.parametrize("kind", spectra())
def test_equals_the_scalar_specification_bit_for_bit(
    chosen: Enhancement, specified: Callable[[Frames, Frames], Frames], kind: str
) -> None:
    power, noise = spectra()[kind]
    assert chosen.enhancer()(power, noise).tolist() == specified(power.tolist(), noise.tolist())


@WITH_SPECIFICATION
@settings(max_examples=6, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, LARGEST), st.integers(0, LARGEST)), min_size=BINS, max_size=BINS),
    frames=st.integers(1, 4),
)
def test_any_power_and_noise_equal_the_specification(
    chosen: Enhancement,
    specified: Callable[[Frames, Frames], Frames],
    pairs: list[tuple[int, int]],
    frames: int,
) -> None:
    power, noise = (np.array([side] * frames, dtype=np.int64) for side in zip(*pairs, strict=True))
    assert chosen.enhancer()(power, noise).tolist() == specified(power.tolist(), noise.tolist())


@CHOSEN
@pytest.mark.parametrize("size", (1, 7, 160, 320, 4096))
def test_the_outcome_does_not_depend_on_block_size(chosen: Enhancement, size: int) -> None:
    rng = np.random.default_rng(5)
    power, noise = rng.integers(0, 1 << 40, (400, BINS)), rng.integers(0, 1 << 38, (400, BINS))
    in_blocks = chosen.enhancer()
    parts = [in_blocks(power[start : start + size], noise[start : start + size]) for start in range(0, 400, size)]
    assert np.array_equal(np.concatenate(parts), chosen.enhancer()(power, noise))


@CHOSEN
def test_a_block_without_frames_gives_none_and_changes_nothing(chosen: Enhancement) -> None:
    power, noise = spectra()["speech"]
    with_empty = chosen.enhancer()
    assert len(with_empty(power[:0], noise[:0])) == 0
    assert np.array_equal(with_empty(power, noise), chosen.enhancer()(power, noise))


@CHOSEN
@pytest.mark.parametrize("kind", spectra())
def test_never_adds_power_and_never_leaves_none(chosen: Enhancement, kind: str) -> None:
    power, noise = spectra()[kind]
    clean = chosen.enhancer()(power, noise)
    assert (clean <= power).all()
    assert (clean >= power * chosen.floor * 0.99 - 1).all()


@CHOSEN
def test_white_noise_loses_4_db_and_speech_in_quiet_less_than_half_a_db(chosen: Enhancement) -> None:
    noise = np.random.default_rng(6).normal(0, 300, 48000)
    assert lost_db(noise, chosen) > 4.0
    speech = clip("ada-unlock-1.opus").astype(np.float64)
    assert lost_db(np.concatenate([np.zeros(20800), speech]), chosen) < 0.5


@CHOSEN
@pytest.mark.parametrize("tracker", TRACKERS)
def test_the_front_end_takes_any_enhancer_and_tracker_in_any_blocks(chosen: Enhancement, tracker: TrackerName) -> None:
    samples = clip("rain.flac")[:24000]
    whole = FrontEnd(chosen, ActivitySettings(), tracker)(samples).mfcc
    in_blocks = FrontEnd(chosen, ActivitySettings(), tracker)
    parts = [in_blocks(samples[start : start + 1111]).mfcc for start in range(0, len(samples), 1111)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(whole, FrontEnd(SubtractionSettings(0, 1), ActivitySettings(), tracker)(samples).mfcc)


def lost_db(wave: np.ndarray[tuple[int, ...], np.dtype[np.float64]], chosen: Enhancement) -> float:
    """Power taken off, once the tracker has heard its 1.6 s."""
    power = Spectrum()(Windows().cut(np.rint(wave).astype(np.int16)))
    clean = chosen.enhancer()(power, MinimumStatistics().follow(power))
    return float(10 * np.log10(power[130:].sum() / clean[130:].sum()))
