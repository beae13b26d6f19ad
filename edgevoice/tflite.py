"""The only file that imports an interpreter. A model never travels without its manifest, and is refused by name.

LiteRT (``ai-edge-litert``) runs wherever it has wheels; ``tflite-runtime`` stands in on 32-bit boards.
"""

import hashlib
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Annotated, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from edgevoice.errors import ModelError

_STRICT = ConfigDict(extra="forbid")
Int8 = NDArray[np.int8]
Manifest = TypeVar("Manifest")


@validated(frozen=True, config=_STRICT)
class Quantization:
    """real = scale * (stored - zero_point)."""

    scale: Annotated[float, Field(gt=0)]
    zero_point: Annotated[int, Field(ge=-128, le=127)]


@validated(frozen=True, config=_STRICT)
class Tensor:
    """Name of a signature's input or output, its shape and its INT8 scale."""

    name: str
    shape: tuple[int, ...]
    quantization: Quantization


@validated(frozen=True, config=_STRICT)
class Signature:
    """One entry point of the file: one tensor in, one out."""

    input: Tensor
    output: Tensor


@dataclass(frozen=True)
class Interpreter:
    """Which runtime is installed: its module, name and version."""

    module: ModuleType
    name: str
    version: str


def interpreter() -> Interpreter:
    """The installed runtime; ModelError where there is none."""
    for package in ("ai-edge-litert", "tflite-runtime"):
        try:
            module = import_module(f"{package.replace('-', '_')}.interpreter")
        except ImportError:
            continue
        return Interpreter(module, package, version(package))
    raise ModelError(
        "no TensorFlow Lite interpreter is installed; wanted ai-edge-litert (64-bit, Python 3.10 or newer) or "
        "tflite-runtime (32-bit, Python 3.11 or older); run: pip install ai-edge-litert"
    )


class TFLiteModel:
    """A verified INT8 file, ready to run, one signature at a time; not safe for threads."""

    def __init__(self, path: Path, sha256: str, signatures: dict[str, Signature]) -> None:
        content = _read(path)
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise ModelError(
                f"{path} is not the model that its manifest names: sha256 {found[:12]}… found, {sha256[:12]}… wanted, "
                f"{len(content)} bytes; install {path.name} and {path.with_suffix('.json').name} of one release"
            )
        runtime = interpreter()
        try:
            self._interpreter = runtime.module.Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
            self._runners = {name: self._interpreter.get_signature_runner(name) for name in signatures}
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{path}: the interpreter refuses it: {error}; install a release's model again") from error
        except (SystemError, ImportError, AttributeError) as error:  # its C code was built for another NumPy
            raise ModelError(
                f"{runtime.name} {runtime.version} does not run with NumPy {np.__version__} "
                f'({error.__cause__ or error}); run: pip install "numpy<2"'
            ) from error
        self._signatures = signatures
        for name, signature in signatures.items():
            self._check(path, name, signature)

    def _check(self, path: Path, name: str, signature: Signature) -> None:
        runner = self._runners[name]
        for kind, details, wanted in (
            ("input", runner.get_input_details(), signature.input),
            ("output", runner.get_output_details(), signature.output),
        ):
            found = details.get(wanted.name)
            if found is None or found["dtype"] != np.int8 or tuple(found["shape"]) != wanted.shape:
                raise ModelError(
                    f"{path}: {kind} of {name!r} is not INT8 {wanted.name}{wanted.shape} as the manifest says "
                    f"(found {details}); install model and manifest of one release"
                )

    def run(self, signature: str, values: Int8) -> Int8:
        """INT8 in the shape of the signature's input -> INT8 in the shape of its output."""
        tensors = self._signatures[signature]
        result: Int8 = self._runners[signature](**{tensors.input.name: values})[tensors.output.name]
        return result


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the model cannot be read ({error.strerror}); reinstall the models") from error


def read_manifest(path: Path, kind: TypeAdapter[Manifest]) -> Manifest:
    """The JSON beside a model; ModelError names file, key, what was found and what is wanted."""
    try:
        return kind.validate_json(_read(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(f"{path}: {key}: {first['msg']}; install model and manifest of one release") from error
