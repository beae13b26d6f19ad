"""A serving door whose microphone goes away: nobody is heard, and everything else goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from edgevoice import app
from edgevoice.app import Device
from edgevoice.cli.display import Moment
from edgevoice.cli.run import _report
from edgevoice.cli.serve import Service
from edgevoice.config import load
from edgevoice.door.states import State
from edgevoice.hardware.fake import FakeLock, FakeWatchdog, ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.microphone import MicrophoneSettings, PyAudioMicrophone
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, Samples
from tests.cli.conftest import Shell
from tests.cli.test_serve import Quiet
from tests.hardware.fake_portaudio import Card, SoundCards
from tests.sound import clip

BLOCK_S = SAMPLES_PER_BLOCK / SAMPLE_RATE
SOME = 5  # blocks
LONGEST_S = 20.0  # then whatever did not happen is missed


class Evening(Quiet):
    """What happens at the door, a step each time that the loop has looked; at its end the microphone is closed."""

    def __init__(self, steps: Iterator[None], clock: ManualClock, end: Callable[[], None]) -> None:
        super().__init__()
        self._steps, self._clock, self._end = steps, clock, end

    def stands(self, moment: Moment) -> None:
        self._clock.advance(BLOCK_S)
        if next(self._steps, self) is self:
            self._end()


class House:
    """A device on a sound card that can be pulled, in the house of ``folder``."""

    def __init__(self, clock: ManualClock, device: Device, retry_s: float) -> None:
        self.clock, self.device = clock, device
        self.machine = SoundCards([Card()])
        settings = MicrophoneSettings(retry_seconds=retry_s, longest_retry_seconds=retry_s)
        self.microphone = PyAudioMicrophone(
            settings, lambda status: _report(device, self._display, status, clock()), self.machine.start, clock
        )
        self._display = Quiet()

    def serve(self, steps: Iterator[None]) -> None:
        evening = Evening(steps, self.clock, self.microphone.close)
        self.microphone.open()
        self.machine.stream.speak(clip("room.flac")[:SAMPLES_PER_BLOCK])
        late = threading.Timer(LONGEST_S, self.microphone.close)
        late.start()
        Service(self.device, evening, lambda _: None).serve(self.microphone)
        late.cancel()

    def speak(self, sound: Samples) -> Iterator[None]:
        for start in range(0, len(sound), SAMPLES_PER_BLOCK):
            self.machine.stream.speak(sound[start : start + SAMPLES_PER_BLOCK])
            yield

    def unplug(self) -> None:
        self.machine.cards.clear()
        self.machine.stream.active = False

    def plug(self) -> None:
        self.machine.cards.append(Card())

    @property
    def lock(self) -> FakeLock:
        assert isinstance(self.device.lock, FakeLock)
        return self.device.lock


def wait(blocks: int = SOME) -> Iterator[None]:
    for _ in range(blocks):
        yield


def serve(folder: Path, evening: Callable[[House], Iterator[None]], retry_s: float) -> House:
    loaded, clock = load(data=folder, system_file=folder / "none"), ManualClock()
    with app.house(loaded) as home, app.device(loaded.settings, home, clock) as device:
        house = House(clock, device, retry_s)
        house.serve(evening(house))
    return house


def test_button_and_contacts_are_served_while_the_microphone_is_away_and_its_next_try_far_off(
    tmp_path: Path, models: Path
) -> None:
    seen: list[tuple[State, bool]] = []

    def evening(house: House) -> Iterator[None]:
        device = house.device
        assert isinstance(device.button, FakeButton) and isinstance(device.contacts.door, FakeContact)
        assert isinstance(device.watchdog, FakeWatchdog)
        yield from house.speak(clip("room.flac"))
        house.clock.advance(60.0)  # the leave of the start is over
        house.unplug()
        yield from wait()
        fed = device.watchdog.signs_of_life
        device.contacts.door.is_open = True
        device.button.press()
        yield from wait()
        seen.append((device.kiosk.state, device.kiosk.machine.door_is_forced))
        assert len(device.button.taken) == 1
        device.contacts.door.is_open = False
        yield from wait()
        seen.append((device.kiosk.state, device.kiosk.machine.door_is_forced))
        assert device.watchdog.signs_of_life == fed > 0

    serve(tmp_path, evening, retry_s=60.0)
    assert seen == [(State.FAULT, True), (State.FAULT, False)]


def test_a_sentence_that_the_unplugging_cuts_off_opens_nothing_when_the_microphone_is_back(household: Shell) -> None:
    sound = np.concatenate([clip("room.flac"), clip("ada-unlock-1.opus")])
    spoken = int(2.2 * SAMPLE_RATE)
    pulses: list[int] = []

    def come_back(house: House) -> None:
        house.clock.advance(3600.0)
        house.plug()
        while len(house.machine.streams) < 2:
            time.sleep(0.01)
        for _ in range(4 * SOME):
            house.machine.stream.speak(clip("room.flac")[:SAMPLES_PER_BLOCK])

    def evening(house: House) -> Iterator[None]:
        yield from house.speak(sound[: len(clip("room.flac")) + spoken])
        pulses.append(house.lock.pulses)
        house.unplug()
        threading.Thread(target=come_back, args=(house,), daemon=True).start()
        while len(house.machine.streams) < 2:
            yield
        yield from wait()

    house = serve(household.data, evening, retry_s=0.2)
    assert [*pulses, house.lock.pulses] == [0, 0]
