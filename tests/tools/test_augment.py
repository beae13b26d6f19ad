"""Two people at once."""

import numpy as np
import pytest

from tests.sound import clip
from tools.training.augment import over_another

VOICE, OTHER = clip("ada-unlock-1.opus"), clip("ben-unlock-1.opus")[:20_000]


@pytest.mark.parametrize("below_db", [0.0, 6.0, 12.0])
def test_the_other_one_is_quieter_by_so_much(below_db: float) -> None:
    mixed = over_another(VOICE // 4, OTHER // 4, below_db).astype(np.float64)
    under = mixed - VOICE // 4
    found = 10 * np.log10((VOICE / 4.0) @ (VOICE / 4.0) / (under @ under))
    assert found == pytest.approx(below_db, abs=0.2)


def test_two_loud_ones_are_turned_down_and_not_clipped() -> None:
    loud = np.full(4000, 30_000, dtype=np.int16)
    assert np.abs(over_another(loud, loud, 0.0).astype(int)).max() == 32_767


def test_silence_under_a_voice_changes_nothing() -> None:
    assert np.array_equal(over_another(VOICE, np.zeros(9, dtype=np.int16), 0.0), VOICE)
