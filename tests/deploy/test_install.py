"""The installer as far as it goes without root, and the unit as systemd reads it."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.cli import main
from edgevoice.config import Settings, load
from edgevoice.storage.backups import BEFORE_UPGRADE
from tests.program import EDGEVOICE

DEPLOY = Path(__file__).parents[2] / "deploy"
DEBIAN = Path("/etc/debian_version").exists() and shutil.which("dpkg-query")
debian = pytest.mark.skipif(not DEBIAN, reason="needs Debian")


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


def install(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", DEPLOY / "install.sh", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@debian
def test_a_dry_run_says_every_step_and_does_none() -> None:
    before = sorted(Path("/etc/systemd/system").glob("edgevoice*"))
    done = install("--dry-run")
    assert done.returncode == 0, done.stderr
    for step in ("python3 -m venv", "pip install", "visit --fast", "edgevoice.toml", "60-edgevoice.rules"):
        assert step in done.stdout, step
    assert "systemctl enable" in done.stdout or not shutil.which("systemctl")
    assert sorted(Path("/etc/systemd/system").glob("edgevoice*")) == before
    assert not Path("/opt/edgevoice/next").exists()


@debian
def test_a_dry_removal_keeps_the_people_unless_they_are_to_be_purged() -> None:
    assert "rm -rf /var/lib/edgevoice" not in install("--remove", "--dry-run").stdout
    assert "rm -rf /var/lib/edgevoice" in install("--remove", "--purge", "--dry-run").stdout


@pytest.mark.parametrize("wrong", [["--purge"], ["--frobnicate"], ["--wheels"]])
def test_a_wrong_use_ends_before_anything_is_done(wrong: list[str]) -> None:
    done = install(*wrong)
    assert done.returncode == 2
    assert "edgevoice: error: " in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="is about users who are not root")
def test_without_root_it_says_how() -> None:
    assert "this needs root: sudo" in install().stderr


def test_the_settings_it_writes_are_those_of_config_init_with_three_taken_out_of_their_comment(tmp_path: Path) -> None:
    written = tmp_path / "edgevoice.toml"
    assert main(["config", "init", str(written)]) == 0
    explained = written.read_text().splitlines()
    script = (DEPLOY / "install.sh").read_text()
    function = re.search(r"^set_value\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    calls = re.findall(r'^ +set_value "\$new/edgevoice.toml" (.*)$', script, re.MULTILINE)
    assert function is not None
    lines = ["set -eu", "fail() { exit 1; }", function[0], *(f'set_value "$file" {call}' for call in calls)]
    environment = {"file": str(written), "data": "/var/lib/edgevoice", "PATH": os.environ["PATH"]}
    subprocess.run(["sh", "-c", "\n".join(lines)], env=environment, check=True, timeout=60)
    settings = load(written).settings
    assert (settings.lock.driver, settings.lights.driver) == ("gpio", "gpio")
    assert settings.storage.folder == Path("/var/lib/edgevoice")
    assert len([line for line in written.read_text().splitlines() if line not in explained]) == 3


@needs("shellcheck")
def test_the_scripts_are_clean() -> None:
    scripts = sorted(DEPLOY.glob("*.sh")) + sorted(Path(__file__).parent.glob("*.sh"))
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@needs("systemd-analyze")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    """Its two programs are not installed here, so that it is given others."""
    unit = tmp_path / "edgevoice.service"
    lines = (DEPLOY / "edgevoice.service").read_text()
    unit.write_text(
        lines.replace("/opt/edgevoice/current/bin/edgevoice", "/bin/true").replace(
            "/opt/edgevoice/current/bin/python", "/bin/true"
        )
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


SERVICE_MANAGER = """
systemd_runs() { true; }
timeout() { shift; "$@"; }
systemctl() {
    if [ "$1" = show ]; then echo active; fi
    [ "$1" = start ] || return 0
    [ "$meanwhile" ] && [ "$(readlink "$prefix/current")" = "$prefix/new" ] || return 0
    eval "$meanwhile"
    return 1
}
"""
"""Starts whatever there is; but where something happens meanwhile, the new release fails after it."""


def upgraded(
    opt: Path, data: Path, meanwhile: str = "", user: str = "", manager: str = ""
) -> subprocess.CompletedProcess[str]:
    """The installer's own functions, from the copy to the start, with two folders of the test and that manager.

    ``user``: of the service; without one everything is done as this user; ``manager``: functions in the place of
    others.
    """
    functions, _, _ = (DEPLOY / "install.sh").read_text().partition('\narguments "$@"\n')
    for release in ("old", "new"):
        (opt / release).mkdir(parents=True, exist_ok=True)
    if not (opt / "current").exists():
        (opt / "current").symlink_to(opt / "old")
    here = f"prefix={opt} data={data} release={opt}/new unit={opt} settings={opt}/old meanwhile='{meanwhile}'"
    who = f"user={user}" if user else 'as_user() { "$@"; }'
    lines = (functions, SERVICE_MANAGER, here, who, manager, "half_done", "change_over", "settings_file", "start")
    return subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True, check=False, timeout=60)


def test_the_release_that_serves_stays_though_the_clock_was_never_set(tmp_path: Path) -> None:
    """Without a network, as with --wheels, a Pi has no time; each release is called by the time of its installation."""
    releases = tmp_path / "releases"
    for when in ("20260101T000000Z", "20260601T000000Z", "20230315T000000Z"):
        (releases / when).mkdir(parents=True)
    functions, _, _ = (DEPLOY / "install.sh").read_text().partition('\narguments "$@"\n')
    here = f"prefix={tmp_path} release={releases}/20230315T000000Z before={releases}/20260601T000000Z"
    subprocess.run(["sh", "-c", f"{functions}\n{here}\ntidy"], check=True, timeout=60)
    assert sorted(path.name for path in releases.iterdir()) == ["20230315T000000Z", "20260601T000000Z"]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "edgevoice.sqlite").write_text("Ada and Ben")
    (data / "key").write_text("the key")
    return data


def test_the_copy_of_the_people_goes_once_the_new_version_serves(tmp_path: Path, people: Path) -> None:
    done = upgraded(tmp_path / "opt", people)
    assert done.returncode == 0, done.stderr
    assert f"keeping a copy of the people in {people / BEFORE_UPGRADE}" in done.stdout
    assert (tmp_path / "opt" / "current").resolve().name == "new"
    assert sorted(path.name for path in people.iterdir()) == ["edgevoice.sqlite", "key"]


def test_a_new_version_that_does_not_start_gives_way_to_the_old_one_and_the_copy(tmp_path: Path, people: Path) -> None:
    done = upgraded(tmp_path / "opt", people, 'echo half a migration >"$data/edgevoice.sqlite"')
    assert done.returncode == 1
    assert "was not upgraded" in done.stderr
    assert (tmp_path / "opt" / "current").resolve().name == "old"
    assert {path.name: path.read_text() for path in people.iterdir()} == {
        "edgevoice.sqlite": "Ada and Ben",
        "key": "the key",
    }


@pytest.mark.parametrize(("new_one", "serves"), [("auto-restart", "old"), ("start", "new")])
def test_where_both_wait_for_a_microphone_the_new_one_stays_and_one_that_ends_gives_way(
    tmp_path: Path, people: Path, new_one: str, serves: str
) -> None:
    manager = f"""
