"""The front end makes of the golden sounds, on whatever machine this runs, the very integers written beside them."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from edgevoice.fixedpoint.logarithm import TABLE as LOG2_TABLE
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.enhance import SpectralSubtraction, SubtractionSettings
from edgevoice.listening.features import Cepstrum, LogMel
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import FRONT_END
from edgevoice.listening.noise_average import MinimaControlledAverage
from edgevoice.listening.noise_histogram import LevelHistogram
from edgevoice.listening.noise_minimum import MinimumStatistics
from edgevoice.listening.shares import odds_of_power
from edgevoice.listening.snr import utterance_snr_db
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.voicing import Voicing
from edgevoice.listening.window import Windows
from tests.golden import FOLDER, FRAME_FIELDS, SUFFIX, checksum

INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
STAGES_AT = INDEX["stages_at"]


def golden(signal: str, name: str) -> NDArray[np.integer]:
    written: NDArray[np.integer] = np.load(FOLDER / f"{signal}.{name}{SUFFIX}")
    return written


def test_the_vectors_are_of_this_front_end() -> None:
    assert INDEX["front_end"] == FRONT_END


def test_the_vectors_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 350_000


@pytest.mark.parametrize("signal", INDEX["frames"])
@pytest.mark.parametrize("block", [160, 1000, 100_000])
def test_frames_are_golden_in_any_blocks(signal: str, block: int) -> None:
    samples = golden(signal, "samples").astype(np.int16)
    front_end = FrontEnd(SubtractionSettings(), ActivitySettings())
    frames = Frames.join([front_end(samples[start : start + block]) for start in range(0, len(samples), block)])
    assert len(frames) == INDEX["frames"][signal]
    for field in FRAME_FIELDS:
        assert np.array_equal(getattr(frames, field), golden(signal, field)), field


@pytest.mark.parametrize("signal", INDEX["frames"])
def test_stages_are_golden(signal: str) -> None:
    power = Spectrum()(Windows().cut(golden(signal, "samples").astype(np.int16)))
    noise, floor = MinimumStatistics().follow(power), MinimaControlledAverage().follow(power)
    clean = SpectralSubtraction(SubtractionSettings())(power, noise)
    log_mel, _ = LogMel()(clean)
    stages = {"power": power, "noise_power": noise, "floor_power": floor, "clean": clean, "log_mel": log_mel}
    stages["histogram_power"] = LevelHistogram().follow(power)
    for name, stage in stages.items():
        assert np.array_equal(stage[STAGES_AT], golden(signal, name)), name


@pytest.mark.parametrize("signal", INDEX["frames"])
def test_blind_snr_is_golden(signal: str) -> None:
    frames = FrontEnd(SubtractionSettings(), ActivitySettings())(golden(signal, "samples").astype(np.int16))
    assert np.array_equal(odds_of_power(frames), golden(signal, "shares"))
    assert utterance_snr_db(frames) == INDEX["snr_db"][signal]


def test_tables_have_their_checksums() -> None:
    cosines, sines = Spectrum().table  # from the middle of the window on; the first cosine counts twice
    nothing = np.zeros_like(cosines[:1])  # the window's first sample
    tables = {
        "window_cosine_q15": np.concatenate([nothing, cosines[:0:-1], 2 * cosines[:1], cosines[1:]]).T,
        "window_sine_q15": np.concatenate([nothing, -sines[:0:-1], sines]).T,
        "mel_q12": LogMel().bank.T,
        "log2_q16": LOG2_TABLE[None],
        "dct_q15": Cepstrum().basis.T,
        "autocorrelation_q12": Voicing().table.T,
    }
    assert {name: checksum(table.tolist()) for name, table in tables.items()} == INDEX["table_checksums"]
