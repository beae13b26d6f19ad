"""Sound that is there as a whole: the same way as at the door."""

from pathlib import Path

import numpy as np
import pytest
import soxr

import edgevoice
from edgevoice import app
from edgevoice.cli import main
from edgevoice.config import Settings
from edgevoice.errors import AudioError
from edgevoice.identify import hear_all, hear_clip, to_16_khz
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.listen import ListeningSettings
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP, WINDOW
from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT
from tests.sound import clip


def settings_file(folder: Path) -> Path:
    file = folder / "edgevoice.toml"
    file.write_text(f'[storage]\nfolder = "{folder / "data"}"')
    return file


def test_load_gives_what_identifies_at_any_rate(models: Path, tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    for name in ("Ada", "Ben"):
        assert main(["--config", str(config), "enroll", name, *(str(FOLDER / t) for t in VISIT.enrolment[name])]) == 0
    samples = clip("ada-unlock-1.opus")
    recogniser = edgevoice.load(config)
    at_48_khz = soxr.resample(samples.astype(np.float32), 16_000, 48_000).round().astype(np.int16)
    for sound, rate in ((samples, 16_000), (at_48_khz, 48_000)):
        (evidence,) = recogniser.identify(sound, rate)
        assert evidence.scores[0].speaker == "Ada"
        assert evidence.ms.front_end > 0


def test_a_clip_is_heard_as_a_microphone_would_hear_it_before_a_pause() -> None:
    samples = clip("ben-unlock-1.opus")
    ear = app.ear(Settings())
    with_pause = np.concatenate([samples, np.zeros(32_000, np.int16)])
    (by_microphone,) = ear.hear(AudioBlock(with_pause, 0))
    (by_file,) = hear_all(app.ear(Settings()), samples)
    np.testing.assert_array_equal(by_file.mfcc, by_microphone.mfcc)


def test_a_clip_that_ends_within_a_word_is_embedded_without_silence_that_nobody_recorded() -> None:
    cut = clip("ben-unlock-1.opus")[:36_000]
    mfcc = hear_clip(cut, ListeningSettings())
    (at_a_door,) = hear_all(app.ear(Settings()), cut)
    frames_of_the_clip = (len(cut) - WINDOW) // HOP + 1
    assert round(at_a_door.start_s * FRAMES_PER_SECOND) + len(mfcc) == frames_of_the_clip
    assert len(at_a_door.mfcc) > len(mfcc)
    np.testing.assert_array_equal(mfcc, at_a_door.mfcc[: len(mfcc)])


@pytest.mark.parametrize(
    ("samples", "rate", "told"),
    [
        (np.zeros(16_000, np.float32), 16_000, "samples are float32 in shape"),
        (np.zeros((16_000, 2), np.int16), 16_000, r"in shape \(16000, 2\); wanted int16 mono"),
        (np.zeros(16_000, np.int16), 0, "the sample rate is 0 Hz; wanted 4000 to 384000 Hz"),
    ],
)
def test_sound_of_another_kind_is_refused(samples: np.ndarray, rate: int, told: str) -> None:
    with pytest.raises(AudioError, match=told):
        to_16_khz(samples, rate)


def test_no_sound_at_all_holds_no_utterance() -> None:
    assert hear_all(app.ear(Settings()), np.zeros(0, np.int16)) == []
