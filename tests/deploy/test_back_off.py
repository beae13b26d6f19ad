"""What the service waits before it is tried again: the real script, in a folder as systemd gives it one."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "back-off.sh"
SYSTEMD_WAITS_S = 2
GOOD_RUN_S = 600
uptime = Path("/proc/uptime")
pytestmark = pytest.mark.skipif(not uptime.exists(), reason="needs Linux")


def up_s() -> int:
    return int(float(uptime.read_text().split()[0]))


def began(folder: Path, failures: int, ago_s: int = 1) -> None:
    """The run before this one: the failures in a row before it, and when it began."""
    (folder / "starts").write_text(f"{failures} {up_s() - ago_s}\n")


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", SCRIPT, "wait"], env={"RUNTIME_DIRECTORY": str(folder)}, stdout=subprocess.PIPE, text=True
    )


def waited_s(folder: Path) -> int:
    """How long it wants to wait; it is ended as `systemctl stop` does."""
    with start(folder) as waiting:
        assert waiting.stdout is not None
        line = waiting.stdout.readline()
        waiting.send_signal(signal.SIGTERM)
    found = re.search(r"waiting (\d+) s", line)
    return int(found[1]) if found else 0


def ended(folder: Path, result: str) -> None:
    environment = {"RUNTIME_DIRECTORY": str(folder), "SERVICE_RESULT": result}
    subprocess.run(["sh", SCRIPT, "ended"], env=environment, check=True, timeout=10)


def test_the_first_start_and_the_first_restart_do_not_wait(tmp_path: Path) -> None:
    for failures in ("0", "1"):
        with start(tmp_path) as done:
            assert done.wait(10) == 0
        assert (tmp_path / "starts").read_text().split()[0] == failures
        ended(tmp_path, "exit-code")


@pytest.mark.parametrize(("failures", "seconds"), [(2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (10**9, 60)])
def test_failures_in_a_row_make_it_wait_ever_longer(tmp_path: Path, failures: int, seconds: int) -> None:
    began(tmp_path, failures - 1)
    assert waited_s(tmp_path) + SYSTEMD_WAITS_S == seconds


def test_a_wait_leads_to_a_start_and_is_counted(tmp_path: Path) -> None:
    began(tmp_path, 1)
    with start(tmp_path) as done:
        assert done.wait(20) == 0
    assert (tmp_path / "starts").read_text().split()[0] == "2"


def test_a_stop_ends_the_wait_at_once(tmp_path: Path) -> None:
    began(tmp_path, 8)
    with start(tmp_path) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        waiting.terminate()
        assert waiting.wait(5) == -signal.SIGTERM


def test_a_good_run_begins_the_count_anew(tmp_path: Path) -> None:
    began(tmp_path, 8, ago_s=GOOD_RUN_S - 30)
    assert waited_s(tmp_path) > 0
    began(tmp_path, 8, ago_s=min(GOOD_RUN_S + 1, up_s()))
    assert waited_s(tmp_path) == 0 or up_s() < GOOD_RUN_S


def test_an_end_that_was_asked_for_begins_it_anew_and_no_other_does(tmp_path: Path) -> None:
    began(tmp_path, 8)
    for result in ("exit-code", "signal", "watchdog", "oom-kill", "timeout", "protocol"):
        ended(tmp_path, result)
        assert waited_s(tmp_path) > 0, result
    ended(tmp_path, "success")
    assert waited_s(tmp_path) == 0


@pytest.mark.parametrize("found", ["", "\n", "x y\n", "-3 5\n", "3\n", " 3\n", "3 4 5\n"])
def test_a_file_that_is_not_its_own_counts_as_none(tmp_path: Path, found: str) -> None:
    (tmp_path / "starts").write_text(found)
    with start(tmp_path) as done:
        assert done.wait(10) == 0
    assert (tmp_path / "starts").read_text().split()[0] == "0"
