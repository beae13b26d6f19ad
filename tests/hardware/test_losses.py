"""What is told of lost sound, and how often."""

from edgevoice.hardware.losses import AGAIN_SECONDS, Losses
from edgevoice.hardware.microphone_status import MicrophoneState, MicrophoneStatus


def lost(dropped_blocks: int, overruns: int) -> MicrophoneStatus:
    return MicrophoneStatus(MicrophoneState.HEARING, "USB microphone", 16_000, "", dropped_blocks, overruns)


def test_what_was_lost_is_told_at_once_and_once() -> None:
    losses = Losses()
    assert losses.news(lost(0, 0), 0.0) == ""
    assert losses.news(lost(3, 0), 1.0) == "3 blocks dropped"
    assert losses.news(lost(3, 0), 1.0 + AGAIN_SECONDS) == ""


def test_what_is_lost_within_a_minute_is_told_when_that_is_over() -> None:
    losses = Losses()
    assert losses.news(lost(1, 0), 0.0) == "1 block dropped"
    assert losses.news(lost(2, 1), 0.08) == ""
    assert losses.news(lost(5, 2), AGAIN_SECONDS - 0.08) == ""
    assert losses.news(lost(5, 2), AGAIN_SECONDS) == "4 blocks dropped, 2 overruns"
    assert losses.news(lost(5, 3), 2 * AGAIN_SECONDS) == "1 overrun"
