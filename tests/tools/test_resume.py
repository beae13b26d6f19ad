"""What goes on where it stopped goes on with nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from edgevoice.errors import SettingsError
from tests.tools.test_batches import SCALE, basis, corpus
from tests.tools.test_development import TWO_PEOPLE, folder
from tools import prepare
from tools.training.fit import fit
from tools.training.run_settings import TrainSettings
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
    with pytest.raises(SettingsError, match=r"refine\.pt: went on from another network"):
        fit(student(), voices, SETTINGS, tmp_path, "refine", root, student())


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
