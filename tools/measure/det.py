"""A detection error trade-off plot (A. Martin et al., Eurospeech 1997): FRR over FAR on probit axes."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from edgevoice.errors import SettingsError
from tools.measure.metrics import Curve, Values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.4)
_FINEST = 0.015  # probits: two pixels
_BEYOND = 0.55  # rates outside of the plot


def plot(curves: dict[str, Curve], path: Path) -> None:
    """Write one curve a system, named, as an image; SettingsError without matplotlib or where it cannot be written."""
    try:
        from matplotlib import rcParams  # noqa: PLC0415 - not installed beside the tests
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError("--plot needs matplotlib, which is not installed; run: make setup-tools") from error
    rcParams.update({"svg.hashsalt": "edgevoice", "svg.fonttype": "none"})  # the same curves give the same file
    axes = (figure := Figure(figsize=(5.5, 5.5), layout="constrained")).subplots()
    for name, curve in curves.items():
        axes.step(*probits(curve), where="post", label=name, linewidth=1.2)
    lowest, highest = float(norm.ppf(_TICKS[0] / 2)), 0.0
    axes.plot([lowest, highest], [lowest, highest], color="0.7", linewidth=0.8, zorder=0)
    names = [f"{100 * tick:g} %" for tick in _TICKS]
    axes.set_xticks(norm.ppf(_TICKS), names)
    axes.set_yticks(norm.ppf(_TICKS), names)
    axes.set(xlim=(lowest, highest), ylim=(lowest, highest), xlabel="FAR", ylabel="FRR", aspect="equal")
    axes.grid(linewidth=0.3)
    axes.legend(fontsize=8)
    save(figure, path)


def save(figure: "Figure", path: Path) -> None:
    """Write a figure without the date, which would make every file another; SettingsError where it cannot be."""
    try:
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: the plot cannot be written ({error}); wanted a name like det.png") from error


def probits(curve: Curve) -> tuple[Values, Values]:
    """FAR and FRR on probit axes, without what has no place there (0) or the eye cannot tell."""
    seen = (curve.far > 0) & (curve.frr > 0) & (np.maximum(curve.far, curve.frr) < _BEYOND)
    places = norm.ppf(np.stack([curve.far[seen], curve.frr[seen]]))
    cells = np.round(places / _FINEST)
    new = np.ones(cells.shape[1], dtype=np.bool_)
    new[1:] = (cells[:, 1:] != cells[:, :-1]).any(axis=0)
    return places[0, new], places[1, new]
