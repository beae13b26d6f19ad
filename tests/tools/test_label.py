"""Who speaks, by the label of a clip, and that nobody needs a training library to know it."""

import subprocess
import sys

import pytest

from tools.label import age, is_adult, sex


@pytest.mark.parametrize(
    ("label", "years", "of", "adult"),
    [
        ("f31", 31, "f", True),
        ("m6", 6, "m", False),
        ("m17", 17, "m", False),
        ("f18", 18, "f", True),
        ("f", None, "f", True),
        ("", None, "", True),
        ("fearful", None, "", True),
        ("f²", None, "", True),
        ("x6", None, "", True),
    ],
)
def test_a_label_tells_sex_and_age_or_nothing(label: str, years: int | None, of: str, adult: bool) -> None:
    assert (age(label), sex(label), is_adult(label)) == (years, of, adult)


@pytest.mark.parametrize("tool", ["promise", "groups_table", "voice_attacks"])
def test_what_only_measures_the_device_needs_no_torch(tool: str) -> None:
    code = f"import sys, tools.{tool}; assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
