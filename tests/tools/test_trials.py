"""Which pairs an index yields, and what is said where it yields none."""

from pathlib import Path

import pytest

from edgevoice.errors import AudioError, SettingsError
from tools.measure.trials import Clip, Selection, pair, read_clips, read_trials

HEADING = "path,kind,split,set,speaker,session,label"
LINES = (
    "speech/train/read/a/1.wav,speech,train,read,a,,f9",
    "speech/dev/read/b/1.wav,speech,dev,read,b,s1,f31",
    "speech/dev/read/b/2.wav,speech,dev,read,b,s2,f31",
    "speech/dev/read/c/1.wav,speech,dev,read,c,s1,m17",
    "speech/dev/spoken/d/1.wav,speech,dev,spoken,d,s1,happy",
)


def write_index(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    index = folder / "index.csv"
    index.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return index


def paths(index: Path, selection: Selection) -> list[str]:
    return [clip.path.removeprefix("speech/") for clip in read_clips(index, selection)]


@pytest.mark.parametrize("name", ["dev/read", "speech/dev/read", "/dev/read/"])
def test_a_set_is_named_by_whole_parts_of_kind_split_and_set(tmp_path: Path, name: str) -> None:
    found = paths(write_index(tmp_path, *LINES), Selection(name))
    assert found == ["dev/read/b/1.wav", "dev/read/b/2.wav", "dev/read/c/1.wav"]


def test_a_bare_set_name_takes_every_split(tmp_path: Path) -> None:
    assert len(paths(write_index(tmp_path, *LINES), Selection("read"))) == 4


def test_without_split_columns_the_folder_names_the_set(tmp_path: Path) -> None:
    index = write_index(
        tmp_path, "dev/read/b/1.wav,b,,", "train/read/a/1.wav,a,,", heading="path,speaker,session,label"
    )
    assert paths(index, Selection("dev/read")) == ["dev/read/b/1.wav"]


def test_an_unknown_set_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no clip of the set 'rea' in 5 lines; wanted one of: dev/read, dev/spoken"):
        read_clips(write_index(tmp_path, *LINES), Selection("rea"))


def test_adults_are_eighteen_or_older_and_known_to_be(tmp_path: Path) -> None:
    assert paths(write_index(tmp_path, *LINES), Selection(adults=True)) == ["dev/read/b/1.wav", "dev/read/b/2.wav"]


def test_grown_up_are_all_but_those_whose_label_tells_a_child(tmp_path: Path) -> None:
    index = write_index(tmp_path, *LINES, "speech/dev/read/d/1.wav,speech,dev,read,d,,m07")
    found = paths(index, Selection("dev", grown_up=True))
    assert found == ["dev/read/b/1.wav", "dev/read/b/2.wav", "dev/spoken/d/1.wav"]
    with pytest.raises(SettingsError, match="found only children in 1 lines"):
        read_clips(index, Selection("dev/read/d", grown_up=True))


def test_clips_are_chosen_by_label(tmp_path: Path) -> None:
    index = write_index(tmp_path, *LINES, "speech/dev/read/d/1.wav,speech,dev,read,d,,calm")
    assert paths(index, Selection(labels=("calm", "neutral"))) == ["dev/read/d/1.wav"]
    with pytest.raises(SettingsError, match=r"no clip has the label angry; found are .*calm"):
        read_clips(index, Selection(labels=("angry",)))


def test_adults_where_no_label_carries_an_age_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no adult among 1 clips"):
        read_clips(write_index(tmp_path, *LINES), Selection("spoken", adults=True))


def test_every_pair_is_a_trial_once_and_target_where_the_speaker_is_the_same() -> None:
    trials = pair([Clip("1", "x", "", None), Clip("2", "y", "", None), Clip("3", "x", "", None)])
    assert list(zip(trials.first, trials.second, trials.is_target, strict=True)) == [
        (0, 1, False),
        (0, 2, True),
        (1, 2, False),
    ]
    assert trials.speakers == 2


def test_across_sessions_a_target_trial_needs_two_known_different_sessions() -> None:
    clips = [Clip("1", "x", "s1", None), Clip("2", "x", "s1", None), Clip("3", "x", "s2", None)]
    clips += [Clip("4", "x", "", None), Clip("5", "y", "s1", None)]
    trials = pair(clips, cross_session=True)
    target = [(a, b) for a, b, same in zip(trials.first, trials.second, trials.is_target, strict=True) if same]
    assert target == [(0, 2), (1, 2)]
    assert (~trials.is_target).sum() == 4


@pytest.mark.parametrize(
    ("speakers", "cross_session", "message"),
    [
        ("xyz", False, "no target trial: found 3 clips of 3 speakers; wanted a speaker with two clips"),
        ("xxy", True, "no target trial across sessions: found 3 clips of 2 speakers in 0 named sessions"),
        ("xx", False, "no non-target trial: found 2 clips of 1 speakers"),
        ("x", False, "no target trial"),
    ],
)
def test_clips_without_both_kinds_of_trial_are_refused(speakers: str, cross_session: bool, message: str) -> None:
    clips = [Clip(str(number), speaker, "", None) for number, speaker in enumerate(speakers)]
    with pytest.raises(SettingsError, match=message):
        pair(clips, cross_session)


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    index = write_index(tmp_path, "1.wav,x", heading="path,speaker")
    with pytest.raises(SettingsError, match="column session, label is missing; found path, speaker"):
        read_clips(index, Selection())


def test_a_clip_listed_twice_is_refused_by_name(tmp_path: Path) -> None:
    index = write_index(
        tmp_path, "a/1.wav,ada,,", "a/2.wav,ada,,", "./a/1.wav,ben,,", heading="path,speaker,session,label"
    )
    with pytest.raises(SettingsError, match=r"a/1\.wav is listed twice"):
        read_clips(index, Selection())


def test_a_missing_index_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_clips(tmp_path / "none.csv", Selection())
    with pytest.raises(SettingsError, match="a heading but no clip"):
        read_clips(write_index(tmp_path), Selection())


def test_a_clip_without_a_speaker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"m\.wav names no speaker"):
        read_clips(write_index(tmp_path, "m.wav,music,,,,,"), Selection())


def test_missing_files_are_counted_before_anything_is_embedded(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"1\.wav: no such file, nor 4 more of the 5 clips.*--root"):
        read_trials(write_index(tmp_path, *LINES), tmp_path, Selection())
