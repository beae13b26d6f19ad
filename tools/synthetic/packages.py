"""Sound among Debian's packages: downloaded with apt, unpacked into a folder, never installed."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from edgevoice.errors import SettingsError


def unpack(packages: Sequence[str], target: Path, open_archives: Callable[[Path], None] = lambda _: None) -> Path:
    """The packages' files under ``target``; downloaded once. ``open_archives``: takes the folder and writes files of
    sound there, where they lie in an archive. SettingsError where apt or dpkg fails."""
    if not target.exists():
        part = target.with_name(f"{target.name}.part")
        part.mkdir(parents=True, exist_ok=True)
        _run(["apt-get", "download", *packages], part)
        for package in sorted(part.glob("*.deb")):
            _run(["dpkg", "-x", package.name, "."], part)
        open_archives(part)
        part.rename(target)
    return target


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SettingsError(f"{folder}: {error}; wanted Debian's apt-get and dpkg, and its package archive") from error
