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


def test_nobody_of_that_name_is_an_error(shell: Shell) -> None:
    for arguments in (("remove", "Eve"), ("rename", "Eve", "Eva")):
        said = shell("speakers", *arguments)
        assert said.status == 1
        assert "'Eve'" in said.err
