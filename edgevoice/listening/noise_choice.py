"""Name -> noise tracker."""

from collections.abc import Callable, Mapping
from typing import Literal

from edgevoice.listening.noise import TrackerByGroups
from edgevoice.listening.noise_average import MinimaControlledAverage
from edgevoice.listening.noise_histogram import LevelHistogram
from edgevoice.listening.noise_minimum import MinimumStatistics

TrackerName = Literal["minimum", "minima-controlled", "histogram"]

TRACKERS: Mapping[TrackerName, Callable[[], TrackerByGroups]] = {
    "minimum": MinimumStatistics,
    "minima-controlled": MinimaControlledAverage,
    "histogram": LevelHistogram,
}
"""Each makes a fresh tracker for one stream."""
