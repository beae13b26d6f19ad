"""Ranges of settings whose dataclass, shared with the training tools, states none itself."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from edgevoice.errors import SettingsError
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.utterance import UtteranceSettings

Section = TypeVar("Section", ActivitySettings, UtteranceSettings)

BY_UNIT = {"ms": (0, 60_000), "percent": (1, 99)}
"""The unit that ends a key -> lowest and highest."""
BY_KEY = {
    "onset_ms": (10, 1_000),
    "early_pause_ms": (100, 3_000),
    "hangover_ms": (50, 3_000),
    "longest_ms": (1_000, 60_000),
}
"""Where the unit alone would allow a door that never answers."""


def within(name: str) -> Callable[[Section], Section]:
    """A check that gives the section back, or raises SettingsError with the key, what was found and what is allowed."""

    def check(section: Section) -> Section:
        for key, found in asdict(section).items():
            lowest, highest = BY_KEY.get(key) or BY_UNIT[key.rsplit("_", 1)[-1]]
            if not lowest <= found <= highest:
                raise SettingsError(f"{name}.{key} is {found!r}; allowed is {lowest} to {highest}")
        return section

    return check


def consistent(utterance: UtteranceSettings) -> UtteranceSettings:
    """Raises SettingsError where two values contradict each other."""
    if utterance.onset_ms > utterance.onset_window_ms:
        raise SettingsError(
            f"listening.utterance.onset_ms is {utterance.onset_ms}; allowed is up to onset_window_ms, "
            f"which is {utterance.onset_window_ms}"
        )
    if utterance.margin_ms > utterance.hangover_ms:  # an utterance would end with frames that nobody has heard yet
        raise SettingsError(
            f"listening.utterance.margin_ms is {utterance.margin_ms}; allowed is up to hangover_ms, "
            f"which is {utterance.hangover_ms}"
        )
    if utterance.shortest_ms >= utterance.longest_ms:  # every utterance would be cut before it counts
        raise SettingsError(
            f"listening.utterance.shortest_ms is {utterance.shortest_ms}; allowed is less than longest_ms, "
            f"which is {utterance.longest_ms}"
        )
    return utterance
