"""The relay on a pin of a Raspberry Pi."""

import atexit
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from edgevoice.errors import HardwareError
from edgevoice.hardware import Clock
from edgevoice.hardware.board import Gpio
from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.pulse import check_pulse

_log = logging.getLogger(__name__)

RETRY_SECONDS = 0.1  # between two attempts to shut a relay whose pin does not obey


class GpioLock:
    """A relay that is off from the first moment and shuts itself: by a timer thread, and again at the next call.

    SIGKILL and crashes in C lie outside this process: its guard drives the relay off then. Power cuts lie outside
    both: a resistor must hold the relay off while nobody drives its pin.
    """

    def __init__(
        self,
        gpio: Gpio,
        settings: GpioSettings,
        clock: Clock = time.monotonic,
        guard: Guard | None = None,
    ) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio; ``guard``: is told of every pulse, and ended with the lock.

        Raises HardwareError when the pin cannot be driven.
        """
        self._gpio, self._pin, self._clock, self._guard = gpio, settings.relay_pin, clock, guard
        self._on = int(settings.relay_active_high)
        self._off = 1 - self._on
        self._turn = threading.RLock()
        self._shut_at: float | None = None
        self._pulse = 0
        self._timer: threading.Timer | None = None
        self._closed = False
        try:
            gpio.setmode(gpio.BCM)
            gpio.setwarnings(False)
            gpio.setup(self._pin, gpio.OUT, initial=self._off)
        except Exception as error:  # whatever the library raises
            raise self._broken("set up", error) from error
        atexit.register(self.close)

    def open_for(self, seconds: float) -> None:
        """Release the door; a second call restarts the pulse.

        Raises HardwareError, the door shut, outside 0 < seconds <= 30, after ``close``, and when the pin fails.
        """
        seconds = check_pulse(seconds)
        with self._turn:
            if self._closed:
                raise HardwareError("The lock stays shut: its driver was closed; make a new one.")
            self._arm(seconds)
            if self._guard is not None:
                self._ask(partial(self._guard.opening, seconds))
            try:
                self._gpio.output(self._pin, self._on)
            except Exception as error:  # whatever the library raises
                self.shut()
                raise self._broken("opened", error) from error

    def shut(self) -> None:
        """Secure the door now; raises HardwareError only if no way to drive the pin works."""
        with self._turn:
            if self._closed:
                return
            self._secure()
            self._shut_at = None
            if self._guard is not None:
                self._guard.shut()

    def close(self) -> None:
        """Shut, and let go of the pin, pulled towards off: ``cleanup`` would leave it floating. Safe to call twice."""
        with self._turn:
            if self._closed:
                return
            self.shut()
            self._closed = True
            atexit.unregister(self.close)
            try:
                self._let_go()
            except Exception as error:  # whatever the library raises
                if self._guard is not None:
                    self._guard.close()
                raise self._broken("let go of", error) from error
            if self._guard is not None:
                self._guard.let_go()

    @property
    def is_open(self) -> bool:
        """Whether the relay is energised at this moment, as the pin says; a pulse that is over is ended first.

        Raises HardwareError, the door shut, where the pin cannot be read and where the guard has ended: the lock is
        then to be made anew, with a new one.
        """
        with self._turn:
            if self._closed:
                return False
            if self._shut_at is not None and self._clock() >= self._shut_at:
                self.shut()
            if self._guard is not None:
                self._ask(self._guard.check)
            try:
                return self._gpio.input(self._pin) == self._on
            except Exception as error:  # whatever the library raises
                self.shut()
                raise self._broken("read", error) from error

    def _arm(self, seconds: float) -> None:
        """Make sure of the end of a pulse before it begins."""
        self._disarm_timer()
        self._pulse += 1
        timer = threading.Timer(seconds, self._end_pulse, [self._pulse])
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError as error:  # no more threads
            self.shut()
            raise self._broken("opened safely", error) from error
        self._timer, self._shut_at = timer, self._clock() + seconds

    def _ask(self, guard: Callable[[], None]) -> None:
        """A guard that does not answer leaves the door shut."""
        try:
            guard()
        except HardwareError:
            self.shut()
            raise

    def _disarm_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_pulse(self, pulse: int) -> None:
        """The timer's thread: shut, however often it takes, unless another pulse has begun."""
        while True:
            try:
                with self._turn:
                    if pulse == self._pulse and self._shut_at is not None:
                        self.shut()
                    return
            except HardwareError as error:
                _log.critical("%s", error)
                time.sleep(RETRY_SECONDS)

    def _secure(self) -> None:
        """Off; if the pin refuses, set it up anew; if that fails too, let go of it and pull it towards off."""
        gpio = self._gpio
        ways: list[Callable[[], None]] = [
            lambda: gpio.output(self._pin, self._off),
            lambda: gpio.setup(self._pin, gpio.OUT, initial=self._off),
            self._let_go,
        ]
        failure: Exception | None = None
        for way in ways:
            try:
                way()
            except Exception as error:  # whatever the library raises: the next way may work
                failure = error
            else:
                return
        raise self._broken("shut", failure) from failure

    def _let_go(self) -> None:
        gpio = self._gpio
        gpio.setup(self._pin, gpio.IN, pull_up_down=gpio.PUD_DOWN if self._on else gpio.PUD_UP)

    def _broken(self, act: str, error: Exception | None) -> HardwareError:
        return HardwareError(
            f"The lock's relay on GPIO {self._pin} could not be {act}: {error}. Check that no other program uses the "
            "pin, and the wiring; the resistor at the relay must hold the door shut meanwhile."
        )
