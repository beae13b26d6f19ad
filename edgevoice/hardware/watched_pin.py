"""An input pin whose every change is seen, however seldom anybody asks: by edges, or else by polling."""

import logging
import threading
from collections import deque

from edgevoice.errors import HardwareError
from edgevoice.hardware import Clock
from edgevoice.hardware.board import Gpio

_log = logging.getLogger(__name__)

POLL_SECONDS = 0.01  # where the library has no edges: a press lasts 50 ms and more
MOST_SEEN = 1000  # levels that wait to be taken; of a pin that chatters while nobody asks, the last ones


class WatchedPin:
    """Pulled up; a switch joins it to GND. ``name`` is that of its setting, for messages."""

    def __init__(self, gpio: Gpio, pin: int, name: str, clock: Clock) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio. Raises HardwareError when the pin cannot be read."""
        self._gpio, self._pin, self._name, self._clock = gpio, pin, name, clock
        self._seen: deque[tuple[float, bool]] = deque(maxlen=MOST_SEEN)
        self._turn = threading.Lock()  # a look that is remembered late would come after a younger one
        self._ended = threading.Event()
        try:
            gpio.setmode(gpio.BCM)
            gpio.setwarnings(False)
            gpio.setup(pin, gpio.IN, pull_up_down=gpio.PUD_UP)
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error
        self.has_edges = self._watch_edges()
        if not self.has_edges:
            threading.Thread(target=self._poll, name=f"poll {name}", daemon=True).start()

    def take(self) -> list[tuple[float, bool]]:
        """(seconds, whether the circuit is open), oldest first; the last one is now. HardwareError."""
        if self._ended.is_set():
            raise HardwareError(f"gpio.{self._name}, GPIO {self._pin}, is read no more: its driver was closed.")
        with self._turn:
            try:
                now = self._look()
            except Exception as error:  # whatever the library raises
                raise self._broken(error) from error
            seen = [*self._seen, now]
            self._seen.clear()
        return seen

    def close(self) -> None:
        """Watch no more, and give the pin back; safe to call twice. HardwareError."""
        if self._ended.is_set():
            return
        self._ended.set()
        try:
            if self.has_edges:
                self._gpio.remove_event_detect(self._pin)
            self._gpio.cleanup(self._pin)
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error

    def _watch_edges(self) -> bool:
        """Whether the library could: RPi.GPIO cannot on kernels without GPIO in sysfs."""
        try:
            self._gpio.add_event_detect(self._pin, self._gpio.BOTH, lambda _: self._remember())
        except Exception as error:  # whatever the library raises
            _log.info("gpio.%s, GPIO %d, is polled: %s", self._name, self._pin, error)
            return False
        return True

    def _poll(self) -> None:
        """The thread's work; it remembers changes alone, and a pin that cannot be read is told by ``take``."""
        while not self._ended.wait(POLL_SECONDS):
            self._remember()

    def _remember(self) -> None:
        with self._turn:
            try:
                at_s, is_open = self._look()
            except Exception as error:  # whatever the library raises, in a thread of its own
                _log.debug("gpio.%s, GPIO %d, could not be read: %s", self._name, self._pin, error)
                return
            if not self._seen or self._seen[-1][1] is not is_open:
                self._seen.append((at_s, is_open))

    def _look(self) -> tuple[float, bool]:
        at_s = self._clock()
        return at_s, bool(self._gpio.input(self._pin))

    def _broken(self, error: Exception) -> HardwareError:
        return HardwareError(
            f"gpio.{self._name}, GPIO {self._pin}, could not be read: {error}. Does another program use the pin?"
        )
