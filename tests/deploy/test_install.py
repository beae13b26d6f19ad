"""The installer as far as it goes without root, and the unit as systemd reads it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edgevoice.cli import main
from edgevoice.config import load

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
