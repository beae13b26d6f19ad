"""Sound files -> int16 mono at 16 kHz: WAV, FLAC, Opus and whatever else libsndfile reads."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edgevoice.errors import AudioError
from edgevoice.hardware.resample import FULL_SCALE, HIGHEST_RATE, LOWEST_RATE, Resampler, downmix
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, Samples

MOST_CHANNELS = 64


def read_sound(path: Path | str) -> Samples:
    """The whole file as (n,) int16 mono at 16 kHz, n >= 1; 32 kB a second of sound. Raises AudioError."""
    return np.concatenate(list(pieces(Path(path))))


def pieces(path: Path) -> Iterator[Samples]:
    """Pieces (1..1280,) mono at 16 kHz; never more than one piece of the file is in memory."""
    given = 0
    with open_sound(path) as file:
        resample = Resampler(file.samplerate)
        for frames in _frames(file, path):
            for samples in cut(resample(downmix(frames) * np.float32(FULL_SCALE))):
                given += len(samples)
                yield samples
        rest = resample(np.zeros(0, np.float32), last=True)
    yield from cut(rest)
    if not given + len(rest):
        raise AudioError(f"{path} holds no sound: found 0 samples, wanted speech; record it again.")


def _frames(file: soundfile.SoundFile, path: Path) -> Iterator[NDArray[np.float32]]:
    """Pieces (n, channels) of about 80 ms, -1..1; what a float file holds beyond that is clipped."""
    room = np.empty((-(-file.samplerate * SAMPLES_PER_BLOCK // SAMPLE_RATE), file.channels), dtype=np.float32)
    while count := _read(file, room, path):
        frames = room[:count]
        if not np.isfinite(frames).all():
            raise _unreadable(path, "it holds samples that are not numbers (NaN or infinity)")
        yield np.clip(frames, -1, 1)


def _read(file: soundfile.SoundFile, room: NDArray[np.float32], path: Path) -> int:
    try:
        count: int = file.buffer_read_into(room, dtype="float32")
    except (soundfile.SoundFileError, OSError) as error:
        raise _unreadable(path, f"it breaks off in the middle ({error})") from error
    return count


def open_sound(path: Path) -> soundfile.SoundFile:
    """An open file of a plausible format; raises AudioError."""
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a zero byte in the name
        raise AudioError(f"{path} cannot be read: there is no such file; check the name and the folder.") from error
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror}; check the name and who may read there.") from error
    if not path.is_file():
        raise _unreadable(path, "it is a folder" if path.is_dir() else "it is a device or a pipe")
    if not size:
        raise _unreadable(path, "the file is empty (0 bytes)")
    try:
        file = soundfile.SoundFile(path)
    except UnicodeEncodeError as error:
        legible = os.fsencode(path).decode(errors="backslashreplace")
        raise AudioError(
            f"{legible} cannot be read: its name holds bytes that are not {sys.getfilesystemencoding()}; rename it."
        ) from error
    except (soundfile.SoundFileError, OSError, TypeError) as error:  # TypeError: headerless .raw
        raise _unreadable(path, f"not a sound file that libsndfile knows ({error})") from error
    if LOWEST_RATE <= file.samplerate <= HIGHEST_RATE and file.channels <= MOST_CHANNELS:
        return file
    file.close()
    raise _unreadable(path, f"{file.samplerate} Hz and {file.channels} channels")


def _unreadable(path: Path, found: str) -> AudioError:
    return AudioError(
        f"{path} cannot be read: {found}; wanted WAV, FLAC, Opus or another sound file of {LOWEST_RATE} to "
        f"{HIGHEST_RATE} Hz with at most {MOST_CHANNELS} channels. Record it again or convert it to WAV."
    )


def cut(samples: Samples) -> Iterator[Samples]:
    """Runs of 80 ms, the last one shorter."""
    for start in range(0, len(samples), SAMPLES_PER_BLOCK):
        yield samples[start : start + SAMPLES_PER_BLOCK]
