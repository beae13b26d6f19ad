"""Every training step on a tiny set, from sound to a model that the device accepts (``make test-tools``)."""

import csv
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import SettingsError
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import load_scorer
from edgevoice.visit import FOLDER, load_visit
from tests.program import REPOSITORY
from tests.sound import clip
from tools.hear import front_end
from tools.training.run_settings import read_run

ABLATION = """
[train]
channels = 16
inner = 16
pooled = 16
steps = 2
batch = 4
[[lines]]
name = "nothing"
[[lines]]
name = "copies"
selection = { copies = false }
"""
TINY = """
[prepare]
sets = { train = 3 }
over_others = { train = 1 }
leave_out = ["nobody"]
noisy_copies = 1
[train]
channels = 16
inner = 16
pooled = 16
steps = 4
batch = 4
warm_up = 1
crop_s = [0.8, 1.0]
[prune]
share = 0.25
steps = 2
[refine]
residual = [2, 1]
steps = 2
crop_s = [0.8, 1.0]
[quantize]
clips = 4
"""


def step(name: str, *arguments: object) -> str:
    """Run one step as its user does."""
    command = [sys.executable, "-m", f"tools.{name}", *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The visit's clips as a folder with an index: strangers to train on, the enrolled to measure with."""
    folder = tmp_path_factory.mktemp("data")
    visit = load_visit()
    clips = {who: (*files, *visit.unlocks(who)) for who, files in visit.enrolment.items()}
    rows = [("dev", who, name) for who, names in clips.items() for name in names]
    rows += [("train", who, name) for who in visit.strangers for name in visit.unlocks(who)]
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as index:
        writer = csv.writer(index)
        writer.writerow(["path", "kind", "split", "set", "speaker", "session", "label", "seconds", "licence"])
        for split, who, name in rows:
            shutil.copy(FOLDER / name, folder)
            writer.writerow([name, "speech", split, "visit", who, "", "f30", "3", "Apache-2.0"])
    return folder


def another_front_end(shard: Path) -> None:
    """As if it had been prepared before the front end was changed."""
    np.savez(shard, **(dict(np.load(shard)) | {"front_end": np.array("before")}))


def ingredients_are_measured_anew(root: Path, output: Path, folder: Path) -> None:
    """Each line of an ablation has its figure, and no figure of before where the people are others now."""
    lines, alone = folder / "ablation.toml", folder / "alone"
    lines.write_text(ABLATION)
    told = step("ablation", lines, "--root", root, "--output", output)
    assert [line.split(" |")[0] for line in told.splitlines() if "%" in line] == ["| nothing", "| copies"]
    shutil.copytree(root, alone)
    listed = (root / "index.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (alone / "index.csv").write_text("".join(row for row in listed if ",Ben," not in row), encoding="utf-8")
    with pytest.raises(AssertionError, match="a set of two people"):
        step("ablation", lines, "--root", alone, "--output", output)


@pytest.mark.tools
@pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs the tools extra: make test-tools")
def test_sound_becomes_a_model_that_the_device_accepts(root: Path, tmp_path: Path) -> None:
    run = tmp_path / "tiny.toml"
    run.write_text(TINY)
    output, models = tmp_path / "run", tmp_path / "models"
    models.mkdir()
    step("prepare", run, "--root", root, "--output", output, "--workers", 1)
    made = {path: path.stat().st_mtime_ns for path in (output / "prepared").iterdir()}
    step("prepare", run, "--root", root, "--output", output, "--workers", 1)
    assert {path: path.stat().st_mtime_ns for path in (output / "prepared").iterdir()} == made
    step("teach", "--output", output, "--workers", 1)
    assert "0 of 1 shards" in step("rehear", run, "--sounds", root, "--output", output, "--workers", 1)
    another_front_end(output / "prepared" / "0000.npz")
    from tools.training.corpus import load_corpus  # noqa: PLC0415 - of the tools environment

    with pytest.raises(SettingsError, match=r"0000\.npz has features of another front end: found 'before'"):
        load_corpus(output)
    assert "1 of 1 shards" in step("rehear", run, "--sounds", root, "--output", output, "--workers", 1)
    step("train", run, "--root", root, "--output", output)
    told = step("prune", run, "--root", root, "--output", output)
    assert "weights" in told
    step("refine", run, "--root", root, "--output", output)
    step("whiten", "--root", root, "--output", output)
    step("quantize", run, "--output", output, "--models", models)
    many = tmp_path / "many.toml"
    many.write_text(TINY.replace("clips = 4", "clips = 1000"))  # more than there are
    assert "many.tflite" in step("quantize", many, "--output", output, "--models", models)
    told = step("calibrate", models / "tiny.tflite", "--root", root, "--output", output)
    assert "not measured on halves" in told  # of two people
    assert "false refusals" in step("promise", models / "tiny.tflite", root / "index.csv", "--root", root, "--top", 4)
    told = step("int8_cost", models / "tiny.tflite", output / "whitened.pt", "--root", root)
    assert "decisions differ" in told
    assert told.count("EER of single clips") == 2
    assert float(told.split("cosine ")[1].split()[0]) > 0.5  # after four steps; of strangers it is 0
    ingredients_are_measured_anew(root, output, tmp_path)
    told = step("pruning_curve", run, "--root", root, "--output", output, "--steps", 2, "--share", 0.4)
    assert "half zeros" in told
    assert "| INT8 file | visit |" in told
    assert "restored" in step("restore", models / "tiny.tflite", "--root", root, "--output", output)
    xvector = XVector(models / "tiny.tflite")
    shape = json.loads((models / "tiny.json").read_text())["training"]["shape"]
    assert shape["inner"] == [12] * 5
    assert shape["residual"] == [2, 1]
    scorer = load_scorer(xvector.manifest.calibration, models / "tiny.tflite")
    vector = xvector.embed(front_end(clip("ada-unlock-1.opus")).mfcc).vector
    assert np.isfinite(scorer.llr(vector, vector))


def test_a_run_with_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(TINY + "\ncolour = 1\n")
    with pytest.raises(SettingsError, match=r"quantize\.colour"):
        read_run(path)


@pytest.mark.parametrize("line", ["[quantise]\nclips = 4", 'name = "tiny"'])
def test_a_section_that_no_run_has_is_refused_by_name(line: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f"{line}\n{TINY}")
    with pytest.raises(SettingsError, match=r"run\.toml: (quantise|name): "):
        read_run(path)


def test_the_shipped_run_leaves_the_people_of_the_visit_out() -> None:
    run = read_run(REPOSITORY / "tools" / "runs" / "xvector.toml")
    voices = {f"kokoro:{clip.voice}" for clip in load_visit().clips}
    assert voices <= set(run.prepare.leave_out)
