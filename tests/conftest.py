"""What several rooms' tests stand on."""

import os
import signal
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before NumPy is loaded

import pytest
from hypothesis import settings

from edgevoice import app
from edgevoice.config import Settings

# A background job inherits "ignore Ctrl-C" and so would the programs that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


# A busy machine may take as long as it likes over an example.
settings.register_profile("edgevoice", deadline=None)
settings.load_profile("edgevoice")


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the models that ship."""
    return app.xvector_path(Settings()).parent
