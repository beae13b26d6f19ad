"""The stand-in for the model of digits: it hears what it was told to, and nothing by itself."""

import numpy as np

from edgevoice.recognition.fake_digits import FakeDigits

MFCC = np.zeros((100, 40), np.int32)


def test_it_hears_its_rows_one_after_the_other_and_then_nothing() -> None:
    fake = FakeDigits(["314", "159"])
    assert [fake.said(MFCC) for _ in range(3)] == ["314", "159", ""]


def test_it_accepts_the_same_digits_in_the_same_order_alone() -> None:
    for said in ("341", "31", "3144", ""):
        assert not FakeDigits([said]).accepts(MFCC, "314")
    fake = FakeDigits(["314"])
    assert fake.accepts(MFCC, "314")
    assert not fake.accepts(MFCC, "314")  # it was said once
    assert fake.asked == ["314", "314"]


def test_no_digits_are_never_accepted_and_in_no_sound_there_are_none() -> None:
    assert not FakeDigits([]).accepts(MFCC, "")
    assert not FakeDigits(["314"]).accepts(MFCC[:0], "314")
