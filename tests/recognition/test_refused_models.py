"""A wrong, truncated or foreign model is refused by name."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import ModelError
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import load_scorer


@pytest.fixture
def copy(model_path: Path, tmp_path: Path) -> Path:
    for suffix in (".tflite", ".json", ".cohort.npy"):
        shutil.copy(model_path.with_suffix(suffix), tmp_path)
    return tmp_path / model_path.name


def change(path: Path, **fields: object) -> None:
    manifest = path.with_suffix(".json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | fields))


def refused(path: Path, *words: str) -> None:
    with pytest.raises(ModelError) as caught:
        XVector(path)
    for word in (path.stem, *words):
        assert word in str(caught.value)


def test_a_missing_file(copy: Path) -> None:
    copy.unlink()
    refused(copy, "cannot be read")


def test_a_missing_manifest(copy: Path) -> None:
    copy.with_suffix(".json").unlink()
    refused(copy, "cannot be read")


def test_a_truncated_file(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:5000])
    refused(copy, "sha256", "5000 bytes")


def test_one_flipped_bit(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(bytes(content))
    refused(copy, "sha256")


def test_a_file_that_is_no_model_but_has_the_right_digest(copy: Path) -> None:
    copy.write_bytes(b"not a model" * 100)
    change(copy, sha256=hashlib.sha256(copy.read_bytes()).hexdigest())
    refused(copy, "interpreter refuses")


def test_another_front_end(copy: Path) -> None:
    change(copy, front_end="edgevoice-front-end-0")
    refused(copy, "edgevoice-front-end-0")


def test_an_unknown_key(copy: Path) -> None:
    change(copy, colour="green")
    refused(copy, "colour")


def test_a_manifest_that_is_not_json(copy: Path) -> None:
    copy.with_suffix(".json").write_text("{")
    refused(copy)


def test_shapes_that_are_not_the_file_s(copy: Path) -> None:
    signatures = json.loads(copy.with_suffix(".json").read_text())["signatures"]
    signatures["frames"]["input"]["shape"] = [1, 200, 40]
    change(copy, signatures=signatures)
    refused(copy, "mfcc")


def test_a_file_of_which_one_part_is_missing_is_no_x_vector(copy: Path) -> None:
    signatures = json.loads(copy.with_suffix(".json").read_text())["signatures"]
    change(copy, signatures={"frames": signatures["frames"]})
    refused(copy, "not an x-vector")


def test_a_model_without_calibration(copy: Path) -> None:
    change(copy, calibration=None)
    with pytest.raises(ModelError, match="calibration is missing"):
        load_scorer(XVector(copy).manifest.calibration, copy)


def test_another_cohort(copy: Path) -> None:
    np.save(copy.with_suffix(".cohort.npy"), np.ones((300, 192), np.int8))
    with pytest.raises(ModelError, match="cohort"):
        load_scorer(XVector(copy).manifest.calibration, copy)


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize("levels", [[NAN] * 40, [INFINITE] * 40, [0.0] * 40, [1.0] * 39])
def test_levels_that_are_no_scale(copy: Path, levels: list[float]) -> None:
    change(copy, levels_per_unit=levels)
    refused(copy, "levels_per_unit")


def test_a_context_that_does_not_fit_the_windows(copy: Path) -> None:
    change(copy, context_frames=json.loads(copy.with_suffix(".json").read_text())["context_frames"] + 2)
    refused(copy, "context_frames")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slope", INFINITE),
        ("slope", 0.0),
        ("offset", NAN),
        ("far", []),
        ("far", [0.01, 0.1]),
        ("far", [0.1, 0.01]),
        ("far", [0.1, NAN]),
        ("llr_at_far", [NAN] * 9),
        ("llr_at_far", [3.0, 2.0]),
        ("top", -1),
    ],
)
def test_a_calibration_that_says_nothing(copy: Path, key: str, value: object) -> None:
    calibration = json.loads(copy.with_suffix(".json").read_text())["calibration"]
    change(copy, calibration=calibration | {key: value})
    refused(copy, "calibration")


@pytest.mark.parametrize(
    "voices",
    [
        np.zeros((400, 192), np.int8),
        np.eye(400, 192, 1, np.int8),
        np.ones((0, 192), np.int8),
        np.ones(192, np.int8),
        np.ones((3, 192), np.int8),
        np.ones((400, 192), np.float32),
    ],
    ids=["zeros", "some zeros", "empty", "flat", "fewer than top", "floats"],
)
def test_a_cohort_that_cannot_normalise(copy: Path, voices: np.ndarray) -> None:
    cohort = copy.with_suffix(".cohort.npy")
    np.save(cohort, voices)
    calibration = json.loads(copy.with_suffix(".json").read_text())["calibration"]
    digest = hashlib.sha256(cohort.read_bytes()).hexdigest()
    change(copy, calibration=calibration | {"cohort_sha256": digest, "top": 100})
    with pytest.raises(ModelError, match=r"cohort\.npy"):
        load_scorer(XVector(copy).manifest.calibration, copy)


def test_a_cohort_of_exactly_as_many_voices_as_it_normalises_by(copy: Path) -> None:
    cohort = copy.with_suffix(".cohort.npy")
    np.save(cohort, np.ones((100, 192), np.int8))
    calibration = json.loads(copy.with_suffix(".json").read_text())["calibration"]
    digest = hashlib.sha256(cohort.read_bytes()).hexdigest()
    change(copy, calibration=calibration | {"cohort_sha256": digest, "top": 100})
    assert load_scorer(XVector(copy).manifest.calibration, copy).calibration.top == 100


def test_a_cohort_that_is_no_array(copy: Path) -> None:
    cohort = copy.with_suffix(".cohort.npy")
    cohort.write_bytes(b"no array")
    calibration = json.loads(copy.with_suffix(".json").read_text())["calibration"]
    change(copy, calibration=calibration | {"cohort_sha256": hashlib.sha256(b"no array").hexdigest()})
    with pytest.raises(ModelError, match="not a NumPy array"):
        load_scorer(XVector(copy).manifest.calibration, copy)
