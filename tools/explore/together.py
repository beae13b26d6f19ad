"""All clips side by side: the table, distributions, correlations, and how far apart they sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import librosa
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import spearmanr

from tools.explore.chapters import Picture
from tools.explore.draw import BLUE, GREY, as_uri, dress
from tools.explore.study import FIGURES, Study

FEWEST_TO_CORRELATE = 4
_COEFFICIENTS = slice(1, 20)
_EVERY = 2  # frames: 20 ms is fine enough to warp, and four times as fast
_MOST_NAMES = 40

Matrix = NDArray[np.float64]
Figures = dict[str, float | None]


@dataclass(frozen=True)
class Neighbours:
    """A clip, the clip most like it, and the distance."""

    name: str
    nearest: str
    distance: float


def pictures(studies: Sequence[Study], figures: Sequence[Figures]) -> tuple[list[Picture], list[Neighbours]]:
    """What is shown of two clips and more."""
    names = [each.clip.name for each in studies]
    distances = dtw_distances([each.heard.mfcc for each in studies])
    found = [Picture("Distributions", as_uri(_distributions(figures)), _DISTRIBUTIONS)]
    if len(studies) >= FEWEST_TO_CORRELATE:
        found.append(
            Picture(
                "Correlations",
                as_uri(_correlations(figures)),
                _CORRELATIONS.format(len(studies), 1.96 / np.sqrt(len(studies) - 1)),
            )
        )
    found.append(Picture("MFCC and DTW distances", as_uri(_distances(names, distances)), _DISTANCES))
    return found, _neighbours(names, distances)


def dtw_distances(mfcc: Sequence[Matrix]) -> Matrix:
    """(n frames, 40) of each clip -> (clips, clips) mean Euclidean distance along the best warping path, 0 on the
    diagonal. Coefficients 1 to 19 minus their mean, every 20 ms (H. Sakoe and S. Chiba, 1978)."""
    parts = [(each[:, _COEFFICIENTS] - each[:, _COEFFICIENTS].mean(axis=0))[::_EVERY].T for each in mfcc]
    distances = np.zeros((len(parts), len(parts)))
    for one, other in combinations(range(len(parts)), 2):
        costs, path = librosa.sequence.dtw(parts[one], parts[other], metric="euclidean")
        distances[one, other] = distances[other, one] = costs[-1, -1] / len(path)
    return distances


def correlations(figures: Sequence[Figures]) -> tuple[list[str], Matrix]:
    """The figures that differ between clips, and Spearman's rank correlation of each two, over the clips with both."""
    names = [name for name in FIGURES if len({row[name] for row in figures} - {None}) >= 2]
    values = np.array([[np.nan if row[name] is None else row[name] for name in names] for row in figures], float)
    found = np.eye(len(names))
    for one, other in combinations(range(len(names)), 2):
        both = np.isfinite(values[:, [one, other]]).all(axis=1)
        found[one, other] = found[other, one] = _spearman(values[both, one], values[both, other])
    return names, found


def _spearman(one: Matrix, other: Matrix) -> float:
    """NaN for fewer than FEWEST_TO_CORRELATE pairs, or where one of the two never changes."""
    if len(one) < FEWEST_TO_CORRELATE or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one, other).statistic)


def _distributions(figures: Sequence[Figures]) -> Figure:
    across = 4
    down = -(-len(FIGURES) // across)
    figure = Figure(figsize=(10, 1.55 * down), layout="constrained")
    for axis, (name, unit) in zip(figure.subplots(down, across).flat, FIGURES.items(), strict=False):
        dress(axis)
        values = [value for row in figures if (value := row[name]) is not None]
        axis.set_xlabel(f"{name} ({unit})", fontsize=8)
        axis.set_ylabel("clips", fontsize=8)
        if values:
            axis.hist(values, bins=min(12, max(4, len(values) // 2)), color=BLUE, alpha=0.75)
            axis.axvline(float(np.median(values)), color=GREY, linewidth=1, linestyle="--")
    for axis in figure.axes[len(FIGURES) :]:
        axis.set_visible(False)
    return figure


def _correlations(figures: Sequence[Figures]) -> Figure:
    names, found = correlations(figures)
    figure = Figure(figsize=(8.5, 7.2), layout="constrained")
    axis = figure.subplots()
    picture = axis.imshow(found, cmap="RdBu_r", vmin=-1, vmax=1)
    _name(axis, names)
    for (row, column), value in np.ndenumerate(found):
        if row != column and np.isfinite(value):
            colour = "white" if abs(value) > 0.6 else "#333"
            axis.text(
                column, row, f"{value:.1f}".replace("-0.0", "0.0"), ha="center", va="center", fontsize=7, color=colour
            )
    figure.colorbar(picture, ax=axis, shrink=0.7).set_label("Spearman's rank correlation", fontsize=8)
    return figure


def _distances(names: list[str], distances: Matrix) -> Figure:
    order = np.arange(len(names))
    if len(names) > 2:
        order = leaves_list(linkage(squareform(distances), "average")).astype(np.int64)
    side = min(9.0, 3.0 + 0.32 * len(names))
    figure = Figure(figsize=(side + 1.2, side), layout="constrained")
    axis = figure.subplots()
    apart = distances[~np.eye(len(names), dtype=bool)]
    picture = axis.imshow(
        distances[np.ix_(order, order)], cmap="viridis_r", vmin=float(apart.min()), vmax=float(apart.max())
    )
    if len(names) <= _MOST_NAMES:
        _name(axis, [_short(names[place]) for place in order])
    figure.colorbar(picture, ax=axis, shrink=0.7).set_label("DTW distance per step (octaves of power)", fontsize=8)
    return figure


def _name(axis: Axes, names: list[str]) -> None:
    """Both axes of a square."""
    axis.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axis.set_yticks(range(len(names)), names, fontsize=7)


def _short(name: str) -> str:
    return name if len(name) <= 26 else "…" + name[-25:]


def _neighbours(names: list[str], distances: Matrix) -> list[Neighbours]:
    others = distances + np.diag(np.full(len(names), np.inf))
    nearest = others.argmin(axis=1)
    found = [Neighbours(name, names[at], float(row[at])) for name, at, row in zip(names, nearest, others, strict=True)]
    return sorted(found, key=lambda each: each.distance)


_DISTRIBUTIONS = (
    "How each figure of the table is spread over the clips; dashed: the median. A clip without a value (no pitch, no "
    "speech) is not counted."
)
_CORRELATIONS = (
    "Do two figures rise together over the {} clips: 1 always, 0 not at all, -1 one rises where the other falls. Of so "
    "many clips values nearer to 0 than {:.1f} may well be chance, and among so many pairs a few beyond it, too. "
    "Blank: fewer than four clips have both."
)
_DISTANCES = (
    "How different two clips sound: their MFCC (ours, coefficients 1 to 19 minus the clip's mean) are warped onto each "
    "other in time (DTW), and the distance is averaged along the path. Dark is far, light is near; neighbours in the "
    "picture are alike (average linkage). The same words count as much here as the same voice."
)
