"""Fingerprints of recordings side by side: each system from samples to a name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edgevoice.errors import ModelError
from edgevoice.listening.capture import Samples


@dataclass(frozen=True)
class Answer:
    """What a system says of a query. name: the recording that fits best, None for none; strength: how many hashes
    agree, as it counts them; accepted: whether its own rule calls that a match."""

    name: str | None
    strength: int
    accepted: bool


class Fingerprinter(Protocol):
    """A library of recordings with its own way of fingerprinting, sound being (n,) int16 at 16 kHz."""

    name: str

    def add(self, name: str, sound: Samples) -> None: ...
    def lookup(self, sound: Samples) -> Answer: ...
    def stored_bytes(self) -> int:
        """What it must keep of all recordings, without their names."""
        ...


def systems() -> dict[str, Callable[[], Fingerprinter]]:
    """Name -> what makes an empty library; ModelError where the peers are not installed."""
    try:
        from tools.fingerprints.audfprint import Audfprint  # noqa: PLC0415 -- not installed beside the tests
        from tools.fingerprints.dejavu import Dejavu  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(f"{error.name} is not installed, and is needed here; run: make setup-tools") from error
    from tools.fingerprints.ours import Ours  # noqa: PLC0415

    return {"edgevoice": Ours, "audfprint2": Audfprint, "pydejavu-rollong": Dejavu}
