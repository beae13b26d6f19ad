"""The shipped model and the people of the shipped visit."""

from pathlib import Path

import pytest

from edgevoice.recognition.embed import XVector

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="session")
def model_path() -> Path:
    return MODELS / "xvector.tflite"


@pytest.fixture(scope="session")
def xvector(model_path: Path) -> XVector:
    return XVector(model_path)
