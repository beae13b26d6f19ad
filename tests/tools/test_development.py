"""The speakers that choose a network: whose clips they are, and when they are heard anew."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import SAMPLE_RATE
from tests.tools.test_evaluate import voice
from tools.training.development import Development

HEADING = "path,kind,split,set,speaker,session,label"
TWO_PEOPLE = ("a1,a", "a2,a", "b1,b")


def folder(root: Path, *clips: str, name: str = "mine") -> Path:
    """Clips (path and speaker) of one development set."""
    lines = [HEADING]
    for number, (path, speaker) in enumerate(clip.split(",") for clip in clips):
        soundfile.write(root / f"{path}.wav", voice((440 + 100 * number,), seed=number), SAMPLE_RATE)
        lines.append(f"{path}.wav,speech,dev,{name},{speaker},,f30")
    (root / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def test_what_is_kept_is_taken_again(tmp_path: Path) -> None:
    root, cache = folder(tmp_path, *TWO_PEOPLE), tmp_path / "development.npz"
    clips = Development(root, cache).clips
    cache.chmod(0o444)
    made = cache.stat().st_mtime_ns
    assert all(np.array_equal(one, other) for one, other in zip(clips, Development(root, cache).clips, strict=True))
    assert cache.stat().st_mtime_ns == made


def test_other_clips_and_another_front_end_are_heard_anew(tmp_path: Path) -> None:
    root, cache = folder(tmp_path, *TWO_PEOPLE), tmp_path / "development.npz"
    before = Development(root, cache)
    folder(tmp_path, *TWO_PEOPLE, "b2,b")
    assert len(Development(root, cache).clips) == len(before.clips) + 1
    kept = dict(np.load(cache))
    np.savez(cache, **(kept | {"mfcc": 0 * kept["mfcc"], "made_of": np.array("another front end")}))
    assert any(clip.any() for clip in Development(root, cache).clips)


def test_a_link_stays_one(tmp_path: Path) -> None:
    root = folder(tmp_path, *TWO_PEOPLE)
    (tmp_path / "link.npz").symlink_to(tmp_path / "development.npz")
    Development(root, tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()


@pytest.mark.parametrize("clips", [("a1,a",), ("a1,a", "a2,a"), ("a1,a", "b1,b")])
def test_a_set_that_tells_no_error_rate_is_refused_at_once(tmp_path: Path, clips: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match=r"wanted, to choose a network by, a set of two people"):
        Development(folder(tmp_path, *clips), tmp_path / "development.npz")


def test_a_set_that_tells_none_is_left_out_beside_one_that_does(tmp_path: Path) -> None:
    root = folder(tmp_path, *TWO_PEOPLE)
    with (root / "index.csv").open("a", encoding="utf-8") as index:
        index.write("c1.wav,speech,dev,alone,c,,f30\n")
    assert set(Development(root, tmp_path / "development.npz").set.tolist()) == {"mine"}
