import logging
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware import Prompt
from edgevoice.hardware.playback import BUFFER_SECONDS
from edgevoice.hardware.prompts import FOLDER, clip
from edgevoice.hardware.sound_file import read_sound
from edgevoice.hardware.speaker import Speaker
from tests.hardware.fake_playback import FakePlayback
from tests.waiting import wait_until

QUIET = np.zeros(int(2 * BUFFER_SECONDS * 16_000), np.int16)


def _speaker(audio: FakePlayback, device: str | None = None, volume_percent: int = 100) -> Speaker:
    return Speaker("en", device, volume_percent, lambda: audio)


def test_what_is_said_is_played_clip_after_clip_sample_for_sample() -> None:
    audio = FakePlayback("loud")
    speaker = _speaker(audio)
    audio.go_on.clear()
    speaker.say([Prompt.ASK_DIGITS, Prompt.DIGIT_4])
    assert speaker.busy
    audio.go_on.set()
    wait_until(lambda: not speaker.busy)
    (stream,) = audio.streams
    clips = [read_sound(clip("en", prompt)) for prompt in (Prompt.ASK_DIGITS, Prompt.DIGIT_4)]
    assert np.array_equal(stream.samples(), np.concatenate([*clips, QUIET]))
    assert stream.ended
    assert not stream.is_open
    speaker.close()
    assert audio.terminated == 1


def test_one_portaudio_serves_all_prompts_and_another_one_after_a_failure() -> None:
    made: list[FakePlayback] = []

    def make() -> FakePlayback:
        made.append(FakePlayback("loud"))
        return made[-1]

    def say() -> None:
        speaker.say([Prompt.DONE])
        wait_until(lambda: not speaker.busy)

    speaker = Speaker("en", sound_system=make)
    for _ in range(3):
        say()
    made[0].unplugged = True
    say()
    assert [audio.terminated for audio in made] == [1]
    say()
    assert [len(audio.streams) for audio in made] == [4, 1]
    speaker.close()
    assert [audio.terminated for audio in made] == [1, 1]


def test_half_the_volume_is_half_the_amplitude() -> None:
    loud, quiet = (_speaker(FakePlayback("a"), volume_percent=percent) for percent in (100, 50))
    halves = loud.sound([Prompt.DONE]) / 2
    assert np.max(np.abs(quiet.sound([Prompt.DONE]) - halves)) <= 0.5


def test_another_prompt_replaces_the_one_being_said() -> None:
    audio = FakePlayback("loud")
    audio.go_on.clear()
    speaker = _speaker(audio)
    speaker.say([Prompt.CLAIM])
    wait_until(lambda: len(audio.streams) == 1)
    speaker.say([Prompt.DONE])
    audio.go_on.set()
    wait_until(lambda: not speaker.busy)
    cut, whole = audio.streams
    assert len(cut.samples()) < len(read_sound(clip("en", Prompt.CLAIM))) / 2
    assert not cut.is_open
    assert np.array_equal(whole.samples(), np.concatenate([read_sound(clip("en", Prompt.DONE)), QUIET]))


def test_a_loudspeaker_that_hangs_holds_one_thread_and_says_the_last_thing_when_it_goes_on() -> None:
    """Each would cost the door one of its 64, until none is left to shut the relay with and nothing opens."""
    audio = FakePlayback("loud")
    audio.go_on.clear()
    speaker = _speaker(audio)
    before = threading.active_count()
    for _ in range(20):
        speaker.say([Prompt.REFUSED])
        time.sleep(0.005)
    speaker.say([Prompt.DONE])
    assert threading.active_count() <= before + 1
    audio.go_on.set()
    wait_until(lambda: not speaker.busy)
    assert np.array_equal(audio.streams[-1].samples(), np.concatenate([read_sound(clip("en", Prompt.DONE)), QUIET]))


def test_saying_nothing_is_silence() -> None:
    audio = FakePlayback("loud")
    audio.go_on.clear()
    speaker = _speaker(audio)
    speaker.say([Prompt.CLAIM])
    wait_until(lambda: len(audio.streams) == 1)
    speaker.say([])
    audio.go_on.set()
    wait_until(lambda: not speaker.busy)
    assert not audio.streams[0].ended


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (16_000, 2), (48_000, 2)])
def test_a_device_that_knows_another_format_plays_the_same_words(rate: int, channels: int) -> None:
    audio = FakePlayback("fussy", knows=((rate, channels),))
    speaker = _speaker(audio)
    speaker.say([Prompt.DONE])
    wait_until(lambda: not speaker.busy)
    seconds = len(audio.streams[0].samples()) / rate
    words = read_sound(clip("en", Prompt.DONE))
    assert seconds == pytest.approx((len(words) + len(QUIET)) / 16_000, abs=0.001)


def test_the_device_is_chosen_by_a_part_of_its_name() -> None:
    audio = FakePlayback("HDMI", "USB Audio: - (hw:1,0)")
    speaker = _speaker(audio, "usb")
    speaker.say([Prompt.DONE])
    wait_until(lambda: not speaker.busy)
    assert audio.played_on == [2]


@pytest.mark.parametrize(
    ("audio", "device", "told"),
    [
        (FakePlayback(), None, "(default) was not found: there is no playback device at all"),
        (FakePlayback("HDMI"), "usb", "'usb' was not found: there is HDMI"),
        (FakePlayback("USB 1", "USB 2"), "usb", "fits more than one device: there is USB 1, USB 2"),
        (FakePlayback("HDMI", knows=()), None, "HDMI plays nothing"),
    ],
)
def test_a_loudspeaker_that_cannot_be_used_is_logged_and_the_door_goes_on(
    audio: FakePlayback, device: str | None, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    speaker = _speaker(audio, device)
    with caplog.at_level(logging.ERROR):
        speaker.say([Prompt.DONE])
        wait_until(lambda: not speaker.busy)
    assert told in caplog.text
    assert audio.terminated == 1


def test_a_loudspeaker_that_is_unplugged_is_logged_and_its_stream_closed(caplog: pytest.LogCaptureFixture) -> None:
    audio = FakePlayback("loud")
    audio.unplugged = True
    speaker = _speaker(audio)
    with caplog.at_level(logging.ERROR):
        speaker.say([Prompt.DONE])
        wait_until(lambda: not speaker.busy)
    assert "loud fell silent" in caplog.text
    assert not audio.streams[0].is_open


def test_a_closed_speaker_is_silent() -> None:
    audio = FakePlayback("loud")
    speaker = _speaker(audio)
    speaker.say([Prompt.CLAIM])
    speaker.close()
    speaker.close()
    assert not speaker.busy
    with pytest.raises(HardwareError, match="closed"):
        speaker.say([Prompt.DONE])


def test_clips_that_are_missing_are_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    for path in (FOLDER / "en").glob("*.opus"):
        if path.name != "done.opus":
            (tmp_path / "en" / path.name).symlink_to(path)
    with pytest.raises(HardwareError, match=r"1 of \d+ prompts in 'en': .*done\.opus is missing"):
        Speaker("en", folder=tmp_path)
