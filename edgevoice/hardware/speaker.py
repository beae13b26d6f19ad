"""A loudspeaker that speaks the prompts, from the clips that ship."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgevoice.errors import EdgevoiceError, HardwareError
from edgevoice.hardware import Prompt
from edgevoice.hardware.playback import Playback, SoundSystem, loudspeaker, play, start_playback
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
        # Kept from prompt to prompt, as PortAudio 19.6 keeps 12 kB of each that is made; after a failure another one is
        # made, which sees the devices present then.
        self._audio: Playback | None = None
        self._turn = threading.Lock()
        self._next: tuple[Prompt, ...] = ()
        self._replaced = threading.Event()  # ends what is being said
        # One at most: many devices know no second stream, and one that hangs would hold thread after thread.
        self._thread: threading.Thread | None = None
        self._closed = False

    def say(self, prompts: Sequence[Prompt]) -> None:
        """Start, and return at once; it replaces what is being said. HardwareError after ``close``."""
        with self._turn:
            if self._closed:
                raise HardwareError("The speaker stays silent: its driver was closed; make a new one.")
            self._next = tuple(prompts)
            self._replaced.set()
            if self._next and self._thread is None:
                thread = threading.Thread(target=self._speak, daemon=True)
                thread.start()
                self._thread = thread

    @property
    def busy(self) -> bool:
        """Whether it can be heard at this moment, or is about to."""
        return self._thread is not None

    def close(self) -> None:
        """Fall silent for good; safe to call twice."""
        with self._turn:
            self._closed = True
            self._next = ()
            self._replaced.set()
            thread = self._thread
        if thread is not None:
            thread.join(1.0)
        if not self.busy:  # else it hangs in PortAudio, and that goes with the program
            self._let_go()

    def sound(self, prompts: Sequence[Prompt]) -> Samples:
        """(n,) int16 at 16 kHz: what these prompts sound like. AudioError."""
        spoken = np.concatenate([read_sound(self._clips[prompt]) for prompt in prompts])
        return np.rint(spoken * self._gain).astype(np.int16)

    def _speak(self) -> None:
        """The thread's work, until nothing is left to say; never raises."""
        while (said := self._take()) is not None:
            try:
                self._play(self.sound(said[0]), said[1])
            except EdgevoiceError as error:
                _log.error("%s", error)
            except Exception:  # whatever PortAudio raises: the door must not fall silent for it
                _log.exception("the speaker failed")

    def _take(self) -> tuple[tuple[Prompt, ...], threading.Event] | None:
        """What is to be said now, and what ends it; None where nothing is, and the thread with that."""
        with self._turn:
            prompts, self._next = self._next, ()
            if not prompts:
                self._thread = None
                return None
            self._replaced = threading.Event()
            return prompts, self._replaced

    def _play(self, samples: Samples, replaced: threading.Event) -> None:
        audio = self._audio = self._audio or self._sound_system()
        try:
            play(audio, loudspeaker(audio, self._device), samples, lambda: not replaced.is_set())
        except Exception:  # whatever PortAudio raises
            self._let_go()
            raise

    def _let_go(self) -> None:
        audio, self._audio = self._audio, None
        if audio is not None:
            with quiet_stderr():
                audio.terminate()
