"""What the speech network learns from carries its truth, and it is trained with the integers that the door runs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from edgevoice.listening.activity import ODDS_BITS
from edgevoice.listening.network import ACTIVATION_BITS, CausalNetwork, Layers
from tools.ear.fit_activity import inputs, train, write
from tools.ear.lessons import SCENE_S, Material, scenes
from tools.ear.made_noise import MADE
from tools.ear.speech_network import DILATIONS, SpeechNetwork
from tools.ear.truth import count_frames, true_speech

pytestmark = pytest.mark.tools
RNG = np.random.default_rng(0)
QUIET = np.rint(RNG.normal(0, 3, 16_000)).astype(np.int16)
TONE = np.rint(8000 * np.sin(2 * np.pi * 300 / 16000 * np.arange(16_000))).astype(np.int16)
CLIP = np.concatenate([QUIET, TONE, QUIET])
MATERIAL = Material([(CLIP, true_speech(CLIP))], [np.rint(RNG.normal(0, 500, 48_000)).astype(np.int16)], [TONE])


def test_scenes_are_as_long_as_they_say_and_half_of_them_hold_speech() -> None:
    made = list(scenes(MATERIAL, 40, 1))
    assert {len(scene.samples) for scene in made} == {SCENE_S * 16_000}
    assert {len(scene.truth) for scene in made} == {count_frames(made[0].samples)}
    assert all(scene.truth.any() == scene.spoken for scene in made)
    assert 15 <= sum(scene.spoken for scene in made) <= 33


def test_what_is_true_speech_in_a_scene_is_where_the_tone_stands() -> None:
    """300 Hz, 16 samples away from anything else: its share of the power is high where the truth says so."""
    scene = next(scene for scene in scenes(MATERIAL, 40, 3) if scene.spoken)
    frames = np.lib.stride_tricks.sliding_window_view(scene.samples.astype(np.float64), 400)[::160]
    tone = np.abs(frames @ np.exp(2j * np.pi * 300 / 16000 * np.arange(400))) ** 2 / (frames**2).sum(axis=1).clip(1)
    assert np.median(tone[scene.truth]) > 5 * np.median(tone[~scene.truth])


@pytest.mark.parametrize("make", MADE)
def test_made_noise_is_finite_and_sounds(make: object) -> None:
    assert callable(make)
    for seed in range(5):
        sound = make(32_000, np.random.default_rng(seed))
        assert sound.shape == (32_000,)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() > 0


def test_the_network_in_torch_and_in_integers_give_the_same_odds(tmp_path: Path) -> None:
    torch.manual_seed(0)
    rows = inputs(np.concatenate([CLIP, QUIET]))
    network = SpeechNetwork(len(rows))
    with torch.no_grad():
        for weights in network.weights:
            weights.mul_(3)
        wanted = network(torch.from_numpy(rows[None]).float() / (1 << ACTIVATION_BITS))[0].numpy()
    write(tmp_path / "numbers.npz", network.as_integers())
    with np.load(tmp_path / "numbers.npz") as stored:
        found = CausalNetwork(Layers(dict(stored)))(rows.T.astype(np.float32))
    assert len(found) > 2 * sum(DILATIONS)
    assert np.abs(wanted).max() > 0.5
    assert np.array_equal(found, np.rint(wanted * (1 << ODDS_BITS)).astype(np.int64))


def test_training_makes_the_loss_smaller(capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    truth = np.repeat(rng.integers(0, 2, (148, 10)), 12, axis=1).astype(np.float32)
    rows = (truth[:, None] * 60 + rng.integers(0, 20, (148, 81, 120))).astype(np.int8)
    train(rows, truth, epochs=20)
    losses = [float(line.split()[-4]) for line in capsys.readouterr().out.splitlines()]
    assert losses[-1] < 0.5 * losses[0]
