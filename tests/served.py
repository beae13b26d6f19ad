"""``edgevoice run`` as a service in a process of its own, and somebody who speaks to it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from edgevoice.listening.capture import SAMPLE_RATE
from tests.notify_socket import NotifySocket
from tests.program import EDGEVOICE, REPOSITORY
from tests.sound import clip
from tests.virtual_microphone import VirtualMicrophone

FED = "WATCHDOG=1"
WATCHDOG_S = 0.4  # a message every 0.1 s
WAITS = "EXTEND_TIMEOUT_USEC=400000"
LOST = "STATUS=fault, lost: microphone"
TRIES = 60  # of half a second


@contextmanager
def served(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The door of this folder, with its ``edgevoice.toml``; it is gone at the end however the evening went."""
    command = [*EDGEVOICE, "--data", folder, "run"]
    with subprocess.Popen(
        command, env=environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as door:
        try:
            yield door
        except Exception as error:
            status = door.poll()  # None: it did not end by itself
            door.kill()
            raise AssertionError(f"the door ended with {status} and said: {door.communicate()[1]}") from error
        finally:
            door.kill()


def room_noise(folder: Path) -> Path:
    """Half a second of it."""
    noise = folder / "noise.wav"
    soundfile.write(noise, np.resize(clip("room.flac"), SAMPLE_RATE // 2), SAMPLE_RATE)
    return noise


def speak(microphone: VirtualMicrophone, sound: Path, manager: NotifySocket) -> list[str]:
    """Speak until that is told: what is said while the device is being opened anew is not heard."""
    told: list[str] = []
    for _ in range(TRIES):
        microphone.play(sound)
        told += manager.waiting()
        if FED in told:
            break
    return told
