import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.microphone import MicrophoneSettings, MicrophoneState, MicrophoneStatus, PyAudioMicrophone
from edgevoice.listening.capture import AudioBlock, Samples
from tests.hardware.fake_portaudio import Card, SoundCards

QUICK = MicrophoneSettings(retry_seconds=0.01, longest_retry_seconds=0.02, silence_seconds=1.0, stall_seconds=0.5)


class Desk:
    """A microphone on fake sound cards, and what it reported."""

    def __init__(self, *cards: Card, settings: MicrophoneSettings = QUICK) -> None:
        self.machine = SoundCards(list(cards))
        self.reports: list[MicrophoneStatus] = []
        self.clock = ManualClock()
        self.microphone = PyAudioMicrophone(settings, self._report, self.machine.start, self.clock)

    @property
    def states(self) -> list[MicrophoneState]:
        return [status.state for status in self.reports]

    def _report(self, status: MicrophoneStatus) -> None:
        self.reports.append(status)
        if status.state == MicrophoneState.MISSING:  # somebody plugs it in
            self.machine.cards = [Card()]
        if status.state == MicrophoneState.BUSY:  # the other program ends
            self.machine.cards[0].busy = False

    def hear(self) -> Iterator[AudioBlock]:
        self.microphone.open()
        return self.sound()

    def sound(self) -> Iterator[AudioBlock]:
        """The blocks that hold some."""
        return (block for block in self.microphone.blocks() if len(block.samples))


def _noise(count: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).integers(-9_000, 9_000, count).astype(np.int16)


def test_a_device_that_can_16_khz_is_heard_bit_for_bit() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    for number in range(3):
        desk.machine.stream.speak(_noise(1_280, number))
        block = next(blocks)
        np.testing.assert_array_equal(block.samples, _noise(1_280, number))
        assert block.start_sample == 1_280 * number
    assert desk.states == [MicrophoneState.STARTING, MicrophoneState.HEARING]
    assert desk.microphone.status == MicrophoneStatus(MicrophoneState.HEARING, "USB microphone", 16_000, "", 0, 0)


def test_a_device_that_cannot_is_resampled_and_its_stereo_mixed() -> None:
    desk = Desk(Card(channels=2, rates=(48_000,), mono=False))
    blocks = desk.hear()
    tone = 8_000 * np.sin(2 * np.pi * 500 * np.arange(48_000) / 48_000)
    frames = np.stack([tone * 1.5, tone * 0.5], axis=1)
    for piece in np.split(frames[: 7_680 * 6], 6):
        desk.machine.stream.speak(piece)
    heard = [next(blocks) for _ in range(6)]
    samples = np.concatenate([block.samples for block in heard])
    expected = 8_000 * np.sin(2 * np.pi * 500 * np.arange(len(samples)) / 16_000)
    assert 14_000 < len(samples) <= 15_360
    assert np.abs(samples - expected)[200:].max() < 5
    assert [block.start_sample for block in heard] == [0, *np.cumsum([len(block.samples) for block in heard])[:-1]]


def test_what_comes_while_the_loop_is_late_is_dropped_whole_counted_and_left_as_a_gap() -> None:
    desk = Desk(Card(), settings=MicrophoneSettings(ring_seconds=0.24))
    blocks = desk.hear()
    for number in range(5):
        desk.machine.stream.speak(_noise(1_280, number))
    heard = [next(blocks) for _ in range(3)]
    assert [block.start_sample for block in heard] == [2 * 1_280, 3 * 1_280, 4 * 1_280]
    np.testing.assert_array_equal(heard[0].samples, _noise(1_280, 2))
    assert desk.microphone.status.dropped_blocks == 2


