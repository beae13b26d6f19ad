"""The sounds of the visit as they lie in the repository: format, length, level, size."""

import numpy as np
import pytest
import soundfile

from edgevoice.visit import FOLDER, load_visit
from tools.synthetic.take import Sound

VISIT = load_visit()
SPEECH = [clip.file for clip in VISIT.clips]
LEVELS_DBFS = {
    "room.flac": -65.0,
    "rain.flac": -35.5,
    "knock.flac": -35.5,
    "hum.flac": -40.0,
    "white.flac": -30.0,
    "doorbell.flac": -27.0,
    "traffic.flac": -36.0,
}


def read(file: str) -> Sound:
    sound, rate = soundfile.read(FOLDER / file)
    assert rate == 16_000
    assert sound.ndim == 1
    return np.asarray(sound)


def dbfs(sound: Sound) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound**2))))


def test_the_whole_folder_is_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000


@pytest.mark.parametrize("file", sorted({*VISIT.files} - {*VISIT.known.values()}))
def test_a_sound_is_mono_at_16_khz_of_a_few_seconds_and_does_not_clip(file: str) -> None:
    sound = read(file)
    assert 1.4 <= sound.size / 16_000 <= 5.5
    assert np.max(np.abs(sound)) < 0.7


@pytest.mark.parametrize("file", SPEECH)
def test_speech_is_loud_between_quiet_ends_that_are_not_digital_silence(file: str) -> None:
    sound = read(file)
    assert sound.size >= 3.0 * 16_000
    assert -10.5 < 20 * np.log10(np.max(np.abs(sound))) < -5.0
    assert -32 < dbfs(sound) < -18
    for quiet in (sound[:2_400], sound[-1_600:]):
        assert -72 < dbfs(quiet) < -60


@pytest.mark.parametrize("file", SPEECH)
def test_no_pause_inside_a_sentence_lasts_half_a_second(file: str) -> None:
    sound = read(file)
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    loud = np.flatnonzero(np.sqrt(np.mean(frames**2, axis=1)) > 10 ** (-42 / 20))
    assert np.max(np.diff(loud)) * 0.01 < 0.5


def test_loudness_differs_from_clip_to_clip() -> None:
    levels = [dbfs(read(file)) for file in SPEECH]
    assert max(levels) - min(levels) > 4


def test_digital_silence_is_all_zeros() -> None:
    assert not np.any(read("silence.flac"))


def test_every_other_sound_has_a_stated_level() -> None:
    assert set(LEVELS_DBFS) == set(VISIT.sounds) - {"silence.flac"}


@pytest.mark.parametrize(("file", "level"), LEVELS_DBFS.items())
def test_a_sound_has_its_stated_level(file: str, level: float) -> None:
    assert dbfs(read(file)) == pytest.approx(level, abs=1.0)
