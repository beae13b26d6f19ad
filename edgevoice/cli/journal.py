"""What the door says to systemd's journal: a line to read, and its figures as fields to search by.

``journalctl -t edgevoice EDGEVOICE_DECISION=open``. Never sound, never a vector.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from importlib import import_module
from types import TracebackType

from edgevoice.cli.choose import choose
from edgevoice.cli.decision import as_done, as_record, as_text
from edgevoice.cli.desk import Desk
from edgevoice.cli.display import Display, Moment
from edgevoice.pipeline import Answer

Send = Callable[..., object]
"""Takes the fields of one entry as keywords, MESSAGE and PRIORITY among them: ``cysystemd.journal.send``."""

_IDENTIFIER = "edgevoice"


class Priority(IntEnum):
    """Of syslog(3)."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6


def writes_to_journal() -> bool:
    """Whether standard error is a stream of the journal, as systemd.exec(5) tells a service."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or no file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def journal_send() -> Send | None:
    """The journal's own protocol; None outside a service, and where cysystemd is missing: then plain lines serve."""
    if not writes_to_journal():
        return None
    try:
        send: Send = import_module("cysystemd.journal").send
    except ImportError:
        return None
    return send


def display_of(desk: Desk) -> Display:
    """The journal for a service; what ``choose`` chooses for everybody else."""
    send = None if desk.as_json else journal_send()
    return Journal(send) if send else choose(desk)


class Journal:
    """A display for nobody: every decision and every movement becomes an entry."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        """A decision with all that it rests on; what failed is told by the log."""
        if done := as_done(answer):
            priority = Priority.NOTICE if done[1].opens else Priority.INFO
            self._enter(as_text(file, *done), priority, as_record(file, *done))

    def moved(self, event: str, state: str, t_s: float) -> None:
        self._enter(f"{event}: {state}", Priority.INFO, {"event": event, "state": state})

    def stands(self, moment: Moment) -> None:
        """Nothing: the journal tells only what changes."""

    def _enter(self, message: str, priority: Priority, record: Mapping[str, object]) -> None:
        enter(self._send, message, priority, fields(record))


class JournalHandler(logging.Handler):
    """The program's log as entries, with the place and the traceback of a failure as fields."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: a log that cannot be written stops no door."""
        priority = {logging.INFO: Priority.INFO, logging.WARNING: Priority.WARNING}.get(record.levelno, Priority.ERROR)
        told = {"logger": record.name}
        message = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            told["traceback"] = logging.Formatter().formatException(record.exc_info)
            message += f": {record.exc_info[1]}"
        enter(self._send, message, priority, fields(told))


def enter(send: Send, message: str, priority: Priority, found: Mapping[str, str]) -> None:
    """One entry; where the journal does not take it, the line goes to standard error, and where that fails, nowhere."""
    try:
        send(MESSAGE=message, PRIORITY=int(priority), SYSLOG_IDENTIFIER=_IDENTIFIER, **found)
    except (OSError, RuntimeError, ValueError):
        with suppress(OSError, ValueError):  # a journal that was stopped has taken it along
            print(message, file=sys.stderr, flush=True)  # noqa: T201 -- there is no log to complain to


def fields(record: Mapping[str, object], prefix: str = "EDGEVOICE") -> dict[str, str]:
    """{"llr": 4.2, "ms": {"total": 31}} -> {"EDGEVOICE_LLR": "4.2", "EDGEVOICE_MS_TOTAL": "31"}; None is left out."""
    found: dict[str, str] = {}
    for key, value in record.items():
        name = f"{prefix}_{key.upper()}"
        if isinstance(value, Mapping):
            found |= fields(value, name)
        elif isinstance(value, str | int | float):
            found[name] = str(value)
    return found
