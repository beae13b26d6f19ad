"""A door that cannot be served shows that, and touches no relay for it."""

from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import load
from edgevoice.errors import StorageError
from edgevoice.hardware.folder_gpio import read_log
from edgevoice.hardware.pins import GpioSettings

RELAY, RED = GpioSettings.relay_pin, GpioSettings.red_pin


def test_what_keeps_a_door_from_being_served_is_shown_by_its_lights_alone(tmp_path: Path) -> None:
    board = tmp_path / "board"
    board.mkdir()
    file = tmp_path / "edgevoice.toml"
    file.write_text(
        f'[lock]\ndriver = "gpio"\n[lights]\ndriver = "gpio"\n[gpio]\nsimulated = "{board}"\n'
        f'[storage]\nfolder = "{tmp_path / "data"}"\n'
    )
    loaded = load(file)
    with app.house(loaded) as home, home.database.transaction():
        home.database.rows("pragma user_version = 10000")  # of a newer edgevoice
    with (
        pytest.raises(StorageError, match="newer"),
        app.told_by_lights(loaded.settings, seconds=0.0),
        app.house(loaded) as home,
        app.device(loaded.settings, home),
    ):
        raise AssertionError("it is served")
    moved = [(line.channel, line.level) for line in read_log(board)]
    assert (RED, 1) in moved
    assert RELAY not in {channel for channel, _ in moved}
