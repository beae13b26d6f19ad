"""The tables in noise: what is kept, each pair either way round, and a difference to the default."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.listening.noise_choice import TRACKERS
from edgevoice.recognition.embed import XVector
from tests.sound import clip
from tools.ear.enhancement_eer import QUIET_DB, SNRS_DB, features_of, measure
from tools.ear.enhancers import OURS
from tools.ear.tracker_eer import DEFAULT, scores_of
from tools.measure.trials import Clip, pair
from tools.peers.edgevoice import MODEL

pytestmark = pytest.mark.tools

CONDITIONS = (QUIET_DB, *SNRS_DB)


def test_either_side_of_a_pair_is_the_quiet_one() -> None:
    rng = np.random.default_rng(0)
    trials = pair([Clip(f"{speaker}{take}", speaker, "", None) for speaker in "abc" for take in range(3)])
    found = {
        name: {snr_db: rng.standard_normal((9, 4)).astype(np.float32) for snr_db in CONDITIONS} for name in TRACKERS
    }
    scores = scores_of(found, trials)
    first, second, count = trials.first[5], trials.second[5], len(trials.first)
    assert scores.of["histogram"].shape == (len(CONDITIONS), 2 * count)
    for row, snr_db in enumerate(CONDITIONS):
        quiet, noisy = found["histogram"][QUIET_DB], found["histogram"][snr_db]
        assert scores.of["histogram"][row][5] == pytest.approx(quiet[first] @ noisy[second], rel=1e-5)
        assert scores.of["histogram"][row][count + 5] == pytest.approx(noisy[first] @ quiet[second], rel=1e-5)
    assert [side[5] for side in scores.speakers] == [side[count + 5] for side in scores.speakers[::-1]]
    assert scores.difference(DEFAULT, 1) == "+0.00 (+0.0 to +0.0)"


def test_another_clip_or_noise_under_the_same_name_is_embedded_anew(tmp_path: Path) -> None:
    names = ("ada-unlock-1.opus", "ada-unlock-2.opus", "ben-unlock-1.opus")
    trials = pair([Clip(f"{number}.wav", name[:3], "", None) for number, name in enumerate(names)])
    (tmp_path / "index.csv").write_text("path,kind,split,set,speaker,label\nnoise.wav,noise,,a,,hiss\n")

    def write(path: str, samples: np.ndarray) -> None:
        soundfile.write(tmp_path / path, samples, 16000, subtype="PCM_16")

    def found() -> np.ndarray:
        systems = {"off": features_of("off", OURS["off"], None)}
        return measure(systems, XVector(MODEL), trials, tmp_path, tmp_path / "cache")["off"][SNRS_DB[-1]]

    for number, name in enumerate(names):
        write(f"{number}.wav", clip(name))
    write("noise.wav", np.random.default_rng(1).integers(-900, 900, 32000).astype(np.int16))
    first = found()
    assert np.array_equal(found(), first)
    write("noise.wav", np.tile(np.int16([900, 0, -900, 0]), 8000))
    other_noise = found()
    assert (other_noise != first).any(axis=1).all()
    write("2.wav", clip("stranger-1-1.opus"))
    assert np.flatnonzero((found() != other_noise).any(axis=1)).tolist() == [2]
