"""Digits, step 2: train the network that hears them, make its INT8 file, choose the threshold, write the manifest.

The threshold lets in --far of wrong strings said by voices that training does not hear (one digit wrong), and no more
of free speech; both clean and at 10 dB.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import torch

from edgevoice.errors import SettingsError
from edgevoice.recognition.digits import DigitModel
from edgevoice.recognition.embed import Vector
from tools.digits.clips import CALIBRATION_SETS, FREE_SETS, Heard, Spoken, copies, digit_clips, free_clips
from tools.digits.network import CONTEXT, DigitNetwork
from tools.digits.plan import Use
from tools.digits.train import Lessons, coefficient_levels, convert, fit
from tools.digits.trials import Trial, try_all
from tools.measure.conditions import noise_files
from tools.step import Step
from tools.training.augment import Surroundings
from tools.training.int8 import describe
from tools.training.manifest import identity, read_manifest, write_manifest

LARGEST_FILE = 150_000
NOISE_DB = (3.0, 30.0)
RANGE_CLIPS = 200  # that show the converter the range of each tensor
FREE_CLIPS = 100  # of free speech that choose the threshold
DRAWS = 5  # of wrong strings for each clip that chooses the threshold
KOKORO_TIMES = 4  # as many copies of each of its clips, which are fewer, dearer and nearer to people


def surroundings(root: Path) -> Surroundings:
    """All rooms; the noises of esc10 alone, so that those of ``background`` are new when it is measured."""
    return Surroundings.read(noise_files(root / "rooms"), noise_files(root / "noise/esc10"), NOISE_DB)


def threshold(trials: list[Trial], far: float) -> float:
    """The lowest LLR that lets in at most ``far`` of either kind of wrong trial."""
    wrong = [llr for trial in trials for llr in trial.one_wrong]
    free = [llr for trial in trials if not trial.said for llr in trial.other]
    return max(float(np.quantile(kind, 1 - far, method="higher")) for kind in (wrong, free))


def calibrate(path: Path, clips: Sequence[Spoken], noise: Path, far: float) -> DigitModel:
    """Write into the manifest the threshold that these clips ask for."""
    model = DigitModel(path)
    trials = [trial for sound in (None, noise) for seed in range(DRAWS) for trial in try_all(model, clips, sound, seed)]
    write_manifest(path, read_manifest(path) | {"acceptance": {"far": far, "llr": round(threshold(trials, far), 3)}})
    return DigitModel(path)


def to_learn(spoken: Sequence[Spoken], root: Path, count: int, free: int, seed: int) -> list[Heard]:
    """Clips of digits with their disturbed copies, and of free speech with one each."""
    around = surroundings(root)
    kokoro = [clip for clip in spoken if clip.voice.startswith("kokoro")]
    clips = list(copies([clip for clip in spoken if clip not in kokoro], count, around, seed))
    clips += copies(kokoro, KOKORO_TIMES * count, around, seed + 2)
    clips += copies(free_clips(root, FREE_SETS, free, seed), 1, around, seed + 1)
    return clips


def first_manifest(
    path: Path, content: bytes, levels: Vector, spoken: Sequence[Spoken], far: float
) -> dict[str, object]:
    """The manifest, its threshold still to be found."""
    return {
        **identity(path, content),
        "levels_per_unit": [float(level) for level in levels],
        "context_frames": CONTEXT,
        "signatures": {name: asdict(one) for name, one in describe(content, ["digits"]).items()},
        "acceptance": {"far": far, "llr": 0.0},
        "training": {
            "method": "CTC on synthetic speech (espeak-ng, Kokoro-82M); real people saying digits: none",
            "voices": len({clip.voice for clip in spoken}),
            "strings": len(spoken),
            "free_speech": [*FREE_SETS],
        },
        "licence": "Apache-2.0",
    }


def train(weights: Path, resume: bool, clips: Sequence[Heard], lessons: Lessons) -> tuple[DigitNetwork, Vector]:
    """The network and its levels; both are kept in ``weights``, and taken from there to go on with."""
    torch.manual_seed(lessons.seed)
    network, levels = DigitNetwork(), coefficient_levels(clips)
    if resume:
        kept = torch.load(weights, weights_only=True)
        network.load_state_dict(kept["network"])
        levels = kept["levels"].numpy()
    fit(network, clips, levels, lessons)
    torch.save({"network": network.state_dict(), "levels": torch.from_numpy(levels)}, weights)
    return network, levels


def quantize(network: DigitNetwork, clips: Sequence[Heard], levels: Vector) -> bytes:
    """The INT8 file; SettingsError where it is too large."""
    drawn = np.random.default_rng(0).permutation(len(clips))[:RANGE_CLIPS]
    content = convert(network, [clips[clip] for clip in drawn], levels)
    if len(content) > LARGEST_FILE:
        raise SettingsError(f"the network takes {len(content)} bytes; at most {LARGEST_FILE} wanted; fewer channels")
    return content


@click.command(cls=Step, help=__doc__)
@click.option("--speech", type=click.Path(path_type=Path, exists=True), required=True, help="Of tools.digits_speech.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True, help="Where the files go.")
@click.option("--steps", default=1500, show_default=True)
@click.option("--minutes", default=600.0, show_default=True, help="Of training; the learning rate ends by then.")
@click.option("--copies", "count", default=2, show_default=True, help="Disturbed copies of a clip; Kokoro 4 times.")
@click.option("--free", default=400, show_default=True, help="Clips of free speech to train on.")
@click.option("--far", default=0.01, show_default=True)
@click.option("--resume", is_flag=True, help="Go on with the network in SPEECH/digits.pt, on new copies of the clips.")
@click.option("--threshold-only", is_flag=True, help="Keep the model in MODELS; choose its threshold again.")
def main(
    speech: Path,
    root: Path,
    models: Path,
    steps: int,
    minutes: float,
    count: int,
    free: int,
    far: float,
    resume: bool,
    threshold_only: bool,
) -> None:
    path = models / "digits.tflite"
    if not threshold_only:
        spoken = digit_clips(speech, Use.TRAIN)
        clips = to_learn(spoken, root, count, free, 1000 if resume else 0)
        click.echo(f"{len(spoken)} clips of digits, {len(clips)} with copies and free speech")
        lessons = Lessons(steps, minutes, learning_rate=0.0015 if resume else 0.003)
        network, levels = train(speech / "digits.pt", resume, clips, lessons)
        content = quantize(network, clips, levels)
        path.write_bytes(content)
        write_manifest(path, first_manifest(path, content, levels, spoken, far))
    kept_apart = digit_clips(speech, Use.CALIBRATE) + free_clips(root, CALIBRATION_SETS, FREE_CLIPS, 1)
    model = calibrate(path, kept_apart, root / "noise/background", far)
    click.echo(f"{path}: {model.manifest.name}, LLR {model.manifest.acceptance.llr} at {far:.1%}")


if __name__ == "__main__":
    main()
