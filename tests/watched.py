"""Run a program and tell every file that it, or a library beneath it, had open for writing: ``python -m tests.watched
RECORD FOLDER ARGUMENTS...`` runs ``edgevoice`` and appends to RECORD, a line of JSON for each way it was seen."""

import json
import os
import sys
import threading
from pathlib import Path

from edgevoice.cli import main

WRITING = os.O_WRONLY | os.O_RDWR
LOOKS_S = 0.002  # between two looks at what is open


class Watch:
    """Sees what Python opens by an audit hook, and what C opens by the table of open files."""

    def __init__(self, own: int) -> None:
        self._own, self._ending = own, threading.Event()
        self.seen: set[tuple[str, str]] = set()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def begin(self) -> None:
        sys.addaudithook(self._hear)
        self._thread.start()

    def end(self) -> None:
        self._ending.set()
        self._thread.join()

    def _hear(self, event: str, about: tuple[object, ...]) -> None:
        if event == "open" and isinstance(about[2], int) and about[2] & (WRITING | os.O_CREAT):
            path = about[0]
            self.seen.add(("opened", os.fspath(path) if isinstance(path, str | os.PathLike) else "a descriptor"))
        elif event in {"socket.connect", "subprocess.Popen", "os.posix_spawn", "os.exec", "os.system"}:
            self.seen.add((event, repr(about[0])))

    def _look(self) -> None:
        while not self._ending.wait(LOOKS_S):
            for link in Path("/proc/self/fd").iterdir():
                self._look_at(link)

    def _look_at(self, link: Path) -> None:
        try:
            path = link.readlink()
            told = Path(f"/proc/self/fdinfo/{link.name}").read_text().split()
            flags = int(told[told.index("flags:") + 1], 8)
            written = flags & WRITING and link.is_file() and int(link.name) != self._own
            if written and link.readlink() == path:  # or the number went to another file between two looks
                self.seen.add(("held", str(path)))
        except OSError:
            return  # closed meanwhile


if __name__ == "__main__":
    record = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
    watch = Watch(record)
    watch.begin()
    status = main(sys.argv[2:])
    watch.end()
    for line in sorted(watch.seen):
        os.write(record, json.dumps(line).encode() + b"\n")
    sys.exit(status)
