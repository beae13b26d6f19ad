"""The whole service on the visit: from start to listening, CPU a second of sound, largest memory.

What the start consists of: ``python -X importtime -m edgevoice run --wav FILE --fast``.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time

import click
from rich.console import Console
from rich.table import Table

from benchmarks._process import cpu_seconds, resident_mb
from edgevoice.visit import FOLDER, load_visit

LISTENING = ("listening", "idle")
"""What the door says of itself once it hears."""


@click.command(help=__doc__)
def main() -> None:
    files = [argument for step in load_visit().steps for argument in ("--wav", str(FOLDER / step.file))]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "edgevoice", "--json", "--data", folder, "run", *files, "--fast"]
        started = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if json.loads(line).get("state") in LISTENING:
                    break
            first_s, first_cpu_s, first_mb = (
                time.monotonic() - started,
                cpu_seconds(process.pid),
                resident_mb(process.pid),
            )
            lines += process.stdout
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    last = [json.loads(line) for line in lines][-1]
    cpu_s = used.ru_utime + used.ru_stime
    table = Table("figure", "value", title="the service on the visit, as fast as it goes")
    table.add_row("start to listening", f"{first_s:.1f} s, of which {first_cpu_s:.1f} s CPU")
    table.add_row("resident memory then", f"{first_mb:.1f} MB")
    table.add_row("CPU in all, start included", f"{cpu_s:.2f} s for {last.get('t_s', 0):.0f} s of sound")
    table.add_row("largest resident memory", f"{used.ru_maxrss / 1024:.1f} MB")
    Console().print(table)


if __name__ == "__main__":
    main()
