"""What systemd is told, read from a real datagram socket."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.hardware.fake import FakeWatchdog, ManualClock
from edgevoice.hardware.systemd import SystemdWatchdog
from tests.notify_socket import NotifySocket, notify_socket

pytest.importorskip("cysystemd", reason="needs cysystemd (pip install edgevoice[service])")

LIMIT_S = 20.0


@pytest.fixture(name="manager")
def _manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotifySocket]:
    with notify_socket(tmp_path, LIMIT_S) as manager:
        for name, value in manager.environment.items():
            monkeypatch.setenv(name, value)
        yield manager


def test_the_first_sign_of_life_says_ready_and_only_it(manager: NotifySocket) -> None:
    watchdog = SystemdWatchdog(ManualClock())
    assert manager.waiting() == []
    watchdog.alive()
    watchdog.alive()
    watchdog.ready()
    assert manager.waiting() == ["READY=1", "WATCHDOG=1"]


def test_a_sign_of_life_at_every_block_feeds_four_times_within_the_limit(manager: NotifySocket) -> None:
    clock = ManualClock()
    watchdog = SystemdWatchdog(clock)
    watchdog.alive()
    manager.waiting()
    for _ in range(320):
        clock.advance(LIMIT_S / 320)
        watchdog.alive()
    assert manager.waiting() == ["WATCHDOG=1"] * 4


def test_time_alone_feeds_nothing(manager: NotifySocket) -> None:
    clock = ManualClock()
    watchdog = SystemdWatchdog(clock)
    watchdog.ready()
    clock.advance(10 * LIMIT_S)
    watchdog.status("listening")
    assert manager.waiting() == ["READY=1", "STATUS=listening"]


def test_a_status_is_one_line_and_the_end_is_told(manager: NotifySocket) -> None:
    watchdog = SystemdWatchdog(ManualClock())
    watchdog.status("two\nWATCHDOG=1\nlines")
    watchdog.stopping()
    assert manager.waiting() == ["STATUS=two WATCHDOG=1 lines", "STOPPING=1"]


def test_a_wait_for_the_microphone_makes_the_start_longer_four_times_within_the_limit(manager: NotifySocket) -> None:
    clock = ManualClock()
    watchdog = SystemdWatchdog(clock)
    for _ in range(320):
        watchdog.waiting()
        clock.advance(LIMIT_S / 320)
    assert manager.waiting() == ["EXTEND_TIMEOUT_USEC=20000000"] * 4


def test_no_wait_after_it_was_ready_is_told(manager: NotifySocket) -> None:
    clock = ManualClock()
    watchdog = SystemdWatchdog(clock)
    watchdog.alive()
    clock.advance(LIMIT_S)
    watchdog.waiting()
    assert manager.waiting() == ["READY=1", "WATCHDOG=1"]


@pytest.mark.parametrize("value", ["", "soon", "0"])
def test_a_unit_without_a_watchdog_is_told_that_the_door_is_ready_and_no_more(
    manager: NotifySocket, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    watchdog = SystemdWatchdog(ManualClock())
    watchdog.waiting()
    watchdog.alive()
    assert manager.waiting() == ["READY=1"]


def test_a_watchdog_meant_for_another_process_is_not_fed(
    manager: NotifySocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    watchdog = SystemdWatchdog(ManualClock())
    watchdog.waiting()
    watchdog.alive()
    assert manager.waiting() == ["READY=1"]


def test_a_manager_that_has_gone_costs_the_door_nothing(manager: NotifySocket) -> None:
    watchdog = SystemdWatchdog(ManualClock())
    manager.close()
    watchdog.alive()
    watchdog.stopping()


def test_outside_a_service_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert isinstance(app.watchdog(), FakeWatchdog)


def test_a_service_without_the_library_says_what_to_install(manager: NotifySocket) -> None:
    """In a process of its own, with the library hidden."""
    script = "import sys; sys.modules['cysystemd.daemon'] = None; from edgevoice import app; app.watchdog()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "HardwareError: systemd waits to hear from the door" in done.stderr
    assert "pip install edgevoice[service]" in done.stderr
