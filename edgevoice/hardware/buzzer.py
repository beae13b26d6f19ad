"""A buzzer, or a piezo disc, on a pin of a Raspberry Pi: a pattern for each prompt."""

import logging
import threading
from collections.abc import Sequence

from edgevoice.errors import HardwareError
from edgevoice.hardware import Prompt
from edgevoice.hardware.board import Gpio, Pwm
from edgevoice.hardware.pins import GpioSettings

_log = logging.getLogger(__name__)

DOT, DASH, GAP, PAUSE = 0.08, 0.4, 0.12, 0.5  # seconds: short, long, silence inside a pattern, between two patterns

PATTERNS: dict[Prompt, str] = {
    Prompt.GRANTED: "-",
    Prompt.REFUSED: "..",
    Prompt.SAY_AGAIN: ".-",
    Prompt.LOCKED_OUT: "---",
    Prompt.FAULT: "-----",
    Prompt.CLAIM: ".-.-",
    Prompt.ASK_ADMINISTRATOR: "..-",
    Prompt.ASK_SENTENCE: ".",
    Prompt.TAKE_GOOD: "-.",
    Prompt.TOO_SHORT: "...",
    Prompt.TOO_FAR: "...-",
    Prompt.TOO_NOISY: "...--",
    Prompt.TOO_LOUD: "...-.",
    Prompt.BROKEN_SOUND: "....",
    Prompt.OTHER_VOICE: "..--",
    Prompt.SAME_RECORDING: "..-.",
    Prompt.ALREADY_ENROLLED: "..-..",
    Prompt.DONE: "-.-",
    Prompt.CANCELLED: "--",
    Prompt.TIMED_OUT: "--.",
    Prompt.NOT_ADMINISTRATOR: "--..",
    Prompt.ASK_WHO: "-..",
    Prompt.REMOVED: "-..-",
    Prompt.PROMOTED: "-.--",
    Prompt.ASK_PRESS: ".-.",
    Prompt.ASK_DIGITS: ".--",
    Prompt.DOOR_HELD: "-.-.",
    Prompt.DOOR_FORCED: "--------",
    Prompt.TAMPER: "------",
    Prompt.KNOWN_SOUND: ".-..",
} | {Prompt(f"digit-{digit}"): "." * (digit or 10) for digit in range(10)}
"""``.`` short, ``-`` long; a digit is as many short ones, zero is ten."""


class GpioBuzzer:
    """Sounds the patterns of what it is told to say, one after the other, in a thread of its own."""

    def __init__(self, gpio: Gpio, settings: GpioSettings) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio. Raises HardwareError when there is no pin or it cannot be driven."""
        if settings.buzzer_pin is None:
            raise HardwareError('sounder.driver is "buzzer", but gpio.buzzer_pin is not set; say where it is wired.')
        self._gpio, self._pin = gpio, settings.buzzer_pin
        self._on = int(settings.buzzer_active_high)
        self._tone: Pwm | None = None
        self._turn = threading.RLock()
        self._replaced = threading.Event()  # ends what is being said
        self._thread: threading.Thread | None = None
        self._closed = False
        try:
            gpio.setmode(gpio.BCM)
            gpio.setwarnings(False)
            gpio.setup(self._pin, gpio.OUT, initial=1 - self._on)
            if settings.buzzer_hz:
                self._tone = gpio.PWM(self._pin, settings.buzzer_hz)
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error

    def say(self, prompts: Sequence[Prompt]) -> None:
        """Start, and return at once; it replaces what is being said. HardwareError."""
        with self._turn:
            if self._closed:
                raise HardwareError("The buzzer stays silent: its driver was closed; make a new one.")
            self._fall_silent()
            if prompts:
                replaced = self._replaced = threading.Event()
                self._thread = threading.Thread(target=self._sound, args=(tuple(prompts), replaced), daemon=True)
                self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a pattern is not over yet."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self._replaced.is_set()

    def close(self) -> None:
        """Fall silent, and give the pin back; safe to call twice. HardwareError."""
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._fall_silent()
            try:
                self._gpio.cleanup(self._pin)
            except Exception as error:  # whatever the library raises
                raise self._broken(error) from error

    def _fall_silent(self) -> None:
        self._replaced.set()
        self._switch(False)

    def _sound(self, prompts: tuple[Prompt, ...], replaced: threading.Event) -> None:
        """The thread's work; it ends at once when something else is to be said."""
        try:
            for sign in "/".join(PATTERNS[prompt] for prompt in prompts):
                if sign != "/":
                    self._switch_unless(replaced, True)
                    replaced.wait(DOT if sign == "." else DASH)
                    self._switch_unless(replaced, False)
                if replaced.wait(GAP if sign != "/" else PAUSE):
                    return
        except HardwareError as error:
            _log.error("%s", error)

    def _switch_unless(self, replaced: threading.Event, on: bool) -> None:
        with self._turn:
            if not replaced.is_set():
                self._switch(on)

    def _switch(self, on: bool) -> None:
        try:
            if self._tone is None:
                self._gpio.output(self._pin, self._on if on else 1 - self._on)
            elif on:
                self._tone.start(50)
            else:
                self._tone.stop()
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> HardwareError:
        return HardwareError(
            f"The buzzer on GPIO {self._pin} could not be driven: {error}. Check the wiring and that the pin is free."
        )
