"""People: who can be added, found, renamed and removed, and what stays of them."""

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.rotation import give_up
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

MODEL = "xvector-1"


def voice(seed: int) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).standard_normal(128)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "key")


def test_a_voiceprint_comes_back_bit_for_bit_after_a_restart(folder: Path, speakers: Speakers) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    speakers.add("Bo", voice(2), MODEL, 5)
    with Database.open(folder) as again:
        ada, bo = Speakers(again, Secrets(folder / "key", again)).voiceprints(MODEL)
    assert (ada.speaker, ada.model, ada.utterances) == ("Ada", MODEL, 3)
    assert (bo.speaker, bo.utterances) == ("Bo", 5)
    np.testing.assert_array_equal(ada.vector, voice(1))
    np.testing.assert_array_equal(bo.vector, voice(2))
    assert ada.vector.dtype == np.float32


def test_everybody_is_listed_in_the_order_of_enrolment(speakers: Speakers) -> None:
    for seed, name in enumerate(["Zoë", '"Bo"; drop table speakers; --', "👩‍👧 Mum"]):
        speakers.add(name, voice(seed), MODEL, 3)
    assert [person.name for person in speakers.list()] == ["Zoë", '"Bo"; drop table speakers; --', "👩‍👧 Mum"]
    assert all(person.enrolled_at.endswith("+00:00") for person in speakers.list())


@pytest.mark.parametrize("again", ["Ada", " ada ", "ADA", "Ａｄａ"])
def test_the_same_name_twice_is_refused_and_the_first_stays(speakers: Speakers, again: str) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    with pytest.raises(SpeakerError, match="'Ada' is enrolled already: choose a name"):
        speakers.add(again, voice(2), MODEL, 3)
    (ada,) = speakers.voiceprints(MODEL)
    np.testing.assert_array_equal(ada.vector, voice(1))


def test_an_unfit_name_leaves_nothing_behind(folder: Path, speakers: Speakers) -> None:
    with pytest.raises(SpeakerError, match="10000 characters"):
        speakers.add("x" * 10_000, voice(1), MODEL, 3)
    assert speakers.list() == []
    assert not (folder / "key").exists()


