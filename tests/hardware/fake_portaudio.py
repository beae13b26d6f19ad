"""A PortAudio without sound cards: devices come, go, refuse and fall silent as the test says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from edgevoice.hardware.portaudio import CONTINUE, INPUT_OVERFLOW, Callback
from edgevoice.listening.capture import Samples

DEVICE_UNAVAILABLE, INVALID_SAMPLE_RATE, INVALID_CHANNEL_COUNT = -9985, -9997, -9998


@dataclass
class Card:
    """One device: what it can, and what is wrong with it."""

    name: str = "USB microphone"
    channels: int = 1
    rates: tuple[int, ...] = (16_000, 48_000)
    mono: bool = True
    busy: bool = False
    attempts: int = 0


@dataclass
class Stream:
    """An open stream; ``speak`` plays the callback thread."""

    rate: int
    channels: int
    callback: Callback
    active: bool = True
    closed: bool = False

    def is_active(self) -> bool:
        return self.active

    def close(self) -> None:
        self.closed = True
        self.active = False

    def speak(self, samples: Samples, overflow: bool = False) -> None:
        """Frames (n,) or (n, channels) arrive at once."""
        flags = INPUT_OVERFLOW if overflow else 0
        assert self.callback(samples.astype(np.int16).tobytes(), len(samples), {}, flags) == (None, CONTINUE)


@dataclass
class SoundCards:
    """The machine: pass ``start`` as the sound system. Starting it takes the list of devices as it is then."""

    cards: list[Card]
    streams: list[Stream] = field(default_factory=list)
    started: int = 0
    terminated: int = 0

    def start(self) -> "Audio":
        self.started += 1
        return Audio(self, list(self.cards))

    @property
    def stream(self) -> Stream:
        return self.streams[-1]


@dataclass
class Audio:
    """One PyAudio object."""

    machine: SoundCards
    cards: list[Card]

    def get_device_count(self) -> int:
        return len(self.cards)

    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]:
        card = self.cards[device_index]
        return {
            "index": device_index,
            "name": card.name,
            "maxInputChannels": card.channels,
            "defaultSampleRate": float(card.rates[-1]),
        }

    def get_default_input_device_info(self) -> Mapping[str, str | int | float]:
        for index, card in enumerate(self.cards):
            if card.channels:
                return self.get_device_info_by_index(index)
        raise OSError("No Default Input Device Available")

    def terminate(self) -> None:
        self.machine.terminated += 1

    def open(
        self,
        *,
        rate: int,
        channels: int,
        format: int,
        input: bool,
        input_device_index: int,
        frames_per_buffer: int,
        stream_callback: Callback,
    ) -> Stream:
        card = self.cards[input_device_index]
        card.attempts += 1
        if card.busy:
            raise OSError(DEVICE_UNAVAILABLE, "Device unavailable")
        if rate not in card.rates:
            raise OSError(INVALID_SAMPLE_RATE, "Invalid sample rate")
        if channels > card.channels or (channels == 1 and not card.mono):
            raise OSError(INVALID_CHANNEL_COUNT, "Invalid number of channels")
        assert (format, input, frames_per_buffer) == (8, True, rate * 80 // 1000)
        self.machine.streams.append(Stream(rate, channels, stream_callback))
        return self.machine.stream
