"""Sound is heard and never written: what is enrolled and heard at the door leaves no sample in any file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgevoice.hardware.sound_file import read_sound
from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT

CLIP = FOLDER / "ada-unlock-1.opus"
TAKES = [FOLDER / take for take in VISIT.enrolment["Ada"]]
PIECE = 24  # samples; as many in a row do not come about by chance
ALLOWED = {f"edgevoice.sqlite{suffix}" for suffix in ("", "-wal", "-shm", "-journal")} | {"key"}


def pieces(path: Path) -> list[bytes]:
    """Short pieces of a clip, as loud as it gets, in every form that the program has them in."""
    samples = read_sound(path)
    loud = samples[np.abs(samples) > 2000]
    starts = np.flatnonzero(np.abs(samples) > np.percentile(np.abs(loud), 50))[::400]
    found: list[bytes] = []
    for start in starts:
        piece = samples[start : start + PIECE]
        for form in (piece, piece.astype(np.float32), piece.astype(np.float64), piece.astype(np.float32) / 32768):
            found.append(form.tobytes())
    return found


def holds_sound(content: bytes) -> bool:
    return any(piece in content for path in (CLIP, TAKES[0]) for piece in pieces(path))


def test_the_search_finds_sound_where_there_is_some() -> None:
    samples = read_sound(CLIP)
    for form in (samples, samples.astype(np.float32) / 32768):
        assert holds_sound(b"before" + form.tobytes() + b"after")
    assert not holds_sound(os.urandom(100_000))


@pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="open files cannot be listed here")
def test_an_enrolment_and_a_visit_write_people_and_events_and_nothing_else(tmp_path: Path, models: Path) -> None:
    data, elsewhere, record = tmp_path / "data", tmp_path / "elsewhere", tmp_path / "record"
    elsewhere.mkdir()
    record.touch()
    surroundings = {name: str(elsewhere) for name in ("TMPDIR", "HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    environment = os.environ | surroundings | {"PYTHONPATH": str(Path(__file__).parents[1])}
    for arguments in (["enroll", "Ada", *TAKES], ["run", "--fast", "--wav", CLIP, "--wav", TAKES[0]]):
        program = [sys.executable, "-B", "-m", "tests.watched", record, "--data", data, *arguments]
        done = subprocess.run(
            list(map(str, program)), cwd=elsewhere, env=environment, capture_output=True, check=True, text=True
        )
    assert ": open: " in done.stdout  # sound was heard, and understood

    seen = [tuple(json.loads(line)) for line in record.read_text().splitlines()]
    assert ("held", str(data / "edgevoice.sqlite-wal")) in seen  # the watch does see what C opens
    assert {how for how, _ in seen} <= {"opened", "held"}  # no program was started, nobody was called
    written = {Path(path) for _, path in seen} - {Path(os.devnull)}
    for path in written:
        assert path.parent == data
        assert path.name in ALLOWED or path.name.startswith(".key-")  # a key before it has its name
    assert list(elsewhere.rglob("*")) == []
    left = [path for path in data.rglob("*") if path.is_file()]
    assert {path.name for path in left} <= ALLOWED
    for path in left:
        assert not holds_sound(path.read_bytes())
