"""Which interpreter goes with which NumPy, and what is said where the two do not fit."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tomlkit
from packaging.requirements import Requirement

from tests.program import EDGEVOICE

HERE = Path(__file__).parents[1]
BOARDS = [
    {"platform_machine": machine, "python_version": python}
    for machine in ("x86_64", "aarch64", "arm64", "armv7l", "armv6l")
    for python in ("3.10", "3.11", "3.12", "3.13")
]


def wanted(board: dict[str, str]) -> dict[str, Requirement]:
    """What pip installs on such a board, by name; one requirement a name."""
    project = tomlkit.parse((HERE / "pyproject.toml").read_text(encoding="utf-8")).unwrap()["project"]
    listed = [Requirement(line) for line in project["dependencies"]]
    found = [each for each in listed if each.marker is None or each.marker.evaluate(board)]
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: "-".join(board.values()))
def test_the_older_interpreter_and_it_alone_comes_with_the_older_numpy(board: dict[str, str]) -> None:
    found = wanted(board)
    numpy = found["numpy"].specifier
    assert "1.26.4" in numpy
    assert ("2.2.0" in numpy) is ("tflite-runtime" not in found)


INTERPRETER = """
class Interpreter:
    def __init__(self, **_):
        raise SystemError("CreateWrapperFromBuffer returned a result with an exception set") from ImportError(
            "numpy.core.multiarray failed to import"
        )
"""
"""What tflite-runtime 2.14.0 does with NumPy 2: it can be imported, and its first use fails like this."""


def test_an_interpreter_that_does_not_run_with_this_numpy_is_told_with_what_to_do(tmp_path: Path) -> None:
    for package, module in (("ai_edge_litert", "raise ImportError('not on this board')"), ("tflite_runtime", "")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(module)
    (tmp_path / "tflite_runtime" / "interpreter.py").write_text(INTERPRETER)
    (tmp_path / "tflite_runtime-2.14.0.dist-info").mkdir()
    (tmp_path / "tflite_runtime-2.14.0.dist-info" / "METADATA").write_text("Name: tflite-runtime\nVersion: 2.14.0\n")
    wav = HERE / "edgevoice" / "visit" / "ada-unlock-1.opus"
    done = subprocess.run(
        [*EDGEVOICE, "--data", tmp_path / "data", "identify", wav],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{HERE}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"edgevoice: error: tflite-runtime 2.14.0 does not run with NumPy {np.__version__} "
        '(numpy.core.multiarray failed to import); run: pip install "numpy<2"\n'
    )
