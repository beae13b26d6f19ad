"""A detection error trade-off plot (A. Martin et al., Eurospeech 1997): FRR over FAR on probit axes."""

from pathlib import Path

from scipy.stats import norm

from edgevoice.errors import SettingsError
from tools.measure.metrics import Curve

_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.4)


def plot(curves: dict[str, Curve], path: Path) -> None:
    """Write one curve a system, named, as an image; SettingsError without matplotlib or where it cannot be written."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - not installed beside the tests
    except ImportError as error:
        raise SettingsError("--plot needs matplotlib, which is not installed; run: make setup-tools") from error
    axes = (figure := Figure(figsize=(5, 5), layout="constrained")).subplots()
    for name, curve in curves.items():
        seen = (curve.far > 0) & (curve.frr > 0)  # probit has no place for 0
        axes.step(norm.ppf(curve.far[seen]), norm.ppf(curve.frr[seen]), where="post", label=name)
    lowest, highest = float(norm.ppf(_TICKS[0] / 2)), 0.0
    axes.plot([lowest, highest], [lowest, highest], color="0.7", linewidth=0.8, zorder=0)
    names = [f"{100 * tick:g} %" for tick in _TICKS]
    axes.set_xticks(norm.ppf(_TICKS), names)
    axes.set_yticks(norm.ppf(_TICKS), names)
    axes.set(xlim=(lowest, highest), ylim=(lowest, highest), xlabel="FAR", ylabel="FRR", aspect="equal")
    axes.grid(linewidth=0.3)
    axes.legend()
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: the plot cannot be written ({error}); wanted a name like det.png") from error