systemctl() {{
    case $1${{3-}} in showActiveState) echo activating ;; showSubState) echo {new_one} ;; esac
    [ "$1" = start ] && [ "$(readlink "$prefix/current")" = "$prefix/new" ] && return 1
    return 0
}}"""
    done = upgraded(tmp_path / "opt", people, manager=manager)
    assert done.returncode == 1
    assert (tmp_path / "opt" / "current").resolve().name == serves


@pytest.mark.parametrize(("written", "status"), [("[door]\nopen_seconds = 6.0\n", 0), ("[door]\nnear_miss = 6.0\n", 1)])
def test_a_release_that_refuses_the_settings_is_not_put_in_place(tmp_path: Path, written: str, status: int) -> None:
    functions, _, _ = (DEPLOY / "install.sh").read_text().partition('\narguments "$@"\n')
    settings, release = tmp_path / "edgevoice.toml", tmp_path / "new"
    settings.write_text(written)
    (release / "bin").mkdir(parents=True)
    program(release / "bin", "edgevoice", f'exec {" ".join(map(str, EDGEVOICE))} "$@"')
    here = f'release={release} settings={settings} dry_run=; as_user() {{ "$@"; }}; reads_settings'
    done = subprocess.run(["sh", "-c", f"{functions}\n{here}"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status
    assert ("near_miss" in done.stderr) is bool(status)


@pytest.mark.parametrize(
    ("new_one", "asked", "status"),
    [(f'exec {sys.executable} "$@"', "", 0), ("echo xvector-other", "", 1), ("echo xvector-other", "new_model=1", 0)],
    ids=["the same", "another", "another, as wanted"],
)
def test_a_release_to_which_everybody_would_be_a_stranger_is_put_in_place_only_where_that_is_wanted(
    tmp_path: Path, people: Path, new_one: str, asked: str, status: int
) -> None:
    functions, _, _ = (DEPLOY / "install.sh").read_text().partition('\narguments "$@"\n')
    for release, script in (("current", f'exec {sys.executable} "$@"'), ("new", new_one)):
        (tmp_path / release / "bin").mkdir(parents=True)
        program(tmp_path / release / "bin", "python", script)
    settings = tmp_path / "edgevoice.toml"
    settings.write_text(f'[storage]\nfolder = "{people}"\n')
    here = f'prefix={tmp_path} release={tmp_path}/new settings={settings} data={people} {asked}; as_user() {{ "$@"; }}'
    lines = f"{functions}\n{here}\nknows_the_people"
    done = subprocess.run(["sh", "-c", lines], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status, done.stderr
    ours = app.xvector(Settings()).manifest.name
    assert (f"knows voices by xvector-other, the old one by {ours}" in done.stderr) is bool(status)


@pytest.mark.parametrize("signal", ["HUP", "INT", "TERM"])
@pytest.mark.parametrize(
    ("state", "served"), [("active", True), ("activating", True), ("deactivating", True), ("inactive", False)]
)
def test_an_upgrade_whose_terminal_goes_leaves_no_door_standing_still(
    tmp_path: Path, people: Path, signal: str, state: str, served: bool
) -> None:
    """As where a connection by ssh breaks; nothing can be said then either. Activating: it has no microphone."""
    started = tmp_path / "started"
    manager = f"""
