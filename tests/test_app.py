"""Which implementation is chosen, and that a device is shut at the end whatever happens."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.config import Settings, load
from edgevoice.config.settings import LockSettings, ModelSettings
from edgevoice.errors import HardwareError, ModelError, SettingsError, StorageError
from edgevoice.hardware.fake import FakeLights, FakeLock


def test_the_models_of_the_settings_go_before_those_that_ship(tmp_path: Path) -> None:
    settings = Settings(models=ModelSettings(folder=tmp_path))
    assert app.xvector_path(settings).parent == tmp_path
    with pytest.raises(ModelError, match=str(tmp_path)):
        app.xvector(settings)


def test_the_small_model_is_chosen_by_name_and_knows_nobody_of_the_other() -> None:
    small = Settings(models=ModelSettings(xvector="xvector-tiny"))
    name = app.xvector(small).manifest.name
    assert name.startswith("xvector-tiny-")
    assert name != app.xvector(Settings()).manifest.name


def test_lock_and_lights_are_fakes_unless_the_settings_say_otherwise() -> None:
    assert isinstance(app.lock(Settings()), FakeLock)
    assert isinstance(app.lights(Settings()), FakeLights)


def test_a_gpio_lock_without_the_library_is_refused_and_no_fake_stands_in() -> None:
    with pytest.raises(HardwareError, match=r"RPi\.GPIO"):
        app.lock(Settings(lock=LockSettings(driver="gpio")))


def test_the_lock_is_shut_at_the_end_whatever_happens(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as house, pytest.raises(ZeroDivisionError), app.device(loaded.settings, house) as device:
        lock = device.lock
        lock.open_for(30.0)
        raise ZeroDivisionError
    assert not lock.is_open


def test_a_rate_that_was_never_measured_is_refused_before_the_door_is_served(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    rare = replace(loaded.settings, recognition=replace(loaded.settings.recognition, false_accept_rate=1e-12))
    with app.house(loaded) as house, pytest.raises(SettingsError, match="was never measured"):
        app.recogniser(rare, house.speakers)


def test_a_second_door_on_the_same_data_is_refused_and_may_follow_the_first(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as house:
        with (
            app.device(loaded.settings, house),
            pytest.raises(StorageError, match="serves this door already"),
            app.device(loaded.settings, house),
        ):
            pass
        with app.device(loaded.settings, house) as second:
            assert not second.lock.is_open


def test_a_household_larger_than_was_calibrated_for_is_refused_before_the_door_is_served(
    tmp_path: Path, models: Path
) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    rare = replace(loaded.settings, recognition=replace(loaded.settings.recognition, false_accept_rate=1e-5))
    with app.house(loaded) as house:
        model = app.xvector(loaded.settings).manifest
        for number, name in enumerate(("Ada", "Ben")):
            house.speakers.add(name, np.eye(2, 8, dtype=np.float32)[number], model.name, 3)
        with pytest.raises(SettingsError, match="enrol fewer people"), app.device(rare, house):
            pass
