"""Sounds of steady tones: found by their lines and their rhythm, whatever the microphone's noise, and nothing else."""

from functools import cache

import numpy as np
import pytest

from edgevoice.errors import RecordingError
from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples
from edgevoice.listening.listen import Listen
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.window import Windows
from edgevoice.recognition.known_sounds import KnownSounds, Sounding
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.tones import Tonal, Tones, beeps, pack_beeps, unpack_beeps
from edgevoice.visit import load_visit
from tests.sound import clip
from tools.synthetic.sounds import FLOOR_DBFS, OTHERS, SOUNDS
from tools.synthetic.take import gain, generator, pink, to_int16

NAMES = {"smoke alarm": "smoke-alarm.flac", "doorbell": "doorbell.flac"}


def spectra(samples: Samples) -> Integers:
    return Spectrum()(Windows().cut(samples))


@cache
def take(name: str, noise: int, level: float = 1.0) -> Samples:
    """The same tones with another noise of the microphone."""
    clean = (SOUNDS | OTHERS)[NAMES[name]](generator(20, NAMES[name])) * level
    return to_int16(clean + pink(clean.size, np.random.default_rng(noise)) * gain(FLOOR_DBFS))


@cache
def tonal() -> tuple[Tonal, ...]:
    kept = {name: spectra(take(name, 0)) for name in NAMES}
    return tuple(Tonal(name, beeps(spectrum), len(spectrum)) for name, spectrum in kept.items())


def quiet(seconds: float) -> Samples:
    return np.rint(20 * pink(round(seconds * SAMPLE_RATE), np.random.default_rng(3))).astype(np.int16)


def heard(stream: Samples, block: int = 1_280) -> list[Sounding]:
    """What the watch tells, behind the ear, block by block."""
    library = Library([keep(name, landmarks(spectra(take(name, 0)))) for name in NAMES])
    watch, ear, found = KnownSounds(library, tones=Tones(tonal())), Listen(), []
    for start in range(0, len(stream), block):
        ear.hear(AudioBlock(stream[start : start + block], start))
        found += watch.hear(ear.frames.spectrum)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("lead_s", "level"), [(1.0, 0.5), (1.37, 0.05)])
def test_a_live_sound_of_tones_is_named_within_three_seconds_of_its_start(
    name: str, lead_s: float, level: float
) -> None:
    first, *_ = heard(np.concatenate([quiet(lead_s), take(name, 7, level), quiet(2)]))
    assert first.name == name
    assert first.alike_percent is not None
    assert 0 < first.at_s - lead_s <= 3.0


def test_an_occurrence_is_told_once() -> None:
    found = heard(np.concatenate([quiet(1), take("smoke alarm", 7), quiet(1)]))
    assert [each.name for each in found if each.first] == ["smoke alarm"]
    assert len(found) > 3


def test_the_size_of_a_block_does_not_matter() -> None:
    stream = np.concatenate([quiet(0.3), take("doorbell", 7)])
    assert heard(stream, 160) == heard(stream, 4_096) == heard(stream)


def test_nothing_else_in_the_visit_beeps_alike() -> None:
    tones = Tones(tonal())
    for spectrum in [spectra(clip(step.file)) for step in load_visit().steps if step.file != "doorbell.flac"]:
        for start in range(0, len(spectrum), 50):
            tones.follow(spectrum[start : start + 50])
            assert tones.look() is None


def test_another_rhythm_or_another_tone_is_another_sound() -> None:
    (alarm, _), moved = tonal(), []
    moved.append(Tonal("higher", alarm.beeps + np.array([3, 0, 0]), alarm.length))
    moved.append(Tonal("slower", alarm.beeps * np.array([1, 2, 2]), 2 * alarm.length))
    tones, spectrum = Tones(moved), spectra(take("smoke alarm", 7))
    for start in range(0, len(spectrum), 50):
        tones.follow(spectrum[start : start + 50])
        assert tones.look() is None


@pytest.mark.parametrize("name", ["ada-unlock-1.opus", "rain.flac", "hum.flac", "silence.flac", "white.flac"])
def test_what_is_not_of_tones_with_a_rhythm_has_no_beeps(name: str) -> None:
    assert len(beeps(spectra(clip(name)))) == 0


def test_beeps_are_those_of_the_signal() -> None:
    (alarm, bell) = tonal()
    assert alarm.beeps[:, 1].tolist() == [19, 119, 219, 419, 519, 619]
    assert set(alarm.beeps[:, 2].tolist()) == {50}
    assert bell.beeps[:, 0].tolist() == [21, 16]
    assert (unpack_beeps(pack_beeps(alarm.beeps), alarm.length) == alarm.beeps).all()


@pytest.mark.parametrize(
    ("beep", "told"),
    [
        ((BINS, 10, 50), "bin 257 of 257, from frame 10 on, of 50 frames"),
        (
            (21, 351, 50),
            "from frame 351 on, of 50 frames; possible are 15 frames and more, within the 400 of the sound",
        ),
        ((21, 65_535, 65_535), "from frame 65535 on"),
        ((21, 10, 0), "of 0 frames"),
    ],
)
def test_beeps_that_no_sound_of_that_length_has_are_refused(beep: tuple[int, int, int], told: str) -> None:
    good = np.array([[21, 0, 50], [21, 350, 50]])
    assert (unpack_beeps(pack_beeps(good), 400) == good).all()
    with pytest.raises(RecordingError, match=told):
        unpack_beeps(pack_beeps(np.vstack([good, beep])), 400)
    with pytest.raises(RecordingError, match="7 bytes are no beeps"):
        unpack_beeps(bytes(7), 400)


def test_a_sound_at_full_scale_a_short_one_and_none_are_no_trouble() -> None:
    tones = Tones(tonal())
    assert tones.look() is None
    tones.follow(np.zeros((0, BINS), dtype=np.int64))
    tones.follow(np.full((400, BINS), (1 << 50) - 1, dtype=np.int64))
    assert tones.look() is None
    assert len(beeps(np.zeros((0, BINS), dtype=np.int64))) == 0
    assert len(beeps(np.full((50, BINS), 1 << 42, dtype=np.int64))) == 0
