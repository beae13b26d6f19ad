"""The tools from the command line, on voices made of a few sines, with the one system that needs no model."""

import json
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from edgevoice.app import hear_clip
from edgevoice.errors import ModelError, SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import load_scorer
from edgevoice.visit import FOLDER
from tools import compare, evaluate
from tools.measure import cost
from tools.measure.conditions import Conditions, middle, mix, noise_files, read_clip
from tools.measure.embeddings import FAILED_LLR, embed_all, pair_cosines, pair_llrs
from tools.measure.page import write_between
from tools.measure.report import report, score
from tools.measure.trials import Selection, read_trials
from tools.peers import SYSTEMS, System, edgevoice, mfcc_statistics

KEYS = ["target_trials", "nontarget_trials", "speakers", "eer", "eer_ci95", "frr_at_far"]
KEYS += ["min_dcf", "act_dcf", "cllr", "min_cllr"]
FORMANTS = {"ada": (300, 2300), "ben": (600, 1000), "cem": (450, 3100)}


def voice(hertz: tuple[int, ...], seed: int, seconds: float = 0.6) -> np.ndarray:
    """Two steady formants in a little noise: no speech, but a speaker that MFCC statistics can tell."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * tone * time) for tone in hertz)
    wave = wave + 0.3 * np.random.default_rng(seed).standard_normal(time.size)
    return np.asarray(np.rint(6000 * wave), dtype=np.int16)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lines = ["path,speaker,session,label"]
    for speaker, hertz in FORMANTS.items():
        for take in range(3):
            name = f"{speaker}-{take}.wav"
            soundfile.write(tmp_path / name, voice(hertz, seed=len(lines)), SAMPLE_RATE)
            lines.append(f"{name},{speaker},s{take},f31")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(tool: click.Command, root: Path, *options: str) -> Result:
    arguments = [str(root / "index.csv"), "--root", str(root), "--system", "mfcc-statistics", *options]
    return CliRunner().invoke(tool, arguments)


def silence(path: Path) -> None:
    soundfile.write(path, np.zeros(SAMPLE_RATE, np.int16), SAMPLE_RATE)


def test_json_prints_one_object_with_the_agreed_keys_in_their_order(root: Path) -> None:
    result = run(evaluate.main, root, "--json")
    figures = json.loads(result.stdout)
    assert list(figures) == KEYS
    assert (figures["target_trials"], figures["nontarget_trials"], figures["speakers"]) == (9, 27, 3)
    assert list(figures["frr_at_far"]) == ["0.01", "0.001"]
    assert (figures["eer"], figures["eer_ci95"]) == (0.0, [0.0, pytest.approx(3 / 9)])
    assert figures["act_dcf"] is figures["cllr"] is None


def test_without_json_a_table_is_printed(root: Path) -> None:
    result = run(evaluate.main, root, "--adults", "--cross-session", "--seconds", "0.5")
    assert result.exit_code == 0
    assert "EER (95 % interval)" in result.stdout
    assert "9, 27" in result.stdout


@pytest.mark.parametrize("tool", [evaluate.main, compare.main])
def test_what_was_measured_is_told_before_a_plot_that_cannot_be_written(root: Path, tool: click.Command) -> None:
    result = run(tool, root, "--json", "--plot", str(root / "nowhere" / "det.png"))
    assert result.exit_code == 1
    assert "plot" in result.stderr
    assert json.loads(result.stdout)["eer"] == 0.0


def test_a_failed_clip_is_named_and_refused_in_every_trial(root: Path) -> None:
    silence(root / "ada-0.wav")
    result = run(evaluate.main, root, "--json")
    figures = json.loads(result.stdout)
    assert "ada-0.wav failed and counts as refused: no statistics" in result.stderr
    assert (figures["target_trials"], figures["nontarget_trials"]) == (9, 27)
    assert figures["frr_at_far"]["0.001"] == pytest.approx(2 / 9)  # the two targets of the silent clip


def test_llrs_are_refused_where_a_clip_failed_and_rank_where_asked(root: Path) -> None:
    silence(root / "ada-0.wav")
    trials = read_trials(root / "index.csv", root, Selection())
    system = System("scaled", 0, "1", mfcc_statistics.embed, lambda vectors: 10 * (vectors @ vectors.T) - 5)
    embedded = embed_all(system, root, [clip.path for clip in trials.clips], Conditions())
    llrs, cosines = pair_llrs(system, embedded, trials), pair_cosines(embedded, trials)
    assert llrs is not None
    failed = (trials.first == 0) | (trials.second == 0)
    assert (llrs[failed] == FAILED_LLR).all()
    assert (cosines[failed] == -1).all()
    assert llrs[~failed] == pytest.approx(10 * cosines[~failed] - 5)
    scored = score(system, embedded, trials)
    figures = report(scored.ranked("llr"), scored, trials)
    assert figures.cllr is not None
    assert figures.cllr >= figures.min_cllr
    assert figures.eer == report(scored.ranked("own"), scored, trials).eer


def test_ranking_by_an_llr_that_does_not_exist_is_an_error_in_one_line(root: Path) -> None:
    for by, told in (("llr", "no LLR to rank by"), ("voice", "no voice apart")):
        result = run(evaluate.main, root, "--rank-by", by)
        assert result.exit_code == 1
        assert f"Error: {told}" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--set", "nowhere"), 1, "no clip of the set 'nowhere'"),
        (("--noise", "."), 2, "--noise and --snr go together"),
        (("--snr", "5"), 2, "--noise and --snr go together"),
        (("--seconds", "0"), 2, "0.1"),
    ],
)
def test_unfit_options_end_with_a_message(root: Path, options: tuple[str, ...], code: int, message: str) -> None:
    result = run(evaluate.main, root, *options)
    assert result.exit_code == code
    assert message in result.stderr


def test_a_folder_without_sound_cannot_be_mixed_in(root: Path) -> None:
    (root / "empty").mkdir()
    result = run(evaluate.main, root, "--noise", str(root / "empty"), "--snr", "5")
    assert (result.exit_code, "found no sound to mix" in result.stderr) == (1, True)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_noise_stands_so_many_decibels_below_the_sound(snr_db: float) -> None:
    rng = np.random.default_rng(0)
    sound, noise = voice((440,), seed=1), rng.integers(-900, 900, 1000).astype(np.int16)
    added = mix(sound, noise, snr_db, rng).astype(float) - sound
    measured = 10 * np.log10((sound.astype(float) ** 2).mean() / (added**2).mean())
    assert measured == pytest.approx(snr_db, abs=0.3)  # at -5 dB a few peaks clip


def test_a_clip_gets_the_same_noise_each_time_and_another_with_another_seed(root: Path) -> None:
    noise = root / "noise"
    noise.mkdir()
    for number in range(3):
        soundfile.write(noise / f"{number}.wav", voice((100 * number + 100,), seed=number), SAMPLE_RATE)
    once, again = (read_clip(root, "ada-0.wav", Conditions(noise=noise, snr_db=0)) for _ in range(2))
    other = read_clip(root, "ada-0.wav", Conditions(noise=noise, snr_db=0, seed=1))
    assert (once == again).all()
    assert (once != other).any()


def test_the_middle_is_kept_and_a_short_clip_left_alone() -> None:
    samples = np.arange(5 * SAMPLE_RATE, dtype=np.int64).astype(np.int16)
    assert (middle(samples, 1.0) == samples[2 * SAMPLE_RATE : 3 * SAMPLE_RATE]).all()
    assert (middle(samples, 9.0) == samples).all()
    assert (middle(samples, None) == samples).all()


def test_the_cache_answers_for_the_same_clips_system_and_conditions_only(root: Path) -> None:
    silence(root / "ada-0.wav")
    embeddings: list[int] = []

    def embed(samples: np.ndarray) -> np.ndarray:
        embeddings.append(len(samples))
        return mfcc_statistics.embed(samples)

    paths, cache = ["ada-0.wav", "ada-1.wav"], root / "cache"
    first = embed_all(System("counted", 0, "1", embed), root, paths, Conditions(), cache)
    second = embed_all(System("counted", 0, "1", embed), root, paths, Conditions(), cache)
    assert len(embeddings) == 2
    assert (first.vectors == second.vectors).all()
    assert first.failed == second.failed != {}
    embed_all(System("counted", 0, "2", embed), root, paths, Conditions(), cache)
    embed_all(System("counted", 0, "1", embed), root, paths, Conditions(seconds=0.3), cache)
    assert len(embeddings) == 6
    soundfile.write(root / "ada-1.wav", voice((500, 900), seed=9), SAMPLE_RATE)  # as long as the one before
    again = embed_all(System("counted", 0, "1", embed), root, paths, Conditions(), cache)
    assert (again.vectors[1] != first.vectors[1]).any()


def test_the_cache_of_one_folder_does_not_answer_for_another(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other, paths = tmp_path_factory.mktemp("other"), ["ben-0.wav", "ben-1.wav"]
    for seed, path in enumerate(paths):
        soundfile.write(other / path, voice((500, 900), seed=seed), SAMPLE_RATE)
    system = System("counted", 0, "1", mfcc_statistics.embed)
    one, two = (embed_all(system, each, paths, Conditions(), root / "cache") for each in (root, other))
    assert (one.vectors != two.vectors).any()


def test_the_cache_knows_the_noise(root: Path) -> None:
    folder, system = root / "noise", System("counted", 0, "1", mfcc_statistics.embed)
    folder.mkdir()
    found = []
    for hertz in (200, 3000):
        noise_files.cache_clear()
        noise = folder / f"{hertz}.wav"
        soundfile.write(noise, voice((hertz,), seed=hertz), SAMPLE_RATE)
        found.append(embed_all(system, root, ["ada-0.wav"], Conditions(noise=folder, snr_db=0), root / "cache"))
        noise.unlink()
    assert (found[0].vectors != found[1].vectors).any()


def test_compare_prints_a_line_a_system_and_fills_the_markdown_between_its_marks(root: Path) -> None:
    page = root / "page.md"
    page.write_text("before\n<!-- compare -->\nold\n<!-- /compare -->\nafter\n", encoding="utf-8")
    result = run(compare.main, root, "--json", "--markdown", str(page))
    (line,) = result.stdout.splitlines()
    row = json.loads(line)
    assert list(row) == ["system", *KEYS, "size_bytes", "cpu_ms_per_3_s", "peak_memory_bytes", "failed"]
    assert row["cpu_ms_per_3_s"] > 0
    assert row["peak_memory_bytes"] is None or row["peak_memory_bytes"] > 2**24
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- compare -->\n| system |")
    assert text.endswith("`python -m tools.compare`.\n<!-- /compare -->\nafter\n")
    assert "| mfcc-statistics | 0.00 % (0.0-33.3 %) |" in text
    assert "old" not in text
    told = run(compare.main, root, "--json", "--against", "mfcc-statistics")
    assert len(told.stdout.splitlines()) == 1
    assert "EER of mfcc-statistics less that of mfcc-statistics: +0.00 points" in told.stderr


@pytest.mark.parametrize("content", ["", "<!-- compare -->", "<!-- /compare --><!-- compare -->"])
def test_a_page_without_both_marks_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="no place for the table"):
        write_between(page, "compare", "table")
    assert page.read_text(encoding="utf-8") == content


def test_a_system_that_is_asked_for_but_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.tflite: no model"):
        edgevoice.load(tmp_path / "none.tflite")


def test_our_llr_of_two_clips_is_the_devices_and_our_voice_alone_knows_no_doubt() -> None:
    ours, model = edgevoice.load(), XVector(edgevoice.MODEL)
    clips = [read_sound(FOLDER / f"ada-enrol-{take}.opus") for take in (1, 2)]
    vectors = np.stack([ours.embed(clip) for clip in clips])
    assert ours.llr is not None
    assert ours.voice is not None
    scorer = load_scorer(model.manifest.calibration, edgevoice.MODEL)
    assert ours.llr(vectors)[0, 1] == pytest.approx(scorer.llr(vectors[0], vectors[1]), abs=1e-4)
    one, other = (model.voice(hear_clip(clip)) for clip in clips)
    assert ours.voice(vectors)[0, 1] == pytest.approx(float(one @ other), abs=1e-6)


def test_the_systems_take_turns_and_the_first_round_and_run_only_warm_up() -> None:
    turns: list[str] = []

    def taking_turns(name: str) -> System:
        return System(name, 0, "1", lambda samples: (turns.append(name), np.ones(2, np.float32))[1])

    spent = cost.cpu_milliseconds([taking_turns("a"), taking_turns("b")], cost.three_seconds(voice((440,), 0)), 2)
    assert turns == ["a", "a", "b", "b"] * 3
    assert set(spent) == {"a", "b"}


def test_three_seconds_of_sound_are_three_seconds() -> None:
    assert cost.three_seconds(voice((440,), 0, seconds=0.7)).shape == (3 * SAMPLE_RATE,)
    assert cost.three_seconds(voice((440,), 0, seconds=4)).shape == (3 * SAMPLE_RATE,)


def test_every_listed_system_is_named_as_it_calls_itself() -> None:
    assert SYSTEMS["mfcc-statistics"]().name == "mfcc-statistics"
    assert {"edgevoice", "campplus", "resemblyzer"} < set(SYSTEMS)