def test_lost_sound_is_told_at_once_and_again_only_after_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(Card(), settings=MicrophoneSettings(ring_seconds=0.24))
    blocks = desk.hear()

    def lose_two() -> None:
        for _ in range(5):
            desk.machine.stream.speak(_noise(1_280))
        for _ in range(3):
            next(blocks)

    def told() -> list[str]:
        return [status.message for status in desk.reports if status.message]

    lose_two()
    assert told() == ["2 blocks dropped"]
    assert desk.reports[-1].healthy
    lose_two()
    assert told() == ["2 blocks dropped"]
    desk.clock.advance(60.0)
    desk.machine.stream.speak(_noise(1_280), overflow=True)
    next(blocks)
    assert told() == ["2 blocks dropped", "2 blocks dropped, 1 overrun"]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 2
    assert "'USB microphone': 2 blocks dropped: nobody was heard then" in warnings[0]
    assert "See with 'top'" in warnings[0]


def test_a_gap_in_resampled_sound_is_a_gap_of_the_right_length() -> None:
    desk = Desk(Card(rates=(48_000,)), settings=MicrophoneSettings(ring_seconds=0.24))
    blocks = desk.hear()
    for _ in range(10):
        desk.machine.stream.speak(_noise(3_840))
    assert next(blocks).start_sample == 7 * 1_280


def test_overruns_inside_portaudio_are_counted_and_the_sound_goes_on() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    desk.machine.stream.speak(_noise(2_560), overflow=True)
    assert len(next(blocks).samples) == 2_560
    assert desk.microphone.status.overruns == 1


def test_a_busy_device_is_told_at_once_to_who_opens_it() -> None:
    desk = Desk(Card("HAT", busy=True))
    with pytest.raises(MicrophoneError, match=r"'HAT' is busy.*fuser"):
        desk.microphone.open()
    assert desk.microphone.status.state == MicrophoneState.BUSY
    assert desk.machine.terminated == desk.machine.started
    assert desk.machine.cards[0].attempts == 1, "no other format helps where a device is busy"


def test_a_busy_device_is_waited_for_by_who_listens() -> None:
    desk = Desk(Card(busy=True))
    blocks = desk.sound()
    _speak_when_open(desk, 1)
    assert next(blocks).samples.any()
    assert desk.states == [MicrophoneState.BUSY, MicrophoneState.STARTING, MicrophoneState.HEARING]


def test_a_missing_device_is_named_and_heard_as_soon_as_it_is_there() -> None:
    desk = Desk()
    blocks = desk.sound()
    _speak_when_open(desk, 1)
    assert next(blocks).samples.any()
    assert desk.states == [MicrophoneState.MISSING, MicrophoneState.STARTING, MicrophoneState.HEARING]
    assert "no capture device at all" in desk.reports[0].message
    assert not desk.reports[0].healthy


def test_an_unplugged_device_is_noticed_reported_and_heard_again_with_the_outage_as_a_gap() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    desk.machine.stream.speak(_noise(2_560))
    next(blocks)
    desk.machine.stream.active = False
    desk.clock.advance(10.0)
    _speak_when_open(desk, 2)
    assert next(blocks).start_sample == 160_000
    assert desk.states[2] == MicrophoneState.UNPLUGGED
    assert "'USB microphone' went away" in desk.reports[2].message
    assert desk.states[-1] == MicrophoneState.HEARING
    assert desk.machine.streams[0].closed


def test_a_device_that_stops_calling_counts_as_unplugged_even_if_it_says_it_is_active() -> None:
    desk = Desk(Card(), settings=MicrophoneSettings(stall_seconds=3.0, retry_seconds=0.01))
    blocks = desk.hear()
    desk.machine.stream.speak(_noise(2_560))
    next(blocks)
    threading.Timer(0.1, desk.clock.advance, [3.0]).start()
    _speak_when_open(desk, 2)
    next(blocks)
    assert MicrophoneState.UNPLUGGED in desk.states


@pytest.mark.parametrize("stuck_at", [0, -1, 32_767])
def test_a_device_that_gives_one_value_alone_is_noticed_reported_and_opened_anew(stuck_at: int) -> None:
    """Zeros of a muted one; what a data line gives that is stuck."""
    desk = Desk(Card())
    blocks = desk.hear()
    for _ in range(7):
        desk.machine.stream.speak(np.full(2_560, stuck_at, np.int16))
    assert [set(next(blocks).samples.tolist()) for _ in range(6)] == [{stuck_at}] * 6
    _speak_when_open(desk, 2)
    assert len(set(next(blocks).samples.tolist())) > 1
    assert desk.states == [MicrophoneState.STARTING, MicrophoneState.SILENT, MicrophoneState.HEARING]
    assert f"digital silence (every sample is {stuck_at})" in desk.reports[1].message


