"""``edgevoice listen``: what is told of the ear, on files, on a terminal and at a microphone that goes away."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice import app
from edgevoice.cli.ear import Heard
from edgevoice.cli.listen import Hearing
from edgevoice.config import Settings
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.listening.utterance import Utterance
from edgevoice.visit import FOLDER
from tests.cli.conftest import Said, Shell
from tests.program import EDGEVOICE, REPOSITORY
from tests.sound import clip
from tests.virtual_microphone import virtual_microphone, why_not

ADA = FOLDER / "ada-unlock-1.opus"
UTTERANCE_KEYS = ["event", "file", "start_s", "end_s", "net_speech_s", "snr_db", "clipped", "good", "reason"]
LEVEL_KEYS = ["event", "t_s", "level_dbfs", "noise_dbfs", "snr_db", "speech", "voiced", "speaking"]


def of(said: Said, event: str) -> list[dict[str, object]]:
    assert (said.status, said.err) == (0, "")
    return [record for record in said.records if record["event"] == event]


def written(path: Path, samples: Samples) -> Path:
    soundfile.write(path, samples, SAMPLE_RATE)
    return path


def test_the_utterances_are_those_of_the_door(household: Shell) -> None:
    (heard,) = of(household.json("listen", "--fast", ADA), "utterance")
    (decided,) = household.json("identify", ADA).records
    assert list(heard) == UTTERANCE_KEYS
    for key in ("file", "start_s", "end_s", "net_speech_s", "snr_db", "clipped"):
        assert heard[key] == decided[key], key
    assert (heard["good"], heard["reason"]) == (True, None)


def test_every_block_has_its_level_and_time_goes_on(shell: Shell) -> None:
    levels = of(shell.json("listen", "--fast", ADA), "level")
    assert {tuple(record) for record in levels} == {tuple(LEVEL_KEYS)}
    times = [float(str(record["t_s"])) for record in levels]
    assert all(0 < later - earlier <= SAMPLES_PER_BLOCK / SAMPLE_RATE + 1e-3 for earlier, later in pairwise(times))
    assert times[-1] == pytest.approx(len(clip(ADA.name)) / SAMPLE_RATE + 1.0, abs=2e-3)
    assert any(record["speaking"] for record in levels)
    assert any(record["voiced"] == 1 for record in levels)
    assert float(str(levels[-1]["speech"])) < 0.1  # the pause after the file
    assert max(float(str(record["speech"])) for record in levels) > 0.9


def test_nothing_is_kept_and_no_model_is_asked_for(shell: Shell, tmp_path: Path) -> None:
    settings = tmp_path / "edgevoice.toml"
    settings.write_text('[models]\nfolder = "nowhere"\n')
    said = shell("--config", str(settings), "listen", "--fast", ADA)
    assert (said.status, said.err) == (0, "")
    assert not shell.data.exists()


def test_noise_is_no_utterance(shell: Shell) -> None:
    assert of(shell.json("listen", "--fast", FOLDER / "rain.flac"), "utterance") == []


def test_what_begins_like_an_utterance_and_is_none_is_told(shell: Shell, tmp_path: Path) -> None:
    word = written(tmp_path / "word.wav", clip(ADA.name)[: SAMPLE_RATE // 2])
    said = shell.json("listen", "--fast", word)
    assert (len(of(said, "utterance")), len(of(said, "dropped"))) == (0, 1)


def test_an_utterance_that_the_door_would_not_judge_says_why(shell: Shell, tmp_path: Path) -> None:
    loud = np.clip(clip(ADA.name).astype(int) * 40, -32768, 32767).astype(np.int16)
    (heard,) = of(shell.json("listen", "--fast", written(tmp_path / "loud.wav", loud)), "utterance")
    assert heard["good"] is False
    assert "too loud" in str(heard["reason"])


def test_the_noise_that_is_shown_does_not_rise_with_the_voice(shell: Shell, tmp_path: Path) -> None:
    voice = clip(ADA.name)
    noise = np.random.default_rng(0).normal(0, 20, 4 * SAMPLE_RATE + len(voice))
    noise[2 * SAMPLE_RATE : 2 * SAMPLE_RATE + len(voice)] += voice
    sound = np.clip(np.rint(noise), -32768, 32767).astype(np.int16)
    levels = of(shell.json("listen", "--fast", written(tmp_path / "quiet.wav", sound)), "level")
    shown = [float(str(each["noise_dbfs"])) for each in levels if each["speaking"]]
    before = [float(str(each["noise_dbfs"])) for each in levels if 1 < float(str(each["t_s"])) < 2]
    assert shown
    assert max(shown) < max(before) + 3


def test_sound_that_breaks_off_is_not_good_enough_either(shell: Shell, tmp_path: Path) -> None:
    gaps = clip(ADA.name).copy()
    for start in range(0, len(gaps), 800):
        gaps[start : start + 240] = 0
    heard = of(shell.json("listen", "--fast", written(tmp_path / "gaps.wav", gaps)), "utterance")
    assert heard
    assert all("the sound breaks off" in str(each["reason"]) for each in heard)


def test_lines_for_people_hold_no_control_characters(shell: Shell) -> None:
    said = shell("listen", "--fast", ADA)
    assert (said.status, said.err) == (0, "")
    assert all(character == "\n" or character.isprintable() for character in said.out)
    assert "good enough to judge a voice by" in said.out
    assert sum(" level " in line for line in said.out.splitlines()) == 5  # one a second, 4.7 s


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--fast"], 2, "--fast needs a file"),
        (["nowhere.wav"], 1, "there is no such file"),
        ([__file__], 1, "not a sound file"),
        ([str(Path(__file__).parent)], 2, "is a directory"),
    ],
)
def test_what_cannot_be_heard_is_an_error_in_one_line(
    shell: Shell, arguments: list[str], status: int, told: str
) -> None:
    said = shell("listen", *arguments)
    assert (said.status, said.out) == (status, "")
    assert told in said.err
    assert status == 2 or said.err.count("\n") == 1


class Jumping:
    """A microphone that was away for ten seconds between two sounds."""

    healthy = True

    def __init__(self, before: Samples, after: Samples) -> None:
        self._blocks = (AudioBlock(before, 0), AudioBlock(after, len(before) + 10 * SAMPLE_RATE))
        self.closed = False

    def blocks(self) -> Iterator[AudioBlock]:
        yield from self._blocks

    def close(self) -> None:
        self.closed = True


class Notes:
    """A display that keeps what it is told."""

    def __init__(self) -> None:
        self.utterances: list[Utterance] = []
        self.drops: list[float] = []

    def __enter__(self) -> "Notes":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def heard(self, heard: Heard) -> None:
        self.last = heard

    def ended(self, utterance: Utterance, unfit: str | None) -> None:
        self.utterances.append(utterance)

    def dropped(self, t_s: float) -> None:
        self.drops.append(t_s)

    def moved(self, state: str, t_s: float) -> None:
        raise AssertionError(state)


def test_an_utterance_never_reaches_over_a_gap_and_keeps_the_time_of_the_stream() -> None:
    settings, notes = Settings(), Notes()
    before, after = clip(ADA.name), clip("stranger-1-1.opus")
    microphone = Jumping(before, after)
    Hearing(lambda: app.ear(settings), settings.door, notes).serve(microphone)
    first, second = notes.utterances
    gap_s = len(before) / SAMPLE_RATE, len(before) / SAMPLE_RATE + 10
    assert first.end_s <= gap_s[0]
    assert second.start_s >= gap_s[1]
    assert notes.last.t_s == gap_s[1] + len(after) / SAMPLE_RATE
    assert microphone.closed


def on_a_terminal(
    *arguments: str | Path, interrupt_after_s: float | None = None, encoding: str = "utf-8"
) -> tuple[int, str]:
    """Exit status, and all that reaches a terminal of 80 by 24."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    environment["PYTHONIOENCODING"] = encoding
    command = [*EDGEVOICE, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    ) as process:
        os.close(slave)
        shown, started = b"", time.monotonic()
        while piece := _read(master):
            shown += piece
            due = interrupt_after_s is not None and time.monotonic() - started > interrupt_after_s
            if due and "╰".encode() in shown:
                interrupt_after_s = None
                process.send_signal(signal.SIGINT)
        status = process.wait(timeout=30)
    os.close(master)
    return status, shown.decode(errors="replace")  # an interrupt may cut a character in two


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # how Linux says that the other end was closed
        return b""


