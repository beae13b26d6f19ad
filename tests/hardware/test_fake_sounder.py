from edgevoice.hardware import Prompt
from edgevoice.hardware.fake import REMEMBERED, ManualClock
from edgevoice.hardware.fake_sounder import FakeSounder


def test_it_remembers_and_is_busy_for_as_long_as_it_speaks() -> None:
    clock = ManualClock()
    sounder = FakeSounder(clock, seconds_each=1.5)
    assert not sounder.busy
    sounder.say([Prompt.ASK_DIGITS, Prompt.DIGIT_4])
    clock.advance(2.9)
    assert sounder.busy
    clock.advance(0.1)
    assert not sounder.busy
    assert sounder.said == [Prompt.ASK_DIGITS, Prompt.DIGIT_4]


def test_another_prompt_replaces_the_one_being_said_and_none_at_all_is_silence() -> None:
    clock = ManualClock()
    sounder = FakeSounder(clock, seconds_each=2.0)
    sounder.say([Prompt.ASK_SENTENCE])
    clock.advance(1.0)
    sounder.say([Prompt.CANCELLED])
    clock.advance(1.5)
    assert sounder.busy
    sounder.say([])
    assert not sounder.busy
    assert sounder.said == [Prompt.ASK_SENTENCE, Prompt.CANCELLED]


def test_what_it_remembers_does_not_grow_for_ever() -> None:
    sounder = FakeSounder(ManualClock())
    for _ in range(REMEMBERED + 5):
        sounder.say([Prompt.REFUSED])
    assert len(sounder.said) == REMEMBERED
