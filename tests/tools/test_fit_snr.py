"""The tables of blind SNR are found again from mixtures that follow them."""

import numpy as np
import pytest

from tests.listening.specification_noise import SNR_BY_DEPTH, SNR_BY_EXCESS
from tools.ear.fit_snr import KNOT_DB, KNOTS, Lessons, fit

pytestmark = pytest.mark.tools


def test_two_known_tables_are_found_again() -> None:
    rng = np.random.default_rng(0)
    excess, depth = (rng.uniform(0, KNOT_DB * (knots - 1), 600) for knots in KNOTS)
    tables = [np.array(tenths) / 10 for tenths in (SNR_BY_EXCESS, SNR_BY_DEPTH)]
    snr_db = sum(
        np.interp(value, KNOT_DB * np.arange(len(table)), table)
        for value, table in zip((excess, depth), tables, strict=True)
    )
    found = fit(Lessons(excess, depth, snr_db, np.ones(600)))
    assert np.abs(found - np.concatenate(tables)).max() < 0.5