def test_on_a_terminal_there_is_a_picture_and_the_cursor_comes_back() -> None:
    status, shown = on_a_terminal("listen", "--fast", ADA)
    assert status == 0
    for part in ("edgevoice listen", "▀", "kHz", " s of speech, SNR ", "\x1b[?25l"):
        assert part in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_ctrl_c_ends_it_cleanly() -> None:
    status, shown = on_a_terminal("listen", ADA, interrupt_after_s=0.5)
    assert status == 0
    assert "Traceback" not in shown
    assert shown.rstrip().endswith("stopped")
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


@pytest.mark.skipif(why_not() is not None, reason=why_not() or "")
def test_a_microphone_that_is_unplugged_ends_it_with_an_error() -> None:
    with virtual_microphone() as microphone:
        with subprocess.Popen(
            [*EDGEVOICE, "--json", "listen"],
            env=microphone.environment,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            records = (json.loads(line) for line in process.stdout)
            assert next(record for record in records if record["event"] == "level")["t_s"] > 0
            microphone.unplug()
            told = process.stderr.read()
            assert process.wait(timeout=30) == 1
        microphone.plug()
    last = told.splitlines()[-1]  # ALSA's library has its say before
    assert last.startswith("edgevoice: error: Microphone")
    assert "went away" in last
    assert "Traceback" not in told


def test_a_terminal_whose_encoding_has_no_such_characters_is_told_in_lines(tmp_path: Path) -> None:
    for command in (("listen", "--fast", ADA), ("--data", tmp_path, "run", "--fast", "--wav", ADA)):
        status, shown = on_a_terminal(*command, encoding="latin-1")
        assert status == 0
        assert "\\u" not in shown and "\x1b[?25l" not in shown
        assert " s of speech, SNR " in shown
