"""Head -> INT8 TFLite file and its manifest."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import tensorflow as tf

from tools.mood.network import LEVELS, Head, Table
from tools.training.int8 import as_int8, describe, full_range
from tools.training.manifest import identity

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

    def save(self, folder: str) -> None:
        """Write a SavedModel with the signature."""
        figures = tf.TensorSpec((1, len(self._head.enter)), tf.float32, name="figures")
        entry = tf.function(self.mood).get_concrete_function(figures)
        tf.saved_model.save(self, folder, signatures={ENTRY: entry})


def convert(head: Head, inputs: Table) -> bytes:
    """(n, d) inputs of the kind that it will see -> INT8 file, quantized after training."""

    def representative() -> Iterator[tuple[str, dict[str, Table]]]:
        yield ENTRY, {"figures": full_range((1, inputs.shape[1]), 1 / LEVELS)}
        for row in head.scaling.standardised(inputs):
            yield ENTRY, {"figures": row[None]}

    return as_int8(Graph(head).save, [ENTRY], representative)


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
    manifest = {
        **identity(path, content),
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
    return str(manifest["name"])
