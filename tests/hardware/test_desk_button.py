"""The keyboard as the button: through a pipe, and through a real terminal that is given back as it was."""

import os
import pty
import termios

from edgevoice.hardware import Press
from edgevoice.hardware.desk_button import DeskButton


def test_keys_press_and_hold_and_any_other_is_nothing() -> None:
    read, write = os.pipe()
    button = DeskButton(read)
    assert button.take() == []
    os.write(write, "bxBé\nb".encode())
    assert button.take() == [Press.SHORT, Press.HELD, Press.SHORT]
    assert button.take() == []
    os.write(write, b"B")
    os.close(write)
    assert button.take() == [Press.HELD]  # and whoever typed has gone
    assert button.take() == []
    button.close()
    os.close(read)


def test_a_terminal_gives_keys_without_a_line_and_is_given_back_as_it_was() -> None:
    keyboard, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    button = DeskButton(terminal)
    os.write(keyboard, b"B")
    assert button.take() == [Press.HELD]
    assert termios.tcgetattr(terminal)[3] != before[3]
    button.close()
    button.close()
    assert termios.tcgetattr(terminal) == before
    assert button.take() == []
    os.close(keyboard)
    os.close(terminal)
