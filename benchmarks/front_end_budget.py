"""What the front end costs on a Pi Zero 2 W, reckoned from counted operations; docs/front_end.md tells how."""

from dataclasses import dataclass

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edgevoice.listening.activity import NUMBERS
from edgevoice.listening.capture import SAMPLES_PER_BLOCK
from edgevoice.listening.features import BANDS, COEFFICIENTS
from edgevoice.listening.network import TAPS
from edgevoice.listening.noise import GROUP
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.voicing import Voicing
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP, WINDOW

# Assumed of one Cortex-A53 core at 1 GHz, not measured on a board: see docs/front_end.md.
PRODUCTS_A_SECOND = 0.25e9  # float64 multiply-adds in a product of small matrices
ELEMENTS_A_SECOND = 0.10e9  # elements of 8 bytes through one NumPy pass, from the second-level cache
CALL_SECONDS = 12e-6  # one NumPy call on a small array

_GROUPS = SAMPLES_PER_BLOCK / HOP / GROUP  # of frames, whose mean the noise is learned from, in a block
# What LogMel sees a frame: the power, the cleaned power, and the noise floor before the block and after each group.
_ROWS = 2 + (1 + _GROUPS) * HOP / SAMPLES_PER_BLOCK
_SHARE = 0.75  # of the spectrum's table: at even samples, half of it, every product serves two bins


@dataclass(frozen=True)
class Cost:
    """Of one stage: float64 multiply-adds and elements passed over, a frame; NumPy calls, a block."""

    products: float
    elements: float
    calls: float


def costs() -> dict[str, Cost]:
    """Stage -> its cost, products from the tables as they are, passes and calls read off the code."""
    lags = Voicing().table.shape
    return {
        "window": Cost(0, HOP, 5),
        "spectrum": Cost(_SHARE * Spectrum().table.size, 4 * WINDOW + 9 * BINS, 21),
        "groups of frames": Cost(0, 2 * BINS + 2 * BINS / GROUP, 9),
        "noise to take off": Cost(0, BINS + (8 + 20) * BINS / GROUP, 12 + 4 * _GROUPS),
        "noise floor": Cost(0, BINS + (12 + 16) * BINS / GROUP, 12 + 7 * _GROUPS),
        "subtraction": Cost(0, 6 * BINS, 6),
        "mel and log": Cost(0, _ROWS * (4 * BINS + (8 + 20) * (BANDS + 1)), 45),
        "cepstrum": Cost(BANDS * COEFFICIENTS, 5 * COEFFICIENTS, 5),
        "voicing": Cost(lags[0] * lags[1], 6 * lags[0] + lags[1], 14),
        "speech activity": _network(),
        "clipping, dropouts, offset": Cost(0, 12 * HOP, 16),
    }


def _network() -> Cost:
    """Its sums are float32, of which a core does twice as many at once: counted as if they were float64."""
    with np.load(NUMBERS) as numbers:
        products = sum(numbers[name].size for name in numbers.files if "weights" in name)
        outputs = sum(numbers[name].size for name in numbers.files if "bias" in name)
        layers = len(numbers["dilations"])
    return Cost(products, 12 * BANDS + (TAPS + 4) * outputs, 10 + 9 * layers)


@click.command(help=__doc__)
def main() -> None:
    blocks = FRAMES_PER_SECOND * HOP / SAMPLES_PER_BLOCK
    table = Table("stage", "multiply-adds", "elements", "calls", "ms", title="a second of sound on a Pi Zero 2 W")
    whole = [0.0] * 4
    for name, cost in costs().items():
        products, elements = FRAMES_PER_SECOND * cost.products, FRAMES_PER_SECOND * cost.elements
        calls = blocks * cost.calls
        seconds = products / PRODUCTS_A_SECOND + elements / ELEMENTS_A_SECOND + calls * CALL_SECONDS
        row = [products / 1e6, elements / 1e6, calls, 1000 * seconds]
        whole = [total + part for total, part in zip(whole, row, strict=True)]
        table.add_row(name, *_shown(row))
    table.add_section()
    table.add_row("together", *_shown(whole))
    Console().print(table)
    Console().print(f"{whole[3] / 10:.1f} % of one of its four cores")


def _shown(row: list[float]) -> list[str]:
    return [f"{row[0]:.2f} M", f"{row[1]:.2f} M", f"{row[2]:.0f}", f"{row[3]:.1f}"]


if __name__ == "__main__":
    main()
