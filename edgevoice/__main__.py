"""``python -m edgevoice``."""

import sys

from edgevoice.cli import main

if __name__ == "__main__":
    sys.exit(main())
