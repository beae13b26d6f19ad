"""PINs: hashed, sealed, each its person's."""

import json
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.pins import Pins
from edgevoice.storage.rotation import give_up, rotate
from edgevoice.storage.sealed import PINS
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from tests.storage.test_speakers import MODEL, bytes_on_disk, voice


@pytest.fixture
def pins(database: Database, secrets: Secrets, speakers: Speakers) -> Pins:
    """Ada and Bo live here."""
    for seed, name in enumerate(("Ada", "Bo")):
        speakers.add(name, voice(seed), MODEL, 3)
    return Pins(database, secrets)


def sealed(database: Database) -> bytes:
    ((found,),) = database.rows("select sealed from pins")
    assert isinstance(found, bytes)
    return found


def test_a_pin_fits_its_person_in_any_case_and_nobody_else(pins: Pins) -> None:
    assert pins.put("ADA", "3141") == "Ada"
    assert pins.fits("ada", "3141")
    assert not any(pins.fits("Ada", wrong) for wrong in ("3142", "314", "31411", "", "?"))
    assert not pins.fits("Bo", "3141")
    assert pins.owners() == ["Ada"]


def test_a_new_pin_takes_the_place_of_the_old_one_and_a_cleared_one_fits_no_more(pins: Pins) -> None:
    pins.put("Ada", "3141")
    pins.put("Ada", "592653")
    assert (pins.fits("Ada", "3141"), pins.fits("Ada", "592653")) == (False, True)
    assert (pins.clear("Ada"), pins.clear("Ada")) == (True, False)
    assert not pins.fits("Ada", "592653")


@pytest.mark.parametrize("pin", ["", "314", "3" * 13, "31a4", " 3141", "٣١٤١", "3141\n"])
def test_what_is_no_pin_is_refused_and_the_old_one_stays(pins: Pins, pin: str) -> None:
    pins.put("Ada", "3141")
    with pytest.raises(StorageError, match="4 to 12 digits"):
        pins.put("Ada", pin)
    assert pins.fits("Ada", "3141")


def test_nobody_enrolled_nobody_with_a_pin(pins: Pins) -> None:
    for ask in (lambda: pins.put("Cy", "3141"), lambda: pins.clear("Cy"), lambda: pins.fits("Cy", "3141")):
        with pytest.raises(SpeakerError, match="nobody is enrolled as 'Cy'"):
            ask()


def test_the_pin_itself_stands_nowhere_and_two_equal_ones_look_different(
    pins: Pins, database: Database, secrets: Secrets, folder: Path
) -> None:
    pins.put("Ada", "314159265358")
    first = json.loads(secrets.open(sealed(database), PINS.purpose(1)))
    pins.put("Ada", "314159265358")
    second = json.loads(secrets.open(sealed(database), PINS.purpose(1)))
    assert first["salt"] != second["salt"] and first["hash"] != second["hash"]
    assert "314159265358" not in json.dumps(first)
    assert b"314159265358" not in bytes_on_disk(folder)


def test_whoever_is_removed_takes_the_pin_along(
    pins: Pins, database: Database, speakers: Speakers, folder: Path
) -> None:
    pins.put("Ada", "3141")
    before = sealed(database)
    speakers.remove("Ada")
    assert pins.owners() == []
    assert before not in bytes_on_disk(folder)


def test_a_renamed_and_reenrolled_person_keeps_the_pin(pins: Pins, speakers: Speakers) -> None:
    pins.put("Ada", "3141")
    speakers.rename("Ada", "Ada Lovelace")
    speakers.renew("Ada Lovelace", voice(9), MODEL, 3)
    assert pins.fits("Ada Lovelace", "3141")


def test_a_pin_moved_to_another_person_does_not_open(pins: Pins, database: Database) -> None:
    pins.put("Ada", "3141")
    database.rows("update pins set speaker = 2")
    with pytest.raises(StorageError):
        pins.fits("Bo", "3141")


def test_pins_outlive_a_change_of_the_key_and_not_its_loss(pins: Pins, database: Database, secrets: Secrets) -> None:
    pins.put("Ada", "3141")
    events = Events(database, secrets=secrets)
    rotate(database, secrets, events)
    assert pins.fits("Ada", "3141")
    secrets.path.unlink()
    fresh = Secrets(secrets.path, database)
    give_up(database, fresh, Events(database, secrets=fresh))
    assert database.rows("select count(*) from pins") == [(0,)]


def test_a_pin_that_cannot_be_read_is_an_error_that_says_what_to_do(
    pins: Pins, database: Database, secrets: Secrets
) -> None:
    pins.put("Ada", "3141")
    with database.transaction():
        spoilt = secrets.seal(b"{}", PINS.purpose(1))
        database.rows("update pins set sealed = ?", (spoilt,))
    with pytest.raises(StorageError, match="edgevoice pin set"):
        pins.fits("Ada", "3141")


def test_two_salts_of_the_same_length_are_drawn_anew_each_time(
    pins: Pins, database: Database, secrets: Secrets
) -> None:
    seen = set()
    for _ in range(3):
        pins.put("Ada", "3141")
        seen.add(json.loads(secrets.open(sealed(database), PINS.purpose(1)))["salt"])
    assert len(seen) == 3
    assert np.all([len(bytes.fromhex(salt)) == 16 for salt in seen])
