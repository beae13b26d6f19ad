"""The command line: one file a command."""

import io
import logging
import os
import sys
from pathlib import Path
from signal import SIGINT
from types import TracebackType

# Before NumPy is loaded: its matrix products are too small here to be shared among threads, whose waiting for one
# another costs ten times as much CPU as the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import click

from edgevoice.cli.commands import Commands
from edgevoice.cli.desk import Desk
from edgevoice.cli.journal import JournalHandler, journal_send
from edgevoice.errors import EdgevoiceError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

INTERRUPTED = 128 + SIGINT  # as shells have it
PIPE_CLOSED = 1  # as click has it
UNANSWERED = "nothing was changed: the question was answered with no, or not at all; --help has what answers it"


class Filled(click.Path):
    """A path with a name: "", as a script's variable that was never set gives it, would be the current folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """As ``click.Path``; BadParameter for an empty text."""
        if not os.fspath(value):
            self.fail("it is empty: name a path, or leave the option out.", param, ctx)
        return super().convert(value, param, ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="edgevoice")
@click.option("--config", "file", type=Filled(path_type=Path), help="Settings; see: edgevoice config init.")
@click.option("--data", type=Filled(path_type=Path), help="Folder of the database and its key.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, nothing else there.")
@click.pass_context
def edgevoice(context: click.Context, file: Path | None, data: Path | None, as_json: bool) -> None:
    """A voice lock for a door.

    Exit status: 0 done, 1 an error told in one line, 2 wrong usage, 3 the answer is no.
    """
    send = journal_send()
    handler = JournalHandler(send) if send else logging.StreamHandler()
    handler.setFormatter(OneLine("edgevoice: %(levelname)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    context.obj = Desk(file, data, as_json)


class OneLine(logging.Formatter):
    """A log line is one line; the traceback is for whoever debugs."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 -- logging's name
        """``: `` and the error, or everything with EDGEVOICE_DEBUG=1."""
        return super().formatException(ei) if debugging() else f"  {ei[1]}"


def debugging() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get("EDGEVOICE_DEBUG") == "1"


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit status; every error is told in one line on standard error."""
    _fill_in_streams()
    _escape_what_cannot_be_said()
    try:
        status = edgevoice.main(arguments, prog_name="edgevoice", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        return _ended(error)
    except BrokenPipeError:
        _drop_output()  # whoever read us has gone
        return PIPE_CLOSED
    except EdgevoiceError as error:
        return _tell(error, str(error))
    except Exception as error:  # our own mistake, or a disk that is full behind standard output
        _drop_output()
        return _tell(error, f"{type(error).__name__}: {error}; EDGEVOICE_DEBUG=1 shows where")
    return status if isinstance(status, int) else 0


def _ended(error: click.Abort | KeyboardInterrupt) -> int:
    """By Ctrl-C, or at a question that was not answered; click makes the one exception of both."""
    if isinstance(error, click.Abort) and not isinstance(error.__context__, KeyboardInterrupt):
        return _tell(error, UNANSWERED)
    return INTERRUPTED


def _tell(error: Exception, told: str) -> int:
    if debugging():
        raise error
    click.echo(f"edgevoice: error: {told}", err=True)
    return 1


def _fill_in_streams() -> None:
    """Python has None for a standard stream that was closed before it started; what is said there is lost."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- open until the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _escape_what_cannot_be_said() -> None:
    """A character that the encoding of a stream has not, as in somebody's name, is told as ``\\U0001f99c``; it must not
    end a door that serves."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Lose what can no longer be written; without this the interpreter complains when it flushes at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
