"""What several rooms' tests stand on."""

import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before NumPy is loaded

import pytest

from edgevoice import app
from edgevoice.config import Settings


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the models that ship."""
    return app.models_folder(Settings())
