"""The teacher's frames in 128 INT8 numbers."""

from pathlib import Path

import numpy as np

from tools.training.frame_targets import COMPONENTS, LEVELS, FrameBasis, principal_components


def some_frames(count: int = 3000) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Frames of 100 hidden causes, so that 128 components hold them whole."""
    rng = np.random.default_rng(0)
    causes = rng.standard_normal((100, 512))
    return (rng.standard_normal((count, 100)) @ causes + 3).astype(np.float32)


def test_little_is_lost() -> None:
    frames = some_frames()
    basis = principal_components(frames)
    levels = basis.encode(frames)
    assert levels.shape == (len(frames), COMPONENTS)
    back = (levels / LEVELS * basis.deviation**2) @ basis.components.T + basis.mean
    assert ((back - frames) ** 2).sum() < 0.01 * ((frames - basis.mean) ** 2).sum()


def test_what_lies_far_out_stays_in_range() -> None:
    frames = some_frames()
    levels = principal_components(frames).encode(frames * 100)
    assert levels.min() >= -127
    assert levels.max() == 127


def test_a_basis_survives_its_file(tmp_path: Path) -> None:
    basis = principal_components(some_frames())
    basis.save(tmp_path / "basis.npz")
    found = FrameBasis.load(tmp_path / "basis.npz")
    assert np.array_equal(found.encode(some_frames(50)), basis.encode(some_frames(50)))