systemctl() {{ case $1 in show) echo {state} ;; start) touch {started} ;; esac; }}
copy_people() {{ kill -{signal} $$; exec >&- 2>&-; }}
"""
    upgraded(tmp_path / "opt", people, manager=manager)
    assert started.exists() is served


def test_what_was_installed_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, people: Path
) -> None:
    at = tmp_path / "at"
    manager = f"""
systemctl() {{ true; }}
sync() {{ readlink "$prefix/current" >>{at}; }}
"""
    upgraded(tmp_path / "opt", people, manager=manager)
    assert [Path(line).name for line in at.read_text().splitlines()] == ["old", "old"]


def test_who_was_removed_while_it_was_tried_does_not_come_back(tmp_path: Path, people: Path) -> None:
    """A removal takes the copy along; the database is then all that there is."""
    meanwhile = 'rm -r "$data/before-upgrade"; printf Ada >"$data/edgevoice.sqlite"'
    done = upgraded(tmp_path / "opt", people, meanwhile)
    assert done.returncode == 1
    assert "was not upgraded" in done.stderr
    assert (tmp_path / "opt" / "current").resolve().name == "old"
    assert (people / "edgevoice.sqlite").read_text() == "Ada"


CUT = "kill -9 $$"
"""The power goes."""
TRIED = 'echo half a migration >"$data/edgevoice.sqlite"'
BOOTED = """
systemctl() {
    if [ "$1" = show ]; then echo activating; fi
    [ "$1" = start ] && [ "$(readlink "$prefix/current")" != "$prefix/old" ] || return 0
    return 1
}
"""
"""After the power cut: neither of the new ones starts."""


@pytest.mark.parametrize("again", ["", "release="], ids=["--upgrade", "nothing but install.sh"])
def test_a_power_cut_while_the_new_one_is_tried_leaves_the_way_back(tmp_path: Path, people: Path, again: str) -> None:
    cut = upgraded(tmp_path / "opt", people, f"{TRIED}; {CUT}")
    assert cut.returncode == -9
    assert (tmp_path / "opt" / "current").resolve().name == "new"
    done = upgraded(tmp_path / "opt", people, manager=f"{BOOTED}\n{again}")
    assert done.returncode == 1
    assert "an upgrade was interrupted; what served before it" in done.stdout
    assert (tmp_path / "opt" / "current").resolve().name == "old"
    assert (people / "edgevoice.sqlite").read_text() == "Ada and Ben"
    assert not (tmp_path / "opt" / "unproved").exists()
    assert sorted(path.name for path in people.iterdir()) == ["edgevoice.sqlite", "key"]


def test_one_that_served_after_a_power_cut_is_proved(tmp_path: Path, people: Path) -> None:
    assert upgraded(tmp_path / "opt", people, f"{TRIED}; {CUT}").returncode == -9
    done = upgraded(tmp_path / "opt", people, manager="release=")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "opt" / "current").resolve().name == "new"
    assert (people / "edgevoice.sqlite").read_text() == "half a migration\n"
    assert not (people / BEFORE_UPGRADE).exists()


@pytest.mark.parametrize("where", ["rm", "find", "mv", "rmdir"])
def test_a_power_cut_while_the_people_are_put_back_loses_nobody(tmp_path: Path, people: Path, where: str) -> None:
    (people / "edgevoice.sqlite-wal").write_text("Cid")
    cut = f"""
