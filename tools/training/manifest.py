"""What a model says of itself, ``MODEL.json`` beside ``MODEL.tflite``."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from edgevoice.listening.listen import FRONT_END
from tools.made_of import whole


def identity(model: Path, content: bytes) -> dict[str, object]:
    """The first keys of every manifest: its name, which another file never has, and the front end that it hears by."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"name": f"{model.stem}-{sha256[:8]}", "sha256": sha256, "front_end": FRONT_END}


def read_manifest(model: Path) -> dict[str, object]:
    """As it is written."""
    manifest: dict[str, object] = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    return manifest


def write_manifest(model: Path, manifest: Mapping[str, object]) -> None:
    """Beside the model, whole or not at all."""
    with whole(model.with_suffix(".json")) as part:
        part.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
