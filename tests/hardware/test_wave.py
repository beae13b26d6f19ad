import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.errors import AudioError
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.sound_file import read_sound
from edgevoice.hardware.wave import WaveMicrophone
from edgevoice.listening.capture import Samples


def _noise(count: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).integers(-32_768, 32_768, count).astype(np.int16)


def _write(path: Path, samples: Samples, rate: int = 16_000) -> Path:
    soundfile.write(path, samples, rate)
    return path


def _heard(microphone: WaveMicrophone) -> Samples:
    return np.concatenate([block.samples for block in microphone.blocks()])


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_lossless_file_at_16_khz_is_heard_bit_for_bit(tmp_path: Path, ending: str) -> None:
    samples = _noise(10_001)
    path = _write(tmp_path / f"sound.{ending}", samples)
    np.testing.assert_array_equal(read_sound(path), samples)
    np.testing.assert_array_equal(_heard(WaveMicrophone([path], realtime=False, pause_seconds=0)), samples)


def test_an_opus_file_is_heard(tmp_path: Path) -> None:
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)).astype(np.int16)
    soundfile.write(tmp_path / "tone.opus", tone, 48_000, format="OGG", subtype="OPUS")
    samples = read_sound(tmp_path / "tone.opus").astype(float)
    assert len(samples) == 16_000
    assert np.argmax(np.abs(np.fft.rfft(samples))) == 440
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(8_000 / np.sqrt(2), rel=0.05)


def test_two_channels_become_their_mean(tmp_path: Path) -> None:
    left, right = np.full(100, 1_000, np.int16), np.full(100, -200, np.int16)
    path = _write(tmp_path / "stereo.wav", np.stack([left, right], axis=1))
    assert set(read_sound(path).tolist()) == {400}


