"""A loudspeaker that speaks the prompts, from the clips that ship."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgevoice.errors import EdgevoiceError, HardwareError
from edgevoice.hardware import Prompt
from edgevoice.hardware.playback import SoundSystem, loudspeaker, play, start_playback
from edgevoice.hardware.portaudio import quiet_stderr
from edgevoice.hardware.prompts import FOLDER, clip
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples

_log = logging.getLogger(__name__)


class Speaker:
    """Speaks in a thread of its own. A loudspeaker that is missing is logged: the door works without it."""

    def __init__(
        self,
        language: str,
        device: str | None = None,
        volume_percent: int = 100,
        sound_system: SoundSystem = start_playback,
        folder: Path = FOLDER,
    ) -> None:
        """language: of the prompts; volume_percent: of the amplitude, 1..100. HardwareError where a clip is missing."""
        self._clips = {prompt: clip(language, prompt, folder) for prompt in Prompt}
        if missing := [path for path in self._clips.values() if not path.is_file()]:
            raise HardwareError(
                f"The speaker cannot say {len(missing)} of {len(Prompt)} prompts in {language!r}: {missing[0]} is "
                "missing. Set sounder.language to one that ships, or make the clips: python -m tools.synthetic.prompts."
            )
        self._device, self._gain, self._sound_system = device, volume_percent / 100, sound_system
        self._turn = threading.Lock()
        self._playing = threading.Lock()  # one stream at a time: many devices know no second one
        self._replaced = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def say(self, prompts: Sequence[Prompt]) -> None:
        """Start, and return at once; it replaces what is being said. HardwareError after ``close``."""
        with self._turn:
            if self._closed:
                raise HardwareError("The speaker stays silent: its driver was closed; make a new one.")
            self._replaced.set()
            if not prompts:
                return
            replaced = self._replaced = threading.Event()
            self._thread = threading.Thread(target=self._speak, args=(tuple(prompts), replaced), daemon=True)
            self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether it can be heard at this moment, or is about to."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def close(self) -> None:
        """Fall silent for good; safe to call twice."""
        with self._turn:
            self._closed = True
            self._replaced.set()
            thread = self._thread
        if thread is not None:
            thread.join(1.0)

    def sound(self, prompts: Sequence[Prompt]) -> Samples:
        """(n,) int16 at 16 kHz: what these prompts sound like. AudioError."""
        spoken = np.concatenate([read_sound(self._clips[prompt]) for prompt in prompts])
        return np.rint(spoken * self._gain).astype(np.int16)

    def _speak(self, prompts: tuple[Prompt, ...], replaced: threading.Event) -> None:
        """The thread's work; never raises."""
        try:
            samples = self.sound(prompts)
            with self._playing:
                if not replaced.is_set():
                    self._play(samples, replaced)
        except EdgevoiceError as error:
            _log.error("%s", error)
        except Exception:  # whatever PortAudio raises: the door must not fall silent for it
            _log.exception("the speaker failed")

    def _play(self, samples: Samples, replaced: threading.Event) -> None:
        audio = self._sound_system()
        try:
            play(audio, loudspeaker(audio, self._device), samples, lambda: not replaced.is_set())
        finally:
            with quiet_stderr():
                audio.terminate()
