"""What an owner may set, where it is looked for, and how it is told."""

from edgevoice.config.load import FILE_NAME, SYSTEM_FILE, Loaded, default_data_folder, entries, load
from edgevoice.config.settings import Settings
from edgevoice.config.write import as_toml, documented

__all__ = [
    "FILE_NAME",
    "SYSTEM_FILE",
    "Loaded",
    "Settings",
    "as_toml",
    "default_data_folder",
    "documented",
    "entries",
    "load",
]