as_user() {{
    if [ "$back" ] && [ "$1" = {where} ]; then {CUT}; fi
    "$@"
}}
known_to_both() {{ back=1; return 1; }}
back=
"""
    assert upgraded(tmp_path / "opt", people, TRIED, manager=cut).returncode == -9
    copies = [people / BEFORE_UPGRADE, people]
    assert any((folder / "edgevoice.sqlite").read_text() == "Ada and Ben" for folder in copies if folder.exists())
    done = upgraded(tmp_path / "opt", people, manager=f"{BOOTED}\nrelease=")
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_text() for path in people.iterdir()} == {
        "edgevoice.sqlite": "Ada and Ben",
        "edgevoice.sqlite-wal": "Cid",
        "key": "the key",
    }


def test_a_copy_that_could_not_be_put_back_outlives_the_next_run(tmp_path: Path, people: Path) -> None:
    full = "exchange() { false; }"
    done = upgraded(tmp_path / "opt", people, TRIED, manager=full)
    assert "copy them from there by hand" in done.stdout
    assert (people / "edgevoice.sqlite").exists()
    (tmp_path / "opt" / "unproved").unlink()
    assert upgraded(tmp_path / "opt", people, manager="release=").returncode == 0
    assert (people / BEFORE_UPGRADE / "edgevoice.sqlite").read_text() == "Ada and Ben"


def test_what_happened_while_it_was_tried_stays_where_the_old_one_knows_the_database(
    tmp_path: Path, people: Path
) -> None:
    python = tmp_path / "opt" / "old" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (people / "edgevoice.sqlite").unlink()
    with closing(sqlite3.connect(people / "edgevoice.sqlite")) as database:
        database.execute("create table events (what text)")
        database.execute("pragma user_version = 7")
    for version, kept in ((8, []), (7, [("forced",)])):
        tried = f'insert into events values (\\"forced\\"); pragma user_version = {version}'
        script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
        meanwhile = f'"{sys.executable}" -c "{script}" "$data/edgevoice.sqlite" "{tried}"'
        assert upgraded(tmp_path / "opt", people, meanwhile).returncode == 1
        with closing(sqlite3.connect(people / "edgevoice.sqlite")) as database:
            assert database.execute("select what from events").fetchall() == kept
            assert database.execute("pragma user_version").fetchone() == (7,)


def test_nothing_is_written_through_a_link_in_the_folder_of_the_service(tmp_path: Path, people: Path) -> None:
    (tmp_path / "roots own").write_text("as it was")
    done = upgraded(tmp_path / "opt", people, f'ln -sf "{tmp_path}/roots own" "$data/key"')
    assert done.returncode == 1
    assert "was not upgraded" in done.stderr
    assert (tmp_path / "roots own").read_text() == "as it was"
    assert not (people / "key").is_symlink()
    assert (people / "key").read_text() == "the key"


@pytest.fixture
def of_nobody() -> Iterator[Path]:
    """People in a folder of the user nobody, who can reach it."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        (data / "edgevoice.sqlite").write_text("Ada and Ben")
        for path in (Path(folder), data, data / "edgevoice.sqlite"):
            shutil.chown(path, "nobody")
        yield data


root = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("runuser"), reason="needs root")


@root
def test_the_copy_is_made_and_put_back_by_the_user_of_the_service(tmp_path: Path, of_nobody: Path) -> None:
    meanwhile = 'stat -c "whose: %U %a" "$data/before-upgrade"; rm "$data/edgevoice.sqlite"'
    done = upgraded(tmp_path / "opt", of_nobody, meanwhile, "nobody")
    assert done.returncode == 1
    assert "whose: nobody 700" in done.stdout
    assert [(path.name, path.owner(), path.read_text()) for path in of_nobody.iterdir()] == [
        ("edgevoice.sqlite", "nobody", "Ada and Ben")
    ]


@root
def test_what_the_service_may_not_read_is_not_copied_and_the_old_one_goes_on(tmp_path: Path, of_nobody: Path) -> None:
    secret = of_nobody / "key"
    secret.write_text("for root alone")
    secret.chmod(0o600)
    done = upgraded(tmp_path / "opt", of_nobody, user="nobody")
    assert done.returncode == 1
    assert "was not upgraded: the people could not be copied" in done.stderr
    assert f"nobody cannot read {secret}, which belongs to root: chown nobody: {secret}" in done.stderr
    assert (tmp_path / "opt" / "current").resolve().name == "old"
    assert sorted(path.name for path in of_nobody.iterdir()) == ["edgevoice.sqlite", "key"]


def program(folder: Path, name: str, script: str) -> None:
    """A program of that name, to stand in PATH before the system's own."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@debian
@pytest.mark.parametrize(("board", "wanted"), [("armhf", True), ("arm64", False), ("amd64", False)])
def test_libsndfile_is_installed_where_soundfile_does_not_bring_it(tmp_path: Path, board: str, wanted: bool) -> None:
    program(tmp_path, "dpkg", f"echo {board}")
    program(tmp_path, "dpkg-query", "exit 1")  # nothing is installed yet
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["sh", DEPLOY / "install.sh", "--dry-run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    (packages,) = [line for line in done.stdout.splitlines() if "installing from the distribution" in line]
    assert ("libsndfile1" in packages) is wanted


@pytest.mark.parametrize("found", ["", "libsndfile1"], ids=["without a network", "with one"])
def test_the_setup_installs_libsndfile_where_soundfile_does_not_find_it(tmp_path: Path, found: str) -> None:
    """Its Python is one in which all is well but for ``import soundfile``, until that package is there."""
    there = tmp_path / "there"
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    program(venv, "python", f'case "$*" in *soundfile*) [ -e {there} ] ;; esac')
    program(tmp_path, "python3", "exit 0")
    program(tmp_path, "id", "echo 0")
    program(tmp_path, "apt-get", f'case "$*" in *"${{FOUND:-nothing}}"*) touch {there} ;; *) exit 1 ;; esac')
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FOUND": found, "PYTHON": "python3"}
    command = ["sh", DEPLOY / "setup.sh", str(venv.parent), "test"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode == 0) is bool(found), done.stderr
    assert ("sudo apt install libsndfile1" in done.stderr) is not bool(found)
