"""No sound whatsoever overflows: interval arithmetic along the chain, from int16 samples to int32 MFCC.

Each test takes the bounds of the stage before it and the tables as they are, and holds every sum below 2**53 where it
is carried by a float64, below 2**63 where by an int64, and below what the next stage promises to take. All arithmetic
on bounds is in Python's own integers.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, TABLE, log2_q16
from edgevoice.listening import enhance, shares
from edgevoice.listening.activity import NUMBERS, measure
from edgevoice.listening.enhance import SpectralSubtraction, SubtractionSettings
from edgevoice.listening.features import BANDS, BANK_BITS, DCT_BITS, MFCC_BITS, Cepstrum, LogMel
from edgevoice.listening.frames import LOUDEST_NOISE
from edgevoice.listening.network import LARGEST, TAPS, CausalConvolution
from edgevoice.listening.noise import GROUP, PRIOR
from edgevoice.listening.noise_average import PRESENCE
from edgevoice.listening.noise_histogram import POWERS
from edgevoice.listening.noise_minimum import BIAS_BITS, BIAS_Q8
from edgevoice.listening.spectrum import AMPLITUDE_BITS, BINS, FOLDED_BITS, POWER_BITS, TABLE_BITS, Spectrum
from edgevoice.listening.voicing import LARGEST_RATIO_BITS, PERIODICITY_BITS, Voicing
from edgevoice.listening.voicing import TABLE_BITS as VOICING_BITS
from edgevoice.listening.window import HOP, WINDOW
from tests.listening import specification
from tools.ear import enhance_bands, enhance_smoothing, enhance_wiener
from tools.ear.enhance_bands import BandSettings
from tools.ear.enhance_wiener import WienerSettings

FLOAT, WIDE = 1 << 53, 1 << 63
SAMPLE, FOLDED = 1 << 15, 1 << FOLDED_BITS
PROMISED_POWER = 1 << 50  # noise trackers and enhancers rely on it
LOGARITHM = 1 << 62


def column_sums(table: Integers) -> list[int]:
    """Largest value of each column of a product whose input is at most 1."""
    return [int(total) for total in np.abs(table).sum(axis=0)]


def largest_amplitudes() -> list[tuple[int, int]]:
    """Real and imaginary part of bins 0..128, in quarters of a sample unit, rounded up."""
    cosines, sines = (column_sums(table) for table in Spectrum().table)
    assert 2 * SAMPLE <= FOLDED  # sums and differences of two samples
    assert FOLDED * max(*cosines, *sines) < FLOAT  # every partial sum of the products, and their sum and difference
    shift = TABLE_BITS - AMPLITUDE_BITS
    return [((FOLDED * a >> shift) + 1, (FOLDED * b >> shift) + 1) for a, b in zip(cosines, sines, strict=True)]


def largest_power() -> int:
    """Of any bin; bin 256 - k has the absolute table of bin k."""
    return max(real * real + imaginary * imaginary for real, imaginary in largest_amplitudes())


def largest_total() -> int:
    """Of the power of bins 1..255 together, whatever the sound.

    Parseval: with the ideal table, sum |X|^2 over bins 1..255 is at most 256 sum (hann x)^2, as each has a mirror
    image among the 512; sum hann^2 is 150. The rounding of the table (half a unit of Q15) and of the amplitude (half a
    quarter) add to the amplitudes, and the norm of a sum is at most the sum of the norms.
    """
    ideal_q4 = (256 * 150 * SAMPLE * SAMPLE) << POWER_BITS
    table_error = (WINDOW * SAMPLE >> (TABLE_BITS + 1 - AMPLITUDE_BITS)) + 1
    error_q4 = 2 * 255 * (table_error + 1) ** 2
    return (math.isqrt(ideal_q4) + 1 + math.isqrt(error_q4) + 1) ** 2


def test_power_stays_below_what_is_promised() -> None:
    assert largest_power() < PROMISED_POWER < FLOAT


def test_a_frame_of_full_scale_sound_comes_near_the_bound_and_not_over_it() -> None:
    tones = np.cos(2 * np.pi * np.arange(BINS)[:, None] * (np.arange(WINDOW) - 200) / 512)
    loud = np.where(tones >= 0, 32767, -32768).astype(np.int16)
    power = Spectrum()(loud)
    assert largest_power() // 2 < int(power.max()) <= largest_power()
    assert largest_total() // 4 < int(power[:, 1:-1].sum(axis=1).max()) <= largest_total()


def test_noise_gathered_from_tones_at_different_times_needs_its_limit() -> None:
    """Tone after tone is learned at full scale and held by gaps: together they are louder than any one frame."""
    noise = np.full((1, BINS), largest_power(), dtype=np.int64)
    wrapped, _ = LogMel()(noise)
    limited, _ = LogMel()(np.minimum(noise, LOUDEST_NOISE))
    assert wrapped.min() == -16 << LOG2_BITS  # what the limit is there for
    assert limited.min() > 40 << LOG2_BITS


def test_noise_and_subtraction_stay_within_64_bits() -> None:
    power = max(largest_power(), PRIOR)
    assert GROUP * power < WIDE
    assert BIAS_Q8 * power < WIDE
    noise = BIAS_Q8 * power >> BIAS_BITS
    assert noise < PROMISED_POWER
    assert PRESENCE * power < WIDE
    assert max(POWERS.tolist()) < WIDE >> 1  # so that differences of the histogram's noise fit
    most = SpectralSubtraction(SubtractionSettings(over_subtraction=8.0, floor=1.0))
    loudest = np.full((1, BINS), power, dtype=np.int64)
    assert (8 << enhance.GAIN_BITS) * noise < WIDE
    assert most(loudest, loudest).tolist() == [[power] * BINS]


def test_the_other_enhancers_stay_within_64_bits() -> None:
    """Their largest intermediate values, for power and noise as large as promised."""
    assert PROMISED_POWER << enhance_smoothing.WEIGHT_BITS < WIDE  # the weights of the smoothing together
    for gain_bits in (enhance_bands.GAIN_BITS, enhance_wiener.GAIN_BITS):
        assert PROMISED_POWER << gain_bits < WIDE  # numerators, and gains, which are at most 1
    assert (8 << enhance_bands.OVER_BITS) * enhance_bands.LARGEST_RATIO < WIDE
    assert BINS * PROMISED_POWER < LOGARITHM  # bands of bins, whose SNR is a difference of logarithms
    loudest, nothing = (np.full((1, BINS), power, dtype=np.int64) for power in (PROMISED_POWER - 1, 0))
    for settings in (BandSettings(), WienerSettings()):  # where there is no noise, all of the power is left
        assert settings.enhancer()(loudest, nothing).tolist() == [[PROMISED_POWER - 1] * BINS]


def test_mel_energies_stay_within_the_logarithm() -> None:
    bank = LogMel().bank
    assert not bank[0].any()
    assert not bank[-1].any()  # so the bands lie within bins 1..255
    # A bin counts in a band with at most 1, and what enhancement leaves of a frame is no more than the frame.
    assert int(bank.max()) == 1 << BANK_BITS
    assert (1 << BANK_BITS) * largest_total() < LOGARITHM
    assert max(column_sums(bank)) * LOUDEST_NOISE < LOGARITHM
    assert BINS * max(largest_power(), LOUDEST_NOISE) < LOGARITHM  # all bins together


def test_bands_of_noise_are_right_though_running_sums_over_all_bins_leave_64_bits() -> None:
    noise = np.random.default_rng(5).integers(LOUDEST_NOISE // 2, LOUDEST_NOISE, (3, BINS))
    mel = LogMel()
    assert (1 << BANK_BITS) * int(noise[0].sum()) > WIDE
    bands = [
        [sum(p * w for p, w in zip(row, band, strict=True)) for band in mel.bank.T.tolist()] for row in noise.tolist()
    ]
    wanted = log2_q16(np.array(bands)) - ((POWER_BITS + BANK_BITS) << LOG2_BITS)
    assert np.array_equal(mel(noise)[0], wanted)


def test_logarithms_stay_within_their_widths() -> None:
    assert int(TABLE.max()) <= 1 << LOG2_BITS
    assert int(np.diff(TABLE).max()) * (1 << 22) < WIDE


def largest_log_mel() -> int:
    """|log2| of a band's energy, Q16: from log2(1) - 16 to below 62 - 16."""
    return max(POWER_BITS + BANK_BITS, 62 - POWER_BITS - BANK_BITS) << LOG2_BITS


