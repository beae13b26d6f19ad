"""``edgevoice embed``."""

from pathlib import Path

import numpy as np
import soundfile

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell
from tests.sound import clip


def index(folder: Path, *paths: str) -> Path:
    file = folder / "index.csv"
    file.write_text("\n".join(["path,speaker", *(f"{path},someone" for path in paths)]))
    return file


def test_every_clip_is_embedded_and_what_cannot_be_is_told_with_the_reason(
    shell: Shell, models: Path, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "blip.wav", np.zeros(1600, np.int16), 16_000)
    listed = index(tmp_path, "ada-unlock-1.opus", "nowhere.wav", "ben-unlock-1.opus", str(tmp_path / "blip.wav"))
    output = tmp_path / "out.bin"
    said = shell.json("embed", listed, "--root", FOLDER, "--output", output)
    assert said.status == 0
    with np.load(output) as stored:
        assert stored["path"].tolist() == ["ada-unlock-1.opus", "ben-unlock-1.opus"]
        assert stored["embedding"].dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(stored["embedding"], axis=1), 1.0, atol=1e-5)
        failed = dict(stored["failed"].tolist())
    assert "there is no such file" in failed["nowhere.wav"]
    assert "no utterance in 0.10 s" in failed[str(tmp_path / "blip.wav")]


def test_a_clip_without_an_utterance_is_embedded_as_a_whole(models: Path) -> None:
    settings = Settings()
    model = app.xvector(settings)
    rain = app.embed_clip(clip("rain.flac"), model, settings)
    assert rain.vector.shape == app.embed_clip(clip("ada-unlock-1.opus"), model).vector.shape


def test_an_index_without_paths_is_refused(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "index.csv"
    file.write_text("file,speaker\na.wav,x\n")
    said = shell("embed", file, "--root", tmp_path, "--output", tmp_path / "out.npz")
    assert said.status == 1
    assert "a column path wanted" in said.err
    assert shell("embed", tmp_path / "none.csv", "--root", tmp_path, "--output", tmp_path / "out.npz").status == 1


def test_a_line_without_a_path_is_a_failed_clip_and_a_mark_before_the_first_line_is_none_of_it(
    shell: Shell, models: Path, tmp_path: Path
) -> None:
    file = tmp_path / "index.csv"
    file.write_text("path,speaker\nada-unlock-1.opus,x\n", encoding="utf-8-sig")
    output = tmp_path / "out.npz"
    assert shell.json("embed", file, "--root", FOLDER, "--output", output).records[0]["embedded"] == 1
    file.write_text("speaker,path\nx\nx,ada-unlock-1.opus\n")
    (told,) = shell.json("embed", file, "--root", FOLDER, "--output", output).records
    assert (told["embedded"], told["failed"]) == (1, 1)


def test_a_folder_that_is_none_is_told_before_anything_is_embedded(shell: Shell, tmp_path: Path) -> None:
    listed, nowhere = index(tmp_path, "ada-unlock-1.opus"), tmp_path / "nowhere"
    said = shell("embed", listed, "--root", nowhere, "--output", tmp_path / "out.npz")
    assert (said.status, "embedding" in said.err) == (1, False)
    assert "nowhere is no folder" in said.err and "--root" in said.err
    said = shell("embed", listed, "--root", FOLDER, "--output", nowhere / "out.npz")
    assert (said.status, "embedding" in said.err) == (1, False)
    assert "nowhere is no folder" in said.err and "--output" in said.err
