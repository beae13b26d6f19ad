"""The one reader of TOML: whatever the door takes for settings, what shuts its relay after a kill can read as well."""

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOMLDecodeError = tomllib.TOMLDecodeError


def read_toml(file: Path) -> dict[str, Any]:
    """Raises OSError, UnicodeDecodeError and TOMLDecodeError; the last two are ValueErrors."""
    return tomllib.loads(file.read_text(encoding="utf-8-sig"))  # -sig: some editors put a mark first
