"""``edgevoice recordings``: what can be known, what is found again, and what is told of everything else."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from edgevoice.listening.capture import Samples
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell
from tests.sound import clip


def write(path: Path, samples: Samples) -> Path:
    soundfile.write(path, samples, 16000, subtype="PCM_16")
    return path


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder of three good sounds, one of them short, one silent, one far too short and one that is none."""
    folder = tmp_path / "sounds"
    (folder / "more").mkdir(parents=True)
    write(folder / "bell.wav", clip("doorbell.flac"))
    write(folder / "more" / "voice.WAV", clip("ada-unlock-1.opus"))
    write(folder / "silence.wav", np.zeros(16000, np.int16))
    write(folder / "short.wav", clip("ben-unlock-1.opus")[16000:20800])
    write(folder / "click.wav", clip("ben-unlock-1.opus")[16000:18000])
    (folder / "broken.wav").write_bytes(b"RIFF but nothing more")
    (folder / "notes.txt").write_text("no sound")
    return folder


def test_a_sound_is_known_found_listed_and_forgotten(shell: Shell) -> None:
    assert "added as bell" in shell("recordings", "add", "bell", FOLDER / "doorbell.flac").out
    (listed,) = shell.json("recordings", "list").records
    assert (listed["name"], listed["file"], listed["seconds"]) == ("bell", "doorbell.flac", 2.98)
    found = shell("recordings", "lookup", FOLDER / "doorbell.flac")
    assert found.status == 0
    assert "bell, from 0.00 s of it" in found.out
    assert shell.json("recordings", "remove", "BELL").records == [{"removed": "BELL", "sounds": 1}]
    assert shell("recordings", "lookup", FOLDER / "doorbell.flac").status == 3
    assert "no sound is known" in shell("recordings", "list").out


def test_the_name_is_told_as_it_is_kept_and_an_unfit_one_before_anything_is_listened_to(shell: Shell) -> None:
    (added,) = shell.json("recordings", "add", " bell ", FOLDER / "doorbell.flac").records
    (listed,) = shell.json("recordings", "list").records
    assert added["name"] == listed["name"] == "bell"
    said = shell("recordings", "add", "two\nlines", FOLDER / "hum.flac")
    assert (said.status, "listening" in said.err) == (1, False)
    assert "control character" in said.err


def test_a_piece_is_found_with_the_place_that_it_comes_from(shell: Shell, tmp_path: Path) -> None:
    shell("recordings", "add", "Ada", FOLDER / "ada-unlock-1.opus")
    piece = write(tmp_path / "piece.wav", clip("ada-unlock-1.opus")[8000 : 8000 + 32000])
    said = shell.json("recordings", "lookup", piece)
    assert said.status == 0
    (record,) = said.records
    recording = record["recording"]
    assert isinstance(recording, dict)
    assert recording["name"] == "Ada"
    assert recording["offset_s"] == pytest.approx(0.5, abs=0.011)
    assert recording["aligned_hashes"] > 20
    assert recording["share"] > 0.9


def test_nothing_found_is_an_answer_and_never_the_nearest_guess(shell: Shell) -> None:
    shell("recordings", "add", "Ada", FOLDER / "ada-unlock-1.opus")
    said = shell("recordings", "lookup", FOLDER / "ben-unlock-1.opus")
    assert (said.status, said.err) == (3, "")
    assert said.out.endswith("no match\n")
    assert shell.json("recordings", "lookup", FOLDER / "ada-unlock-2.opus").records[0]["recording"] is None


def test_an_empty_library_tells_how_to_fill_it(shell: Shell) -> None:
    said = shell("recordings", "lookup", FOLDER / "doorbell.flac")
    assert said.status == 3
    assert "run: edgevoice recordings add NAME WAV" in said.out


def test_a_folder_is_added_with_a_reason_for_each_file_that_could_not_be(shell: Shell, sounds: Path) -> None:
    said = shell.json("recordings", "add", "mine", sounds)
    told = {Path(str(record["file"])).name: record for record in said.records}
    assert {name for name, record in told.items() if record["added"]} == {"bell.wav", "voice.WAV", "short.wav"}
    assert "is silent" in str(told["silence.wav"]["reason"])
    assert "too little to be known by" in str(told["click.wav"]["reason"])
    assert "broken.wav cannot be read" in str(told["broken.wav"]["reason"])
    assert "notes.txt" not in told
    assert said.status == 1
    assert "3 of 6 files could not be added" in said.err
    assert len(shell.json("recordings", "list").records) == 3
    assert shell("recordings", "lookup", sounds / "short.wav").status == 0  # 0.3 s
    assert shell("recordings", "lookup", sounds / "click.wav").status == 3


def test_the_same_file_twice_is_told_and_kept_once(shell: Shell, tmp_path: Path) -> None:
    shell("recordings", "add", "bell", FOLDER / "doorbell.flac")
    copy = write(tmp_path / "copy.wav", clip("doorbell.flac"))
    said = shell("recordings", "add", "gong", copy, copy, FOLDER / "doorbell.flac")
    assert said.status == 0
    assert said.out.count("known already as bell") == 2
    assert len(shell.json("recordings", "list").records) == 1


def test_a_folder_without_sound_and_a_missing_file_are_told(shell: Shell, tmp_path: Path) -> None:
    said = shell("recordings", "add", "x", tmp_path)
    assert said.status == 1
    assert "holds no sound" in said.err
    assert "there is no such file" in shell("recordings", "add", "x", tmp_path / "gone.wav").out
    assert shell("recordings", "lookup", tmp_path / "gone.wav").status == 1
    assert shell("recordings", "remove", "x").status == 1


def test_the_drawing_of_a_match_shows_both_constellations_and_the_histogram(shell: Shell, tmp_path: Path) -> None:
    shell("recordings", "add", "<Bell & dong>", FOLDER / "doorbell.flac")
    drawing = tmp_path / "match.svg"
    shell("recordings", "lookup", FOLDER / "doorbell.flac", "--plot", drawing)
    root = ElementTree.parse(drawing).getroot()
    classes = [element.get("class") for element in root.iter()]
    assert classes.count("both") >= classes.count("kept") > 30
    assert classes.count("top") == 1
    assert "&lt;Bell &amp; dong&gt;" in drawing.read_text()


def test_a_drawing_where_nothing_matches_says_so_and_where_it_cannot_be_written_too(
    shell: Shell, tmp_path: Path
) -> None:
    drawing = tmp_path / "match.svg"
    assert shell("recordings", "lookup", FOLDER / "doorbell.flac", "--plot", drawing).status == 3
    assert "not one hash is known" in drawing.read_text()
    said = shell("recordings", "lookup", FOLDER / "doorbell.flac", "--plot", tmp_path / "gone" / "x.svg")
    assert (said.status, "cannot be written" in said.err) == (1, True)
    said = shell("recordings", "lookup", FOLDER / "doorbell.flac", "--plot", tmp_path / "x.png")
    assert (said.status, "ends with .svg" in said.err) == (1, True)
    assert not (tmp_path / "x.png").exists()
