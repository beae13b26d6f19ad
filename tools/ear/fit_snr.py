"""Trains the network of blind SNR and writes its integers, edgevoice/listening/shares.npz.

What it learns from is told in tools/ear/snr_lessons.py: nothing of ``speech/dev`` or of the measuring half of the
noise. It is to be right in each frame's share of speech and, above all, in the ratio that all shares come to. Steady
noise counts more than single events, most below 12 dB, where the gates of the door and of enrolment decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening import shares
from edgevoice.listening.capture import Samples
from edgevoice.listening.network import ACTIVATION_BITS
from tools.ear.events import Events, read_events
from tools.ear.fit_activity import write
from tools.ear.noise_findings import STEADY
from tools.ear.snr_lessons import MADE_NOISE, Lesson, lessons, quietest_clips, read_noise, varied_clips
from tools.ear.speech_network import SpeechNetwork
from tools.step import Step

Floats = NDArray[np.float64]

DILATIONS, CHANNELS = (1, 2, 4, 8, 16), 64
AT_ONCE = 16
LEARNING_RATE = 3e-3
SHARES_WEIGH = 4.0  # dB of the utterance's ratio that a nat of a frame's share is worth
EVENTS_WEIGH, LOW_WEIGHS, LOW_DB = 0.8, 1.5, 12.0
_LIMITS_DB = (-4.0, 34.0)
_BEYOND_DB = 2.0  # of these limits on the same side as the truth, nothing is wrong
_LARGE_DB = 10.0  # what an error is more than this counts half
_JITTER, _SHORTEST, _SHORT_SHARE = 20, 130, 0.2  # frames; an utterance in five is cut, as a short pause does


@dataclass(frozen=True, eq=False)
class Example:
    """rows: (frames / 2, inputs) what the network is fed; power: (frames,) over the loudest; share: (frames,) true part
    of speech in it; snr_db: the truth; weight: what an error counts."""

    rows: NDArray[np.int8]
    power: Floats
    share: Floats
    snr_db: float
    weight: float


def examples(
    clips: list[Samples], noise: dict[str, list[Samples]], events: Events, count: int, seed: int
) -> list[Example]:
    """So many, of two cuts of each lesson."""
    rng, found, half = np.random.default_rng(seed), [], (count + 1) // 2
    for lesson in tqdm(lessons(clips, noise, events, half, seed), total=half, unit="mixture"):
        found += [example(lesson, *_cut(lesson, rng)) for _ in range(2)]
    return found[:count]


def example(lesson: Lesson, first: int, last: int) -> Example:
    """These frames of a mixture as an utterance."""
    span = slice(first, last)
    frames, speech, noise = lesson.frames[span], lesson.speech[span], lesson.noise[span]
    level = (frames.snr + frames.noise) / (1 << LOG2_BITS)
    snr_db = float(10 * np.log10(max(speech.sum(), 1) / max(noise.sum(), 1)))
    share = speech / np.maximum(speech + noise, 1e-9)
    rows = shares.measure(frames).astype(np.int8)
    return Example(rows, 2.0 ** (level - level.max()), share, snr_db, _weight(lesson.kind, snr_db))


def _cut(lesson: Lesson, rng: np.random.Generator) -> tuple[int, int]:
    first = max(lesson.first + int(rng.integers(-_JITTER, _JITTER + 1)), 0)
    last = min(lesson.last + int(rng.integers(-_JITTER, _JITTER + 1)), len(lesson.frames))
    if rng.random() < _SHORT_SHARE:
        last = min(last, first + int(rng.integers(_SHORTEST, 3 * _SHORTEST)))
    return first, last


def _weight(kind: str, snr_db: float) -> float:
    if kind not in STEADY and kind != MADE_NOISE:
        return EVENTS_WEIGH
    return LOW_WEIGHS if snr_db < LOW_DB else 1.0


def train(found: list[Example], epochs: int) -> SpeechNetwork:
    """The network, taught examples of like length at once."""
    network = SpeechNetwork(shares.INPUTS, DILATIONS, CHANNELS)
    steps = len(found) // AT_ONCE
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-2)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps, pct_start=0.1)
    rng, lengths = np.random.default_rng(0), np.array([len(each.rows) for each in found])
    for epoch in range(epochs):
        order = np.argsort(lengths + rng.uniform(-30, 30, len(lengths)))[: steps * AT_ONCE].reshape(steps, AT_ONCE)
        error = 0.0
        for chosen in rng.permutation(order):
            optimiser.zero_grad()
            loss, wrong_db = _loss(network, [found[place] for place in chosen])
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            rates.step()
            error += wrong_db / steps
        click.echo(f"epoch {epoch + 1} of {epochs}: {error:.2f} dB")
    return network


def _loss(network: SpeechNetwork, found: Sequence[Example]) -> tuple[Tensor, float]:
    """What is to be made small, and the mean error in dB."""
    rows, power, share = _together(found)
    odds = network(rows)[:, shares.AHEAD :].repeat_interleave(shares.EVERY, dim=1)[:, : power.shape[1]]
    speech, noise = ((power * torch.sigmoid(each)).sum(dim=1) + 1e-12 for each in (odds, -odds))
    error = _errors(10 * torch.log10(speech / noise), torch.tensor([each.snr_db for each in found]))
    weight = torch.tensor([each.weight for each in found])
    there = (power > 0).float()
    each_counts = power / power.sum(dim=1, keepdim=True) + there / there.sum(dim=1, keepdim=True)
    wrong = functional.binary_cross_entropy_with_logits(odds, share, reduction="none")
    nats = (wrong * each_counts).sum(dim=1) / 2
    return (error * weight).mean() + SHARES_WEIGH * nats.mean(), float(error.detach().mean())


def _errors(found: Tensor, true: Tensor) -> Tensor:
    """(n,), (n,) dB -> (n,) size of the error, none where both lie beyond the same limit."""
    low, high = _LIMITS_DB[0] + _BEYOND_DB, _LIMITS_DB[1] - _BEYOND_DB
    beyond = ((true > high) & (found > high)) | ((true < low) & (found < low))
    size = (found - true.clamp(*_LIMITS_DB)).abs().masked_fill(beyond, 0.0)
    return torch.where(size > _LARGE_DB, (size + _LARGE_DB) / 2, size)


def _together(found: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """(n, inputs, longest + AHEAD) rows as the network's units; (n, 2 longest) power, share."""
    longest = max(len(each.rows) for each in found)
    rows = np.zeros((len(found), shares.INPUTS, longest + shares.AHEAD), dtype=np.float32)
    power = np.zeros((len(found), longest * shares.EVERY), dtype=np.float32)
    share = np.full_like(power, 0.5)
    for place, each in enumerate(found):
        rows[place, :, : len(each.rows)] = each.rows.T
        power[place, : len(each.power)], share[place, : len(each.share)] = each.power, each.share
    return torch.from_numpy(rows) / (1 << ACTIVATION_BITS), torch.from_numpy(power), torch.from_numpy(share)


@click.command(cls=Step, help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path), default=shares.NUMBERS, help="The trained file.")
@click.option(
    "--packages", type=click.Path(path_type=Path), default="build/events", help="Folder of Debian's packages."
)
@click.option("--quietest", default=16000, show_default=True, help="Utterances of the quietest clips.")
@click.option("--varied", default=16000, show_default=True, help="Utterances of many people's.")
@click.option("--epochs", default=10, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(data: Path, output: Path, packages: Path, quietest: int, varied: int, epochs: int, seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    noise = read_noise(data)
    events = read_events(packages, noise)
    found = examples(quietest_clips(data), noise, events, quietest, seed)
    found += examples(varied_clips(data), noise, events, varied, seed + 1)
    write(output, train(found, epochs).as_integers())


if __name__ == "__main__":
    main()
