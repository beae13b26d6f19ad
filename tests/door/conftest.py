"""What the tests of the door stand on."""

from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import load
from edgevoice.recognition.recognise import Recogniser


@pytest.fixture(scope="package")
def recogniser(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Recogniser:
    """The models that ship, and nobody enrolled."""
    loaded = load(data=tmp_path_factory.mktemp("door"), system_file=Path("none"))
    with app.house(loaded) as house:
        return app.recogniser(loaded.settings, house.speakers)