def test_mfcc_stay_within_32_bits_and_what_they_promise() -> None:
    assert largest_log_mel() <= 1 << (LOG2_BITS + 6)  # what Cepstrum's product was checked for
    product = max(column_sums(Cepstrum().basis)) * largest_log_mel()
    assert product < FLOAT
    assert (product >> (DCT_BITS + LOG2_BITS - MFCC_BITS)) + 1 < 1 << 19


@pytest.mark.parametrize("file", (NUMBERS, shares.NUMBERS))
def test_every_sum_of_a_network_over_frames_is_exact_in_float32(file: Path) -> None:
    """Of any input, as every layer limits what it gives; and activations fit int8, as weights do."""
    numbers = np.load(file)
    for place in range(len(numbers["dilations"])):
        weights, bias = numbers[f"weights{place}"], numbers[f"bias{place}"]
        assert weights.dtype == np.int8 and weights.shape[0] == TAPS
        sums = column_sums(weights.reshape(-1, weights.shape[2]).astype(np.int64))
        assert max(sums) * 128 + int(np.abs(bias).max()) < 1 << 24
    last = np.abs(numbers["last_weights"].astype(np.int64)).sum()
    assert int(last) * LARGEST < 1 << 24


def test_a_network_that_could_leave_exact_float32_is_refused() -> None:
    full = np.full((TAPS, 400, 1), 127, dtype=np.int64)
    with pytest.raises(ValueError, match="exact float32"):
        CausalConvolution(full, np.zeros(1, dtype=np.int64), 1)


