"""Known sounds: what is kept, what is refused, and that nothing is kept by halves."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edgevoice.errors import RecordingError, SpeakerError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.recordings import Recordings, Sound

BELL = Sound("bell.wav", "landmarks-1", 120, bytes(range(40)))
KNOCK = Sound("knock.wav", "landmarks-1", 80, bytes(range(20)))


@pytest.fixture
def recordings(database: Database) -> Recordings:
    return Recordings(database)


def test_sounds_come_back_byte_for_byte_after_a_restart(folder: Path, recordings: Recordings) -> None:
    assert recordings.add("Bell", [BELL, KNOCK]) == [None, None]
    with Database.open(folder) as again:
        known = Recordings(again).list()
    assert [(each.name, each.sound) for each in known] == [("Bell", BELL), ("Bell", KNOCK)]
    assert all(each.added_at.endswith("+00:00") for each in known)


def test_the_same_sound_is_kept_once_and_its_name_is_told(recordings: Recordings) -> None:
    recordings.add("Bell", [BELL])
    assert recordings.add("Ding", [replace(BELL, file="copy.wav"), KNOCK, KNOCK]) == ["Bell", None, "Ding"]
    assert [(each.name, each.sound.file) for each in recordings.list()] == [("Bell", "bell.wav"), ("Ding", "knock.wav")]


def test_the_same_peaks_of_another_version_are_another_sound(recordings: Recordings) -> None:
    recordings.add("Bell", [BELL])
    assert recordings.add("Bell", [replace(BELL, landmarks="landmarks-2")]) == [None]


def test_a_failure_in_the_middle_keeps_nothing(database: Database, recordings: Recordings) -> None:
    with pytest.raises(StorageError):
        recordings.add("Bell", [BELL, replace(KNOCK, frames=None)])
    assert recordings.list() == []
    with pytest.raises(SpeakerError, match="control character"):
        recordings.add("be\nll", [BELL])
    assert recordings.list() == []


ADDS_AND_REMOVES = """
import sys
from pathlib import Path
from edgevoice.storage.database import Database
from edgevoice.storage.recordings import Recordings, Sound
sounds = [Sound(f"{n}.wav", "landmarks-1", 100, bytes([n, n]) * 40) for n in range(200)]
recordings = Recordings(Database.open(Path(sys.argv[1])))
while True:
    recordings.list() and recordings.remove("bell")
    recordings.add("bell", sounds)
    print("added", flush=True)
"""


def test_whoever_is_killed_while_adding_or_removing_leaves_all_of_it_or_none(folder: Path) -> None:
    for number in range(6):
        with subprocess.Popen([sys.executable, "-c", ADDS_AND_REMOVES, folder], stdout=subprocess.PIPE) as program:
            assert program.stdout is not None and program.stdout.readline() == b"added\n"
            time.sleep(0.013 * number)
            program.kill()
        with Database.open(folder) as again:
            assert len(Recordings(again).list()) in (0, 200)


def test_a_name_is_removed_with_all_its_sounds_whatever_its_case(recordings: Recordings) -> None:
    recordings.add("Bell", [BELL])
    recordings.add("Knock", [KNOCK])
    assert recordings.remove(" BELL ") == 1
    assert [each.name for each in recordings.list()] == ["Knock"]


def test_what_is_not_known_cannot_be_removed_and_what_is_known_is_told(recordings: Recordings) -> None:
    with pytest.raises(RecordingError, match="known: nothing"):
        recordings.remove("bell")
    recordings.add("Bell", [BELL])
    with pytest.raises(RecordingError, match="no sound is known as 'gong'; known: Bell"):
        recordings.remove("gong")


def test_removed_peaks_are_not_left_in_the_file(folder: Path, recordings: Recordings) -> None:
    secret = bytes(range(7, 250)) * 3
    recordings.add("Bell", [replace(BELL, peaks=secret)])
    recordings.remove("Bell")
    with Database.open(folder) as again:
        again.rows("pragma wal_checkpoint(truncate)")
    assert all(secret[:200] not in path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(
    ("column", "value"), [("frames", "long"), ("peaks", b"odd"), ("peaks", "text"), ("beeps", "x")]
)
def test_a_sound_that_cannot_be_read_is_named_and_hides_no_other(
    database: Database, recordings: Recordings, caplog: pytest.LogCaptureFixture, column: str, value: str | bytes
) -> None:
    recordings.add("Bell", [BELL])
    recordings.add("Knock", [KNOCK])
    database.rows(f"update recordings set {column} = ? where name = 'Bell'", (value,))
    assert [each.name for each in recordings.list()] == ["Knock"]
    assert "the sound 'Bell' cannot be read and is left out: remove it" in caplog.text
    assert recordings.remove("bell") == 1
