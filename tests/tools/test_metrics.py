"""Error rates against cases whose answer is known without the code under test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import norm

from edgevoice.errors import SettingsError
from tools.measure import metrics

whole_scores = st.lists(st.integers(-30, 30), min_size=1, max_size=40).map(lambda scores: np.array(scores, float))


def gaussian(d_prime: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles instead of draws: a sample without sampling error."""
    quantiles = norm.ppf((np.arange(count) + 0.5) / count)
    return quantiles + d_prime, quantiles


def calibrated(d_prime: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """LLRs of two unit Gaussians d' apart are Gaussian: mean +-d'^2 / 2, deviation d'."""
    targets, nontargets = gaussian(d_prime, count)
    return d_prime * targets - d_prime**2 / 2, d_prime * nontargets - d_prime**2 / 2


@pytest.mark.parametrize("d_prime", [0.5, 1.0, 2.0, 4.0])
def test_the_eer_of_two_gaussians_is_phi_of_minus_half_their_distance(d_prime: float) -> None:
    assert metrics.eer(*gaussian(d_prime, 20_000)) == pytest.approx(norm.cdf(-d_prime / 2), abs=2e-4)


@pytest.mark.parametrize("far", [0.01, 0.001])
def test_the_frr_of_two_gaussians_at_a_far_follows_from_the_normal_quantile(far: float) -> None:
    expected = norm.cdf(norm.isf(far) - 3.0)
    assert metrics.frr_at_far(*gaussian(3.0, 50_000), far) == pytest.approx(expected, abs=2e-3)


def test_separated_scores_make_no_error_of_any_kind() -> None:
    targets, nontargets = np.array([2.0, 3.0]), np.array([-1.0, 1.0, 1.5])
    assert metrics.eer(targets, nontargets) == 0
    assert metrics.frr_at_far(targets, nontargets, 0.001) == 0
    assert metrics.min_dcf(targets, nontargets) == 0
    assert metrics.min_cllr(targets, nontargets) == 0


def test_swapped_scores_make_every_error() -> None:
    assert metrics.eer(np.array([0.0]), np.array([1.0])) == 1
    assert metrics.min_cllr(np.array([0.0]), np.array([1.0])) == pytest.approx(1)


def test_equal_scores_tell_nothing() -> None:
    targets, nontargets = np.zeros(3), np.zeros(7)
    assert metrics.eer(targets, nontargets) == 0.5
    assert metrics.frr_at_far(targets, nontargets, 0.01) == 1
    assert metrics.min_dcf(targets, nontargets) == 1
    assert metrics.min_cllr(targets, nontargets) == pytest.approx(1)


def test_tied_scores_are_accepted_together() -> None:
    # Points (FAR, FRR): (0, 1), (0, 1/2), (1/2, 0), (1, 0); the line between the middle two meets the diagonal at 1/4.
    assert metrics.eer(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0.25)


def test_min_dcf_weighs_a_false_accept_990_times_at_the_door() -> None:
    targets, nontargets = np.array([1.0, 2.0, 3.0, 4.0]), np.append(np.zeros(999), 1.5)
    assert pytest.approx(990) == metrics.DOOR.false_accept_weight
    assert metrics.min_dcf(targets, nontargets) == pytest.approx(0.25)  # above 1.5; accepting it would cost 0.99
    assert metrics.min_dcf(targets, nontargets, metrics.Costs(0.5, 1, 1)) == pytest.approx(0.001)


def test_act_dcf_takes_the_threshold_of_bayes() -> None:
    threshold = np.log(990)
    targets, nontargets = threshold + np.array([0.1, -0.1]), threshold + np.array([-0.1, -5.0])
    assert metrics.act_dcf(targets, nontargets) == pytest.approx(0.5)
    assert metrics.act_dcf(targets, nontargets + 0.2) == pytest.approx(0.5 + 990 / 2)


def test_llrs_of_zero_cost_one_bit() -> None:
    assert metrics.cllr(np.zeros(5), np.zeros(9)) == pytest.approx(1)


def test_cllr_of_calibrated_gaussians_is_the_integral_of_the_logarithmic_cost() -> None:
    d_prime = 2.0
    llrs = np.linspace(-30, 30, 200_001)
    density = norm.pdf(llrs, d_prime**2 / 2, d_prime)
    expected = trapezoid(density * np.logaddexp(0, -llrs), llrs) / np.log(2)
    assert metrics.cllr(*calibrated(d_prime, 20_000)) == pytest.approx(expected, abs=1e-4)


def test_calibrated_llrs_leave_nothing_to_gain_and_shifted_ones_do() -> None:
    targets, nontargets = calibrated(2.0, 5_000)
    best = metrics.min_cllr(targets, nontargets)
    assert metrics.cllr(targets, nontargets) == pytest.approx(best, abs=2e-3)
    assert metrics.cllr(targets + 1, nontargets + 1) > best + 0.05


@given(whole_scores, whole_scores)
def test_a_monotone_transform_of_the_scores_changes_no_rate(targets: np.ndarray, nontargets: np.ndarray) -> None:
    for rate in (metrics.eer, metrics.min_dcf, metrics.min_cllr):
        assert rate(targets**3 - 7, nontargets**3 - 7) == pytest.approx(rate(targets, nontargets))


@given(whole_scores, whole_scores)
def test_exchanging_the_two_kinds_and_the_sign_leaves_the_eer(targets: np.ndarray, nontargets: np.ndarray) -> None:
    assert metrics.eer(-nontargets, -targets) == pytest.approx(metrics.eer(targets, nontargets))


@given(whole_scores, whole_scores)
def test_no_calibration_beats_the_best_monotone_one(targets: np.ndarray, nontargets: np.ndarray) -> None:
    assert 0 <= metrics.min_cllr(targets, nontargets) <= min(1, metrics.cllr(targets, nontargets)) + 1e-9


@pytest.mark.parametrize(
    ("targets", "nontargets"), [([], [1.0]), ([1.0], []), ([float("nan")], [0.0])], ids=["targets", "nontargets", "nan"]
)
def test_scores_that_allow_no_rate_are_refused(targets: list[float], nontargets: list[float]) -> None:
    with pytest.raises(SettingsError, match="wanted at least one of each and no NaN"):
        metrics.eer(np.array(targets), np.array(nontargets))
