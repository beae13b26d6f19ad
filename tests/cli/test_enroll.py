"""``edgevoice enroll``."""

from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT, Shell


def test_a_person_is_enrolled_from_files_and_it_is_written_down(shell: Shell, models: Path) -> None:
    said = shell.json("enroll", "Ada", *(FOLDER / take for take in VISIT.enrolment["Ada"]))
    (record,) = said.records
    assert said.status == 0
    assert record["enrolled"] == "Ada"
    assert record["utterances"] == 4
    assert [event["kind"] for event in shell.json("events").records] == ["enrolled"]


def test_too_few_clips_are_refused_and_nothing_is_kept(shell: Shell, models: Path) -> None:
    said = shell("enroll", "Ada", *(FOLDER / take for take in VISIT.enrolment["Ada"][:2]))
    assert said.status == 1
    assert "2 good clips, 3 wanted" in said.err
    assert shell.json("speakers", "list").records == []


def test_every_clip_that_failed_is_named_with_its_cause(shell: Shell, models: Path) -> None:
    said = shell("enroll", "Ada", FOLDER / "silence.flac", FOLDER / VISIT.enrolment["Ada"][0])
    assert said.status == 1
    assert "silence.flac: no speech was heard" in said.err


def test_clips_of_two_people_make_nobody(shell: Shell, models: Path) -> None:
    ada, ben = VISIT.enrolment["Ada"], VISIT.enrolment["Ben"]
    said = shell("enroll", "Both", *(FOLDER / take for take in (*ada[:2], *ben[:2])))
    assert said.status == 1
    assert "not of one voice" in said.err


def test_a_name_that_is_taken_is_refused_before_anything_is_heard(household: Shell) -> None:
    said = household("enroll", "ADA", "nowhere.wav")
    assert said.status == 1
    assert "'ADA' is enrolled already" in said.err


def test_a_voice_that_is_known_under_another_name_is_refused(household: Shell) -> None:
    said = household("enroll", "Eve", *(FOLDER / take for take in VISIT.unlocks("Ada")))
    assert said.status == 1
    assert "as 'Ada'" in said.err


def test_a_voice_is_renewed_where_that_is_asked_for(household: Shell) -> None:
    takes = [FOLDER / take for take in VISIT.unlocks("Ada")]
    assert household("enroll", "--renew", "Ada", *takes).status == 0
    people = {person["name"]: person["utterances"] for person in household.json("speakers", "list").records}
    assert people == {"Ada": 3, "Ben": 4}
    assert household("enroll", "--renew", "Eve", *takes).status == 1


@pytest.mark.parametrize("asked", [("--renew", "--add"), ("--add", "--renew")])
def test_to_replace_and_to_add_at_once_is_wrong_usage_and_nothing_changes(
    household: Shell, asked: tuple[str, str]
) -> None:
    before = household.json("speakers", "list").records
    assert household("enroll", *asked, "Ada", *(FOLDER / take for take in VISIT.enrolment["Ada"])).status == 2
    assert household.json("speakers", "list").records == before


def test_a_removed_person_is_gone_from_the_log_however_the_name_was_spelt(household: Shell) -> None:
    assert household("enroll", "--renew", "ADA", *(FOLDER / take for take in VISIT.unlocks("Ada"))).status == 0
    assert household("speakers", "remove", "ada").status == 0
    assert "ada " not in household("events").out.casefold()


def test_a_household_larger_than_the_calibration_covers_is_refused_at_enrolment_not_at_the_door(
    shell: Shell, models: Path, tmp_path: Path
) -> None:
    calibration = app.xvector(Settings()).manifest.calibration
    assert calibration is not None
    file = tmp_path / "rare.toml"
    file.write_text(f"[recognition]\nfalse_accept_rate = {calibration.far[-1]!r}")
    takes = {name: [FOLDER / take for take in takes] for name, takes in VISIT.enrolment.items()}
    assert shell("--config", file, "enroll", "Ada", *takes["Ada"]).status == 0
    said = shell("--config", file, "enroll", "Ben", *takes["Ben"])
    assert said.status == 1
    assert "was never measured" in said.err
    assert len(shell.json("speakers", "list").records) == 1


def test_sentences_are_added_to_a_voice_where_that_is_asked_for(household: Shell) -> None:
    takes = [FOLDER / take for take in VISIT.unlocks("Ada")]
    assert household("enroll", "--add", "ada", *takes).status == 0
    people = {person["name"]: person["utterances"] for person in household.json("speakers", "list").records}
    assert people == {"Ada": 7, "Ben": 4}
    assert household("enroll", "--add", "Eve", *takes).status == 1


def test_the_voice_of_somebody_else_is_not_added(household: Shell) -> None:
    said = household("enroll", "--add", "Ben", *(FOLDER / take for take in VISIT.unlocks("Ada")))
    assert said.status == 1
    people = {person["name"]: person["utterances"] for person in household.json("speakers", "list").records}
    assert people == {"Ada": 4, "Ben": 4}
