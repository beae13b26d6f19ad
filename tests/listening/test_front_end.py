"""The front end equals its specification bit for bit, at any block size, and floats within a stated error."""

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_speech_features import get_filterbanks
from python_speech_features import mfcc as reference_mfcc

from benchmarks.front_end import OFF, at_level, quantization_noise_db
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import mel_bank, remove_cepstral_mean
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.listening.noise_choice import TrackerName
from tests.listening import specification
from tests.sound import clip

BLOCK_SIZES = (1, 7, 160, 320, 4096)


def front_end(over_subtraction: float = 2.0) -> FrontEnd:
    floor = 0.125 if over_subtraction else 1.0
    return FrontEnd(SubtractionSettings(over_subtraction, floor), ActivitySettings())


def signals() -> dict[str, Samples]:
    rng = np.random.default_rng(1)
    length = 400 + 160 * 19
    square = np.where(np.arange(length) // 37 % 2, 32767, -32768)
    return {
        "random": rng.integers(-3000, 3000, length).astype(np.int16),
        "full scale noise": rng.integers(-32768, 32768, length).astype(np.int16),
        "full scale square": square.astype(np.int16),
        "most negative": np.full(length, -32768, dtype=np.int16),
        "silence": np.zeros(length, dtype=np.int16),
        "one step": rng.integers(-1, 2, length).astype(np.int16),
    }


def as_specified(frames: Frames) -> list[specification.Frame]:
    """The same frames in the specification's plain integers."""
    columns = [getattr(frames, field.name).tolist() for field in fields(specification.Frame)]
    return [specification.Frame(*row) for row in zip(*columns, strict=True)]


def test_the_specification_knows_every_field_of_a_frame() -> None:
    assert [field.name for field in fields(specification.Frame)] == [field.name for field in fields(Frames)]


@pytest.mark.parametrize("name", list(signals()))
def test_equals_the_scalar_specification_bit_for_bit(name: str) -> None:
    samples = signals()[name]
    assert as_specified(front_end()(samples)) == specification.frames(samples.tolist())


def test_speech_equals_the_specification_longer_than_what_is_remembered_or_done_at_once() -> None:
    quiet = np.random.default_rng(2).integers(-3, 4, 160 * 30).astype(np.int16)
    samples = np.concatenate([quiet, clip("ada-unlock-1.opus")[8000 : 8000 + 160 * 180]])
    found = as_specified(front_end()(samples))
    assert found == specification.frames(samples.tolist())
    assert {frame.speech for frame in found} == {0, 1}


def test_a_tone_at_full_scale_that_has_become_noise_counts_with_no_more_than_the_loudest_noise() -> None:
    rises = np.cos(2 * np.pi * 32 * np.arange(2 * 16_000) / 512) >= 0
    samples = np.where(rises, 32767, -32768).astype(np.int16)
    found = front_end()(samples)
    assert found.snr[-1] + found.noise[-1] > 45 << 16  # the level of a tone of more than that
    assert found.snr[-1] > 1 << 16
    assert as_specified(found) == specification.frames(samples.tolist())


def test_cepstral_mean_removal_equals_the_specification() -> None:
    mfcc = front_end()(signals()["random"]).mfcc
    assert remove_cepstral_mean(mfcc).tolist() == specification.without_mean(mfcc.tolist())


@st.composite
def waves(draw: st.DrawFn) -> Samples:
    """Up to 14 frames: level, kind and length drawn, and a few samples chosen at will."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    length = draw(st.integers(400, 400 + 160 * 13))
    level = 2.0 ** draw(st.floats(0, 15))
    period = draw(st.integers(2, 400))
    wave = rng.uniform(-level, level, length) * draw(st.sampled_from([0, 1]))
    wave += level * np.sign(np.sin(2 * np.pi * np.arange(length) / period)) * draw(st.sampled_from([0, 1]))
    samples = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    for place, value in draw(st.lists(st.tuples(st.integers(0, length - 1), st.integers(-32768, 32767)), max_size=9)):
        samples[place] = value
    return samples


@settings(max_examples=25, deadline=None)
@given(waves(), st.integers(0, 2048), st.integers(0, 256), st.integers(1, 99))
def test_any_sound_at_any_settings_equals_the_specification(samples: Samples, over: int, floor: int, sure: int) -> None:
    chosen = FrontEnd(SubtractionSettings(over / 256, floor / 256), ActivitySettings(sure))
    wanted = specification.frames(samples.tolist(), specification.Settings(over, floor, sure))
    assert as_specified(chosen(samples)) == wanted


def test_one_tracker_is_taken_off_and_speech_is_told_from_the_other() -> None:
    samples = clip("ada-unlock-1.opus")[: 160 * 300]

    def fields_that_differ(**trackers: TrackerName) -> set[str]:
        one, other = front_end()(samples), FrontEnd(SubtractionSettings(), ActivitySettings(), **trackers)(samples)
        names = [field.name for field in fields(Frames)]
        return {name for name in names if not np.array_equal(getattr(one, name), getattr(other, name))}

    assert fields_that_differ(tracker="histogram") == {"mfcc"}
    told_from = fields_that_differ(floor_tracker="histogram")
    assert {"noise", "snr", "odds"} <= told_from
    assert not told_from & {"mfcc", "spectrum", "bands", "clipped", "dropped", "offset"}


def test_the_mel_bank_is_that_of_python_speech_features() -> None:
    assert np.array_equal(mel_bank(), get_filterbanks(40, 512, 16000, 60, 7600).T)


def test_listening_brings_no_scipy_along() -> None:
    code = "import sys, edgevoice.listening.listen; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_the_outcome_does_not_depend_on_block_size(size: int) -> None:
    sound = clip("ada-unlock-1.opus")
    if size == 1:
        sound = sound[8000:32000]
    whole, cut = Listen(), Listen()
    wanted = whole.hear(AudioBlock(sound, 0)) + whole.finish()
    found = []
    for start in range(0, len(sound), size):
        found += cut.hear(AudioBlock(sound[start : start + size], start))
    found += cut.finish()
    assert wanted
    assert [(u.start_s, u.end_s, u.quality) for u in found] == [(u.start_s, u.end_s, u.quality) for u in wanted]
    assert all(np.array_equal(a.mfcc, b.mfcc) for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("settings", [OFF, SubtractionSettings()], ids=["off", "on"])
@pytest.mark.parametrize(("level_dbfs", "wanted_db"), [(-3, 66), (-40, 50)])
def test_mfcc_reach_their_signal_to_quantization_noise_ratio(
    level_dbfs: float, wanted_db: float, settings: SubtractionSettings
) -> None:
    samples = at_level(clip("ben-unlock-1.opus"), level_dbfs)
    assert quantization_noise_db(samples, settings) > wanted_db


def test_without_subtraction_it_agrees_with_python_speech_features() -> None:
    samples = clip("ada-unlock-2.opus")
    ours = front_end(over_subtraction=0)(samples).mfcc / 1024 * np.log(2)
    theirs = reference_mfcc(
        samples, 16000, numcep=40, nfilt=40, nfft=512, lowfreq=60, highfreq=7600, preemph=0, ceplifter=0,
        appendEnergy=False, winfunc=lambda n: 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n),
    )  # fmt: skip
    ours[:, 0] -= np.log(512) * np.sqrt(40)  # theirs divides power by the length of the DFT
    assert np.abs(ours - theirs[: len(ours)]).max() < 0.03
    assert np.abs(ours - theirs[: len(ours)]).mean() < 0.001


def test_silence_gives_no_infinities_and_no_speech() -> None:
    frames = front_end()(np.zeros(16000, dtype=np.int16))
    assert frames.speech.sum() == 0
    assert np.abs(frames.mfcc).max() < 1 << 19


def test_digital_silence_file_has_no_utterance() -> None:
    assert not clip("silence.flac").any()
    listen = Listen()
    assert listen.hear(AudioBlock(clip("silence.flac"), 0)) + listen.finish() == []
