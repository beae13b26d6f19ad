"""The people of the house: what two programs do at once."""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from edgevoice import app
from edgevoice.config import load
from edgevoice.door.register import Register
from edgevoice.errors import EnrolmentError, SpeakerError, StorageError
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.voiceprints import Voiceprint
from tests.house import begins


def voice(name: str, recogniser: Recogniser) -> Voiceprint:
    """The same voice whatever the name."""
    embedding = recogniser.xvector.embed(np.zeros((100, 40), np.int16))
    return Voiceprint(name, embedding.vector, embedding.model, 3)


def test_one_voice_enrolled_under_two_names_at_once_is_kept_under_one(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    waits: Queue[threading.Event] = Queue()
    refused = threading.Event()

    def enrol_bo() -> None:
        with app.house(loaded) as home:
            recogniser = app.recogniser(loaded.settings, home.speakers)
            waits.put(begins(home.database))
            try:
                home.register.enrol(voice("Bo", recogniser), recogniser)
            except EnrolmentError:
                refused.set()

    with app.house(loaded) as home:
        recogniser = app.recogniser(loaded.settings, home.speakers)
        other = threading.Thread(target=enrol_bo)
        with home.database.transaction():
            home.register.enrol(voice("Ada", recogniser), recogniser)
            other.start()
            assert waits.get(timeout=60).wait(60)  # a comparison before that has found nobody
        other.join()
        assert refused.is_set()
        assert [person.name for person in home.speakers.list()] == ["Ada"]


@pytest.mark.parametrize("leave", [Register.demote, Register.remove])
def test_two_administrators_who_go_at_once_do_not_leave_nobody(
    tmp_path: Path, leave: Callable[[Register, str], str]
) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    waits: Queue[threading.Event] = Queue()
    refused = threading.Event()

    def bo_goes() -> None:
        with app.house(loaded) as home:
            waits.put(begins(home.database))
            try:
                leave(home.register, "Bo")
            except SpeakerError:
                refused.set()

    with app.house(loaded) as home:
        for name in ("Ada", "Bo", "Cid"):
            home.speakers.add(name, np.eye(1, 192, dtype=np.float32)[0], "a model", 3)
        home.register.promote("Ada")
        home.register.promote("Bo")
        other = threading.Thread(target=bo_goes)
        with home.database.transaction():
            home.register.demote("Ada")
            other.start()
            assert waits.get(timeout=60).wait(60)  # a look before that has found Ada
        other.join()
        assert refused.is_set()
        assert home.register.administrators() == ["Bo"]


def test_a_removal_whose_row_finds_no_room_removes_nobody(tmp_path: Path) -> None:
    """SQLite may undo the whole transaction then; a lost key alone does not keep anybody from being removed."""
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        for name in ("Ada", "Bo"):
            home.speakers.add(name, np.eye(1, 192, dtype=np.float32)[0], "a model", 3)
        home.database.rows("vacuum")
        ((pages,),) = home.database.rows("pragma page_count")
        home.database.rows(f"pragma max_page_count = {pages!r}")
        with pytest.raises(StorageError, match="full"):
            while True:
                home.events.write("removed", "somebody was removed")
        with pytest.raises(StorageError, match="nothing was changed"):
            home.register.remove("Bo")
        assert [person.name for person in home.speakers.list()] == ["Ada", "Bo"]


def test_the_row_of_a_removal_keeps_its_words_whatever_the_person_was_called(tmp_path: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        home.speakers.add("somebody", np.eye(1, 192, dtype=np.float32)[0], "a model", 3)
        home.register.remove("somebody")
        assert home.events.last(1)[0].reason == "somebody was removed"


def test_the_second_of_two_alike_leaves_nothing_behind(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        recogniser = app.recogniser(loaded.settings, home.speakers)
        home.register.enrol(voice("Ada", recogniser), recogniser)
        with pytest.raises(EnrolmentError, match=r"scored .* as 'Ada'"):
            home.register.enrol(voice("Bo", recogniser), recogniser)
        assert [person.name for person in home.speakers.list()] == ["Ada"]
        assert [event.kind for event in home.events.last(9)] == ["enrolled"]


def test_an_adaptation_that_is_undone_is_written_down_once(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        recogniser = app.recogniser(loaded.settings, home.speakers)
        home.register.enrol(voice("Ada", recogniser), recogniser)
        (kept,) = home.speakers.voiceprints(recogniser.xvector.manifest.name)
        home.speakers.adapt(kept, kept.vector)
        assert [home.register.reset("ada") for _ in range(2)] == [True, False]
        assert [(event.kind, event.speaker) for event in home.events.last(9)] == [("enrolled", "Ada"), ("reset", "Ada")]


def test_a_voice_whose_score_is_no_number_is_added_to_nobody(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        recogniser = app.recogniser(loaded.settings, home.speakers)
        kept = home.register.enrol(voice("Ada", recogniser), recogniser)
        with pytest.raises(EnrolmentError, match="scored nan as that person"):
            home.register.extend(replace(kept, vector=np.full_like(kept.vector, math.nan)), recogniser)
        assert home.speakers.enrolled_with("Ada").utterances == 3
