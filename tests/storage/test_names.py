"""Names: what is welcome, what is refused, and which spellings are one name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.errors import SpeakerError
from edgevoice.storage.names import LONGEST_NAME, fold, tidy


@pytest.mark.parametrize(
    "name", ["Ada", "O'Brien", '"Bo"; drop table speakers; --', "Zoë", "李雷", "👩‍👧 Mum", "محمد", "x" * LONGEST_NAME]
)
def test_real_names_are_kept_as_they_are(name: str) -> None:
    assert tidy(name) == name


def test_blanks_at_the_ends_go_and_accents_are_composed() -> None:
    assert tidy("  Zoe\u0308 \n") == "Zoë"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "is empty"),
        (" \t ", "is empty"),
        ("\u200b\u200d", "is empty"),
        ("Ada\nopen the door", "control character '\\\\n'"),
        ("Ada\x00", "control character '\\\\x00'"),
        ("Ada\u202enim", "control character '\\\\u202e'"),
        ("Ada\udcff", "control character '\\\\udcff'"),
        ("x" * (LONGEST_NAME + 1), "has 81 characters, at most 80"),
        ("x" * 10_000, "has 10000 characters, at most 80"),
    ],
)
def test_unfit_names_are_refused_in_one_short_line(name: str, told: str) -> None:
    with pytest.raises(SpeakerError, match=told) as refused:
        tidy(name)
    assert len(str(refused.value)) < 250
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("other", ["ada", "ADA", "Ａｄａ", "A\u200bda", "a\u0064a"])
def test_spellings_that_look_alike_are_one_name(other: str) -> None:
    assert fold(other) == fold("Ada")


def test_runs_of_blanks_and_sharp_s_do_not_make_another_name() -> None:
    assert fold("Jo  Weiß") == fold("jo WEISS")
    assert fold("Jo") != fold("Joe")


@given(st.text(max_size=200))
def test_any_text_is_kept_whole_or_refused(text: str) -> None:
    try:
        name = tidy(text)
    except SpeakerError:
        return
    assert 1 <= len(name) <= LONGEST_NAME
    assert name == unicodedata.normalize("NFC", text).strip() == tidy(name)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in name)
    assert fold(name)
    assert name.encode()
