import pytest

from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_gpio import Change, FakeGpio


def _board() -> FakeGpio:
    gpio = FakeGpio(ManualClock())
    gpio.setmode(gpio.BCM)
    return gpio


def test_the_numbers_are_those_of_rpi_gpio() -> None:
    gpio = FakeGpio
    assert (gpio.BOARD, gpio.BCM, gpio.OUT, gpio.IN, gpio.LOW, gpio.HIGH) == (10, 11, 0, 1, 0, 1)
    assert (gpio.PUD_OFF, gpio.PUD_DOWN, gpio.PUD_UP) == (20, 21, 22)


def test_a_pin_cannot_be_set_up_before_the_mode() -> None:
    gpio = FakeGpio()
    with pytest.raises(RuntimeError, match="Please set pin numbering mode"):
        gpio.setup(17, gpio.OUT)


def test_the_mode_cannot_change_until_everything_is_cleaned_up() -> None:
    gpio = _board()
    with pytest.raises(ValueError, match="different mode"):
        gpio.setmode(gpio.BOARD)
    gpio.setup(17, gpio.OUT)
    gpio.cleanup()
    gpio.setmode(gpio.BOARD)
    assert gpio.getmode() == gpio.BOARD


def test_a_mode_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid mode"):
        FakeGpio().setmode(5)


@pytest.mark.parametrize("channel", [-1, 54, 1_000])
def test_a_pin_that_does_not_exist_is_refused(channel: int) -> None:
    gpio = _board()
    with pytest.raises(ValueError, match="channel sent is invalid"):
        gpio.setup(channel, gpio.OUT)


def test_an_output_must_be_set_up_first() -> None:
    with pytest.raises(RuntimeError, match="not been set up as an OUTPUT"):
        _board().output(17, 1)


def test_an_input_cannot_be_driven() -> None:
    gpio = _board()
    gpio.setup(17, gpio.IN)
    with pytest.raises(RuntimeError, match="not been set up as an OUTPUT"):
        gpio.output(17, 1)


def test_an_output_that_becomes_an_input_is_driven_no_more() -> None:
    gpio = _board()
    gpio.setup(17, gpio.OUT, initial=1)
    gpio.setup(17, gpio.IN, pull_up_down=gpio.PUD_DOWN)
    assert gpio.levels(17) == [1, None]
    assert gpio.input(17) == 0
    with pytest.raises(RuntimeError, match="OUTPUT"):
        gpio.output(17, 1)


def test_an_input_must_be_set_up_first() -> None:
    with pytest.raises(RuntimeError, match="setup"):
        _board().input(17)


def test_an_output_has_no_pull_and_an_input_no_initial_level() -> None:
    gpio = _board()
    with pytest.raises(ValueError, match="pull_up_down"):
        gpio.setup(17, gpio.OUT, pull_up_down=gpio.PUD_UP)
    with pytest.raises(ValueError, match="initial"):
        gpio.setup(17, gpio.IN, initial=1)
    with pytest.raises(ValueError, match="direction"):
        gpio.setup(17, 7)


def test_an_input_reads_its_pull_until_something_outside_drives_it() -> None:
    gpio = _board()
    gpio.setup(5, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.setup(6, gpio.IN, pull_up_down=gpio.PUD_DOWN)
    assert (gpio.input(5), gpio.input(6)) == (1, 0)
    gpio.drive(5, 0)
    assert gpio.input(5) == 0


def test_it_remembers_every_level_with_its_time() -> None:
    clock = ManualClock()
    gpio = FakeGpio(clock)
    gpio.setmode(gpio.BCM)
    gpio.setup(17, gpio.OUT, initial=0)
    clock.advance(2.0)
    gpio.output(17, 1)
    gpio.output(17, 1)
    clock.advance(3.0)
    gpio.cleanup(17)
    assert gpio.history == [Change(0.0, 17, 0), Change(2.0, 17, 1), Change(2.0, 17, 1), Change(5.0, 17, None)]
    assert gpio.levels(17) == [0, 1, None]


def test_it_warns_of_a_needless_cleanup_unless_told_not_to() -> None:
    gpio = _board()
    with pytest.warns(RuntimeWarning, match="nothing to clean up"):
        gpio.cleanup()
    gpio.setwarnings(False)
    gpio.cleanup()


def test_it_fails_as_often_as_it_is_told_to() -> None:
    gpio = _board()
    gpio.setup(17, gpio.OUT)
    gpio.fail("output", 1)
    with pytest.raises(RuntimeError, match="told to"):
        gpio.output(17, 1)
    assert gpio.input(17) == 0
    gpio.output(17, 1)
    assert gpio.input(17) == 1


def test_edges_of_a_watched_input_are_told_those_of_others_are_not() -> None:
    gpio = FakeGpio()
    gpio.setmode(gpio.BCM)
    seen: list[int] = []
    with pytest.raises(RuntimeError, match="as an input first"):
        gpio.add_event_detect(24, gpio.BOTH, seen.append)
    gpio.setup(24, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(24, gpio.FALLING, seen.append)
    with pytest.raises(RuntimeError, match="Conflicting edge detection"):
        gpio.add_event_detect(24, gpio.BOTH, seen.append)
    gpio.drive(24, 1)
    assert seen == []
    gpio.drive(24, 0)
    gpio.drive(24, 0)
    gpio.drive(24, 1)
    assert seen == [24]
    gpio.remove_event_detect(24)
    gpio.drive(24, 0)
    assert seen == [24]


def test_a_tone_wants_an_output_and_is_remembered_from_its_start_to_its_stop() -> None:
    gpio = FakeGpio()
    gpio.setmode(gpio.BCM)
    with pytest.raises(RuntimeError, match="as an output first"):
        gpio.PWM(12, 2000)
    gpio.setup(12, gpio.OUT, initial=0)
    tone = gpio.PWM(12, 2000)
    with pytest.raises(ValueError, match="dutycycle"):
        tone.start(101)
    tone.start(50)
    tone.stop()
    assert gpio.levels(12) == [0, 1, 0]
