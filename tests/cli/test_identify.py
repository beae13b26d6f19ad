"""``edgevoice identify``: the shape of a decision, who is let in and who is not."""

from pathlib import Path

import pytest

from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT, Shell

KEYS = [
    "file",
    "start_s",
    "end_s",
    "decision",
    "reason",
    "speaker",
    "score",
    "llr",
    "threshold",
    "net_speech_s",
    "snr_db",
    "clipped",
    "mood",
    "recording",
    "ms",
]


def test_a_decision_has_exactly_the_keys_that_were_promised(household: Shell) -> None:
    (record,) = household.json("identify", FOLDER / "ada-unlock-1.opus").records
    assert list(record) == KEYS
    milliseconds = record["ms"]
    assert isinstance(milliseconds, dict)
    assert list(milliseconds) == ["front_end", "embed", "score", "total"]
    assert isinstance(record["mood"], dict)
    assert list(record["mood"]) == ["label", "probabilities"]
    assert record["recording"] is None


def test_silence_is_refused_with_the_same_keys(household: Shell) -> None:
    said = household.json("identify", FOLDER / "silence.flac")
    (record,) = said.records
    assert said.status == 3
    assert list(record) == KEYS
    assert record["decision"] == "refuse"
    assert "no speech" in str(record["reason"])


@pytest.mark.parametrize("command", ["identify", "mood"])
def test_files_that_cannot_be_read_keep_no_other_from_its_answer_and_are_told(
    household: Shell, tmp_path: Path, command: str
) -> None:
    damaged, ada, missing, ben = tmp_path / "no.wav", FOLDER / "ada-unlock-1.opus", "gone.wav", FOLDER / "hum.flac"
    damaged.write_bytes(b"RIFF")
    said = household.json(command, damaged, ada, missing, ben)
    assert said.status == 1
    assert {record["file"] for record in said.records} == {str(ada), str(ben)}
    (told,) = said.err.splitlines()
    assert str(damaged) in told
    assert missing in told


@pytest.mark.parametrize("name", ["Ada", "Ben"])
def test_an_enrolled_person_is_known_by_every_clip(household: Shell, name: str) -> None:
    said = household.json("identify", *(FOLDER / file for file in VISIT.unlocks(name)))
    assert said.status == 0
    assert {record["speaker"] for record in said.records if record["decision"] == "open"} == {name}


@pytest.mark.parametrize("stranger", VISIT.strangers)
def test_a_stranger_is_refused_by_every_clip(household: Shell, stranger: str) -> None:
    said = household.json("identify", *(FOLDER / file for file in VISIT.unlocks(stranger)))
    assert said.status == 3
    assert {record["decision"] for record in said.records} == {"refuse"}


def test_with_nobody_enrolled_everybody_is_refused(shell: Shell, models: object) -> None:
    said = shell.json("identify", FOLDER / "ada-unlock-1.opus")
    (record,) = said.records
    assert said.status == 3
    assert record["speaker"] is record["llr"] is record["score"] is None
    assert "nobody is enrolled" in str(record["reason"])


def test_identifying_moves_no_lock_and_writes_nothing_down(household: Shell) -> None:
    before = household("events").out
    household("identify", FOLDER / "ada-unlock-1.opus")
    assert household("events").out == before


def test_a_household_of_another_model_is_named_and_told_to_enrol_again(household: Shell) -> None:
    (household.data / "edgevoice.toml").write_text('[models]\nxvector = "xvector-tiny"\n')
    said = household.json("identify", FOLDER / "ada-unlock-1.opus")
    assert said.status == 3
    assert {str(record["reason"])[:33] for record in said.records} == {"Ada, Ben must enrol again, as ano"}
