"""``python -m edgevoice``, and what ``edgevoice`` runs."""

import sys
from importlib import import_module
from signal import SIGINT


def main() -> int:
    """The command line; Ctrl-C while it is loaded, which takes seconds on a small board, ends it without a word too."""
    try:
        status: int = import_module("edgevoice.cli").main()
    except KeyboardInterrupt:
        return 128 + SIGINT  # as shells have it
    return status


if __name__ == "__main__":
    sys.exit(main())
