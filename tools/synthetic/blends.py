"""New voices for training: weighted means of Kokoro's voices, each a stable identity that nobody else has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from rich.progress import track

from edgevoice.errors import SettingsError
from edgevoice.visit import read_script
from tools.index import COLUMNS
from tools.synthetic.kokoro import Engine, Voice, speak
from tools.synthetic.take import ROOMS, generator, take, write


@dataclass(frozen=True)
class Blend:
    """A new identity: a weighted mean of voices; the weights sum to 1."""

    name: str
    voices: tuple[str, ...]
    weights: tuple[float, ...]


def draw_blends(count: int, voices: list[str], seed: int) -> Iterator[Blend]:
    """Two or three voices each, weights from a flat Dirichlet distribution, none below 0.15."""
    for number in range(count):
        rng = generator(seed, name := f"blend-{number:05d}")
        chosen = rng.choice(voices, int(rng.integers(2, 4)), replace=False)
        weights = 0.15 + (1 - 0.15 * chosen.size) * rng.dirichlet(np.ones(chosen.size))
        yield Blend(name, tuple(str(voice) for voice in chosen), tuple(float(weight) for weight in weights))


def mix(blend: Blend, voices: dict[str, Voice]) -> Voice:
    """The voice of a blend."""
    parts = [np.float32(w) * voices[v] for v, w in zip(blend.voices, blend.weights, strict=True)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


def make_blends(
    engine: Engine, voices: dict[str, Voice], count: int, sentences: list[str], each: int, output: Path, seed: int
) -> Iterator[dict[str, str]]:
    """Write ``each`` sentences of ``count`` new voices; yield a row of the index for each, also for those found there.

    The voices of the visit are left out, so that a model trained on the blends has never heard the visit's people.
    """
    cast = {clip.voice for clip in read_script().clips}
    for blend in track(list(draw_blends(count, sorted(set(voices) - cast), seed)), "blends"):
        voice, rng = mix(blend, voices), generator(seed, f"{blend.name} says")
        for number, chosen in enumerate(rng.choice(len(sentences), each, replace=False)):
            path, speed = f"{blend.name}/{number}.opus", float(rng.uniform(0.85, 1.15))
            if not (output / path).exists():
                speech = speak(engine, voice, sentences[chosen], speed, "en-us")
                write(output / path, take(speech, ROOMS["study"], generator(seed, path)))
            length = f"{soundfile.info(output / path).duration:.2f}"
            row = (path, "speech", "synthetic", "blends", f"kokoro:{blend.name}", "", "", length, "Apache-2.0")
            yield dict(zip(COLUMNS, row, strict=True))


def read_sentences(path: Path, each: int) -> list[str]:
    """The lines of a text file that are not empty; raises SettingsError when they are fewer than one voice says."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if len(lines) < each:
        raise SettingsError(f"{path} has {len(lines)} sentences, a voice says {each} different ones; add some")
    return lines
