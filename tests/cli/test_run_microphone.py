"""``edgevoice run`` on a real PyAudio stream: the door decides as it does on the file that was played."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.listening.capture import SAMPLE_RATE
from tests.cli.conftest import Shell
from tests.program import EDGEVOICE, REPOSITORY
from tests.sound import clip
from tests.virtual_microphone import VirtualMicrophone, virtual_microphone, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")

TAIL_S = 1.5
LLR_TOLERANCE = 1.5  # the stream starts at another sample, so windows and noise differ: by 0.03 of the voices' cosine


@pytest.fixture(name="microphone", scope="module")
def _microphone() -> Iterator[VirtualMicrophone]:
    with virtual_microphone() as microphone:
        yield microphone


def visitor(path: Path, name: str) -> Path:
    """A clip of the visit between two stretches of the room's noise."""
    room = clip("room.flac")
    sound = np.concatenate([room, clip(name), np.resize(room, int(TAIL_S * SAMPLE_RATE))])
    soundfile.write(path, sound, SAMPLE_RATE)
    return path


def decision_at_the_microphone(microphone: VirtualMicrophone, data: Path, sound: Path) -> dict[str, object]:
    """Start the kiosk, speak once it listens, and end it as systemd would."""
    with subprocess.Popen(
        [*EDGEVOICE, "--json", "--data", data, "run"],
        env=microphone.environment,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as kiosk:
        assert kiosk.stdout is not None
        records = (json.loads(line) for line in kiosk.stdout)
        assert any(record.get("state") == "listening" for record in records)
        microphone.play(sound)
        decision: dict[str, object] = next(record for record in records if "decision" in record)
        kiosk.send_signal(signal.SIGTERM)
        rest = list(records)
        assert kiosk.wait(timeout=20) == 0
    moves = [record["state"] for record in rest if record.get("event") == "lock"]
    assert moves == (["open", "locked"] if decision["decision"] == "open" else [])
    return decision


@pytest.mark.parametrize("name", ["ada-unlock-1.opus", "stranger-1-1.opus"])
def test_the_decision_equals_the_one_from_the_file(
    household: Shell, microphone: VirtualMicrophone, tmp_path: Path, name: str
) -> None:
    sound = visitor(tmp_path / "visitor.wav", name)
    (household.data / "edgevoice.toml").write_text("[replay]\nguard = false")  # or the second is heard before
    said = household.json("run", "--fast", "--wav", sound)
    (by_file,) = [record for record in said.records if "decision" in record]
    heard = decision_at_the_microphone(microphone, household.data, sound)
    assert (heard["decision"], heard["speaker"]) == (by_file["decision"], by_file["speaker"])
    assert float(str(heard["llr"])) == pytest.approx(float(str(by_file["llr"])), abs=LLR_TOLERANCE)
    assert by_file["decision"] == ("open" if name.startswith("ada") else "refuse")
