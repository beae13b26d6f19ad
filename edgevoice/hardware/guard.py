"""The guard: a small process that drives the relay off when the one that owns it ends, however it ends.

It reads a pipe from its parent. The parent says before each pulse how long it will be, when it is over, and at last
that the relay is off and let go. Where the pipe ends without that (kill -9, out of memory, a crash in C) the relay is
driven off. A pulse that is overdue (the parent is stopped or hangs) ends the parent first. It imports neither NumPy nor
anything else that is big.

    python -m edgevoice.hardware.guard --pin 17 [--active-low] [--simulated FOLDER]     what the service starts
    python -m edgevoice.hardware.guard --now --config FILE                              edgevoice-shut: off now
"""

import argparse
import os
import select
import signal
import sys
import tempfile
import time
from pathlib import Path

from edgevoice.errors import HardwareError
from edgevoice.hardware.board import open_board
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.pulse import LONGEST_PULSE_SECONDS
from edgevoice.hardware.relay_off import relay_off
from edgevoice.hardware.relay_settings import relay_alone, relay_settings

READY = b"ready\n"
OPENING, SHUT, LET_GO = "open", "shut", "let go"
GRACE_SECONDS = 2.0  # by which a pulse may be late before its owner counts as hanging


def main(arguments: list[str] | None = None) -> int:
    """Guard the parent, or with --now drive the relay off and end. Gives the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.now:
            return _now(options.config)
        return _guard(relay_alone(options.pin, not options.active_low, options.simulated))
    except HardwareError as error:
        print(f"edgevoice: error: {error}", file=sys.stderr)  # noqa: T201 -- a program of its own
        return 1


def shut_now() -> int:
    """``edgevoice-shut --config FILE``: what systemd runs after the service has ended."""
    return main(["--now", *sys.argv[1:]])


def _now(config: Path) -> int:
    settings = relay_settings(config)
    if settings is None:
        print(f"{config}: the lock is a fake; nothing to drive off")  # noqa: T201
        return 0
    relay_off(open_board(settings), settings)
    print(f"the relay on GPIO {settings.relay_pin} is off")  # noqa: T201
    return 0


def _guard(settings: GpioSettings) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the parent; its end ends us too
    with tempfile.TemporaryDirectory(prefix="edgevoice-guard-") as folder:
        os.environ["LG_WD"] = folder  # of lgpio; the parent has its own, with files of the same names
        gpio = open_board(settings)
        try:
            gpio.setmode(gpio.BCM)
        except Exception as error:  # whatever the library raises
            raise HardwareError(
                f"The guard cannot reach the pins: {error}. Is the user in the group 'gpio'?"
            ) from error
        parent = os.getppid()
        os.write(sys.stdout.fileno(), READY)
        if not _watch(sys.stdin.fileno(), parent):
            relay_off(gpio, settings)
    return 0


def _watch(pipe: int, parent: int) -> bool:
    """Until the pipe ends; whether the relay was let go. A parent whose pulse is overdue is killed, which ends it."""
    due_s: float | None = None
    line, rest = "", b""
    while True:
        if due_s is not None and time.monotonic() >= due_s:
            due_s = None
            if os.getppid() == parent:
                os.kill(parent, signal.SIGKILL)
        wait_s = None if due_s is None else max(due_s - time.monotonic(), 0.0)
        if not select.select([pipe], [], [], wait_s)[0]:
            continue
        read = os.read(pipe, 4096)
        if not read:
            return line == LET_GO
        *lines, rest = (rest + read).split(b"\n")
        for each in lines:
            line = each.decode("ascii", "replace")
            due_s = _due_s(line)


def _due_s(line: str) -> float | None:
    """``open 5.0`` -> when that pulse is overdue; anything else: nothing is."""
    word, _, seconds = line.partition(" ")
    if word != OPENING:
        return None
    return time.monotonic() + min(float(seconds), LONGEST_PULSE_SECONDS) + GRACE_SECONDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edgevoice-shut", description="Drive the relay of the lock off.")
    parser.add_argument("--now", action="store_true", help="off now, and end")
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/edgevoice/edgevoice.toml"), help="with --now: settings"
    )
    parser.add_argument("--pin", type=int, default=GpioSettings.relay_pin, help="the relay's pin (BCM)")
    parser.add_argument("--active-low", action="store_true", help="a low level energises the relay")
    parser.add_argument("--simulated", type=Path, help="folder of a simulated board")
    return parser


if __name__ == "__main__":
    sys.exit(main())
