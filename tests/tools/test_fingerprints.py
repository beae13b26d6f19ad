"""The comparison of fingerprints and the count of false matches, on sound made here."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from edgevoice.errors import SettingsError
from tests.sound import clip
from tools import false_matches
from tools.compare_fingerprints import Asked, ask, recognised, report
from tools.fingerprints import Answer, systems
from tools.fingerprints.ours import Ours
from tools.fingerprints.trials import Query, Trials, disturbed, make_trials
from tools.measure.shares import wilson

RNG = np.random.default_rng(0)
VOICES = ("ada-unlock-1.opus", "ada-unlock-2.opus", "ben-unlock-1.opus", "ben-unlock-2.opus", "ben-unlock-3.opus")


def row(folder: Path, path: str, kind: str, name: str, label: str, sound: np.ndarray) -> dict[str, str]:
    (folder / path).parent.mkdir(exist_ok=True)
    soundfile.write(folder / path, sound, 16000, subtype="PCM_16")
    return {"path": path, "kind": kind, "split": "train", "set": name, "label": label}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index of one work in two encodings, a little speech, one clip of it twice, and noises."""
    song = np.concatenate([clip(f"stranger-{number}-1.opus") for number in (1, 2, 3, 4)])
    rows = [
        row(tmp_path, "music/a.wav", "music", "works", "song.hq", song),
        row(tmp_path, "music/b.wav", "music", "works", "song", (song * 0.7).astype(np.int16)),
    ]
    for number, name in enumerate((*VOICES, VOICES[0])):
        rows.append(row(tmp_path, f"speech/{number}.wav", "speech", "librispeech251", "", clip(name)))
    for number in range(3):
        noise = (RNG.standard_normal(48000) * 800).astype(np.int16)
        rows.append(row(tmp_path, f"noise/{number}.wav", "noise", "hiss", "", noise))
    with (tmp_path / "index.csv").open("w", newline="") as index:
        table = csv.DictWriter(index, rows[0])
        table.writeheader()
        table.writerows(rows)
    return tmp_path


def test_an_interval_of_wilson_is_that_of_the_textbook() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_noise_is_added_at_the_ratio_that_is_asked_for() -> None:
    sound = (RNG.standard_normal(16000) * 1000).astype(np.int16)
    noise = (RNG.standard_normal(9000) * 50).astype(np.int16)
    heard = disturbed(sound, 10, [np.zeros(5, np.int16), noise], np.random.default_rng(1)).astype(float)
    added = heard - sound
    assert 10 * np.log10(np.square(sound.astype(float)).mean() / np.square(added).mean()) == pytest.approx(10, abs=0.1)


def test_strangers_are_of_every_kind_and_count_by_other_recordings_than_set_the_threshold(root: Path) -> None:
    with (root / "index.csv").open(newline="") as index:
        rows = [line for line in csv.DictReader(index) if line["kind"] == "music"]
    levels = {}  # every recording is known by its level
    for number in range(60):
        kind, of_set = [("speech", "librispeech251"), ("speech", "speechocean762"), ("noise", "hiss")][number % 3]
        levels[100 + number] = of_set
        level = np.full(48000, 100 + number, np.int16)
        rows.append(row(root, f"{kind}/level-{number:02d}.wav", kind, of_set, "", level))
    with (root / "index.csv").open("w", newline="") as index:
        table = csv.DictWriter(index, rows[0])
        table.writeheader()
        table.writerows(rows)
    strangers = make_trials(root, 5).strangers
    heard = [
        [int(query.sound[0]) for query in strangers[half::2] if query.snr_db is None and query.seconds < 3]
        for half in (0, 1)
    ]
    assert heard[0] and heard[1]
    assert not set(heard[0]) & set(heard[1])
    assert {levels[level] for half in heard for level in half} == {"librispeech251", "speechocean762", "hiss"}


def test_nobody_is_compared_where_no_stranger_could_set_a_threshold(root: Path) -> None:
    with (root / "index.csv").open(newline="") as index:
        rows = [line for line in csv.DictReader(index) if line["kind"] == "music"]
    with (root / "index.csv").open("w", newline="") as index:
        table = csv.DictWriter(index, rows[0])
        table.writeheader()
        table.writerows(rows)
    with pytest.raises(SettingsError, match="found 0 noises and 0 recordings"):
        make_trials(root, 2)


def test_our_own_library_is_compared_from_index_to_tables(root: Path) -> None:
    trials = make_trials(root, 2)
    assert {query.kind for query in trials.queries} == {"music", "speech"}
    assert {query.answer for query in trials.strangers} == {None}
    (ours,) = ask([Ours], trials)
    cells = recognised(ours, trials.queries, ours.rules()["own rule"])
    assert cells["music", 3, None] == (2, 2)
    assert cells["speech", 2, 20] == (2, 2)
    text = report([ours], trials)
    assert "| 3 s, edgevoice | 100 (34-100) |" in text
    assert "| edgevoice | 0 (" in text


def test_a_threshold_lies_above_what_the_setting_half_of_the_strangers_reaches() -> None:
    sound = np.zeros(4, np.int16)
    one = Asked(Ours(), [Answer("a", 9, False), Answer("b", 12, True)])
    one.strangers = [Answer("a", 9, True), Answer("a", 30, True), Answer(None, 0, False)]
    queries = [Query("music", 1, None, name, sound) for name in "ab"]
    assert one.least == 10
    assert recognised(one, queries, one.rules()["own rule"]) == {("music", 1, None): (1, 2)}
    assert recognised(one, queries, one.rules()["equal footing"]) == {("music", 1, None): (1, 2)}
    assert "| edgevoice | 100 (" in report([one], Trials({"a": sound}, queries, []))


def test_a_clip_that_is_there_twice_is_no_false_match(root: Path) -> None:
    arguments = ["--root", str(root), "--set", "librispeech251", "--json"]
    said = CliRunner().invoke(false_matches.main, arguments)
    assert '"queries": 4, "false": 0' in said.output
    assert '"same": 2' in said.output


@pytest.mark.tools
@pytest.mark.parametrize("name", ["edgevoice", "audfprint2", "pydejavu-rollong"])
def test_every_system_names_a_piece_of_what_it_stored(name: str) -> None:
    library = systems()[name]()
    assert library.lookup(clip(VOICES[0])).accepted is False
    for voice in VOICES:
        library.add(voice, clip(voice))
    answer = library.lookup(clip(VOICES[2])[4000:])
    assert (answer.name, answer.accepted) == (VOICES[2], True)
    assert library.stored_bytes() > 100
