"""``edgevoice pin``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgevoice.cli import edgevoice
from tests.cli.conftest import Shell

Types = Callable[..., tuple[int, str]]


@pytest.fixture
def types(household: Shell) -> Types:
    """Runs ``edgevoice pin ...`` with lines typed at its prompts; the exit status, and all that was printed."""

    def run(*arguments: str, lines: str = "") -> tuple[int, str]:
        command = ["--data", str(household.data), "pin", *arguments]
        done = CliRunner().invoke(edgevoice, command, input=lines)
        return (1 if done.exception and done.exit_code != 2 else done.exit_code), f"{done.output}{done.exception or ''}"

    return run


def test_a_pin_is_typed_twice_and_never_shown(types: Types, household: Shell) -> None:
    status, said = types("set", "ada", lines="3141\n3141\n")
    assert (status, "Ada has a new PIN" in said, "3141" in said) == (0, True, False)
    owners = {record["name"]: record["pin"] for record in household.json("pin", "list").records}
    assert owners == {"Ada": True, "Ben": False}
    last = household.json("events").records[-1]
    assert (last["kind"], last["speaker"], last["reason"]) == ("pin", "Ada", "Ada has a new PIN")


def test_two_that_differ_are_asked_for_again(types: Types) -> None:
    status, said = types("set", "Ada", lines="3141\n3142\n2718\n2718\n")
    assert (status, "do not match" in said) == (0, True)


@pytest.mark.parametrize("pin", ["314", "31a4", "3" * 13])
def test_what_is_no_pin_is_refused(types: Types, household: Shell, pin: str) -> None:
    status, said = types("set", "Ada", lines=f"{pin}\n{pin}\n")
    assert (status, "4 to 12 digits" in said) == (1, True)
    assert not any(record["pin"] for record in household.json("pin", "list").records)


def test_nobody_of_that_name_is_told_before_anything_is_typed(household: Shell) -> None:
    said = household("pin", "set", "Cy")
    assert said.status == 1
    assert "nobody is enrolled as 'Cy'" in said.err


def test_a_cleared_pin_is_gone(types: Types, household: Shell) -> None:
    types("set", "Ada", lines="3141\n3141\n")
    assert household.json("pin", "clear", "ADA").records == [{"pin": "Ada", "cleared": True}]
    assert household.json("pin", "clear", "Ada").records == [{"pin": "Ada", "cleared": False}]


SETTINGS = {
    "none": ("", True, "by itself"),
    "a PIN with a fake button": ('[door]\nsecond_factor = "pin"', False, "button at the door is a fake"),
    "a challenge with a fake sounder": ('[door]\nsecond_factor = "challenge"', False, "sounder is a fake"),
    "a challenge in another language": (
        '[door]\nsecond_factor = "challenge"\n[sounder]\ndriver = "speaker"\nlanguage = "fr"',
        False,
        "in English alone",
    ),
    "a PIN without a pin": (
        '[door]\nsecond_factor = "pin"\n[pin]\ndriver = "gpio"\n[gpio]\nsimulated = "board"',
        False,
        "gpio.outside_button_pin is not set",
    ),
    "a PIN that some have not": (
        '[door]\nsecond_factor = "pin"\n[pin]\ndriver = "gpio"\n[gpio]\noutside_button_pin = 16\nsimulated = "board"',
        False,
        "Ada, Ben: not let in without a PIN",
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_check_tells_whether_the_second_factor_can_work(household: Shell, tmp_path: Path, case: str) -> None:
    settings, good, told = SETTINGS[case]
    file = tmp_path / "door.toml"
    file.write_text(settings.replace('"board"', f'"{tmp_path / "board"}"'))
    records = household.json("--config", file, "check").records
    (line,) = [record for record in records if record["check"] == "2nd factor"]
    assert line["ok"] is good
    assert told in str(line["found"])


def test_check_is_content_where_everybody_has_a_pin(types: Types, household: Shell, tmp_path: Path) -> None:
    for name in ("Ada", "Ben"):
        types("set", name, lines="3141\n3141\n")
    file = tmp_path / "door.toml"
    settings = SETTINGS["a PIN that some have not"][0]
    file.write_text(settings.replace('"board"', f'"{tmp_path / "board"}"'))
    records = household.json("--config", file, "check").records
    (line,) = [record for record in records if record["check"] == "2nd factor"]
    assert (line["ok"], line["found"]) == (True, "a PIN, within 30 s, at the button on GPIO 16")