def test_a_float_file_beyond_full_scale_is_clipped_and_does_not_wrap_around(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", np.array([1.0, 1.5, -1.5, 0.5]), 16_000, subtype="FLOAT")
    assert read_sound(tmp_path / "loud.wav").tolist() == [32_767, 32_767, -32_768, 16_384]


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_an_absurdly_loud_float_file_is_full_scale_and_never_nonsense(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "loud.wav", np.full(rate, 3e38), rate, subtype="FLOAT")
    samples = read_sound(tmp_path / "loud.wav")
    assert samples[200:-200].min() > 32_000


def test_the_stream_and_the_whole_file_are_the_same_after_resampling(tmp_path: Path) -> None:
    path = _write(tmp_path / "cd.wav", _noise(44_100), 44_100)
    streamed = _heard(WaveMicrophone([path], realtime=False, pause_seconds=0))
    np.testing.assert_array_equal(streamed, read_sound(path))
    assert len(streamed) == 16_000


def test_files_follow_one_another_each_with_its_pause_and_without_a_gap(tmp_path: Path) -> None:
    first, second = _write(tmp_path / "1.wav", _noise(5_000)), _write(tmp_path / "2.wav", _noise(3_000, 2))
    microphone = WaveMicrophone([first, second], realtime=False, pause_seconds=0.25)
    heard, files, expected = [], [], 0
    for block in microphone.blocks():
        assert block.start_sample == expected
        assert 0 < len(block.samples) <= 1_280
        expected += len(block.samples)
        heard.append(block.samples)
        played = microphone.file_at(block.start_sample)
        files += [played and played.path] * len(block.samples)
    pause = np.zeros(4_000, np.int16)
    np.testing.assert_array_equal(
        np.concatenate(heard), np.concatenate([_noise(5_000), pause, _noise(3_000, 2), pause])
    )
    assert files == [first] * 9_000 + [second] * 7_000


def test_any_sample_of_the_stream_is_traced_to_its_file(tmp_path: Path) -> None:
    first, second = _write(tmp_path / "1.wav", _noise(5_000)), _write(tmp_path / "2.wav", _noise(3_000))
    microphone = WaveMicrophone([first, second], realtime=False, pause_seconds=0.25)
    assert microphone.file_at(0) is None
    _heard(microphone)
    found = [microphone.file_at(sample) for sample in (0, 4_999, 5_000, 8_999, 9_000, 11_999)]
    assert [played.path for played in found if played] == [first] * 4 + [second] * 2
    assert [played.start_sample for played in microphone.played] == [0, 9_000]


def test_in_real_time_a_block_comes_when_a_microphone_would_have_it(tmp_path: Path) -> None:
    clock = ManualClock(100.0)
    path = _write(tmp_path / "sound.wav", _noise(6_000))
    microphone = WaveMicrophone([path], realtime=True, pause_seconds=0, clock=clock, sleep=clock.advance)
    for block in microphone.blocks():
        assert clock.now - 100.0 == pytest.approx((block.start_sample + len(block.samples)) / 16_000)
    assert clock.now == pytest.approx(100.375)


def test_in_real_time_a_late_loop_catches_up_and_loses_nothing(tmp_path: Path) -> None:
    clock = ManualClock()
    path = _write(tmp_path / "sound.wav", _noise(16_000))
    heard = 0
    for block in WaveMicrophone([path], True, 0, clock, clock.advance).blocks():
        heard += len(block.samples)
        clock.advance(0.5 if block.start_sample == 0 else 0)
    assert heard == 16_000
    assert clock.now == pytest.approx(1.0)


def test_without_real_time_nobody_sleeps(tmp_path: Path) -> None:
    clock = ManualClock()
    _heard(WaveMicrophone([_write(tmp_path / "s.wav", _noise(9_000))], False, 1.0, clock, clock.advance))
    assert clock.now == 0


def test_closing_ends_the_stream_and_may_be_done_twice(tmp_path: Path) -> None:
    microphone = WaveMicrophone([_write(tmp_path / "s.wav", _noise(90_000))], realtime=False)
    blocks = microphone.blocks()
    next(blocks)
    microphone.close()
    microphone.close()
    assert list(blocks) == []


def _no_file(path: Path) -> None:
    assert not path.exists()


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.touch()


def _text(path: Path) -> None:
    path.write_text("RIFF but not really a sound" * 50)


def _no_samples(path: Path) -> None:
    _write(path, np.zeros(0, np.int16))


def _not_a_number(path: Path) -> None:
    soundfile.write(path, np.array([0.1] * 5_000 + [np.nan]), 16_000, subtype="FLOAT")


def _infinite(path: Path) -> None:
    soundfile.write(path, np.array([0.1, np.inf]), 16_000, subtype="FLOAT")


def _rate(path: Path, rate: int) -> None:
    _write(path, _noise(1_000))
    header = bytearray(path.read_bytes())
    header[24:28] = struct.pack("<I", rate)
    path.write_bytes(header)


def _rate_1(path: Path) -> None:
    _rate(path, 1)


def _rate_absurd(path: Path) -> None:
    _rate(path, 2_000_000_000)


def _rate_0(path: Path) -> None:
    _rate(path, 0)


def _cut_flac(path: Path) -> None:
    whole = path.with_suffix(".flac")
    _write(whole, _noise(60_000))
    path.write_bytes(whole.read_bytes()[:60_000])


def _too_many_channels(path: Path) -> None:
    _write(path, np.zeros((10, 65), np.int16))


BAD = {
    _no_file: "no such file",
    _folder: "it is a folder",
    _empty: "0 bytes",
    _text: "not a sound file",
    _no_samples: "0 samples",
    _not_a_number: "NaN",
    _infinite: "infinity",
    _rate_0: "not a sound file",
    _rate_1: "1 Hz",
    _rate_absurd: "2000000000 Hz",
    _cut_flac: "breaks off",
    _too_many_channels: "65 channels",
}


@pytest.mark.parametrize(("make", "found"), BAD.items(), ids=[make.__name__.strip("_") for make in BAD])
def test_a_file_that_cannot_be_used_is_named_with_what_was_found(
    tmp_path: Path, make: Callable[[Path], None], found: str
) -> None:
    path = tmp_path / "bad.wav"
    make(path)
    for use in (read_sound, lambda path: _heard(WaveMicrophone([path], realtime=False))):
        with pytest.raises(AudioError) as caught:
            use(path)
        assert str(path) in str(caught.value)
        assert found in str(caught.value)


def test_a_name_that_cannot_be_looked_up_is_told(tmp_path: Path) -> None:
    circle, long = tmp_path / "circle.wav", tmp_path / f"{'long' * 80}.wav"
    circle.symlink_to(circle)
    for path in (circle, long, _write(tmp_path / "a.wav", _noise(9)) / "b.wav", tmp_path / "a\0b.wav"):
        with pytest.raises(AudioError, match=r"\.wav cannot be read: .*; check the name and"):
            read_sound(path)


def test_a_name_that_is_no_text_is_told_legibly(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.wav"))
    _write(tmp_path / "good.wav", _noise(100)).rename(path)
    for use in (read_sound, lambda path: WaveMicrophone([path])):
        with pytest.raises(AudioError, match=r"/a\\xff\.wav cannot be read: its name holds bytes .*; rename it"):
            use(path)


def test_a_bad_second_file_is_told_before_the_first_is_played(tmp_path: Path) -> None:
    good = _write(tmp_path / "good.wav", _noise(100))
    with pytest.raises(AudioError, match=r"missing\.wav"):
        WaveMicrophone([good, tmp_path / "missing.wav"])


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sound.raw").write_bytes(bytes(1_000))
    with pytest.raises(AudioError, match="not a sound file"):
        read_sound(tmp_path / "sound.raw")
