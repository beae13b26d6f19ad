"""EER of the x-vector as speech gets shorter, noisier, clipped, off centre and broken: where the gates must lie.

Every clip of a few dev adults is enrolled as it is and tested after it was spoilt; a clip is judged as a whole, with no
gate in the way. Prints, for each degree, what Quality measures (median), the SNR it tells (median) and the share of
clips that the door's gates would not judge, beside the EER. Two voices in one clip:
the share of such clips, and of clips of one voice, whose pitch step passes each limit.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.door.decide import Rules
from edgevoice.door.gates import complaints
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.quality import Quality, assess
from edgevoice.listening.voicing import VOICED
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.embed import XVector
from tools.ear.mixtures import to_samples
from tools.hear import front_end
from tools.measure.metrics import eer
from tools.measure.page import titled_table
from tools.measure.trials import Selection, read_clips
from tools.step import Step

Floats = NDArray[np.float64]
Spoil = Callable[[Floats, float, np.random.Generator], Floats]

SEED = 5
FALSE_ALARMS = (0.01, 0.05, 0.1)


def noisy(wave: Floats, snr_db: float, rng: np.random.Generator) -> Floats:
    """White noise below the mean power of the clip."""
    noise = rng.standard_normal(len(wave)) * np.sqrt((wave**2).mean()) * 10 ** (-snr_db / 20)
    return np.asarray(wave + noise)


def clipped(wave: Floats, gain: float, rng: np.random.Generator) -> Floats:
    """So many times as loud as full scale allows."""
    return np.asarray(wave * (gain * 32767 / np.abs(wave).max()))


def off_centre(wave: Floats, share: float, rng: np.random.Generator) -> Floats:
    """An offset of so much of full scale under speech at a peak of -12 dBFS."""
    return np.asarray(wave * (8192 / np.abs(wave).max()) + share * 32767)


def broken(wave: Floats, share: float, rng: np.random.Generator) -> Floats:
    """20 ms of zeros, at random, over so much of the clip."""
    kept = wave.copy()
    for start in np.flatnonzero(rng.random(len(wave) // 320) < share) * 320:
        kept[start : start + 320] = 0
    return kept


SPOILERS: dict[str, tuple[Spoil, tuple[float, ...], Callable[[Quality], str]]] = {
    "white noise, SNR in dB": (noisy, (30, 20, 15, 10, 5, 0), lambda q: f"{q.snr_db:.1f} dB"),
    "clipping, times full scale": (clipped, (1, 2, 4, 8, 16), lambda q: f"{100 * q.clipped_share:.1f} %"),
    "offset, share of full scale": (off_centre, (0.05, 0.1, 0.3, 0.6), lambda q: f"{100 * q.offset_share:.1f} %"),
    "dropouts, share of the clip": (broken, (0.02, 0.05, 0.1, 0.2, 0.4), lambda q: f"{100 * q.dropped_share:.1f} %"),
}
SECONDS = (0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


def voice_of(model: XVector, frames: Frames) -> NDArray[np.float32]:
    """The embedding of what is speech from the first frame of it to the last."""
    spoken = np.flatnonzero(frames.speech)
    part = frames[int(spoken[0]) : int(spoken[-1]) + 1] if len(spoken) else frames
    return model.embed(part.mfcc).vector


def first_speech(frames: Frames, seconds: float) -> Frames:
    """From the first frame of speech on, until so much net speech has been said."""
    spoken = np.flatnonzero(frames.speech)
    wanted = round(FRAMES_PER_SECOND * seconds)
    if len(spoken) <= wanted:
        return frames
    return frames[int(spoken[0]) : int(spoken[wanted - 1]) + 1]


def equal_error(tested: Sequence[NDArray[np.float32]], enrolled: NDArray[np.float32], speaker: NDArray[np.str_]) -> str:
    """EER of every tested clip against every other clip as it is."""
    scores = np.array(tested) @ enrolled.T
    other = ~np.eye(len(speaker), dtype=bool)
    same = speaker[:, None] == speaker
    return f"{100 * eer(scores[same & other], scores[~same]):.1f} %"


def chosen(data: Path, speakers: int, clips: int) -> tuple[list[Samples], NDArray[np.str_]]:
    """So many clips of so many adults of dev/speechocean762, and who speaks in each."""
    listed = read_clips(data / "index.csv", Selection("dev/speechocean762", adults=True))
    names = list(dict.fromkeys(clip.speaker for clip in listed))[:speakers]
    wanted = [clip for name in names for clip in [c for c in listed if c.speaker == name][:clips]]
    return [read_sound(data / clip.path) for clip in wanted], np.array([clip.speaker for clip in wanted])


def two_voices(model: XVector, sounds: Sequence[Samples], speaker: NDArray[np.str_]) -> list[tuple[str, ...]]:
    """How many clips of two voices are found where so many clips of one are taken for two."""
    place = {name: np.flatnonzero(speaker == name).tolist() for name in dict.fromkeys(speaker.tolist())}
    names = list(place)
    ones = [disagreements(model, front_end(sound)) for sound in sounds]
    twos = []
    for i, name in enumerate(names):
        for a, b in zip(place[name], place[names[(i + 1) % len(names)]], strict=False):
            halves = sounds[a][: len(sounds[a]) // 2], sounds[b][len(sounds[b]) // 2 :]
            twos.append(disagreements(model, front_end(np.concatenate(halves))))
    one, two = np.array(ones), np.array(twos)
    rows: list[tuple[str, ...]] = []
    for share in FALSE_ALARMS:
        limits = np.quantile(one, 1 - share, axis=0)
        rows.append((f"{100 * share:.0f} %", *(f"{100 * found:.0f} %" for found in (two > limits).mean(axis=0))))
    return rows


def disagreements(model: XVector, frames: Frames) -> tuple[float, float]:
    """1 - cosine of the embeddings of the two halves; octaves between the mean pitch of their voiced frames."""
    half = len(frames) // 2
    first, second = frames[:half], frames[half:]
    unlike = 1 - float(voice_of(model, first) @ voice_of(model, second))
    pitch = [part.pitch_lag[(part.speech == 1) & (part.periodicity >= VOICED)] for part in (first, second)]
    if min(map(len, pitch)) == 0:
        return unlike, 0.0
    return unlike, abs(float(np.log2(pitch[0]).mean() - np.log2(pitch[1]).mean()))


@click.command(cls=Step, help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", "path", type=click.Path(path_type=Path, exists=True), required=True, help="xvector.tflite")
@click.option("--speakers", default=16, show_default=True)
@click.option("--clips", default=5, show_default=True, help="Of each speaker.")
def main(data: Path, path: Path, speakers: int, clips: int) -> None:
    model = XVector(path)
    sounds, speaker = chosen(data, speakers, clips)
    clean = [front_end(sound) for sound in sounds]
    enrolled = np.array([voice_of(model, frames) for frames in clean])
    as_it_is = (*judged([assess(frames) for frames in clean]), equal_error(list(enrolled), enrolled, speaker))
    rows: list[tuple[str, ...]] = [("as it is", "-", "-", *as_it_is)]
    for seconds in SECONDS:
        cuts = [first_speech(frames, seconds) for frames in clean]
        found = [assess(cut) for cut in cuts]
        median = float(np.median([quality.net_speech_s for quality in found]))
        tested = [voice_of(model, cut) for cut in cuts]
        figures = (*judged(found), equal_error(tested, enrolled, speaker))
        rows.append(("net speech in s", f"{seconds:g}", f"{median:.2f} s", *figures))
    rng = np.random.default_rng(SEED)
    for title, (spoil, degrees, tell) in SPOILERS.items():
        for degree in degrees:
            spoilt = [front_end(to_samples(spoil(sound.astype(np.float64), degree, rng))) for sound in sounds]
            found = [assess(frames) for frames in spoilt]
            middle = sorted(found, key=tell_number(tell))[len(found) // 2]
            tested = [voice_of(model, frames) for frames in spoilt]
            figures = (*judged(found), equal_error(tested, enrolled, speaker))
            rows.append((title, f"{degree:g}", tell(middle), *figures))
    told = f"{len(sounds)} clips of {speakers} adults, {model.manifest.name}"
    click.echo(titled_table(told, ("spoilt by", "degree", "measured", "SNR told", "not judged", "EER"), rows))
    headings = ("one voice taken for two", "two found by embeddings", "by pitch")
    click.echo("\n" + titled_table("two voices in one clip", headings, two_voices(model, sounds, speaker)))


def judged(found: Sequence[Quality]) -> tuple[str, str]:
    """Median SNR of some clips, and the share of them that the door's gates refuse."""
    refused = np.mean([bool(complaints(quality, Rules())) for quality in found])
    return f"{np.median([quality.snr_db for quality in found]):.0f} dB", f"{100 * refused:.0f} %"


def tell_number(tell: Callable[[Quality], str]) -> Callable[[Quality], float]:
    """The number of what is told, to sort by."""
    return lambda quality: float(tell(quality).split()[0])


if __name__ == "__main__":
    main()
