"""Head -> INT8 TFLite file and its manifest."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from edgevoice.listening.listen import FRONT_END
from tools.mood.network import LEVELS, Head, Table
from tools.training.int8 import convert_folder, describe

LARGEST_FILE = 300_000
ENTRY = "mood"


class Graph(tf.Module):  # type: ignore[misc]
    """The head as a graph; weights are constants."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self._head = head

    def mood(self, figures: tf.Tensor) -> dict[str, tf.Tensor]:
        """(1, d) standardised -> (1, labels)."""
        hidden = tf.nn.relu(tf.matmul(figures, self._head.enter) + self._head.enter_bias)
        return {"answers": tf.matmul(hidden, self._head.leave) + self._head.leave_bias}


def convert(head: Head, inputs: Table) -> bytes:
    """(n, d) inputs of the kind that it will see -> INT8 file, quantized after training."""

    def representative() -> Iterator[tuple[str, dict[str, Table]]]:
        whole = np.zeros((1, inputs.shape[1]), np.float32)
        whole[0, :2] = (-128 / LEVELS, 127 / LEVELS)  # makes the input's scale exactly 1 / LEVELS
        yield ENTRY, {"figures": whole}
        for row in head.scaling.standardised(inputs):
            yield ENTRY, {"figures": row[None]}

    graph = Graph(head)
    entry = tf.function(graph.mood).get_concrete_function(
        tf.TensorSpec((1, inputs.shape[1]), tf.float32, name="figures")
    )
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(graph, folder, signatures={ENTRY: entry})
        return convert_folder(folder, [ENTRY], representative)


@dataclass(frozen=True)
class Meaning:
    """What stands in the manifest beside the network itself."""

    xvector: str
    labels: tuple[str, ...]
    temperature: float
    unsure_below: float
    licence: str
    training: Mapping[str, object]


def write(path: Path, content: bytes, head: Head, meaning: Meaning) -> str:
    """Put ``path`` and its manifest in place; the model's name."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{path.stem}-{sha256[:8]}"
    manifest = {
        "name": name,
        "sha256": sha256,
        "front_end": FRONT_END,
        "xvector": meaning.xvector,
        "labels": meaning.labels,
        "temperature": round(meaning.temperature, 4),
        "unsure_below": meaning.unsure_below,
        "signatures": {ENTRY: asdict(describe(content, [ENTRY])[ENTRY])},
        "training": dict(meaning.training),
        "licence": meaning.licence,
    }
    long = {
        "centre": [float(f"{value:.6g}") for value in head.scaling.centre],
        "levels_per_unit": [float(f"{value:.6g}") for value in head.scaling.levels_per_unit],
    }
    short = json.dumps(manifest, indent=1)[:-2]
    lines = "".join(f',\n "{key}": {json.dumps(values)}' for key, values in long.items())
    path.write_bytes(content)
    path.with_suffix(".json").write_text(f"{short}{lines}\n}}\n", encoding="utf-8")
    return name
