"""One set of clips under every hardship, short, noisy, far, with noise taken off or not: the EER of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from edgevoice.errors import AudioError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_clip
from edgevoice.listening.capture import Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.listen import ListeningSettings
from edgevoice.recognition.embed import XVector
from tools.made_of import made_of, source_hash
from tools.measure.conditions import Conditions, disturbed, heard_files
from tools.measure.embeddings import Embedded, cosines, read_embedded, write_embedded
from tools.measure.intervals import eer_interval
from tools.measure.metrics import Mask, Values, eer
from tools.measure.trials import Trials
from tools.peers import Vector

ON, OFF = SubtractionSettings(), SubtractionSettings(over_subtraction=0.0)
SUBTRACTIONS = {"on": ON, "off": OFF}


@dataclass(frozen=True)
class Hardship:
    """name: as the table has it; what is done to a clip."""

    name: str
    conditions: Conditions


@dataclass(frozen=True)
class Rates:
    """EER, 0..1, of pairs both under a hardship, with its 95 % interval, and of one clip whole and clean against one
    under it; failed: clips without an embedding."""

    both: float
    interval: tuple[float, float]
    enrolled_clean: float
    failed: int


def hardships(noise: Path, rooms: Path) -> tuple[Hardship, ...]:
    """The first is none."""
    lengths = [Hardship(f"{seconds} s", Conditions(seconds=seconds)) for seconds in (3, 2, 1)]
    levels = [Hardship(f"{snr_db} dB", Conditions(noise=noise, snr_db=snr_db)) for snr_db in (20, 10, 5, 0)]
    return (Hardship("whole, clean", Conditions()), *lengths, *levels, Hardship("in a room", Conditions(rooms=rooms)))


def embed_under(
    model: XVector, root: Path, paths: Sequence[str], wanted: Sequence[Hardship], cache: Path | None
) -> dict[tuple[str, str], Embedded]:
    """(hardship, subtraction) -> the clips' embeddings; ``cache``: folder that keeps them."""
    stored = {key: _stored(cache, model, root, paths, *key) for key in ((h, s) for h in wanted for s in SUBTRACTIONS)}
    missing = [key for key, path in stored.items() if path is None or not path.exists()]
    results: dict[tuple[Hardship, str], list[Vector | str]] = {key: [] for key in missing}
    for path in tqdm(paths if missing else (), unit="clip"):
        samples = read_sound(root / path)
        for hardship in dict.fromkeys(hardship for hardship, _ in missing):
            heard = disturbed(samples, path, hardship.conditions)
            for name in (name for other, name in missing if other == hardship):
                results[hardship, name].append(embed(model, heard, SUBTRACTIONS[name]))
    found = {}
    for key, file in stored.items():
        if key in results:
            embedded = Embedded.joined(results[key])
            if file is not None:
                write_embedded(file, embedded)
        else:
            assert file is not None
            embedded = read_embedded(file)
        found[key[0].name, key[1]] = embedded
    return found


def embed(model: XVector, samples: Samples, subtraction: SubtractionSettings) -> Vector | str:
    """The whole path of the device with another subtraction -> (d,) unit vector, or why there is none."""
    try:
        mfcc = hear_clip(samples, ListeningSettings(subtraction=subtraction))
    except AudioError as error:
        return str(error)
    return model.embed(mfcc).vector


def rates(clean: Embedded, hard: Embedded, trials: Trials) -> Rates:
    """Error rates of all pairs."""
    same = trials.is_target
    both = cosines(hard, hard, trials)
    speakers = (trials.speaker[trials.first], trials.speaker[trials.second])
    either_way = np.concatenate([cosines(clean, hard, trials), cosines(hard, clean, trials)])
    return Rates(
        _eer(both, same),
        eer_interval(both, same, speakers),
        _eer(either_way, np.concatenate([same, same])),
        len(hard.failed),
    )


def _eer(scores: Values, same: Mask) -> float:
    return eer(scores[same], scores[~same])


def _stored(
    cache: Path | None, model: XVector, root: Path, paths: Sequence[str], hard: Hardship, way: str
) -> Path | None:
    if cache is None:
        return None
    about = (
        model.manifest.sha256,
        model.manifest.doubt,
        source_hash(Path(__file__).with_name("conditions.py")),
        hard.conditions,
        SUBTRACTIONS[way],
    )
    return cache / f"hardship-{made_of(heard_files(root, paths, hard.conditions), paths, *about)}.npz"
