"""Fits the two tables of blind SNR (edgevoice/listening/snr.py) and prints them.

Speech of speech/train with the least noise of its own, in the tuning half of the noise (tools/ear/truth.py), from -3 to
33 dB; measured on speech/dev in the other half by ``tools.ear.noise_trackers --unseen``. Least absolute error. Single
events count three tenths, since of what happens under the speech no level tells; steady noise below 9 dB, where the
gates of the door and of enrolment decide, counts twice.
"""

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from tqdm import tqdm

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.snr import depth_q16, excess_q16
from tools.ear.mixtures import draw_noise, mix, noise_kinds, quiet_clips
from tools.ear.noise_trackers import STEADY, power_of, spoken
from tools.ear.truth import is_measuring
from tools.prepare import front_end

Floats = NDArray[np.float64]

KNOT_DB = 4
KNOTS = (11, 8)
"""Of the excess and of the depth."""
EVENTS_WEIGH = 0.3
LOW_WEIGHS, LOW_DB = 2.0, 9
SMOOTH = 5.0
"""Mixtures of 1 dB error that a bend of 1 dB between three knots may save."""
_RISE_DB = 0.2  # of the excess's table, at least, from knot to knot
_ANCHOR = 3  # knot of the depth at which its table is 0, or a constant could go into either
_SNR_DB, _LIMITS_DB = (-3, 33), (-3, 33)
_DB = 10 * np.log10(2) / (1 << 16)


@dataclass(frozen=True, eq=False)
class Lessons:
    """(n,) excess and depth in dB, the true SNR in dB, and how much each weighs."""

    excess: Floats
    depth: Floats
    snr_db: Floats
    weight: Floats


def lessons(data: Path, count: int) -> Lessons:
    """So many mixtures, the kinds of noise in turn."""
    kinds = {kind: [f for f in files if not is_measuring(str(f))] for kind, files in noise_kinds(data).items()}
    kinds = {kind: files for kind, files in kinds.items() if files}
    clips, rng, rows = quiet_clips(data, "train", 60, seed=4), np.random.default_rng(2), []
    for number in tqdm(range(count), unit="mixture"):
        kind = list(kinds)[number % len(kinds)]
        snr_db = float(rng.uniform(*_SNR_DB))
        mixture = mix(clips[rng.integers(len(clips))], draw_noise(kinds[kind], rng), kind, snr_db, rng)
        speech, noise = power_of(mixture.speech), power_of(mixture.noise)
        span = spoken(speech)
        frames = front_end(mixture.heard)[span]
        level, true = frames.snr + frames.noise, 10 * np.log10(speech[span].sum() / max(int(noise[span].sum()), 1))
        measured = (_DB * excess_q16(level, frames.noise), _DB * depth_q16(level))
        rows.append((*measured, np.clip(true, *_LIMITS_DB), weight(kind, true)))
    return Lessons(*np.array(rows).T)


def weight(kind: str, snr_db: float) -> float:
    """What a mixture of this kind of noise and true SNR counts."""
    if kind not in STEADY:
        return EVENTS_WEIGH
    return LOW_WEIGHS if snr_db < LOW_DB else 1.0


def fit(found: Lessons) -> Floats:
    """Both tables, one after the other, in dB: the linear program of least absolute error.

    Unknowns: the knots, the error of each mixture and the size of each bend.
    """
    shares = np.hstack([_shares(found.excess, KNOTS[0]), _shares(found.depth, KNOTS[1])])
    bends = _bends()
    count, width, bent = *shares.shape, len(bends)
    error, bend = (np.eye(count, count + bent), np.eye(bent, count + bent, k=count))
    rising = np.zeros((KNOTS[0] - 1, width + count + bent))
    for knot in range(KNOTS[0] - 1):
        rising[knot, knot : knot + 2] = 1, -1
    upper = [np.hstack([sign * shares, -error]) for sign in (1, -1)]
    upper += [np.hstack([sign * bends, -bend]) for sign in (1, -1)]
    limits = np.concatenate([found.snr_db, -found.snr_db, np.zeros(2 * bent), np.full(KNOTS[0] - 1, -_RISE_DB)])
    anchor = np.eye(1, width + count + bent, k=KNOTS[0] + _ANCHOR)
    cost = np.concatenate([np.zeros(width), found.weight, np.full(bent, SMOOTH)])
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * width + [(0, None)] * (count + bent)
    solved = linprog(cost, np.vstack([*upper, rising]), limits, anchor, np.zeros(1), bounds, method="highs")
    return np.asarray(solved.x, dtype=np.float64)[:width]


def _shares(decibels: Floats, knots: int) -> Floats:
    """(n,) -> (n, knots) how much of each knot's value belongs to it."""
    place = np.clip(decibels / KNOT_DB, 0, knots - 1 - 1e-9)
    return np.asarray(np.maximum(1 - np.abs(place[:, None] - np.arange(knots)), 0))


def _bends() -> Floats:
    """Second differences within each table."""
    rows = []
    for first, knots in ((0, KNOTS[0]), (KNOTS[0], KNOTS[1])):
        for knot in range(first, first + knots - 2):
            row = np.zeros(sum(KNOTS))
            row[knot : knot + 3] = 1, -2, 1
            rows.append(row)
    return np.array(rows)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--count", default=700, show_default=True, help="Mixtures.")
def main(data: Path, count: int) -> None:
    """Run from the command line."""
    tenths: Integers = np.rint(10 * fit(lessons(data, count))).astype(np.int64)
    click.echo(f"excess: {tenths[: KNOTS[0]].tolist()}")
    click.echo(f"depth:  {tenths[KNOTS[0] :].tolist()}")


if __name__ == "__main__":
    main()
