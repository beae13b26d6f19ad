"""A TensorFlow graph -> an INT8 file, and what that file says of itself; the same for every model here."""

import tempfile
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.lite.tools import flatbuffer_utils

from edgevoice.tflite import Quantization, Signature, Tensor

Representative = Callable[[], Iterator[tuple[str, dict[str, NDArray[np.float32]]]]]
"""Gives (signature, input by name) of sound that shows the converter the range of each tensor."""


def as_int8(save: Callable[[str], None], signatures: Sequence[str], representative: Representative) -> bytes:
    """A graph -> TFLite file whose inputs, outputs and tensors are all INT8, weights per channel.

    save: writes it as a SavedModel into a folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        save(folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(signatures))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
        return bytes(converter.convert())


def full_range(shape: tuple[int, ...], unit: float) -> NDArray[np.float32]:
    """An input that holds -128 and 127 units: it makes the scale of that input exactly ``unit``."""
    levels = np.zeros(shape, np.float32)
    levels.flat[:2] = (-128 * unit, 127 * unit)
    return levels


def stripped(content: bytes) -> bytes:
    """Without the names of inner tensors and the converter's notes, which nothing reads: 1 % of a small file."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    model.description = model.metadata = None
    for subgraph in model.subgraphs:
        subgraph.name = None
        for tensor in subgraph.tensors:
            tensor.name = None
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def describe(content: bytes, names: Sequence[str]) -> dict[str, Signature]:
    """Names, shapes and scales of these signatures, read back from the file."""
    interpreter = tf.lite.Interpreter(model_content=content)
    return {name: _signature(interpreter, name) for name in names}


def _signature(interpreter: tf.lite.Interpreter, name: str) -> Signature:
    runner = interpreter.get_signature_runner(name)
    tensors = []
    for details in (runner.get_input_details(), runner.get_output_details()):
        ((tensor, detail),) = details.items()
        scale, zero_point = detail["quantization"]
        shape = tuple(int(size) for size in detail["shape"])
        tensors.append(Tensor(tensor, shape, Quantization(float(scale), int(zero_point))))
    return Signature(*tensors)
