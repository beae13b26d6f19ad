"""Takes and blends, with a tone generator in Kokoro's place: the rest of the way to the files is the real one."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from numpy.typing import NDArray

from edgevoice.errors import ModelError, SettingsError
from edgevoice.visit import load_visit
from tools.index import COLUMNS, write_index
from tools.synthetic.blends import draw_blends, make_blends, mix, read_sentences
from tools.synthetic.kokoro import Voice, load_voices
from tools.synthetic.take import ROOMS, generator, take
from tools.synthetic.voices import main, make_visit

NAMES = ["one", "two", "three", "four"]
VOICES: dict[str, Voice] = {name: np.full((510, 1, 256), i, np.float32) for i, name in enumerate(NAMES)}
VISIT_VOICES: dict[str, Voice] = {clip.voice: VOICES["one"] for clip in load_visit().clips}


class Tone:
    """An engine that hums one second at 24 kHz and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    def create(self, text: str, voice: Voice, speed: float, lang: str) -> tuple[NDArray[np.float32], int]:
        self.asked.append((text, speed))
        return np.sin(2 * np.pi * 200 * np.arange(24_000) / 24_000).astype(np.float32), 24_000


def blend_rows(engine: Tone, folder: Path, count: int = 2) -> list[dict[str, str]]:
    return list(make_blends(engine, VOICES, count, ["a", "b", "c", "d"], 3, folder, seed=1))


def test_a_take_has_quiet_ends_and_a_peak_of_9_to_6_db_below_full_scale() -> None:
    speech = np.pad(np.sin(np.arange(16_000) * 0.1), 8_000)
    heard = take(speech, ROOMS["porch"], generator(1, "x")) / 32768
    assert heard.size == pytest.approx(16_000 * 1.5, abs=50)  # the silence is trimmed, 0.2 + 0.3 s are put there
    assert -9.3 < 20 * np.log10(np.max(np.abs(heard))) < -5.7
    assert np.max(np.abs(heard[:3_000])) < 0.01
    assert np.any(heard[:3_000])


def test_the_same_seed_and_name_give_the_same_take_and_another_name_another() -> None:
    speech = np.sin(np.arange(16_000) * 0.1)
    first, again, other = (take(speech, ROOMS["study"], generator(1, name)) for name in ("x", "x", "y"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_clip_of_the_script_is_asked_for_and_written(tmp_path: Path) -> None:
    visit, engine = load_visit(), Tone()
    make_visit(engine, VISIT_VOICES, (), tmp_path, seed=1)
    assert {path.name for path in tmp_path.iterdir()} == {clip.file for clip in visit.clips}
    assert engine.asked == [(clip.text, clip.speed) for clip in visit.clips]


def test_a_clip_that_the_script_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no spoken clip zoe\.opus"):
        make_visit(Tone(), VISIT_VOICES, ("zoe.opus",), tmp_path, seed=1)


def test_blends_mix_two_or_three_different_voices_with_weights_that_sum_to_one() -> None:
    for blend in draw_blends(50, NAMES, seed=1):
        assert len(set(blend.voices)) == len(blend.voices) in (2, 3)
        assert sum(blend.weights) == pytest.approx(1.0)
        assert min(blend.weights) >= 0.15
        wanted = sum(w * NAMES.index(v) for v, w in zip(blend.voices, blend.weights, strict=True))
        assert mix(blend, VOICES)[0, 0, 0] == pytest.approx(wanted, rel=1e-5)


def test_more_blends_leave_the_first_ones_as_they_were() -> None:
    assert list(draw_blends(9, NAMES, seed=1))[:4] == list(draw_blends(4, NAMES, seed=1))


def test_the_visits_own_voices_never_enter_a_blend(tmp_path: Path) -> None:
    cast = {clip.voice for clip in load_visit().clips}
    poisoned = VOICES | {name: np.full((510, 1, 256), np.nan, np.float32) for name in cast}
    heard: list[bool] = []

    class Ear(Tone):
        def create(self, text: str, voice: Voice, speed: float, lang: str) -> tuple[NDArray[np.float32], int]:
            heard.append(bool(np.isnan(voice).any()))
            return super().create(text, voice, speed, lang)

    list(make_blends(Ear(), poisoned, 20, ["a"], 1, tmp_path, seed=1))
    assert heard == [False] * 20


def test_the_index_lists_clips_that_lie_there_with_their_length(tmp_path: Path) -> None:
    write_index(tmp_path / "index.csv", iter(blend_rows(Tone(), tmp_path)))
    with (tmp_path / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert len({row["path"] for row in rows}) == 6
    assert {row["speaker"] for row in rows} == {"kokoro:blend-00000", "kokoro:blend-00001"}
    for row in rows:
        assert float(row["seconds"]) == pytest.approx(soundfile.info(tmp_path / row["path"]).duration, abs=0.006)


def test_a_second_run_makes_only_what_is_missing(tmp_path: Path) -> None:
    rows = blend_rows(Tone(), tmp_path)
    (tmp_path / rows[4]["path"]).unlink()
    engine = Tone()
    assert blend_rows(engine, tmp_path) == rows
    assert len(engine.asked) == 1


def test_too_few_sentences_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("one\n\ntwo\n")
    assert read_sentences(tmp_path / "s.txt", 2) == ["one", "two"]
    with pytest.raises(SettingsError, match="has 2 sentences, a voice says 3"):
        read_sentences(tmp_path / "s.txt", 3)


def test_voices_of_another_shape_are_refused_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", odd=np.zeros((510, 256), np.float32))
    with pytest.raises(ModelError, match=r"voice odd is \(510, 256\)"):
        load_voices(tmp_path / "v.npz")


def test_blends_without_a_place_of_their_own_are_wrong_usage(tmp_path: Path) -> None:
    here = str(tmp_path)
    result = CliRunner().invoke(main, ["--model", here, "--voices", here, "--blends", "3"])
    assert result.exit_code == 2
    assert "--blends needs" in result.output
