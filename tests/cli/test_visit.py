"""``edgevoice visit``: the main job on a desk."""

from pathlib import Path

from tests.cli.conftest import VISIT, Shell


def test_every_step_comes_out_as_the_script_expects(shell: Shell, models: Path) -> None:
    said = shell.json("visit", "--fast")
    steps = [record for record in said.records if record.get("event") == "step"]
    outcomes = [(record["file"], record["outcome"]) for record in steps]
    assert outcomes == [(step.file, step.expect) for step in VISIT.steps]
    assert said.records[-1] == {"event": "summary", "steps": len(VISIT.steps), "as_expected": len(VISIT.steps)}
    assert said.status == 0


def test_a_replayed_unlock_is_refused_and_the_smoke_alarm_is_named_and_shown(shell: Shell, models: Path) -> None:
    said = shell.json("visit", "--fast", "--heard-before")
    steps = [record for record in said.records if record.get("event") == "step"]
    assert [record["outcome"] for record in steps] == [step.expect for step in VISIT.heard_before]
    assert [step.expect for step in VISIT.heard_before if step.expect != "nothing"] == ["open", "refuse", "named"]
    (refused,) = [record for record in said.records if record.get("decision") == "refuse"]
    assert str(refused["reason"]).startswith("this recording was heard before")
    told = [(record["event"], record["state"]) for record in said.records if "state" in record]
    assert told.count(("lock", "open")) == 1
    assert told[told.index(("sound", "smoke alarm")) + 1] == ("state", "known sound")
    assert said.status == 0


def test_the_owners_people_and_events_are_left_alone(shell: Shell, models: Path) -> None:
    shell("visit", "--fast")
    assert shell.json("speakers", "list").out == ""
    assert shell.json("events").out == ""


WIRED = """
[lock]
driver = "gpio"
[lights]
driver = "gpio"
[button]
driver = "gpio"
[pin]
driver = "gpio"
[contacts]
driver = "gpio"
[sounder]
driver = "buzzer"
[gpio]
button_pin = 24
outside_button_pin = 16
door_pin = 5
exit_pin = 13
tamper_pin = 6
buzzer_pin = 12
simulated = "{board}"
[door]
second_factor = "pin"
intent_seconds = 5.0
[lockout]
attempts = 1
"""


def test_whatever_the_owner_has_wired_and_asks_for_beside_a_voice_the_outcomes_are_the_same_and_nothing_moves(
    shell: Shell, models: Path, tmp_path: Path
) -> None:
    file, board = tmp_path / "wired.toml", tmp_path / "board"
    (board / "inputs").mkdir(parents=True)
    (board / "inputs" / "6").write_text("1")  # the case is open
    file.write_text(WIRED.format(board=board))
    said = shell.json("--config", file, "visit", "--fast")
    assert said.records[-1]["as_expected"] == len(VISIT.steps)
    assert said.status == 0
    assert [path.name for path in board.iterdir()] == ["inputs"]  # no pin was driven, none was read


def test_an_unexpected_outcome_is_told_and_ends_with_1(shell: Shell, models: Path, tmp_path: Path) -> None:
    file = tmp_path / "deaf.toml"
    file.write_text("[door]\nmin_net_speech_s = 10.0")
    said = shell("--config", file, "visit", "--fast")
    assert said.status == 1
    assert "10 of 12 outcomes as expected" in said.out
