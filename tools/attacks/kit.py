"""All attacks, in the order of the table."""

from functools import reduce
from pathlib import Path

import numpy as np

from edgevoice.listening.capture import Samples
from tools.attacks import Attack, Change
from tools.attacks.coding import mp3, opus, resampled, unchanged
from tools.attacks.edits import cut_to, faster, higher, shorter, spliced_with
from tools.attacks.places import image_source, in_noise, recorded_room
from tools.attacks.responses import equalised, phone_speaker, telephone

SPLICED = "two clips spliced"
KILOBITS = (64, 32, 16)
SNR_DB = (20, 10, 5, 0)
SECONDS = (3.0, 2.0, 1.5, 1.0)
PERCENT = (1, 2, 3, 4, 5)


def kit(rooms: Path, noises: Path) -> list[Attack]:
    """Every attack on one clip; ``rooms``: folder of impulse responses, ``noises``: folder of sounds."""
    return [
        Attack("the same file", unchanged),
        Attack("resampled to 44.1 kHz", resampled(44_100)),
        Attack("resampled to 8 kHz", resampled(8_000)),
        *(Attack(f"MP3, {rate} kbit/s", mp3(rate)) for rate in KILOBITS),
        *(Attack(f"Opus, {rate} kbit/s", opus(rate)) for rate in KILOBITS),
        Attack("equalised by up to 12 dB", equalised),
        Attack("telephone band", telephone),
        Attack("phone's speaker", phone_speaker),
        Attack("recorded rooms", recorded_room(rooms)),
        Attack("image-source rooms", image_source),
        *(Attack(f"noise at {snr} dB", in_noise(noises, snr)) for snr in SNR_DB),
        *(Attack(f"cut to {seconds:g} s", cut_to(seconds)) for seconds in SECONDS),
        *(Attack(f"tape {percent} % faster", faster(percent)) for percent in PERCENT),
        *(Attack(f"{percent} % shorter, same pitch", shorter(percent)) for percent in PERCENT),
        *(Attack(f"pitch {steps:+g} semitones", higher(steps)) for steps in (-1.0, -0.5, 0.5, 1.0)),
        Attack("phone to phone", phone_to_phone(rooms, noises)),
    ]


def splice(partner: Samples) -> Attack:
    """With another clip of the same person that was heard as well."""
    return Attack(SPLICED, spliced_with(partner))


def phone_to_phone(rooms: Path, noises: Path) -> Change:
    """What a replay is made of at a real door: caught by a phone in a room at 20 dB, kept as Opus at 32 kbit/s, played
    by a phone's speaker in another room, at 20 dB again."""
    return one_after_the_other(
        recorded_room(rooms), in_noise(noises, 20), opus(32), phone_speaker, image_source, in_noise(noises, 20)
    )


def one_after_the_other(*changes: Change) -> Change:
    """Several changes as one."""

    def change(samples: Samples, rng: np.random.Generator) -> Samples:
        return reduce(lambda sound, each: each(sound, rng), changes, samples)

    return change
