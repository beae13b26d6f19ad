"""What the kernel knows of a running process (proc(5))."""

import os
from pathlib import Path


def resident_mb(process: int) -> float:
    """Resident memory; ProcessLookupError for one that has ended."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    resident = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    if not resident:
        raise ProcessLookupError(process)
    return int(resident[0]) / 1024


def cpu_seconds(process: int) -> float:
    """User and system time of all its threads so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
