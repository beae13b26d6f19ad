"""What is looked up in what: music in its other encoding, speech encoded once more, and sounds that nobody stored."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.index import read_index

SECONDS = (1, 2, 3, 5)
SNRS_DB = (None, 20, 10, 5, 0)
"""None: clean."""
_SPEECH, _FILLER = "librispeech251", "speechocean762"
_OTHER_ENCODING = ".hq"
_QUIETEST = 100.0  # mean square of samples: a piece of a pause cannot be found by anybody


@dataclass(frozen=True)
class Query:
    """A piece of sound; answer: the recording that it is of, or None where the library has it not."""

    kind: str
    seconds: int
    snr_db: int | None
    answer: str | None
    sound: Samples


@dataclass(frozen=True)
class Trials:
    """recordings: name -> sound, what is stored; queries: in the order in which they are asked; strangers: of
    recordings that are not stored, by turns of two halves of them: one sets thresholds (even), one is counted (odd)."""

    recordings: dict[str, Samples]
    queries: list[Query]
    strangers: list[Query]


def make_trials(root: Path, count: int) -> Trials:
    """``count`` queries for each kind, length and SNR; SettingsError where the sound is not there."""
    rows = read_index(root, ("path", "kind", "split", "set", "label"))
    rng = np.random.default_rng(0)
    music = _other_encodings(rows)
    speech = _drawn(rows, "speech", _SPEECH, 2 * 30, rng)
    filler = _drawn(rows, "speech", _FILLER, 2 * 60, rng)
    sounds = _drawn(rows, "noise", None, 180, rng)
    strange = [*speech[1::2], *filler[1::2], *sounds[2::3]]
    if len(sounds) < 2 or len(strange) < 2:
        raise SettingsError(
            f"{root / 'index.csv'}: found {len(sounds)} noises and {len(strange)} recordings to leave out; "
            f"wanted two of each, and speech of the sets {_SPEECH} and {_FILLER}"
        )
    stored = [*music, *speech[::2], *filler[::2], *sounds[::3]]
    recordings = {path: read_sound(root / path) for path in stored}
    other = {path: read_sound(root / twin) for path, twin in music.items()}
    again = {path: encoded_again(recordings[path]) for path in speech[::2]}
    noises = [read_sound(root / path) for path in sounds[1::3]]
    queries = [
        Query(kind, seconds, snr_db, name, disturbed(piece, snr_db, noises, rng))
        for kind, of in (("music", other), ("speech", again))
        for seconds in SECONDS
        for snr_db in SNRS_DB
        for name, piece in _pieces(of, seconds, count, rng)
    ]
    halves = [{path: read_sound(root / path) for path in strange[half::2]} for half in (0, 1)]
    strangers = [
        Query("stranger", seconds, snr_db, None, disturbed(piece, snr_db, noises, rng))
        for seconds in SECONDS
        for snr_db in SNRS_DB
        for pair in zip(*(_pieces(half, seconds, -(-count // 2), rng) for half in halves), strict=False)
        for _, piece in pair
    ]
    return Trials(recordings, queries, strangers)


def encoded_again(sound: Samples) -> Samples:
    """(n,) through Opus, as libsndfile sets it up."""
    file = io.BytesIO()
    soundfile.write(file, sound, SAMPLE_RATE, format="OGG", subtype="OPUS")
    file.seek(0)
    decoded: Samples = soundfile.read(file, dtype="int16")[0]
    return decoded


def disturbed(sound: Samples, snr_db: int | None, noises: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """(n,) with a piece of one of the noises at this SNR, by the mean power of both; quieter where it would clip."""
    if snr_db is None:
        return sound
    noise = np.zeros(1)
    while np.square(noise).mean() < 1:
        chosen = noises[int(rng.integers(len(noises)))]
        noise = np.resize(np.roll(chosen, int(rng.integers(len(chosen)))), len(sound)).astype(np.float64)
    wave = sound.astype(np.float64)
    wave += noise * np.sqrt(np.square(wave).mean() / np.square(noise).mean() * 10 ** (-snr_db / 10))
    return np.asarray(np.rint(wave * min(1.0, 32000 / np.abs(wave).max())), dtype=np.int16)


def _other_encodings(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """The path of each work of music -> that of its other encoding."""
    music = {row["label"]: row["path"] for row in rows if row["kind"] == "music"}
    twins = {label.removesuffix(_OTHER_ENCODING): path for label, path in music.items() if _OTHER_ENCODING in label}
    if not twins:
        raise SettingsError("the index lists no music in two encodings; wanted labels with and without .hq")
    return {music[label]: path for label, path in twins.items()}


def _drawn(
    rows: Sequence[dict[str, str]], kind: str, name: str | None, count: int, rng: np.random.Generator
) -> list[str]:
    """So many paths of a kind, of the training split where there is one, in random order."""
    paths = sorted(
        row["path"] for row in rows if row["kind"] == kind and name in {None, row["set"]} and row["split"] != "dev"
    )
    return [paths[place] for place in rng.permutation(len(paths))[:count]]


def _pieces(
    sounds: dict[str, Samples], seconds: int, count: int, rng: np.random.Generator
) -> Iterator[tuple[str, NDArray[np.int16]]]:
    """So many pieces at random places, the sounds in turn, in an order drawn anew; none from sounds that are too short,
    none of silence."""
    length = seconds * SAMPLE_RATE
    long_enough = [name for name, sound in sounds.items() if len(sound) >= length + SAMPLE_RATE // 10]
    turns = rng.permutation(len(long_enough))
    given = tries = 0
    while given < count and long_enough and tries < 20 * count:
        name = long_enough[turns[tries % len(turns)]]
        start = int(rng.integers(len(sounds[name]) - length))
        piece = sounds[name][start : start + length]
        tries += 1
        if np.square(piece.astype(np.float64)).mean() >= _QUIETEST:
            given += 1
            yield name, piece
