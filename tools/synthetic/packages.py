"""Sound among Debian's packages: downloaded with apt, unpacked into a folder, never installed."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path


def unpack(packages: Sequence[str], target: Path, open_archives: Callable[[Path], None] = lambda _: None) -> Path:
    """The packages' files under ``target``; downloaded once. ``open_archives``: takes the folder and writes files of
    sound there, where they lie in an archive. Raises CalledProcessError where apt or dpkg fails."""
    if not target.exists():
        part = target.with_name(f"{target.name}.part")
        part.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", *packages], cwd=part, check=True)
        for package in sorted(part.glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, part], check=True)
        open_archives(part)
        part.rename(target)
    return target
