"""What goes on where it stopped goes on with nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import Samples
from tests.tools.test_batches import SCALE, basis, corpus
from tests.tools.test_development import TWO_PEOPLE, folder
from tools import prepare
from tools.teach import waiting
from tools.training.corpus import load_corpus
from tools.training.fit import fit
from tools.training.run_settings import TrainSettings
from tools.training.shards import speech_arrays, stored_features, voices_of
from tools.training.student import Student
from tools.training.xvector import Shape, XVector

SETTINGS = TrainSettings(steps=1, batch=2, crop_s=(0.3, 0.4), warm_up=1, cohort=4)


def student() -> Student:
    return Student(XVector(Shape(channels=16, inner=(16,) * 5, pooled=16)), SCALE)


def test_a_checkpoint_goes_on_from_the_network_that_it_began_with(tmp_path: Path) -> None:
    root, voices, source = folder(tmp_path, *TWO_PEOPLE), corpus(), student()
    basis().save(tmp_path / "frame_basis.npz")
    first = fit(student(), voices, SETTINGS, tmp_path, "refine", root, source)
    again = fit(student(), voices, SETTINGS, tmp_path, "refine", root, source)
    assert again.key() == first.key()
    others = replace(voices, taught=voices.taught + 1)
    for settings, heard, made_of in (
        (SETTINGS, voices, student()),
        (replace(SETTINGS, learning_rate=0.1), voices, source),
        (SETTINGS, others, source),
    ):
        with pytest.raises(SettingsError, match=r"refine\.pt: was begun with other settings or voices"):
            fit(student(), heard, settings, tmp_path, "refine", root, made_of)


def test_in_the_last_steps_every_crop_is_of_one_voice(tmp_path: Path) -> None:
    root, voices = folder(tmp_path, *TWO_PEOPLE), corpus()
    torch.manual_seed(0)
    source = student().network.state_dict()

    def trained(**changes: float) -> str:
        output = tmp_path / repr(changes)
        output.mkdir()
        basis().save(output / "frame_basis.npz")
        begun = student()
        begun.network.load_state_dict(source)
        return fit(begun, voices, replace(SETTINGS, steps=2, **changes), output, "train", root).key()

    settled = trained(spliced_share=1.0, settle_share=0.5)
    assert trained(spliced_share=1.0, settle_share=1.0) == trained(spliced_share=0.0)
    assert settled not in (trained(spliced_share=1.0), trained(spliced_share=0.0, settle_share=0.5))


def prepared(root: Path, *options: str) -> Result:
    run = root / "run.toml"
    run.write_text("[prepare.sets]\ntrain = 1\n")
    arguments = [str(run), "--root", str(root), "--output", str(root / "out"), "--workers", "1", *options]
    return CliRunner().invoke(prepare.main, arguments)


def test_what_was_prepared_of_other_clips_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path, *TWO_PEOPLE)
    index = root / "index.csv"
    index.write_text(index.read_text().replace(",dev,", ",train,"))
    assert prepared(root, "--limit", "1").exit_code == 0
    assert prepared(root, "--limit", "1").exit_code == 0
    shard = (root / "out" / "prepared" / "0000.npz").read_bytes()
    refused = prepared(root)
    assert refused.exit_code == 1
    assert "was made of other clips or settings" in refused.output
    assert (root / "out" / "prepared" / "0000.npz").read_bytes() == shard
    assert prepared(root, "--first-shard", "1000").exit_code == 0
    assert (root / "out" / "prepared" / "1000.npz").exists()


def taught_of(folder: Path, *voices: Samples) -> None:
    """Shard 0 of a run, prepared of these voices, and beside it what somebody has said of them."""
    prepared, taught = folder / "prepared" / "0000.npz", folder / "taught" / "0000.npz"
    for path in (prepared, taught):
        path.parent.mkdir(parents=True, exist_ok=True)
    mfcc = [np.zeros((9, 40), np.int32) for _ in voices]
    speakers = np.array([""] * len(voices))
    np.savez(prepared, speaker=speakers, **speech_arrays(voices), **stored_features(mfcc, range(len(voices))))
    np.savez(taught, voices=np.array(voices_of(prepared)))


def test_what_the_teacher_said_of_other_voices_is_no_lesson(tmp_path: Path) -> None:
    one, other = (np.full(99, level, np.int16) for level in (1, 2))
    taught_of(tmp_path, one)
    said = (tmp_path / "taught" / "0000.npz").read_bytes()
    taught_of(tmp_path, other)
    assert waiting(tmp_path) == []
    (tmp_path / "taught" / "0000.npz").write_bytes(said)
    assert [path.name for path, _ in waiting(tmp_path)] == ["0000.npz"]
    with pytest.raises(SettingsError, match=r"0000\.npz: is of other voices than .*; run tools\.teach again"):
        load_corpus(tmp_path)
