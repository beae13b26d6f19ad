"""Trains the speech network and writes its integers, edgevoice/listening/activity.npz.

What it learns from is told in tools/ear/lessons.py: nothing of ``speech/dev`` or of the measuring half of the noise.
"""

from pathlib import Path
from zipfile import ZipFile, ZipInfo

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening import activity
from edgevoice.listening.activity import ActivitySettings, SpeechActivity
from edgevoice.listening.capture import Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.network import ACTIVATION_BITS
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.ear.lessons import read_material, scenes
from tools.ear.speech_network import SpeechNetwork
from tools.step import Step

SCENES_AT_ONCE = 16
LEARNING_RATE = 4e-3
SETTLE = 30  # frames before the noise is known: not learned from
CHECKED = 100  # scenes kept back, to tell how it goes


class _Recorder(SpeechActivity):
    """Keeps what the network would be fed."""

    def __init__(self) -> None:
        self.rows: list[NDArray[np.int8]] = []

    def __call__(self, bands: Integers, noise: Integers, periodicity: Integers) -> Integers:
        self.rows.append(activity.measure(bands, noise, periodicity).astype(np.int8))
        return np.zeros(len(bands), dtype=np.int64)


class _Measured(FrontEnd):
    """The device's front end up to the network."""

    def __init__(self) -> None:
        super().__init__(SubtractionSettings(), ActivitySettings())
        self.recorder = _Recorder()
        self._activity = self.recorder


def inputs(samples: Samples) -> NDArray[np.int8]:
    """One sound from a fresh start -> (inputs, frames)."""
    front_end = _Measured()
    front_end(samples)
    return np.concatenate(front_end.recorder.rows).T


def train(rows: NDArray[np.int8], truth: NDArray[np.float32], epochs: int) -> SpeechNetwork:
    """(scenes, inputs, frames), (scenes, frames) -> the network."""
    network = SpeechNetwork(rows.shape[1])
    steps = (len(rows) - CHECKED) // SCENES_AT_ONCE
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps, pct_start=0.1)
    rng = np.random.default_rng(0)
    for epoch in range(epochs):
        order = CHECKED + rng.permutation(len(rows) - CHECKED)
        for step in range(steps):
            chosen = order[step * SCENES_AT_ONCE : (step + 1) * SCENES_AT_ONCE]
            optimiser.zero_grad()
            _loss(network, rows[chosen], truth[chosen]).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            rates.step()
        with torch.no_grad():
            left = float(_loss(network, rows[:CHECKED], truth[:CHECKED]))
        click.echo(f"epoch {epoch + 1} of {epochs}: {left:.4f} nats a frame")
    return network


def _loss(network: SpeechNetwork, rows: NDArray[np.int8], truth: NDArray[np.float32]) -> Tensor:
    odds = network(torch.from_numpy(rows).float() / (1 << ACTIVATION_BITS))
    return functional.binary_cross_entropy_with_logits(odds[:, SETTLE:], torch.from_numpy(truth[:, SETTLE:]))


def write(path: Path, numbers: dict[str, NDArray[np.integer]]) -> None:
    """The file that the device reads: a ZIP of NumPy arrays."""
    with ZipFile(path, "w") as archive:
        for name, array in numbers.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def lessons(data: Path, count: int, seed: int) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """(scenes, inputs, frames), (scenes, frames)."""
    heard = [(inputs(scene.samples), scene.truth) for scene in scenes(read_material(data, seed), count, seed)]
    return np.array([rows for rows, _ in heard]), np.array([truth for _, truth in heard])


@click.command(cls=Step, help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path), default=activity.NUMBERS, help="The trained file.")
@click.option("--keep", type=click.Path(path_type=Path), default=None, help="File of lessons: read, or else written.")
@click.option("--scenes", "count", default=3500, show_default=True, help="Of 12 s each.")
@click.option("--epochs", default=12, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(data: Path, output: Path, keep: Path | None, count: int, epochs: int, seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    if keep is not None and keep.exists():
        stored = np.load(keep)
        rows, truth = stored["rows"], stored["truth"]
    else:
        rows, truth = lessons(data, count, seed)
        if keep is not None:
            np.savez(keep, rows=rows, truth=truth)
    hours = rows.shape[0] * rows.shape[2] / (3600 * FRAMES_PER_SECOND)
    click.echo(f"{hours:.1f} h of sound, {100 * truth.mean():.0f} % speech")
    write(output, train(rows, truth.astype(np.float32), epochs).as_integers())


if __name__ == "__main__":
    main()
