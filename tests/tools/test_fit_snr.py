"""What blind SNR learns from carries its truth, and its network is taught by what it makes of a whole utterance."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from edgevoice.listening.activity import ODDS_BITS
from edgevoice.listening.network import ACTIVATION_BITS, CausalNetwork, Layers
from edgevoice.listening.shares import INPUTS
from edgevoice.listening.snr import share_q16
from tools.ear.fit_snr import DILATIONS, Example, example, train
from tools.ear.mixtures import LEAD, Mixture
from tools.ear.snr_lessons import heard
from tools.ear.speech_network import SpeechNetwork

pytestmark = pytest.mark.tools


def test_a_lesson_knows_how_much_of_each_frame_is_speech() -> None:
    rng = np.random.default_rng(0)
    speech = np.concatenate([np.zeros(LEAD), rng.normal(0, 2000, 16_000), np.zeros(16_000)])
    lesson = heard(Mixture("rain", speech, rng.normal(0, 200, len(speech))))
    found = example(lesson, LEAD // 160, LEAD // 160 + 198)
    assert found.share[5:90].mean() == pytest.approx(1 / 1.01, abs=0.002)
    assert found.share[110:].max() == 0
    assert found.snr_db == pytest.approx(17, abs=0.3)  # 20 dB in half of the frames
    assert found.rows.shape == (99, INPUTS)
    assert len(lesson.frames) == len(lesson.speech) == len(lesson.noise)


def test_an_utterance_is_the_frames_about_its_speech() -> None:
    rng = np.random.default_rng(0)
    speech = np.concatenate([np.zeros(LEAD + 16_000), rng.normal(0, 2000, 16_000), np.zeros(16_000)])
    lesson = heard(Mixture("rain", speech, rng.normal(0, 200, len(speech))))
    first = (LEAD + 16_000) // 160
    assert abs(lesson.first - (first - 25)) <= 3
    assert abs(lesson.last - (first + 100 + 25)) <= 3


def test_taught_on_rows_that_show_it_the_network_finds_the_ratio() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    found = [drawn(rng) for _ in range(160)]
    numbers = train(found, epochs=25).as_integers()
    errors = [ratio_db(numbers, each) - each.snr_db for each in found]
    assert np.abs(errors).mean() < 1.5


def test_the_network_in_torch_and_in_integers_give_the_same_odds() -> None:
    torch.manual_seed(0)
    network = SpeechNetwork(INPUTS, DILATIONS)
    rows = np.random.default_rng(0).integers(-127, 128, (INPUTS, 150)).astype(np.float32)
    with torch.no_grad():
        wanted = network(torch.from_numpy(rows[None]) / (1 << ACTIVATION_BITS))[0].numpy()
    odds = CausalNetwork(Layers(network.as_integers()))(rows.T)
    assert np.array_equal(odds, np.rint(wanted * (1 << ODDS_BITS)).astype(np.int64))


def drawn(rng: np.random.Generator) -> Example:
    """Rows that say in five inputs which frames are noise, of levels of their own."""
    spoken = np.repeat(rng.integers(0, 2, 12), 10)
    spoken[:10], spoken[10:20] = 0, 1
    rows = rng.integers(0, 10, (60, INPUTS))
    rows[:, :5] += 80 * (spoken[::2, None] == 0)
    power = 10 ** (np.where(spoken == 1, 0.0, rng.uniform(-20, 0)) / 10)
    share = np.where(spoken == 1, 0.999, 0.001)
    ratio = (power * share).sum() / (power * (1 - share)).sum()
    return Example(rows.astype(np.int8), power, share, float(10 * np.log10(ratio)), 1.0)


def ratio_db(numbers: dict[str, NDArray[np.integer]], found: Example) -> float:
    """As the device adds it up."""
    rows = np.concatenate([found.rows, np.zeros((24, INPUTS), dtype=np.int8)]).astype(np.float32)
    odds = np.repeat(CausalNetwork(Layers(numbers))(rows)[24:], 2)
    parts = [(found.power * 2.0 ** (share_q16(each) / 65536)).sum() for each in (odds, -odds)]
    return float(10 * np.log10(parts[0] / parts[1]))
