"""The scores behind the table of trackers: each pair either way round, and a difference to the default."""

import numpy as np
import pytest

from edgevoice.listening.noise_choice import TRACKERS
from tools.ear.enhancement_eer import QUIET_DB, SNRS_DB
from tools.ear.tracker_eer import DEFAULT, scores_of
from tools.measure.trials import Clip, pair

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
