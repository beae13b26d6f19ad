"""The loop that trains: a student learns the teacher's space (float, on a GPU where there is one), and resumes."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from edgevoice.errors import SettingsError
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.made_of import made_of, whole
from tools.training.batches import Batches
from tools.training.corpus import Corpus, coefficient_scale, people
from tools.training.development import Development, development_eer
from tools.training.frame_targets import FrameBasis
from tools.training.lesson import Learner, Losses, embedding_losses, frame_loss, people_loss
from tools.training.mel_disturbance import MelDisturbance
from tools.training.optimizer import MuonAdamW
from tools.training.run_settings import TrainSettings
from tools.training.student import Student, as_input
from tools.training.together import PROCESSES, RANK, shared
from tools.training.xvector import Shape, XVector, context_frames

_SAVE_EVERY = 500
_LARGEST_NORM = 5.0  # of a gradient
_READ_HERE = ("development.npz", "frame_basis.npz")


def untrained(corpus: Corpus, settings: TrainSettings) -> Student:
    """A student of the settings' size, with the scale of this sound; the same seed gives the same weights."""
    torch.manual_seed(settings.seed)
    shape = Shape(channels=settings.channels, inner=(settings.inner,) * 5, pooled=settings.pooled)
    return Student(XVector(shape), coefficient_scale(corpus))


def folder_beside(output: Path, name: str) -> Path:
    """``OUTPUT/NAME``, made where it is not there, for a training of its own on the same sound."""
    folder = output / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in _READ_HERE:
        if not (folder / file).exists():
            (folder / file).symlink_to((output / file).resolve())
    return folder


def learning_rates(settings: TrainSettings) -> Iterator[float]:
    """Warm up, then half a cosine to zero."""
    for step in range(settings.steps):
        warm = min(1.0, (step + 1) / settings.warm_up)
        yield settings.learning_rate * warm * 0.5 * (1 + np.cos(np.pi * step / settings.steps))


def spliced_share(settings: TrainSettings, step: int) -> float:
    """How many crops of this step go on with another voice: none of the last ones."""
    settles = step >= (1 - settings.settle_share) * settings.steps
    return 0.0 if settles else settings.spliced_share


def fit(
    student: Student,
    corpus: Corpus,
    settings: TrainSettings,
    output: Path,
    step_name: str,
    root: Path,
    source: Student | None = None,
) -> Student:
    """Train from where the student (or the checkpoint ``OUTPUT/STEP.pt``) stands, in place.

    source: what the student was made of, where it was; SettingsError for a checkpoint of another source, other settings
    or other voices.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    development = Development(root, output / "development.npz")
    checkpoint = output / f"{step_name}.pt"
    learner = Learner(student.network.train()).to(device)
    optimizer = MuonAdamW(learner, settings.weight_decay)
    key = made_of((), settings, source.key() if source else "", hashlib.sha256(corpus.taught.tobytes()).hexdigest())
    first = _resume(checkpoint, learner, optimizer, key)
    torch.manual_seed(int(np.random.SeedSequence((settings.seed, first, RANK)).generate_state(1)[0]))
    together = shared(learner)
    context = context_frames(student.network.shape)
    batches = Batches(corpus, student.scale, settings.noisy_share, (settings.seed, first, RANK), context)
    rng = np.random.default_rng((settings.seed, first, RANK))
    lengths = np.random.default_rng((settings.seed, first))  # the same in every process: they wait for each other
    disturb = MelDisturbance(student.scale, settings).to(device)
    deviation = torch.from_numpy(FrameBasis.load(output / "frame_basis.npz").deviation).to(device)
    means, whose = people(corpus)
    named = torch.from_numpy(means).to(device)
    schedule = list(learning_rates(settings))
    progress = tqdm(
        range(first, settings.steps), initial=first, total=settings.steps, unit="step", mininterval=10, disable=RANK > 0
    )
    for step in progress:
        crop_s = lengths.uniform(*settings.crop_s)
        count = round(settings.batch * sum(settings.crop_s) / 2 / crop_s / PROCESSES)
        batch = batches.draw(count, int(crop_s * FRAMES_PER_SECOND) + context, spliced_share(settings, step))
        cohort = corpus.taught[rng.integers(len(corpus.taught), size=settings.cohort)]
        with torch.autocast(device.type, torch.bfloat16):
            embedding, frames = together(disturb(as_input(batch.crops, device)))
        targets, others = (torch.from_numpy(part).to(device) for part in (batch.taught, cohort))
        person = torch.from_numpy(np.where(batch.voice < 0, -1, whose[batch.voice])).to(device)
        losses = Losses(
            *embedding_losses(embedding.float(), targets, others),
            frame_loss(frames, torch.from_numpy(batch.frames).to(device), deviation),
            people_loss(embedding.float(), person, named),
        )
        optimizer.step(losses.total(settings), schedule[step], _LARGEST_NORM)
        if RANK == 0 and ((step + 1) % _SAVE_EVERY == 0 or step + 1 == settings.steps):
            _save(checkpoint, step + 1, learner, optimizer, key)
            found = development_eer(student.network.eval(), student.scale, development)
            tqdm.write(f"step {step + 1} {losses} {found}")
            student.network.train()
    return Student(student.network.cpu().eval(), student.scale)


def _save(path: Path, step: int, learner: Learner, optimizer: MuonAdamW, key: str) -> None:
    with whole(path) as part:
        torch.save([step, learner.state_dict(), optimizer.state(), key], part)


def _resume(path: Path, learner: Learner, optimizer: MuonAdamW, key: str) -> int:
    if not path.exists():
        return 0
    step, weights, optimized, *of = torch.load(path, weights_only=False)
    if of != [key]:
        raise SettingsError(
            f"{path}: was begun with other settings or voices, or from another network than the step before left; "
            "remove it to begin anew"
        )
    learner.load_state_dict(weights)
    optimizer.load(optimized)
    return int(step)
