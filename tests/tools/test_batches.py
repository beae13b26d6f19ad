"""What a crop is taught: the teacher's pooling and last layer over its own frames, of two voices where spliced."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tools.training.batches import Batch, Batches
from tools.training.corpus import Corpus, people
from tools.training.fit import untrained
from tools.training.frame_targets import COMPONENTS, FrameBasis, principal_components
from tools.training.lesson import people_loss
from tools.training.run_settings import TrainSettings
from tools.training.teacher_head import TeacherHead, left_out

SIZE, FRAMES, CONTEXT = 192, 120, 16
SCALE = np.full(40, 0.05, dtype=np.float32)


def basis() -> FrameBasis:
    """Of frames with more than 128 causes, so that the components leave something out."""
    return principal_components(vectors(4000))


def vectors(count: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rng = np.random.default_rng(0)
    causes = rng.standard_normal((300, 512)) * np.linspace(2, 0, 300)[:, None]
    return (np.random.default_rng(seed).standard_normal((count, 300)) @ causes + 1).astype(np.float32)


def head() -> TeacherHead:
    rng, found = np.random.default_rng(1), basis()
    weights = rng.standard_normal((1024, SIZE)).astype(np.float32) / 30
    return TeacherHead(found, left_out(found, vectors(4000)), weights, np.ones(SIZE, dtype=np.float32))


def corpus(voices: int = 9) -> Corpus:
    """Voices of one clip each; a voice's features all tell its number."""
    rng, made = np.random.default_rng(2), head()
    frames = rng.integers(-60, 60, (voices * FRAMES // 2, COMPONENTS)).astype(np.int8)
    starts = np.arange(voices) * FRAMES // 2
    unheard = rng.standard_normal((voices, SIZE)).astype(np.float32)
    said = np.stack([made(frames[None, at : at + FRAMES // 2])[0] for at in starts])
    return Corpus(
        features=np.repeat(rng.integers(-999, 999, (voices * FRAMES, 1)), 40, axis=1).astype(np.int16),
        start=np.arange(voices) * FRAMES,
        length=np.full(voices, FRAMES),
        voice=np.arange(voices),
        noisy=np.arange(voices) == 0,
        taught=said + unheard,
        unheard=unheard,
        speaker=np.array([f"made:{number}@0" for number in range(voices)]),
        frames=frames,
        frames_start=starts,
        frames_length=np.full(voices, FRAMES // 2),
        head=made,
    )


def drawn(spliced: float, frames: int = FRAMES) -> Batch:
    return Batches(corpus(), SCALE, 0.5, seed=3, context=CONTEXT).draw(12, frames, spliced)


def test_the_head_pools_frames_as_the_teacher_does() -> None:
    made, frames = head(), vectors(200, seed=5)
    pooled = np.concatenate([frames.mean(axis=0), frames.std(axis=0, ddof=1)])
    found = made(made.basis.encode(frames)[None])[0]
    wanted = pooled @ made.weights + made.bias
    assert np.corrcoef(found, wanted)[0, 1] > 0.99


def test_a_turned_head_says_what_the_plain_one_says_turned() -> None:
    made, rng = head(), np.random.default_rng(4)
    mean, transform = (rng.standard_normal(shape).astype(np.float32) for shape in (SIZE, (SIZE, SIZE)))
    frames = made.basis.encode(vectors(50))[None]
    assert np.allclose(made.turned(mean, transform)(frames), (made(frames) - mean) @ transform, atol=1e-2)


def test_a_head_survives_its_file(tmp_path: Path) -> None:
    made = head()
    made.save(tmp_path / "head.npz")
    frames = made.basis.encode(vectors(50))[None]
    assert np.array_equal(TeacherHead.load(tmp_path / "head.npz", made.basis)(frames), made(frames))


def test_a_crop_is_taught_by_its_own_frames() -> None:
    batch, made = drawn(0.0, 60), corpus()
    unheard = batch.taught - made.head(batch.frames)
    distance = np.abs(unheard[:, None] - made.unheard[None]).max(axis=2)
    assert distance.min(axis=1).max() < 1e-4


@pytest.mark.parametrize("frames", [60, FRAMES])
def test_a_spliced_crop_begins_as_one_voice_and_goes_on_as_another(frames: int) -> None:
    plain, spliced = drawn(0.0, frames), drawn(1.0, frames)
    assert np.array_equal(plain.crops[:, : CONTEXT // 2], spliced.crops[:, : CONTEXT // 2])
    changed = 0
    for crop, taught, before in zip(spliced.crops, spliced.frames, plain.crops, strict=True):
        same = (crop == before).all(axis=1)
        cut = len(same) if same.all() else int(np.argmin(same))
        assert same[:cut].all()
        rest = [np.array_equal(crop[cut:], other[cut:]) for other in plain.crops]
        assert any(rest)
        changed += cut < len(same)
        outputs = (cut - CONTEXT // 2) // 2
        if cut < len(same):
            assert any(
                np.array_equal(taught[outputs:], plain.frames[place][outputs:]) for place in np.flatnonzero(rest)
            )
    assert changed >= 6


def test_what_a_spliced_crop_is_taught_lies_between_its_voices() -> None:
    made, batch = corpus(), drawn(1.0)
    rest = batch.taught - made.head(batch.frames)
    for each in rest:
        shares, *_ = np.linalg.lstsq(made.unheard.T, each, rcond=None)
        assert shares.sum() == pytest.approx(1, abs=1e-3)
        assert shares.min() > -1e-3
        assert (shares > 1e-3).sum() <= 2


def test_sound_without_a_disturbed_copy_gives_batches_too() -> None:
    clean = replace(corpus(), noisy=np.zeros(9, dtype=np.bool_))
    assert Batches(clean, SCALE, 0.5, seed=3, context=CONTEXT).draw(12, FRAMES).crops.shape[0] == 12


def test_a_spliced_crop_is_nobodys() -> None:
    assert (drawn(0.0).voice >= 0).all()
    assert (drawn(1.0).voice == -1).all()


def test_known_people_are_the_means_of_their_own_voices() -> None:
    speaker = np.array(["made:b@0", "made:a@0", "made:b@0", "made:b@1", "", "made:a@0", "", "made:c@0", "made:c@1"])
    named = replace(corpus(), speaker=speaker)
    means, whose = people(named)
    assert whose.tolist() == [1, 0, 1, -1, -1, 0, -1, 2, -1]
    assert np.allclose(means[1], (named.taught[0] + named.taught[2]) / 2)


def test_telling_people_apart_is_rewarded_beyond_being_nearest() -> None:
    everybody = torch.eye(4)
    whose = torch.tensor([2, -1])
    losses = [
        float(people_loss(torch.tensor([at, [1.0, 0.0, 0.0, 0.0]]), whose, everybody))
        for at in ([1.0, 0.0, 0.0, 0.0], [0.72, 0.0, 0.7, 0.0], [0.5, 0.0, 0.86, 0.0], [0.0, 0.0, 1.0, 0.0])
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[1] > 1.0  # nearly nearest is far from enough
    assert losses[3] < 1e-3
    assert float(people_loss(torch.ones(2, 4), torch.tensor([-1, -1]), everybody)) == 0.0


def test_a_seed_makes_the_same_untrained_student_whatever_was_drawn_before() -> None:
    made = []
    for seed in (1, 1, 2):
        torch.rand(1)
        settings = TrainSettings(channels=16, inner=8, pooled=12, seed=seed)
        made.append(untrained(corpus(), settings).network.state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
    assert not all(torch.equal(made[0][name], made[2][name]) for name in made[0])