@settings(deadline=None, max_examples=40)
@given(name=st.text(min_size=1, max_size=80))
def test_any_name_that_is_taken_in_finds_its_person_again(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "any name"
    with Database.open(folder) as database:
        speakers = Speakers(database, Secrets(folder / "key", database))
        try:
            speakers.add(name, voice(1), MODEL, 3)
        except SpeakerError:
            assert speakers.list() == []
            return
        speakers.rename(name, "Ada")
        speakers.rename("ada", name)
        speakers.remove(name)
        assert speakers.list() == []


@pytest.mark.parametrize(
    "vector", [np.zeros(128), np.full(128, np.nan), np.array([1.0, np.inf]), np.array([]), np.ones((2, 64))]
)
def test_a_vector_that_is_no_voiceprint_is_refused(speakers: Speakers, vector: NDArray[np.float64]) -> None:
    with pytest.raises(SpeakerError, match="voiceprint of 'Ada' is unusable"):
        speakers.add("Ada", vector.astype(np.float32), MODEL, 3)
    assert speakers.list() == []


def test_neither_vectors_nor_their_numbers_stand_readable_on_the_disk(folder: Path, speakers: Speakers) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    written = bytes_on_disk(folder)
    assert b"Ada" in written  # the search below does look at what was written
    for start in range(0, 128, 4):
        assert voice(1)[start : start + 4].tobytes() not in written


def test_a_removed_person_leaves_no_byte_in_the_file_or_its_log(folder: Path, database: Database) -> None:
    speakers, events = Speakers(database, Secrets(folder / "key", database)), Events(database)
    speakers.add("Bo", voice(2), MODEL, 3)
    speakers.add("Xaverine", voice(1), MODEL, 3)
    speakers.rename("Xaverine", "Wilhelmine")
    for turn in range(300):
        name = ("Wilhelmine", "Bo")[turn % 2]
        events.write("open", f"{name} scored 4.{turn}, needs 3.1", name, {"llr": 4.2})
    ((sealed,),) = database.rows("select sealed from voiceprints where speaker = 2")
    assert isinstance(sealed, bytes)
    assert b"Wilhelmine" in bytes_on_disk(folder)
    assert sealed[:32] in bytes_on_disk(folder)

    speakers.remove("wilhelmine")

    left = bytes_on_disk(folder).lower()
    assert b"wilhelmine" not in left
    assert b"xaverine" not in left
    assert sealed[:32].lower() not in left
    assert [event.reason for event in events.last(2)] == [
        "someone removed since scored 4.298, needs 3.1",
        "Bo scored 4.299, needs 3.1",
    ]
    assert [event.speaker for event in events.last(2)] == [None, "Bo"]


def test_a_name_inside_another_word_is_left_alone_in_the_log(speakers: Speakers, database: Database) -> None:
    speakers.add("Al", voice(1), MODEL, 3)
    Events(database).write("refused", "Alma scored 1.0; Al scored 0.2 (Al)")
    speakers.remove("Al")
    assert (
        Events(database).last(1)[0].reason
        == "Alma scored 1.0; someone removed since scored 0.2 (someone removed since)"
    )


@pytest.mark.parametrize("other", ["Ada Lovelace", "J. Ada", "Ada-Marie"])
def test_a_name_inside_another_persons_name_is_left_alone_in_the_log(
    speakers: Speakers, database: Database, other: str
) -> None:
    events = Events(database)
    for number, name in enumerate(("Ada", other)):
        speakers.add(name, voice(number), MODEL, 3)
        events.write("open", f"{name} scored 4.2, needs 3.1", name)
    speakers.rename("Ada", "Eve")
    speakers.remove("Eve")
    assert [(event.speaker, event.reason) for event in events.last(2)] == [
        (None, "someone removed since scored 4.2, needs 3.1"),
        (other, f"{other} scored 4.2, needs 3.1"),
    ]


DAMAGE = {
    "a bit": "update voiceprints set sealed = x'00' || substr(sealed, 2) where speaker = 1",
    "cut short": "update voiceprints set sealed = substr(sealed, 1, 20) where speaker = 1",
    "empty": "update voiceprints set sealed = x'' where speaker = 1",
    "no bytes": "update voiceprints set sealed = cast(sealed as text) where speaker = 1",
    "no number": "update voiceprints set sealed = x'00', utterances = 'three' where speaker = 1",
    "another's": "update voiceprints set sealed = (select sealed from voiceprints where speaker = 2) where speaker = 1",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_voiceprint_is_left_out_and_keeps_nobody_else_out(
    folder: Path, speakers: Speakers, database: Database, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    for seed, name in enumerate(("Ada", "Bo", "Cy")):
        speakers.add(name, voice(seed), MODEL, 3)
    database.rows(DAMAGE[how])
    with Database.open(folder) as again:
        door = Speakers(again, Secrets(folder / "key", again))
        for _ in range(2):
            assert [print.speaker for print in door.voiceprints(MODEL)] == ["Bo", "Cy"]
        assert [person.name for person in door.damaged()] == ["Ada"]
        assert [person.name for person in door.list()] == ["Ada", "Bo", "Cy"]
        assert [record.message.split(":")[0] for record in caplog.records] == ["Ada is not known any more"]


@pytest.mark.parametrize(
    "sealed", ["x'00' || substr(sealed, 2)", "x''", "cast(sealed as text)"], ids=["a bit", "empty", "no bytes"]
)
def test_a_damaged_original_is_told_and_never_takes_the_place_of_what_has_adapted(
    speakers: Speakers, database: Database, sealed: str
) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    speakers.adapt(speakers.voiceprints(MODEL)[0], voice(2))
    assert speakers.damaged() == []
    database.rows(f"update originals set sealed = {sealed}")
    assert [person.name for person in speakers.damaged()] == ["Ada"]
    assert speakers.unknown(MODEL) == []  # whom the door still knows
    for use in (speakers.enrolled_with, speakers.reset):
        with pytest.raises(StorageError, match="the voiceprint of Ada"):
            use("Ada")
    np.testing.assert_array_equal(speakers.voiceprints(MODEL)[0].vector, voice(2))
    speakers.renew("Ada", voice(3), MODEL, 4)
    assert speakers.damaged() == []


def test_whoever_enrols_again_is_known_again_and_others_can_be_enrolled_before(
    speakers: Speakers, database: Database
) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    database.rows(DAMAGE["a bit"])
    speakers.add("Bo", voice(2), MODEL, 3)
    assert [print.speaker for print in speakers.voiceprints(MODEL)] == ["Bo"]
    speakers.renew("Ada", voice(3), MODEL, 4)
    assert [print.speaker for print in speakers.voiceprints(MODEL)] == ["Ada", "Bo"]
    assert speakers.damaged() == []


def test_a_removal_during_another_programs_reading_is_done_and_told(
    folder: Path, speakers: Speakers, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    database.rows("pragma busy_timeout = 20")
    with Database.open(folder) as other:
        other.rows("begin")
        other.rows("select * from speakers")
        with caplog.at_level(logging.WARNING):
            speakers.remove("Ada")
    assert speakers.list() == []
    assert "write-ahead log" in caplog.text


def test_somebody_unknown_is_told_who_is_known(speakers: Speakers) -> None:
    with pytest.raises(SpeakerError, match="nobody is enrolled as 'Eve'; enrolled: nobody"):
        speakers.remove("Eve")
    speakers.add("Ada", voice(1), MODEL, 3)
    for change in (speakers.remove, lambda name: speakers.rename(name, "Bo")):
        with pytest.raises(SpeakerError, match="nobody is enrolled as 'Eve'; enrolled: Ada"):
            change("Eve")


def test_a_renamed_person_keeps_voice_and_history(speakers: Speakers, database: Database) -> None:
    speakers.add("ada", voice(1), MODEL, 3)
    Events(database).write("open", "ada scored 4.2", "ada")
    speakers.rename("ada", "Ada")
    assert [print.speaker for print in speakers.voiceprints(MODEL)] == ["Ada"]
    assert (Events(database).last(1)[0].reason, Events(database).last(1)[0].speaker) == ("Ada scored 4.2", "Ada")


def test_nobody_is_renamed_into_another(speakers: Speakers) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    speakers.add("Bo", voice(2), MODEL, 3)
    with pytest.raises(SpeakerError, match="'Ada' is enrolled already"):
        speakers.rename("Bo", "ADA")
    assert [person.name for person in speakers.list()] == ["Ada", "Bo"]


def test_voiceprints_of_another_model_are_never_given_and_their_owners_are_named(
    speakers: Speakers, caplog: pytest.LogCaptureFixture
) -> None:
    speakers.add("Ada", voice(1), "xvector-1", 3)
    speakers.add("Bo", voice(2), "xvector-2", 3)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert [print.speaker for print in speakers.voiceprints("xvector-2")] == ["Bo"]
    assert "Ada must enrol again: the voiceprint is of model xvector-1, this is xvector-2" in caplog.text
    assert len(caplog.records) == 1
    assert [person.name for person in speakers.outdated("xvector-2")] == ["Ada"]


def test_whoever_enrols_again_keeps_the_name_and_loses_the_old_voiceprint(speakers: Speakers) -> None:
    speakers.add("Ada", voice(1), "xvector-1", 3)
    speakers.renew("ada", voice(2), "xvector-2", 4)
    assert speakers.outdated("xvector-2") == []
    assert speakers.voiceprints("xvector-1") == []
    (ada,) = speakers.voiceprints("xvector-2")
    assert (ada.speaker, ada.utterances) == ("Ada", 4)
    np.testing.assert_array_equal(ada.vector, voice(2))


def test_voiceprints_exchanged_in_the_file_do_not_open(speakers: Speakers, database: Database) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    speakers.add("Eve", voice(2), MODEL, 3)
    ((eves,),) = database.rows("select sealed from voiceprints where speaker = 2")
    database.rows("update voiceprints set sealed = ? where speaker = 1", (eves,))
    assert [print.speaker for print in speakers.voiceprints(MODEL)] == ["Eve"]


def test_a_voiceprint_relabelled_as_another_models_does_not_open(speakers: Speakers, database: Database) -> None:
    speakers.add("Ada", voice(1), "xvector-1", 3)
    database.rows("update voiceprints set model = 'xvector-2'")
    assert speakers.voiceprints("xvector-2") == []
    assert [person.name for person in speakers.damaged()] == ["Ada"]


def test_with_a_lost_key_nobody_is_read_or_added_but_people_can_be_removed_and_enrol_again(
    folder: Path, database: Database, speakers: Speakers
) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    (folder / "key").unlink()
    speakers = Speakers(database, Secrets(folder / "key", database))
    for look in (lambda: speakers.voiceprints(MODEL), speakers.damaged):
        with pytest.raises(StorageError, match=r"key .* is missing.*must enrol again"):
            look()
    with pytest.raises(StorageError, match="must enrol again"):
        speakers.add("Bo", voice(2), MODEL, 3)
    assert not (folder / "key").exists()
    assert [person.name for person in speakers.list()] == ["Ada"]
    speakers.remove("Ada")
    with pytest.raises(StorageError, match="must enrol again"):  # the audit log is still sealed with the lost key
        speakers.add("Ada", voice(2), MODEL, 3)
    secrets = Secrets(folder / "key", database)
    give_up(database, secrets, Events(database, secrets=secrets))
    speakers.add("Ada", voice(2), MODEL, 3)
    assert len(speakers.voiceprints(MODEL)) == 1


def test_with_a_wrong_key_nobody_is_added_beside_those_it_does_not_open(
    folder: Path, database: Database, speakers: Speakers
) -> None:
    speakers.add("Ada", voice(1), MODEL, 3)
    (folder / "key").write_bytes(bytes(32))
    speakers = Speakers(database, Secrets(folder / "key", database))
    with pytest.raises(StorageError, match=r"another than the one that sealed this database.*must enrol again"):
        speakers.add("Bo", voice(2), MODEL, 3)
    assert [person.name for person in speakers.list()] == ["Ada"]


def test_an_enrolment_on_a_full_disk_leaves_nobody_half_enrolled(speakers: Speakers, database: Database) -> None:
    ((pages,),) = database.rows("pragma page_count")
    database.rows(f"pragma max_page_count = {pages!r}")
    with pytest.raises(StorageError, match="full"):
        speakers.add("Ada", np.ones(8_000, np.float32), MODEL, 3)
    assert database.rows("select count(*) from speakers") == [(0,)]
