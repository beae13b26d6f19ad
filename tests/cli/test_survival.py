"""The real program in a bad place: a full disk, a broken model, broken settings, no clock. The door stays shut."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from edgevoice.cli import main
from edgevoice.hardware.folder_gpio import Logged, read_log
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.visit import FOLDER, load_visit
from tests.program import EDGEVOICE, REPOSITORY

ADA = FOLDER / "ada-unlock-1.opus"
RUN = [*EDGEVOICE, "--json", "--data"]
NAMESPACE = ["unshare", "--map-root-user", "--mount", "sh", "-euc"]


@dataclass(frozen=True)
class Ended:
    """How a run ended, what it said, and what it did to the relay."""

    status: int
    records: list[dict[str, object]]
    errors: str
    relay: list[Logged]

    @property
    def opened(self) -> bool:
        return any(moved.level == 1 for moved in self.relay)

    def said(self, key: str) -> list[object]:
        return [record[key] for record in self.records if key in record]


@pytest.fixture(name="home")
def _home(tmp_path: Path, models: Path) -> Path:
    """A folder where Ada lives, with a relay whose pin is a file."""
    home = tmp_path / "home"
    home.mkdir()
    write_settings(home, "")
    takes = [str(FOLDER / take) for take in load_visit().enrolment["Ada"]]
    assert main(["--data", str(home), "enroll", "Ada", *takes]) == 0
    return home


def write_settings(home: Path, more: str) -> None:
    relay = f'[lock]\ndriver = "gpio"\n[gpio]\nsimulated = "{board(home)}"\n'
    (home / "edgevoice.toml").write_text(f"{relay}{more}")


def board(home: Path) -> Path:
    return home.parent / "board"


def run(home: Path, *before: str) -> Ended:
    """Ada speaks at the door. before: a command that runs the rest of its arguments."""
    command = [*before, *RUN, str(home), "run", "--fast", "--wav", str(ADA)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Ended(done.returncode, records, done.stderr, read_log(board(home)))


def no_namespaces() -> bool:
    """Whether this user may not mount a small disk of his own."""
    mount = f"mount -t tmpfs -o size=1m tmpfs {REPOSITORY / 'docs'}"
    return not shutil.which("unshare") or subprocess.run([*NAMESPACE, mount], check=False).returncode != 0


def on_a_small_disk(home: Path, then: str) -> str:
    """Shell: the home lies on a disk of 1 MB; ``then`` may fill it."""
    kept = f"{home}-kept"
    return f"cp -r {home} {kept}; mount -t tmpfs -o size=1m tmpfs {home}; cp -r {kept}/. {home}; {then}"


def test_ada_is_let_in_where_all_is_well(home: Path) -> None:
    """Or the tests below would pass for nothing."""
    ended = run(home)
    assert ended.said("decision") == ["open"]
    assert ended.opened
    assert ended.relay[-1].level != 1


@pytest.mark.skipif(no_namespaces(), reason="needs a user who may mount a small disk (unshare)")
def test_a_full_disk_lets_nobody_in_and_says_so(home: Path) -> None:
    fill = f"cat /dev/zero > {home}/filler 2>/dev/null || true"
    ended = run(home, *NAMESPACE, on_a_small_disk(home, f'{fill}; exec "$@"'), "small-disk")
    assert not ended.opened
    assert "open" not in ended.said("decision")
    assert "full" in f"{ended.errors}{ended.records}"


@pytest.mark.skipif(no_namespaces(), reason="needs a user who may mount a small disk (unshare)")
def test_room_on_the_disk_is_all_that_it_takes_to_let_her_in_again(home: Path) -> None:
    fill = f'cat /dev/zero > {home}/filler 2>/dev/null || true; "$@" || true; rm {home}/filler'
    ended = run(home, *NAMESPACE, on_a_small_disk(home, f'{fill}; exec "$@"'), "small-disk")
    assert ended.status == 0, ended.errors
    assert ended.said("decision")[-1] == "open"


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_model_that_is_not_whole_ends_the_start_with_the_file_s_name(
    home: Path, tmp_path: Path, models: Path, damage: str
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    model = folder / "xvector.tflite"
    whole = model.read_bytes()
    model.unlink()
    if damage == "truncated":
        model.write_bytes(whole[: len(whole) // 2])
    write_settings(home, f'[models]\nfolder = "{folder}"\n')
    ended = run(home)
    assert ended.status == 1
    assert ended.errors.startswith("edgevoice: error: ")
    assert "xvector" in ended.errors
    assert len(ended.errors.splitlines()) == 1
    assert not ended.opened


@pytest.mark.parametrize("more", ["[door\n", "[door]\nopen_seconds = 31.0\n"])
def test_broken_settings_end_the_start_before_anything_is_driven(home: Path, more: str) -> None:
    write_settings(home, more)
    ended = run(home)
    assert ended.status == 1
    assert f"{home / 'edgevoice.toml'}: " in ended.errors
    assert ended.relay == []


def test_a_clock_that_is_set_after_the_boot_keeps_the_order_of_events(tmp_path: Path) -> None:
    """A Pi has no clock of its own: it wakes in the past until the network tells the time."""
    times = [datetime(2026, 11, 21, tzinfo=timezone.utc), datetime(1970, 1, 1, tzinfo=timezone.utc)]
    with Database.open(tmp_path) as database:
        for number, time in enumerate([*times, times[0]]):
            Events(database, now=lambda at=time: at).write("refused", f"visitor {number}")
        reasons = [event.reason for event in Events(database).last(3)]
    assert reasons == ["visitor 0", "visitor 1", "visitor 2"]