def test_what_the_speech_network_is_fed_are_8_bits_at_any_level() -> None:
    loudest, silent = np.full((1, BANDS), largest_log_mel()), np.full((1, BANDS), -largest_log_mel())
    mixed = np.where(np.arange(BANDS) % 2, loudest, silent)
    for bands, noise, periodicity in ((loudest, silent, 1 << 20), (silent, loudest, -(1 << 20)), (mixed, silent, 0)):
        rows = measure(bands, noise, np.array([periodicity]))
        assert rows.min() >= -128
        assert rows.max() <= 127
        assert np.array_equal(rows, np.floor(rows))


def test_voicing_stays_exact() -> None:
    largest_ratio = 1 << LARGEST_RATIO_BITS
    correlation = max(column_sums(Voicing().table)) * largest_ratio
    assert correlation < FLOAT
    assert correlation >> (VOICING_BITS - PERIODICITY_BITS) < 1 << 52  # the quotients' own condition, see below
    assert len(Voicing().table) * largest_ratio < 1 << 52


def test_what_is_summed_over_a_hop_is_small() -> None:
    assert HOP * SAMPLE < WIDE


@given(st.integers(1, (1 << 51) - 1), st.integers(0, 1 << 52), st.integers(-1, 1))
@example((1 << 26) - 1, (1 << 26) - 1, -1)
def test_quotients_in_float64_round_down_as_integers_do(below: int, quotient: int, step: int) -> None:
    """Voicing divides so: next to a whole quotient, where a rounding would show, for numbers up to 2**52."""
    above = max(0, min(below * (quotient % ((1 << 52) // below)) + step, 1 << 52))
    assert int(np.floor(np.float64(above) / np.float64(below))) == above // below


def ideal_tables() -> dict[str, NDArray[np.float64]]:
    """The tables before they are rounded to integers."""
    n, lags = np.arange(WINDOW)[:, None], np.array(specification.LAGS)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    angle = 2 * np.pi * (((n - 200) * np.arange(BINS)) % 512) / 512
    of_window = np.correlate(hann[:, 0], hann[:, 0], "full")[WINDOW - 1 :]
    k, m = np.arange(BANDS), np.arange(BANDS)[:, None]
    bins = np.array(specification.BAND)[:, None]
    percent = np.arange(1, 100) / 100
    return {
        "cosines": hann * np.cos(angle) * 2**15,
        "sines": hann * np.sin(angle) * 2**15,
        "logarithms": np.log2(1 + np.arange(257) / 256) * 2**16,
        "powers": 2.0 ** (30 - np.arange(256) / 256),
        "cepstrum": np.cos(np.pi * k * (2 * m + 1) / 80) * np.sqrt(np.where(k == 0, 1, 2) / BANDS) * 2**15,
        "autocorrelation": np.cos(2 * np.pi * bins * lags / 512) * of_window[0] / of_window[lags] * 2**12,
        "odds of speech": np.log(percent / (1 - percent)) * 2**11,
    }


@pytest.mark.parametrize("name", list(ideal_tables()))
def test_no_entry_of_a_table_lies_where_a_mathematics_library_could_turn_its_rounding(name: str) -> None:
    table = ideal_tables()[name]
    to_a_half = np.abs(np.abs(table - np.floor(table)) - 0.5).min()
    assert to_a_half > 1e-6  # errors of sin, cos and log are below 1e-11 at these sizes
