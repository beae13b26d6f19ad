"""A real microphone without a sound card: ALSA's default device is the monitor of an own PulseAudio's null sink.

The script that starts it lies in ``../shared``, beside the repository; where it or a package is missing,
``why_not()`` says so and the test is skipped.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "shared" / "boards" / "pulse_mic.sh"


def why_not() -> str | None:
    """What is missing for a virtual microphone, or ``None``."""
    if not SCRIPT.exists():
        return "needs ../shared/boards/pulse_mic.sh beside the repository"
    missing = [program for program in ("pulseaudio", "pactl", "paplay") if not shutil.which(program)]
    if missing:
        return f"needs {', '.join(missing)} (Debian: pulseaudio pulseaudio-utils libasound2-plugins)"
    if importlib.util.find_spec("pyaudio") is None:
        return "needs PyAudio (pip install edgevoice[microphone])"
    return None


@dataclass(frozen=True)
class VirtualMicrophone:
    """``environment`` makes a child process hear it."""

    environment: dict[str, str]

    def play(self, path: Path) -> None:
        """Speak a sound file into it, in real time; its first 30 ms or so are lost: begin with 0.2 s of silence."""
        subprocess.run(["paplay", path], env=self.environment, check=True, timeout=60)

    def unplug(self) -> None:
        """End the sound server; ``plug`` starts it again."""
        self._script("stop")

    def plug(self) -> None:
        """Start the sound server."""
        self._script("start")

    def _script(self, command: str) -> None:
        done = subprocess.run(
            [SCRIPT, command], env=self.environment, check=False, timeout=30, stdout=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(f"pulse_mic.sh {command} failed")


@contextmanager
def virtual_microphone() -> Iterator[VirtualMicrophone]:
    """A virtual microphone of our own; its sound server ends with the block."""
    with tempfile.TemporaryDirectory(prefix="mic-") as folder:  # short: a socket's path has 108 characters at most
        microphone = VirtualMicrophone(
            {
                **os.environ,
                "PULSE_MIC_DIR": folder,
                "PULSE_SERVER": f"unix:{folder}/native",
                "ALSA_CONFIG_PATH": f"{folder}/asound.conf",
                "PULSE_RUNTIME_PATH": f"{folder}/run",
            }
        )
        microphone.plug()
        try:
            yield microphone
        finally:
            microphone.unplug()
