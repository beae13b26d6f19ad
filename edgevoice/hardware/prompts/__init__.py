"""Spoken prompts: a file of texts a language, and beside it a folder with a clip a text.

``python -m tools.synthetic.prompts`` makes the clips; README.md says of what.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from edgevoice.errors import SettingsError
from edgevoice.hardware import Prompt
from edgevoice.toml import read_toml

FOLDER = Path(str(files(__name__)))
LANGUAGES = ("en", "es", "fr", "it")


@dataclass(frozen=True)
class Texts:
    """What a voice says in one language. language: as espeak-ng calls it; speed: 1 = normal."""

    language: str
    voice: str
    speed: float
    texts: dict[Prompt, str]


def read_texts(language: str, folder: Path = FOLDER) -> Texts:
    """The texts of a language, one for each prompt; SettingsError names what is missing or unknown."""
    file = folder / f"{language}.toml"
    try:
        read = read_toml(file)
        texts = {str(name): str(text) for name, text in read["texts"].items()}
        known = {prompt.value for prompt in Prompt}
        if wrong := sorted(known ^ set(texts)):
            raise SettingsError(f"{file}: texts must be exactly those of the prompts; missing or unknown: {wrong}")
        return Texts(
            str(read["language"]),
            str(read["voice"]),
            float(read["speed"]),
            {Prompt(name): text for name, text in texts.items()},
        )
    except (OSError, KeyError, ValueError) as error:
        raise SettingsError(f"{file}: no texts of a language: {error}; there are {', '.join(LANGUAGES)}") from error


def clip(language: str, prompt: Prompt, folder: Path = FOLDER) -> Path:
    """Where the sound of a prompt lies."""
    return folder / language / f"{prompt.value}.opus"
