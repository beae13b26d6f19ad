"""What all pictures of the page have in common: matplotlib without a screen, and images inside the page."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

WIDTH = 10.0  # inches
BLUE, ORANGE, GREEN, RED, GREY = "#2f6fb0", "#e07b1f", "#3a923a", "#c0392b", "#8a8f98"
_DPI = 110

Matrix = NDArray[np.float64]


def sheet(rows: Sequence[float], width: float = WIDTH) -> tuple[Figure, list[Axes]]:
    """A figure with one axes a row, as high as ``rows`` says in inches."""
    figure = Figure(figsize=(width, sum(rows) + 0.35), layout="constrained")
    grid = figure.subplots(len(rows), 1, sharex=True, squeeze=False, height_ratios=list(rows))
    axes = [row[0] for row in grid]
    for axis in axes:
        dress(axis)
    return figure, axes


def dress(axis: Axes) -> None:
    """Light spines, small ticks."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color("#b9bec7")
    axis.tick_params(labelsize=8, color="#b9bec7", labelcolor="#444")
    axis.margins(x=0)


def line(axis: Axes, times_s: Matrix, values: Matrix, quantity: str, color: str = BLUE, label: str = "") -> None:
    """A curve with a name on the y axis."""
    axis.plot(times_s, values, linewidth=0.9, color=color, label=label)
    axis.set_ylabel(quantity, fontsize=9)
    axis.grid(axis="y", linewidth=0.3)


def image(
    axis: Axes,
    values: Matrix,
    extent: tuple[float, float, float, float],
    labels: tuple[str, str],
    span: tuple[float, float] | None = None,
    colours: str = "magma",
) -> None:
    """A matrix (rows upwards, time) as colours; labels: of the y axis and of the colours."""
    low, high = span if span else (float(np.quantile(values, 0.02)), float(np.quantile(values, 0.98)))
    picture = axis.imshow(
        values,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=colours,
        vmin=low,
        vmax=max(high, low + 1e-9),
        interpolation="nearest",
    )
    axis.set_ylabel(labels[0], fontsize=9)
    bar = axis.figure.colorbar(picture, ax=axis, pad=0.01, aspect=12)
    bar.set_label(labels[1], fontsize=8)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_visible(False)


def seconds(axes: Sequence[Axes], length_s: float) -> None:
    """The time axis under the last of them."""
    axes[-1].set_xlim(0, length_s)
    axes[-1].set_xlabel("time (s)", fontsize=9)


def note(axis: Axes, text: str) -> None:
    """Instead of a picture: why there is none."""
    axis.text(0.5, 0.5, text, transform=axis.transAxes, ha="center", va="center", color=GREY, fontsize=10)
    axis.set_yticks([])


def as_uri(figure: Figure) -> str:
    """The figure as an image that lies inside the page."""
    out = io.BytesIO()
    figure.savefig(out, format="webp", dpi=_DPI, pil_kwargs={"quality": 82, "method": 4})
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode("ascii")
