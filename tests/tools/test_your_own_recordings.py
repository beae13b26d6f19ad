"""docs/your_own_recordings.md, done on a small folder of made-up people: the visit's two voices at four speeds each."""

import json
import re
import shutil
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from edgevoice.errors import ModelError, SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.recognition.embed import XVector
from edgevoice.visit import FOLDER
from tests.program import REPOSITORY
from tests.tools.test_evaluate import voice
from tools import calibrate, compare, compare_hardships, conditions_table, evaluate, groups_table, prepare, promise
from tools.measure.conditions import Conditions, disturbed, in_a_room
from tools.measure.door_trials import Voice, door_trials, embed_sets, plain_scorer
from tools.measure.groups import people_of
from tools.peers.edgevoice import MODEL
from tools.training.augment import change_speed

pytestmark = pytest.mark.tools
PAGE = REPOSITORY / "docs" / "your_own_recordings.md"
SPEEDS = (0.91, 0.97, 1.03, 1.09)
TAKES = ("enrol-1", "enrol-2", "enrol-3", "enrol-4", "unlock-1", "unlock-2")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    lines = ["path,speaker,session,label"]
    for name, sex in (("ada", "f"), ("ben", "m")):
        for number, speed in enumerate(SPEEDS):
            for take, spoken in enumerate(TAKES):
                clip = change_speed(read_sound(FOLDER / f"{name}-{spoken}.opus"), speed)
                file = f"{name}-{number}-{take}.wav"
                soundfile.write(folder / file, clip, SAMPLE_RATE)
                lines.append(f"{file},{name} {number},day {take % 2},{sex}{30 + number}")
    (folder / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for room in ("noise", "rooms"):
        (folder / room).mkdir()
    soundfile.write(folder / "noise" / "tone.wav", voice((700,), seed=1), SAMPLE_RATE)
    response = np.zeros(800, np.int16)
    response[[40, 400, 700]] = 20000, 9000, -4000
    soundfile.write(folder / "rooms" / "echo.wav", response, SAMPLE_RATE)
    return folder


def run(step: click.Command, *arguments: object) -> str:
    result = CliRunner().invoke(step, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_evaluate_and_compare_take_the_folder_as_it_is(root: Path) -> None:
    index = root / "index.csv"
    figures = json.loads(run(evaluate.main, index, "--root", root, "--cross-session", "--json"))
    assert (figures["speakers"], figures["target_trials"]) == (8, 8 * 3 * 3)
    systems = ["--system", "edgevoice", "--system", "mfcc-statistics"]
    told = run(compare.main, index, "--root", root, *systems, "--against", "mfcc-statistics")
    assert re.search(r"EER of edgevoice less that of mfcc-statistics: [+-]\d\.\d\d points \(95 %: [+-]", told)
    picture = root / "det.svg"
    lines = run(compare.main, index, "--root", root, *systems, "--json", "--plot", picture).splitlines()
    assert [json.loads(line)["system"] for line in lines] == ["edgevoice", "edgevoice, voice alone", "mfcc-statistics"]
    assert picture.read_text(encoding="utf-8").count("mfcc-statistics") >= 1


def test_promise_tells_the_rates_at_the_thresholds_in_force(root: Path) -> None:
    alone = run(promise.main, MODEL, root / "index.csv", "--root", root)
    assert "8 speakers; " in alone
    ten = run(promise.main, MODEL, root / "index.csv", "--root", root, "--people", 10)
    assert "0.001 %" in alone and "0.001 %" not in ten  # 1 in 1,000,000 for each was never measured
    assert "found, one comparison" in ten


def test_promise_takes_an_index_from_a_spreadsheet_and_refuses_one_person_in_a_line(root: Path) -> None:
    lines = (root / "index.csv").read_text(encoding="utf-8").splitlines()
    few = [lines[0], *(line for line in lines if ",ada 0," in line or ",ben 0," in line)]  # told apart without an error
    (root / "few.csv").write_text("\n".join(few), encoding="utf-8-sig")
    assert "2 speakers; " in run(promise.main, MODEL, root / "few.csv", "--root", root)
    (root / "one.csv").write_text("\n".join(line for line in few if "ben" not in line), encoding="utf-8")
    result = CliRunner().invoke(promise.main, [str(MODEL), str(root / "one.csv"), "--root", str(root)])
    assert result.exit_code == 1
    assert "1 people have more than 3 clips" in result.output


@pytest.mark.parametrize(
    ("index", "wanted"),
    [(None, "index.csv: the index cannot be read"), ("path,label\na.wav,f30\n", "index.csv: column ")],
)
@pytest.mark.parametrize(
    ("step", "arguments"),
    [
        (prepare.main, (REPOSITORY / "tools" / "runs" / "xvector.toml", "--output", "{}")),
        (calibrate.main, (MODEL, "--output", "{}")),
        (groups_table.main, ()),
    ],
)
def test_an_index_that_cannot_serve_is_told_in_one_line(
    step: click.Command, arguments: tuple[object, ...], index: str | None, wanted: str, tmp_path: Path
) -> None:
    if index:
        (tmp_path / "index.csv").write_text(index, encoding="utf-8")
    given = [str(argument).format(tmp_path) for argument in arguments]
    result = CliRunner().invoke(step, [*given, "--root", str(tmp_path)])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert f"{tmp_path}/{wanted}" in result.output


def test_a_calibration_that_cannot_be_made_changes_nothing(root: Path, tmp_path: Path) -> None:
    for file in (MODEL, MODEL.with_suffix(".json"), MODEL.with_suffix(".cohort.npy")):
        shutil.copy(file, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    arguments = [str(tmp_path / MODEL.name), "--root", str(root), "--output", str(tmp_path)]
    result = CliRunner().invoke(calibrate.main, arguments)
    assert result.exit_code == 1
    assert "no clip in the split dev; nothing was changed" in result.output
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_set_without_a_stranger_is_left_out(root: Path) -> None:
    lines = (root / "index.csv").read_text(encoding="utf-8").splitlines()
    clips = [(path, speaker) for path, speaker, *_ in (line.split(",") for line in lines)]
    sets = {name: [clip for clip in clips if clip[1] in name] for name in ("ada 0", "ada 1, ben 0")}
    sets["few"] = clips[1:4] + clips[-3:]
    assert list(embed_sets(XVector(MODEL), root, sets)) == ["ada 1, ben 0"]
    with pytest.raises(SettingsError, match=r"1 in ada 0, 0 in few; wanted two in one set"):
        embed_sets(XVector(MODEL), root, {name: sets[name] for name in ("ada 0", "few")})


def test_a_model_that_takes_strangers_for_one_person_is_not_calibrated() -> None:
    rng = np.random.default_rng(0)
    voices = {
        name: Voice(
            np.array([1, -1], np.float32)[np.arange(6) % 2, None] * np.eye(2, dtype=np.float32)[[place]],
            np.column_stack([rng.uniform(2, 6, 6), rng.uniform(10, 30, 6)]),
            6 * place + np.arange(6),
            np.zeros(6, np.int64),
            np.ones(6, np.bool_),
        )
        for place, name in enumerate("ab")
    }
    trials = door_trials(voices, plain_scorer(np.ones((2, 2), np.int8), 0), (1, 3))
    with pytest.raises(ModelError, match="strangers score as high as the same person"):
        calibrate.fit([trials], "", b"", 0)


def test_hardships_fill_the_page_and_the_picture_and_are_stored(root: Path) -> None:
    page, picture, cache = root / "page.md", root / "page.svg", root / "cache"
    page.write_text("<!-- conditions -->\n<!-- /conditions -->\n", encoding="utf-8")
    options = ["--root", root, "--all", "--cache", cache, "--markdown", page, "--plot", picture]
    told = run(conditions_table.main, *options)
    rows = re.findall(r"^\| ([^|]+) \| [\d.]+ % \(", told, flags=re.MULTILINE)
    assert rows == ["whole, clean", "3 s", "2 s", "1 s", "20 dB", "10 dB", "5 dB", "0 dB", "in a room"]
    assert told.strip() in page.read_text(encoding="utf-8")
    first = picture.read_bytes()
    assert len(list(cache.iterdir())) == 2 * 9
    for path in cache.iterdir():
        path.chmod(0o444)
    assert run(conditions_table.main, *options) == told
    assert picture.read_bytes() == first


def test_every_system_stands_beside_ours_under_each_hardship(root: Path) -> None:
    page, index = root / "peers.md", root / "index.csv"
    page.write_text("<!-- hardships -->\n<!-- /hardships -->\n", encoding="utf-8")
    options = ["--root", root, "--all", "--system", "edgevoice", "--system", "mfcc-statistics"]
    told = run(compare_hardships.main, index, *options, "--markdown", page)
    ours, other = (re.split(r" *\| *", line)[1:-1] for line in told.splitlines() if re.match(r"\| (edge|mfcc)", line))
    assert (ours[0], other[0], len(ours), len(other)) == ("edgevoice", "mfcc-statistics", 6, 6)
    clean, *hard = [float(cell.split(" %")[0]) for cell in other[1:]]
    assert [float(found.group(1)) for cell in other[2:] if (found := re.search(r"\(([\d.]+)×\)", cell))] == [
        pytest.approx(rate / clean, rel=0.05) for rate in hard
    ]
    assert told.strip() in page.read_text(encoding="utf-8")


def test_groups_are_told_by_the_labels(root: Path) -> None:
    told = run(groups_table.main, "--root", root, "--split", "all")
    assert re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \|", told, flags=re.MULTILINE) == [
        ("sex, adults", "men", "4"),
        ("sex, adults", "women", "4"),
        ("age", "adults", "8"),
        ("set", "all", "8"),
    ]
    assert "- by sex, adults: EER" in told


@pytest.mark.parametrize(
    ("label", "sex", "adult"),
    [("f31", "f", True), ("m9", "m", False), ("f", "f", None), ("", "", None), ("fearful", "", None)],
)
def test_a_label_tells_sex_and_age_or_nothing(tmp_path: Path, label: str, sex: str, adult: bool | None) -> None:
    index = tmp_path / "index.csv"
    index.write_text(f"path,speaker,session,label\na.wav,ada,,{label}\n", encoding="utf-8")
    person = people_of(index, None)[0]["ada"]
    assert (person.sex, person.adult) == (sex, adult)


def test_a_room_keeps_the_direct_sound_in_its_place_and_the_level() -> None:
    clip = voice((440, 1200), seed=5)
    response = np.zeros(500, np.int16)
    response[100] = 12000
    assert np.abs(in_a_room(clip, response).astype(int) - clip).max() <= 1
    response[400] = 9000
    heard = in_a_room(clip, response).astype(float)
    assert (heard**2).mean() == pytest.approx((clip.astype(float) ** 2).mean(), rel=0.01)
    assert np.corrcoef(heard, clip)[0, 1] < 0.99


def test_a_clip_gets_the_same_room_by_its_name(root: Path) -> None:
    clip, rooms = voice((440,), seed=2), Conditions(rooms=root / "rooms")
    assert (disturbed(clip, "a", rooms) == disturbed(clip, "a", rooms)).all()
    assert (disturbed(clip, "a", rooms) != clip).any()


def test_door_trials_know_who_spoke() -> None:
    ones = np.ones((5, 2))
    voices = {
        name: Voice(
            np.eye(3, dtype=np.float32)[[place] * 5],
            3 * ones,
            5 * place + np.arange(5),
            np.zeros(5, np.int64),
            np.ones(5, np.bool_),
        )
        for place, name in enumerate("abc")
    }
    trials = door_trials(voices, plain_scorer(np.ones((2, 3), np.int8), 0))
    assert trials.target == pytest.approx(1)
    assert trials.nontarget == pytest.approx(0)
    assert (trials.nontarget_by != trials.nontarget_of).all()
    assert np.bincount(trials.nontarget_by).tolist() == [2 * 4 * 5] * 3
    both = trials + trials
    assert both.nontarget_by.max() == 5
    assert ((both.nontarget_by < 3) == (both.nontarget_of < 3)).all()


def test_every_step_that_the_page_names_exists() -> None:
    named = set(re.findall(r"python -m (tools\.[a-z_.]+[a-z])", PAGE.read_text(encoding="utf-8")))
    assert len(named) >= 7
    missing = [name for name in named if not (REPOSITORY / f"{name.replace('.', '/')}.py").exists()]
    assert missing == []