@pytest.mark.parametrize(("rate", "stuck_at"), [(48_000, [37]), (44_100, [-32_768]), (48_000, [1_000, -1])])
def test_a_stuck_device_that_is_resampled_is_never_heard(rate: int, stuck_at: list[int]) -> None:
    """The filter rises to the value each time that the device is opened."""
    desk = Desk(Card(channels=len(stuck_at), rates=(rate,), mono=len(stuck_at) == 1))
    desk.microphone.open()
    blocks = desk.microphone.blocks()
    for _ in range(32):  # 80 ms each
        desk.machine.stream.speak(np.tile(np.array(stuck_at, np.int16), (rate * 80 // 1000, 1)))
        next(blocks)
        assert not desk.microphone.healthy
    assert len(desk.machine.streams) == 3
    assert desk.states == [MicrophoneState.STARTING, MicrophoneState.SILENT]


@pytest.mark.parametrize(("silence_seconds", "healthy"), [(60.0, False), (0.0, True)])
def test_a_device_that_gave_zeros_alone_is_not_healthy_unless_they_are_sound(
    silence_seconds: float, healthy: bool
) -> None:
    """A muted microphone gives nothing else; one with a noise gate does so in a quiet room, now and then."""
    desk = Desk(Card(), settings=replace(QUICK, silence_seconds=silence_seconds))
    blocks = desk.hear()
    desk.machine.stream.speak(np.zeros(2_560, np.int16))
    next(blocks)
    assert desk.microphone.healthy is healthy
    for sound in (_noise(2_560), np.zeros(2_560, np.int16)):
        desk.machine.stream.speak(sound)
        next(blocks)
        assert desk.microphone.healthy


def test_a_muted_device_that_also_stalls_when_it_is_opened_anew_is_not_healthy_before_it_is_heard() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    for _ in range(7):
        desk.machine.stream.speak(np.zeros(2_560, np.int16))
    for _ in range(6):
        next(blocks)

    def stall_and_come_back() -> None:
        _wait_for_stream(desk, 2)
        desk.machine.stream.active = False
        _wait_for_stream(desk, 3)
        desk.machine.stream.speak(np.zeros(2_560, np.int16))

    threading.Thread(target=stall_and_come_back, daemon=True).start()
    assert not next(blocks).samples.any()
    assert not desk.microphone.healthy
    muted, stalled = MicrophoneState.SILENT, MicrophoneState.UNPLUGGED
    assert desk.states == [MicrophoneState.STARTING, muted, stalled, muted]
    assert "digital silence" in desk.reports[-1].message
    desk.machine.stream.speak(_noise(2_560))
    assert next(blocks).samples.any()
    assert desk.microphone.healthy


def test_quiet_noise_is_not_silence() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    for _ in range(20):
        desk.machine.stream.speak(np.array([0] * 2_559 + [1]))
        next(blocks)
    assert desk.microphone.status.healthy


def test_silence_between_sounds_is_not_added_up() -> None:
    desk = Desk(Card())
    blocks = desk.hear()
    for number in range(20):
        desk.machine.stream.speak(_noise(2_560) if number % 5 == 0 else np.zeros(2_560))
        next(blocks)
    assert desk.microphone.status.healthy
    assert len(desk.machine.streams) == 1


def test_counts_survive_every_reopening_and_no_sample_is_called_as_one_before_it() -> None:
    desk = Desk(Card(), settings=replace(QUICK, ring_seconds=0.24))
    blocks = desk.hear()
    for opened in (2, 3):
        for _ in range(4):
            desk.machine.stream.speak(_noise(2_560), overflow=True)
        *_, before = (next(blocks) for _ in range(3))
        desk.machine.stream.active = False
        _speak_when_open(desk, opened)
        assert next(blocks).start_sample == before.start_sample + 2_560, "the clock stood still meanwhile"
    assert (desk.microphone.status.overruns, desk.microphone.status.dropped_blocks) == (8, 2)


def test_silence_is_no_trouble_where_the_settings_say_so() -> None:
    desk = Desk(Card(), settings=replace(QUICK, silence_seconds=0.0))
    blocks = desk.microphone.blocks()
    desk.microphone.open()
    for _ in range(40):
        desk.machine.stream.speak(np.zeros(2_560))
        next(blocks)
    assert desk.states == [MicrophoneState.STARTING, MicrophoneState.HEARING]


def test_what_was_loud_before_a_gap_does_not_ring_on_behind_it() -> None:
    desk = Desk(Card(rates=(48_000,)), settings=replace(QUICK, ring_seconds=0.24))
    blocks = desk.hear()
    desk.machine.stream.speak(_noise(3_840))
    next(blocks)
    for _ in range(5):
        desk.machine.stream.speak(np.zeros(3_840))
    assert not any(next(blocks).samples.any() for _ in range(3))


def test_of_a_device_with_many_channels_two_are_taken_where_one_alone_is_not_to_be_had() -> None:
    desk = Desk(Card(channels=8, mono=False))
    desk.microphone.open()
    assert desk.machine.stream.channels == 2


def test_closing_from_another_thread_ends_the_stream_and_releases_the_device() -> None:
    desk = Desk(Card())
    desk.microphone.open()
    threading.Timer(0.05, desk.microphone.close).start()
    assert list(desk.sound()) == []
    desk.microphone.close()
    assert desk.machine.stream.closed
    assert desk.machine.terminated == 1
    assert desk.microphone.status.state == MicrophoneState.CLOSED
    with pytest.raises(MicrophoneError, match="closed"):
        desk.microphone.open()


def test_closing_ends_the_wait_for_a_missing_device_at_once() -> None:
    settings = MicrophoneSettings(device="absent", retry_seconds=60, longest_retry_seconds=60)
    desk = Desk(settings=settings)
    threading.Timer(0.05, desk.microphone.close).start()
    assert list(desk.sound()) == []


def test_while_a_device_is_missing_blocks_without_sound_tell_the_time_and_their_place_that_it_is_a_gap() -> None:
    desk = Desk(Card(), settings=MicrophoneSettings(retry_seconds=60, longest_retry_seconds=60))
    blocks = desk.microphone.blocks()
    desk.microphone.open()
    desk.machine.stream.speak(_noise(1_280))
    assert next(blocks).samples.any()
    between = next(blocks)
    assert (len(between.samples), between.start_sample) == (0, 1_280)
    assert desk.microphone.healthy, "a moment without sound is no trouble yet"
    desk.machine.stream.active = False
    for second in range(1, 4):
        desk.clock.now = second
        away = next(blocks)
        assert (len(away.samples), away.start_sample) == (0, second * 16_000)
    assert desk.states[-1] == MicrophoneState.UNPLUGGED


@pytest.mark.parametrize(("longest_s", "slowest"), [(60.0, 5), (0.16, 3)])
def test_a_device_that_opens_and_gives_nothing_is_tried_ever_more_slowly(longest_s: float, slowest: int) -> None:
    desk = Desk(Card(), settings=MicrophoneSettings(retry_seconds=0.01, longest_retry_seconds=longest_s))
    blocks = desk.microphone.blocks()
    waits = []
    for _ in range(6):
        next(blocks)
        before, ticks = desk.machine.started, 0
        desk.machine.stream.active = False
        while desk.machine.started == before:
            ticks += 1
            next(blocks)
        waits.append(ticks)
    assert waits == sorted(waits) and waits[-1] == slowest


def _speak_when_open(desk: Desk, stream_number: int) -> None:
    """In a thread, as PortAudio would: one block as soon as the stream of this number is open."""

    def speak() -> None:
        _wait_for_stream(desk, stream_number)
        desk.machine.stream.speak(_noise(2_560))

    threading.Thread(target=speak, daemon=True).start()


def _wait_for_stream(desk: Desk, number: int) -> None:
    while len(desk.machine.streams) < number:
        threading.Event().wait(0.005)
