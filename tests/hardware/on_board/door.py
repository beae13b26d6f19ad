"""On the emulated board: a lock in the middle of a pulse, waiting to be killed."""

import sys
import time

from edgevoice.hardware.board import load_gpio
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.pins import GpioSettings

settings = GpioSettings()
gpio = load_gpio()
lock = GpioLock(gpio, settings, guard=Guard(settings))
lock.open_for(30.0)
sys.stdout.write("open\n" if lock.is_open else "shut\n")
sys.stdout.flush()
time.sleep(60)
