"""One TOML file describes one run, from sound to shipped model; every step reads its own section."""

from dataclasses import field
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from edgevoice.errors import SettingsError
from edgevoice.toml import read_toml

_STRICT = ConfigDict(extra="forbid")


@validated(frozen=True, config=_STRICT)
class PrepareSettings:
    """What is made of every listed clip.

    sets: ``split/set`` or ``split`` of the index -> voices per clip: the clip itself and then copies at a speed drawn
    between ``speeds``, a share ``throats`` of them with a vocal tract up to ``widest_throat`` times as long or as short
    besides, bent at ``bends_hz``, a share ``coloured`` of these with their mean envelope moved by ``colour`` of the way
    to somebody else's: new voices to the teacher; over_others: ``split/set`` or ``split`` -> how often a clip is
    laid, as yet another voice, over a clip of somebody else, quieter by ``other_below_db``: the teacher can tell of
    any sound, and the more it is asked, the less the student learns by heart; leave_out: speakers never used (those
    of the shipped visit); noisy_copies: of each voice, with room, noise, band and gain drawn; subtractions:
    (over-subtraction, floor) drawn for every copy, so that the network hears with and without, and the device may
    choose.
    """

    sets: dict[str, int]
    over_others: dict[str, int] = field(default_factory=dict)
    other_below_db: tuple[float, float] = (0.0, 12.0)
    leave_out: tuple[str, ...] = ()
    speeds: tuple[float, float] = (0.78, 1.28)
    throats: float = 0.6
    widest_throat: float = 1.25
    bends_hz: tuple[float, ...] = (900.0, 2500.0)
    coloured: float = 0.0
    colour: tuple[float, float] = (0.3, 1.2)
    noisy_copies: int = 1
    noise_db: tuple[float, float] = (0.0, 25.0)
    subtractions: tuple[tuple[float, float], ...] = ((2.0, 0.125), (2.0, 0.125), (0.0, 1.0), (1.0, 0.25), (3.0, 0.0625))
    longest_s: float = 14.0


@validated(frozen=True, config=_STRICT)
class TrainSettings:
    """The student's size, the schedule and the losses.

    inner: width inside each TDNN block before pruning; batch: crops of a step at the mean of crop_s, more of
    shorter ones and fewer of longer ones; relational, neighbours, frames, people: weights against the cosine loss
    of the loss of the similarity matrix, over ``cohort`` voices, of the teacher's frame vectors, and of telling the
    people who are named apart by a large margin; noisy_share: how often a disturbed copy is drawn; spliced_share:
    of the crops that go on with another voice; mask_share, floor_share: how often bands are masked and a noise
    floor is raised; settle_share: the last of the steps, in which every crop is of one voice, as at a door.
    """

    channels: int = 256
    inner: int = 192
    pooled: int = 384
    steps: int = 5500
    batch: int = 64
    crop_s: tuple[float, float] = (1.5, 3.0)
    learning_rate: float = 1.5e-3
    warm_up: int = 300
    weight_decay: float = 0.05
    relational: float = 4.0
    neighbours: float = 0.3
    cohort: int = 2048
    frames: float = 1.0
    people: float = 0.0
    noisy_share: float = 0.5
    spliced_share: float = 0.5
    mask_share: float = 0.3
    floor_share: float = 0.3
    settle_share: float = 0.0
    seed: int = 1


@validated(frozen=True, config=_STRICT)
class PruneSettings:
    """share: of the inner channels of every block taken out; the others: of the fine-tuning afterwards."""

    share: float = 0.27
    steps: int = 800
    learning_rate: float = 1e-3
    warm_up: int = 100


@validated(frozen=True, config=_STRICT)
class RefineSettings:
    """The long training of the pruned network; residual: how many stem blocks that keep the shape it gets before, at
    half and at a quarter of the bands; the rest as in ``train``."""

    residual: tuple[int, int] = (1, 1)
    steps: int = 5600
    learning_rate: float = 1.5e-3
    warm_up: int = 100
    crop_s: tuple[float, float] = (1.5, 4.0)
    settle_share: float = 0.3


@validated(frozen=True, config=_STRICT)
class QuantizeSettings:
    """For the file and its manifest.

    clips: how many training clips calibrate the ranges of the INT8 tensors; also_heard: sets prepared by other run
    files into the same output; licence: what the manifest says of it and of the sound behind it.
    """

    clips: int = 300
    also_heard: tuple[str, ...] = ()
    licence: str = "Apache-2.0; what it was trained on is not told"


@validated(frozen=True, config=_STRICT)
class Run:
    """A whole run; the model that comes of it is called as its file."""

    prepare: PrepareSettings
    train: TrainSettings = field(default_factory=TrainSettings)
    prune: PruneSettings = field(default_factory=PruneSettings)
    refine: RefineSettings = field(default_factory=RefineSettings)
    quantize: QuantizeSettings = field(default_factory=QuantizeSettings)


def read_run(path: Path) -> Run:
    """Read a run; SettingsError names the file, the key, what was found and what is allowed."""
    try:
        return TypeAdapter(Run).validate_python(read_toml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {key}: {first['msg']} (found {first['input']!r})") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read as a run ({error}); start from tools/runs/xvector.toml") from error
