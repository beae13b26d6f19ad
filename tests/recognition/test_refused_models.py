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


def test_a_model_without_calibration(copy: Path) -> None:
    change(copy, calibration=None)
    with pytest.raises(ModelError, match="calibration is missing"):
        load_scorer(XVector(copy).manifest.calibration, copy)


def test_another_cohort(copy: Path) -> None:
    np.save(copy.with_suffix(".cohort.npy"), np.ones((300, 192), np.int8))
    with pytest.raises(ModelError, match="cohort"):
        load_scorer(XVector(copy).manifest.calibration, copy)
