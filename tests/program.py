"""The program as a shell would call it."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
EDGEVOICE = [sys.executable, "-m", "edgevoice"]
"""The command without its arguments; wants REPOSITORY as the folder it is called in, where it is not installed."""
