"""A lookup as an SVG drawing: both constellations, one over the other, and the histogram of offsets."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np

from edgevoice.errors import StorageError
from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.constellation import Peaks
from edgevoice.recognition.landmarks import Landmarks
from edgevoice.recognition.recordings import KEPT_RANK, Library, Place

WIDTH, HEIGHT, MARGIN = 960, 620, 60  # of the drawing, in pixels
_SKY = (50, 300)  # top and height of the constellations
_BARS = (420, 140)  # and of the histogram
_HISTOGRAM_BINS = 192
_KHZ = (0, 2, 4, 6, 8)
_STYLE = (
    "text{font:13px sans-serif;fill:#333}.kept{fill:none;stroke:#1f77b4;stroke-width:1.4}.heard{fill:#999}"
    ".both{fill:#d62728}.bar{fill:#999}.top{fill:#d62728}.axis{stroke:#333;fill:none}"
)


def save_match(path: Path, file: str, heard: Landmarks, library: Library, place: Place | None) -> None:
    """Draw where the sound fits best; StorageError where the file cannot be written."""
    try:
        path.write_text("\n".join(_drawing(file, heard, library, place)) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}; name another file with --plot") from error


def _drawing(file: str, heard: Landmarks, library: Library, place: Place | None) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    yield f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="white"/>'
    if place is None:
        yield _text(MARGIN, 30, f"{file}: not one hash is known")
    else:
        fit = f"{place.hits} of {place.kept} peaks within {place.span / FRAMES_PER_SECOND:.2f} s"
        yield _text(MARGIN, 30, f"{file} at {place.offset / FRAMES_PER_SECOND:.2f} s of {place.name}: {fit}")
        yield from _sky(heard, library.peaks(place), place.offset)
        yield from _histogram(library.begins(place, heard), place.offset)
    yield "</svg>"


def _sky(heard: Landmarks, kept: Peaks, offset: int) -> Iterator[str]:
    """What was heard as dots, what is kept as circles; red where a dot lies within a frame and a bin of a circle."""
    top, height = _SKY
    across = (WIDTH - 2 * MARGIN) / max(heard.length, 1)

    def x(frame: int) -> float:
        return MARGIN + across * (frame + 0.5)

    def y(peak: int) -> float:
        return top + height * (1 - peak / BINS)

    circles = {(f - offset, b) for f, b in zip(kept.frames.tolist(), kept.bins.tolist(), strict=True)}
    dots = heard.peaks[heard.peaks.ranks < 2 * KEPT_RANK]
    for frame, peak in zip(dots.frames.tolist(), dots.bins.tolist(), strict=True):
        near = any((frame + later, peak + higher) in circles for later in (-1, 0, 1) for higher in (-1, 0, 1))
        yield f'<circle class="{"both" if near else "heard"}" cx="{x(frame):.1f}" cy="{y(peak):.1f}" r="2.2"/>'
    for frame, peak in sorted(circles):
        if 0 <= frame < heard.length:
            yield f'<circle class="kept" cx="{x(frame):.1f}" cy="{y(peak):.1f}" r="4.5"/>'
    yield f'<path class="axis" d="M{MARGIN} {top}V{top + height}H{WIDTH - MARGIN}"/>'
    for khz in _KHZ:
        yield _text(8, y(round(khz / 8 * (BINS - 1))) + 4, f"{khz} kHz")
    yield _text(MARGIN, top + height + 18, "0 s")
    yield _text(WIDTH - MARGIN - 40, top + height + 18, f"{heard.length / FRAMES_PER_SECOND:.2f} s")
    yield _text(
        MARGIN, top + height + 38, "circles: kept of the recording; dots: heard; red: both, within 10 ms and 31 Hz"
    )


def _histogram(begins: Integers, offset: int) -> Iterator[str]:
    """How many hashes say that the sound begins at each time of the recording."""
    top, height = _BARS
    low, high = min(int(begins.min()), offset - 100), max(int(begins.max()), offset + 100)
    counts, edges = np.histogram(begins, bins=_HISTOGRAM_BINS, range=(low, high + 1))
    wide = (WIDTH - 2 * MARGIN) / _HISTOGRAM_BINS
    for number, count in enumerate(counts.tolist()):
        tall = height * count / counts.max()
        name = "top" if edges[number] <= offset < edges[number + 1] else "bar"
        place = f'x="{MARGIN + wide * number:.1f}" y="{top + height - tall:.1f}"'
        yield f'<rect class="{name}" {place} width="{wide * 0.9:.1f}" height="{tall:.1f}"/>'
    yield f'<path class="axis" d="M{MARGIN} {top}V{top + height}H{WIDTH - MARGIN}"/>'
    yield _text(8, top + 12, str(counts.max()))
    yield _text(MARGIN, top + height + 18, f"{low / FRAMES_PER_SECOND:.1f} s")
    yield _text(WIDTH - MARGIN - 40, top + height + 18, f"{high / FRAMES_PER_SECOND:.1f} s")
    yield _text(
        MARGIN,
        top + height + 38,
        "hashes that place the beginning of the sound at each time of the recording; red: taken",
    )


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
