"""Record from the default device until standard input ends: ``python -m tests.hardware.record OUT.npz``.

Prints a line at each change of state, "ready" at the first block, so that the test knows when to speak, and then
"sound" or "quiet" at each block, so that it knows when all was heard.
"""

import sys
import threading

import numpy as np

from edgevoice.hardware.microphone import MicrophoneSettings, MicrophoneStatus, PyAudioMicrophone
from edgevoice.listening.capture import Samples


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(path: str) -> None:
    def report(status: MicrophoneStatus) -> None:
        tell(status.state.value)

    settings = MicrophoneSettings(retry_seconds=0.1, longest_retry_seconds=0.2)
    microphone = PyAudioMicrophone(settings, report=report)

    def wait() -> None:
        sys.stdin.read()
        microphone.close()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    samples: list[Samples] = []
    starts: list[int] = []
    for block in microphone.blocks():
        if not len(block.samples):
            continue
        tell("ready" if not samples else "sound" if block.samples.any() else "quiet")
        samples.append(block.samples)
        starts.append(block.start_sample)
    waiting.join(5)  # it reports the end, and must not be printing while the interpreter goes
    status = microphone.status
    np.savez(path, samples=np.concatenate(samples), starts=starts, lost=status.dropped_blocks + status.overruns)


if __name__ == "__main__":
    main(sys.argv[1])
