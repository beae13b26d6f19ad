"""What the journal is given: a recorder in the place of its send function keeps every entry."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgevoice.app import Device
from edgevoice.cli.journal import Journal, JournalHandler, fields, journal_send, writes_to_journal
from edgevoice.cli.serve import Service
from edgevoice.hardware.fake import FakeMicrophone
from tests.house import BrokenEvents, Parts, Recogniser, block, door

Entry = dict[str, object]


class Entries(list[Entry]):
    """The journal's end: keeps what it is sent."""

    def __call__(self, **entry: object) -> None:
        self.append(entry)


def broken(**entry: object) -> None:
    raise OSError("the journal is being restarted")


def entries_of(folder: Path, parts: Parts | None = None) -> Entries:
    """What a door that hears one utterance says."""
    entries = Entries()
    with door(folder, parts) as it:
        device = Device(it.lock, it.lights, it.kiosk, it.pipeline)
        Service(device, Journal(entries), lambda _: None).serve(FakeMicrophone([block()]))
    return entries


def decision_of(entries: Entries) -> Entry:
    return next(entry for entry in entries if "EDGEVOICE_DECISION" in entry)


def test_a_decision_is_one_line_and_its_figures_are_fields(tmp_path: Path) -> None:
    entry = decision_of(entries_of(tmp_path))
    assert str(entry["MESSAGE"]).startswith("1.00-3.00 s: open: Ada scored 4.2")
    assert (entry["EDGEVOICE_DECISION"], entry["EDGEVOICE_SPEAKER"]) == ("open", "Ada")
    assert float(str(entry["EDGEVOICE_LLR"])) == 4.2
    assert {"EDGEVOICE_SCORE", "EDGEVOICE_THRESHOLD", "EDGEVOICE_SNR_DB", "EDGEVOICE_MS_TOTAL"} <= entry.keys()
    assert entry["PRIORITY"] == 5


def test_a_refusal_says_what_was_missing(tmp_path: Path) -> None:
    entry = decision_of(entries_of(tmp_path, Parts(recogniser=Recogniser(llr=-3.0))))
    assert entry["EDGEVOICE_DECISION"] == "refuse"
    assert entry["PRIORITY"] == 6


def test_an_opening_that_failed_is_no_opening(tmp_path: Path) -> None:
    entry = decision_of(entries_of(tmp_path, Parts(events=BrokenEvents)))
    assert entry["EDGEVOICE_DECISION"] == "refuse"
    assert "the audit log" in str(entry["EDGEVOICE_REASON"])


def test_movements_of_lock_and_state_are_entries(tmp_path: Path) -> None:
    moved = [(e.get("EDGEVOICE_EVENT"), e.get("EDGEVOICE_STATE")) for e in entries_of(tmp_path)]
    assert ("lock", "open") in moved
    assert moved.index(("lock", "open")) < moved.index(("lock", "locked"))


def test_every_value_is_a_text_of_bounded_length_and_no_vector(tmp_path: Path) -> None:
    for entry in entries_of(tmp_path):
        for name, value in entry.items():
            assert name == "PRIORITY" or isinstance(value, str), name
            assert len(str(value)) < 600, name
    assert fields({"vector": [0.1, 0.2], "samples": b"\0\1", "nothing": None}) == {}


def test_a_logged_failure_brings_its_traceback_as_a_field() -> None:
    entries = Entries()
    log = logging.Logger("edgevoice.door")
    log.addHandler(JournalHandler(entries))
    try:
        raise ValueError("the relay")
    except ValueError as error:
        log.error("the door was shut", exc_info=error)
    (entry,) = entries
    assert entry["MESSAGE"] == "the door was shut: the relay"
    assert "test_journal.py" in str(entry["EDGEVOICE_TRACEBACK"])
    assert entry["PRIORITY"] == 3


def test_a_journal_that_does_not_answer_costs_the_door_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(broken).moved("lock", "open", 1.0)
    assert capsys.readouterr().err == "lock: open\n"


SPEAKS = """
import os, sys
from edgevoice.cli.journal import Journal

def gone(**entry):
    raise OSError("the journal was stopped")

reads, writes = os.pipe()
os.close(reads)
os.dup2(writes, sys.stderr.fileno())
Journal(gone).moved("state", "listening", 0.0)
print("serves on")
"""


def test_a_journal_that_was_stopped_takes_standard_error_along_and_the_door_serves_on() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAKS], stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout == "serves on\n"


def test_a_stream_that_is_not_the_journal_s_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino + 1}")
    assert journal_send() is None


def test_the_journal_s_own_stream_is_known(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        status = os.fstat(2)
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert writes_to_journal()
