"""Name -> noise tracker."""

from collections.abc import Callable, Mapping
from typing import Literal

from edgevoice.listening.noise import MinimaControlledAverage, NoiseTracker
from edgevoice.listening.noise_histogram import LevelHistogram
from edgevoice.listening.noise_minimum import MinimumStatistics

TrackerName = Literal["minima-controlled", "minimum", "histogram"]

TRACKERS: Mapping[TrackerName, Callable[[], NoiseTracker]] = {
    "minima-controlled": MinimaControlledAverage,
    "minimum": MinimumStatistics,
    "histogram": LevelHistogram,
}
"""Each makes a fresh tracker for one stream."""
