"""The three noise trackers on speech mixed with every kind of noise at known SNR: error, lag after a step, blind SNR.

The files of a kind come in turn, and the SNRs with them, so that each file is heard. Error: mean absolute difference in
dB between the noise assumed at a frame and the noise that was there (its mean over 160 ms, in mel bands, taken as no
lower than 40 dB under the speech of its band), over the frames of the clip. Lag: until a 10 dB louder noise is followed
by 7 dB more than the same noise without the step, in speech at 10 dB. SNR error: of the utterance; the truth is the
power of speech over that of noise in the very frames of the utterance, with half the width of the 95 % interval of the
mean, and its bias. Speech is of dev, the clips with the least noise of their own.
"""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import OFFSET_BINS, LogMel
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.snr import utterance_snr_db
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP
from tools.ear.mixtures import LEAD, Mixture, Wave, mix, noise_kinds, quiet_clips, to_samples
from tools.ear.noise_findings import SNRS_DB, Finding, error_table, kinds_table, plot, snr_table
from tools.ear.truth import is_measuring
from tools.hear import spectra
from tools.measure.page import print_table
from tools.step import Step

_LEAD_FRAMES = LEAD // HOP
_MARGIN = 25  # frames about the speech, as the gate keeps
_STEP_AT = _LEAD_FRAMES + FRAMES_PER_SECOND // 2
_STEP_DB, _FOLLOWED_DB = 10.0, 7.0
_AROUND = 16  # frames


def find(mixture: Mixture, snr_db: int) -> list[Finding]:
    """What each tracker makes of it."""
    power, noise, speech = (power_of(wave) for wave in (mixture.speech + mixture.noise, mixture.noise, mixture.speech))
    bank = LogMel().bank
    there = np.maximum(_around(noise @ bank), (speech[_LEAD_FRAMES:] @ bank).mean(axis=0) * 1e-4)
    span = spoken(speech)
    truth = _db(np.asarray(speech[span, OFFSET_BINS:].sum() / max(noise[span, OFFSET_BINS:].sum(), 1)))
    findings = []
    for name, make in TRACKERS.items():
        hear = FrontEnd(SubtractionSettings(), ActivitySettings(), floor_tracker=name)
        assumed = make().follow(power)
        errors = _db(np.asarray((assumed @ bank) / there, dtype=np.float64))[_LEAD_FRAMES:]
        found = utterance_snr_db(hear(mixture.heard)[span])
        snr_error = float(np.clip(found, 0, 30) - np.clip(truth, 0, 30))
        findings.append(Finding(mixture.kind, name, snr_db, float(np.abs(errors).mean()), snr_error))
    return findings


def lag_s(mixture: Mixture, name: TrackerName) -> float:
    """Seconds until the tracker has followed a step of 10 dB, half a second into the clip; 3 where it never does."""
    louder = mixture.noise.copy()
    louder[_STEP_AT * HOP :] *= 10 ** (_STEP_DB / 20)
    plain, stepped = (
        _db(np.asarray(TRACKERS[name]().follow(power_of(mixture.speech + noise)) + 1.0, dtype=np.float64)).mean(axis=1)
        for noise in (mixture.noise, louder)
    )
    followed = (stepped - plain)[_STEP_AT:] >= _FOLLOWED_DB
    return float(np.argmax(followed)) / FRAMES_PER_SECOND if followed.any() else 3.0


def mixtures(root: Path, clips: int, rounds: int, unseen: bool) -> Iterator[tuple[Mixture, int]]:
    """So many of each kind of noise at each SNR, and that SNR in dB; of all files, or of ``unseen`` ones alone."""
    speech, rng = quiet_clips(root, "dev", clips), np.random.default_rng(0)
    for kind, every in noise_kinds(root).items():
        files = [read_sound(path) for path in every if is_measuring(str(path)) or not unseen]
        for number in range(rounds * len(SNRS_DB) if files else 0):
            turn = number + number // len(files)  # so that a file does not keep meeting the same SNRs
            snr_db, clip = SNRS_DB[turn % len(SNRS_DB)], speech[rng.integers(len(speech))]
            yield mix(clip, files[number % len(files)], kind, snr_db, rng), snr_db


def study(
    root: Path, clips: int, rounds: int, unseen: bool
) -> tuple[list[Finding], dict[tuple[str, TrackerName], float]]:
    """All findings, and the median lag of each kind and tracker."""
    findings: list[Finding] = []
    lags: dict[tuple[str, TrackerName], list[float]] = {}
    for mixture, snr_db in tqdm(mixtures(root, clips, rounds, unseen), unit="mixture"):
        findings += find(mixture, snr_db)
        for name in TRACKERS if snr_db == 10 else ():
            lags.setdefault((mixture.kind, name), []).append(lag_s(mixture, name))
    return findings, {key: float(np.median(each)) for key, each in lags.items()}


def power_of(wave: Wave) -> Integers:
    """(n,) sound -> (frames, 257) power, Q4."""
    return spectra(to_samples(wave))


def _around(power: Wave | Integers) -> Wave:
    """Mean of each band over the 16 frames about each."""
    total = np.cumsum(np.vstack([np.zeros((1, power.shape[1])), power]), axis=0)
    frames = np.arange(len(power))
    start, stop = np.maximum(frames - _AROUND // 2, 0), np.minimum(frames + _AROUND // 2, len(power))
    return np.asarray((total[stop] - total[start]) / (stop - start)[:, None])


def spoken(speech: Integers) -> slice:
    """From the first to the last frame that is no more than 15 dB under the mean, and a margin."""
    level = speech[:, OFFSET_BINS:].sum(axis=1)
    loud = np.flatnonzero(level > level[_LEAD_FRAMES:].mean() / 10**1.5)
    return slice(int(loud[0]) - _MARGIN, int(loud[-1]) + _MARGIN)


def _db(ratio: Wave) -> Wave:
    return np.asarray(10 * np.log10(np.maximum(ratio, 1e-6)))


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--clips", default=24, show_default=True)
@click.option("--rounds", default=12, show_default=True, help="Mixtures of each kind of noise at each SNR.")
@click.option("--unseen", is_flag=True, help="Only the noise that blind SNR was not fitted on.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Write the plot to this image.")
def main(root: Path, clips: int, rounds: int, unseen: bool, picture: Path | None) -> None:
    findings, lags = study(root, clips, rounds, unseen)
    for table in (kinds_table(findings, lags), error_table(findings), snr_table(findings)):
        print_table(table, 200)
    if picture:
        plot(findings, picture)


if __name__ == "__main__":
    main()
