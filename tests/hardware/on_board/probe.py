"""On the emulated board: kill the door, press the button, sound the buzzer, and tell what the lines do."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from edgevoice.hardware import Light, Prompt
from edgevoice.hardware.board import load_gpio
from edgevoice.hardware.buzzer import GpioBuzzer
from edgevoice.hardware.gpio_inputs import GpioButton
from edgevoice.hardware.gpio_lights import GpioLights
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.watched_pin import WatchedPin

LINES = next(Path("/sys/devices/platform/gpio-sim.0").glob("gpiochip*"))
RELAY, BUTTON, GREEN, BUZZER = 17, 24, 27, 12
WATCHED_SECONDS = 4.0


def tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, ("PROBE", *words))) + "\n")
    sys.stdout.flush()


def pull(pin: int, up: bool) -> None:
    """From outside: what an undriven line reads."""
    (LINES / f"sim_gpio{pin}" / "pull").write_text("pull-up" if up else "pull-down")


def level(pin: int) -> int:
    """As seen from outside."""
    return int((LINES / f"sim_gpio{pin}" / "value").read_text())


def kill_the_door(kernel: str, stays_high: bool) -> None:
    """stays_high: the line that its program let go of is held at the opening level, as on Raspberry Pi OS."""
    pull(RELAY, stays_high)
    door = subprocess.Popen([sys.executable, "door.py"], stdout=subprocess.PIPE, text=True)
    assert door.stdout is not None
    tell("a door that is", door.stdout.readline().strip(), "its relay is", level(RELAY))
    os.kill(door.pid, signal.SIGKILL)
    killed_s = time.monotonic()
    seen: list[tuple[float, int]] = []
    while time.monotonic() < killed_s + WATCHED_SECONDS:
        now = level(RELAY)
        if not seen or seen[-1][1] != now:
            seen.append((round(1000 * (time.monotonic() - killed_s), 1), now))
    door.wait()
    tell(kernel, "(ms after kill -9, level):", seen)


def press(button: GpioButton, seconds: float) -> None:
    pull(BUTTON, False)
    time.sleep(seconds)
    pull(BUTTON, True)
    time.sleep(0.2)
    tell(f"pressed for {seconds} s:", *button.take())


def main() -> None:
    kill_the_door("the kernel lets the line go", stays_high=False)
    kill_the_door("the kernel keeps the level", stays_high=True)
    gpio = load_gpio()
    pull(BUTTON, True)
    pin = WatchedPin(gpio, BUTTON, "button_pin", time.monotonic)
    tell("edges:", pin.has_edges)
    pin.close()
    button = GpioButton(gpio, BUTTON, hold_seconds=0.5, stuck_seconds=30.0)
    press(button, 0.1)
    press(button, 0.8)
    lights = GpioLights(gpio, GpioSettings())
    lights.show(Light.OPEN)
    tell("green:", level(GREEN))
    lights.close()
    for tone_hz in (0, 2000):
        buzzer = GpioBuzzer(gpio, GpioSettings(buzzer_pin=BUZZER, buzzer_hz=tone_hz))
        buzzer.say([Prompt.GRANTED])
        looks = []
        while buzzer.busy:
            looks.append(level(BUZZER))
        buzzer.close()
        tell(f"a buzzer, {tone_hz} Hz, was high in {sum(looks)} of {len(looks)} looks, then {level(BUZZER)}")
    shut = [sys.executable, "-m", "edgevoice.hardware.guard", "--now", "--config", "settings.toml"]
    done = subprocess.run(shut, capture_output=True, text=True, check=False)
    tell("edgevoice-shut:", done.returncode, done.stdout.strip(), done.stderr.strip())


main()
