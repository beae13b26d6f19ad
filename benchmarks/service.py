"""The whole service on the visit: CPU a second of sound, largest memory, from start to the first block heard."""

import json
import resource
import subprocess
import sys
import tempfile
import time

import click
from rich.console import Console
from rich.table import Table

from edgevoice.visit import FOLDER, load_visit


@click.command(help=__doc__)
def main() -> None:
    files = [argument for step in load_visit().steps for argument in ("--wav", str(FOLDER / step.file))]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "edgevoice", "--json", "--data", folder, "run", *files, "--fast"]
        started = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first_line, first_s = process.stdout.readline(), time.monotonic() - started
            lines = [first_line, *process.stdout]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    last = [json.loads(line) for line in lines][-1]
    cpu_s = used.ru_utime + used.ru_stime
    table = Table("figure", "value", title="the service, 40 s of sound as fast as it goes")
    table.add_row("start to the first state told", f"{first_s:.1f} s")
    table.add_row("CPU in all, start included", f"{cpu_s:.2f} s for {last.get('t_s', 0):.0f} s of sound")
    table.add_row("largest resident memory", f"{used.ru_maxrss / 1024:.0f} MB")
    Console().print(table)


if __name__ == "__main__":
    main()
