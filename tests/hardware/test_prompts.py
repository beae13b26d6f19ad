from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from edgevoice.config.settings import SounderSettings
from edgevoice.errors import SettingsError
from edgevoice.hardware import Prompt
from edgevoice.hardware.prompts import FOLDER, LANGUAGES, clip, read_texts
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE

MOST_BYTES = 2_000_000
FULL_SCALE = 32_768


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_has_a_text_of_its_own_in_every_language(language: str) -> None:
    texts = read_texts(language).texts
    assert set(texts) == set(Prompt)
    assert len(set(texts.values())) == len(Prompt)
    assert all(text[-1] in ".?" for text in texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_spoken_loud_and_at_a_speakers_pace(language: str) -> None:
    for prompt, text in read_texts(language).texts.items():
        samples = read_sound(clip(language, prompt)).astype(float)
        peak_dbfs = 20 * np.log10(np.max(np.abs(samples)) / FULL_SCALE)
        assert -5.0 < peak_dbfs < 0.0, (language, prompt)
        seconds = len(samples) / SAMPLE_RATE - 0.2  # its quiet ends
        assert 4.0 < len(text) / seconds < 25.0, (language, prompt, seconds)  # characters a second


def test_all_of_them_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.opus")) < MOST_BYTES
    assert {path.parent.name for path in FOLDER.rglob("*.opus")} == set(LANGUAGES)


def test_the_setting_allows_the_languages_that_ship() -> None:
    assert get_args(get_type_hints(SounderSettings)["language"]) == LANGUAGES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("language = ", "no texts of a language"),
        ('language = "en-us"', "no texts of a language"),
        ('language = "en-us"\nvoice = "x"\nspeed = 1.0\n[texts]\ndone = "Done."', "missing or unknown"),
    ],
)
def test_texts_that_are_not_complete_are_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(SettingsError, match=told):
        read_texts("en", tmp_path)


def test_a_language_that_nobody_wrote_is_told() -> None:
    with pytest.raises(SettingsError, match="there are en, es, fr, it"):
        read_texts("xx")
