"""The script of the visit: what it promises, and what the loader refuses."""

import json
import shutil
from pathlib import Path

import pytest
import soundfile

from edgevoice.errors import AudioError, SettingsError
from edgevoice.visit import FOLDER, SCRIPT, load_visit

VISIT = load_visit()
SPEAKER = {clip.file: clip.speaker for clip in VISIT.clips}
VOICE = {clip.speaker: clip.voice for clip in VISIT.clips}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The visit in a folder of its own, to be damaged."""
    return Path(shutil.copytree(FOLDER, tmp_path / "visit"))


def rewrite(folder: Path, old: str, new: str) -> None:
    script = folder / SCRIPT
    text = script.read_text(encoding="utf-8")
    assert old in text
    script.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_folder_holds_the_sounds_of_the_script_and_no_other() -> None:
    lying = {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in {".opus", ".flac", ".wav"}
    }
    assert lying == set(VISIT.files)
    assert len(VISIT.files) == len(lying)


def test_each_person_enrols_with_four_own_clips_and_unlocks_with_three_others() -> None:
    assert set(VISIT.enrolment) == {"Ada", "Ben"}
    for name, takes in VISIT.enrolment.items():
        assert len(takes) == 4
        assert len(VISIT.unlocks(name)) == 3
        assert {SPEAKER[file] for file in takes} == {name}
        assert not set(takes) & set(VISIT.unlocks(name))


def test_no_stranger_is_enrolled_and_none_shares_a_voice_with_anybody() -> None:
    enrolled = {file for takes in VISIT.enrolment.values() for file in takes}
    assert len(VISIT.strangers) == 4
    for stranger in VISIT.strangers:
        assert len(VISIT.unlocks(stranger)) == 3
        assert not set(VISIT.unlocks(stranger)) & enrolled
    assert len(set(VOICE.values())) == len(VOICE)


def test_a_person_says_the_same_sentence_never_twice() -> None:
    said = [(clip.speaker, clip.text) for clip in VISIT.clips]
    assert len(set(said)) == len(said)


def test_every_stranger_says_word_for_word_what_somebody_enrolled_says() -> None:
    own = {clip.text for clip in VISIT.clips if clip.speaker in VISIT.enrolment}
    first = {clip.file: clip.text for clip in VISIT.clips}
    assert all(first[VISIT.unlocks(stranger)[0]] in own for stranger in VISIT.strangers)


def test_the_door_opens_to_the_enrolled_is_refused_to_strangers_and_takes_no_notice_of_noise() -> None:
    for step in VISIT.steps:
        speaker = SPEAKER.get(step.file)
        assert step.who == (speaker if speaker in VISIT.enrolment else None)
        wanted = "nothing" if speaker is None else "open" if speaker in VISIT.enrolment else "refuse"
        assert step.expect == wanted


def test_the_visit_shows_each_outcome_within_35_to_50_seconds() -> None:
    assert {step.who for step in VISIT.steps} == {None, "Ada", "Ben"}
    assert {step.expect for step in VISIT.steps} == {"open", "refuse", "nothing"}
    assert 35 < sum(soundfile.info(FOLDER / step.file).duration for step in VISIT.steps) < 50


def test_a_missing_sound_is_named(copy: Path) -> None:
    (copy / "rain.flac").unlink()
    with pytest.raises(AudioError, match=r"1 of 35 sounds.*rain\.flac"):
        load_visit(copy)


def test_an_outcome_that_does_not_exist_is_refused_with_its_place(copy: Path) -> None:
    rewrite(copy, '"expect": "open"', '"expect": "explode"')
    with pytest.raises(SettingsError, match=r"steps\.1\.expect.*'open', 'refuse', 'named' or 'nothing'"):
        load_visit(copy)


def test_an_unknown_key_is_refused_with_its_place(copy: Path) -> None:
    rewrite(copy, '"expect": "open"', '"expct": "open"')
    with pytest.raises(SettingsError, match=r"steps\.1\.exp"):
        load_visit(copy)


def test_a_step_with_a_sound_that_nobody_describes_is_refused(copy: Path) -> None:
    script = json.loads((copy / SCRIPT).read_text(encoding="utf-8"))
    del script["sounds"]["knock.flac"]
    (copy / SCRIPT).write_text(json.dumps(script), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"knock\.flac is used but is neither in clips nor in sounds"):
        load_visit(copy)


def test_a_folder_without_a_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_visit(tmp_path)
