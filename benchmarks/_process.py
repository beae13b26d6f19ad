"""What the kernel knows of a running process (proc(5))."""

import os
from pathlib import Path


def resident_mb(process: int) -> float:
    """Resident memory; ProcessLookupError for a process that has ended."""
    return _status_mb(process, "VmRSS")


def private_mb(process: int) -> float:
    """The part of it that no file stands behind: what a leak makes grow, and what the kernel cannot drop."""
    return _status_mb(process, "RssAnon")


def cpu_seconds(process: int) -> float:
    """User and system time of all its threads so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status_mb(process: int, key: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    if not found:
        raise ProcessLookupError(process)
    return int(found[0]) / 1024
