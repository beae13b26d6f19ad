"""What a calibration promises holds in every group that it was fitted on, also in the one whose people sound alike."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the tools extra: make test-tools")

from tools.calibrate import RATES, fit
from tools.measure.door_trials import Trials

pytestmark = pytest.mark.tools

COUNT = 20_000


def group(likeness: float) -> Trials:
    """Trials of two people whose strangers score ``likeness`` in the mean, half of them in noise and 0.05 less."""
    rng = np.random.default_rng(2)
    under = np.arange(COUNT) % 2
    given, whose = np.zeros((COUNT, 3)), np.arange(COUNT) % 2
    target, nontarget = (rng.normal(mean, 0.1, COUNT) - 0.05 * under for mean in (0.9, likeness))
    return Trials(target, nontarget, given, given, whose, whose, 1 - whose, under)


def test_no_group_and_no_condition_is_let_in_more_often_than_promised() -> None:
    groups = [group(0.1), group(0.4)]
    calibration = fit(groups, "", b"", 0)
    for rate, threshold in list(zip(RATES, calibration.llr_at_far, strict=True))[:5]:
        found = [
            (trials.llrs(calibration)[1][trials.nontarget_under == under] >= threshold).mean()
            for trials in groups
            for under in (0, 1)
        ]
        assert max(found) == pytest.approx(rate, abs=2 / COUNT)
