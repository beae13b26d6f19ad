"""``edgevoice speakers``."""

from tests.cli.conftest import Shell


def names(shell: Shell) -> list[object]:
    return [person["name"] for person in shell.json("speakers", "list").records]


def test_everybody_is_listed_with_the_model_and_the_time(household: Shell) -> None:
    (ada, _) = household.json("speakers", "list").records
    assert list(ada) == ["name", "model", "utterances", "enrolled_at", "administrator"]
    assert names(household) == ["Ada", "Ben"]


def test_an_empty_house_is_told_what_to_do(shell: Shell) -> None:
    assert "edgevoice enroll" in shell("speakers", "list").out
    assert shell.json("speakers", "list").out == ""


def test_a_person_is_renamed_and_removed_and_the_log_forgets_the_name(household: Shell) -> None:
    assert household("speakers", "rename", "ada", "Adele").status == 0
    assert names(household) == ["Adele", "Ben"]
    assert household("speakers", "remove", "adele").status == 0
    assert names(household) == ["Ben"]
    told = household("events").out
    assert "Ada" not in told and "Adele" not in told
    assert "removed" in told


def test_people_are_told_by_the_name_that_is_kept_however_it_was_typed(household: Shell) -> None:
    (renamed,) = household.json("speakers", "rename", "ADA", " Adele ").records
    (reset,) = household.json("speakers", "reset", "adele").records
    (removed,) = household.json("speakers", "remove", "ADELE").records
    assert renamed == {"renamed": "Ada", "to": "Adele"}
    assert (reset["reset"], removed["removed"]) == ("Adele", "Adele")


def test_nobody_of_that_name_is_an_error(shell: Shell) -> None:
    for arguments in (("remove", "Eve"), ("rename", "Eve", "Eva"), ("promote", "Eve"), ("demote", "Eve")):
        said = shell("speakers", *arguments)
        assert said.status == 1
        assert "'Eve'" in said.err


def administrators(shell: Shell) -> list[object]:
    return [person["name"] for person in shell.json("speakers", "list").records if person["administrator"]]


def test_whoever_was_enrolled_first_is_the_administrator_and_others_are_made_one(household: Shell) -> None:
    assert administrators(household) == ["Ada"]
    assert household("speakers", "promote", "ben").status == 0
    assert administrators(household) == ["Ada", "Ben"]
    assert household("speakers", "demote", "Ada").status == 0
    assert administrators(household) == ["Ben"]
    assert [event["kind"] for event in household.json("events", "--last", "2").records] == ["role", "role"]


def test_the_last_administrator_stays_one_unless_forced(household: Shell) -> None:
    said = household("speakers", "demote", "Ada")
    assert said.status == 1
    assert "only administrator" in said.err and "--force" in said.err
    assert household("speakers", "demote", "--force", "Ada").status == 0
    assert administrators(household) == []


def test_removing_the_last_administrator_says_what_to_do(household: Shell) -> None:
    said = household("speakers", "remove", "Ada")
    assert said.status == 0
    assert "speakers promote" in said.out


def test_a_voiceprint_that_never_adapted_is_left_as_it_is(household: Shell) -> None:
    (record,) = household.json("speakers", "reset", "Ada").records
    assert record == {"reset": "Ada", "adapted": False}
    assert household("speakers", "reset", "Eve").status == 1
