"""The attack kit: each attack does what its name says, and the table counts what it says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("pyroomacoustics")

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.score import Scorer, load_scorer
from tests.sound import clip
from tools.attacks import Attack
from tools.attacks.cache import read_kept, write_kept
from tools.attacks.coding import unchanged
from tools.attacks.door import Judge, Look, at_the_door, attacked, verdict
from tools.attacks.edits import cut_to, faster, shorter
from tools.attacks.kit import kit, splice
from tools.attacks.responses import telephone
from tools.attacks.takes import Take, refused
from tools.attacks.voices import heard
from tools.measure.shares import Share
from tools.peers.edgevoice import MODEL
from tools.replay_attacks import Target, decided_by

pytestmark = pytest.mark.tools
ONE, OTHER = clip("ada-unlock-1.opus"), clip("ada-unlock-2.opus")


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> list[Attack]:
    """All of them, with one room and one noise."""
    folder = tmp_path_factory.mktemp("sounds")
    room = np.zeros(4_000)
    room[[10, 900, 2_500]] = (0.9, 0.5, 0.3)
    soundfile.write(folder / "room.flac", room, SAMPLE_RATE)
    soundfile.write(folder / "noise.flac", np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE), SAMPLE_RATE)
    return [*kit(folder, folder), splice(OTHER)]


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def power(samples: Samples, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return float(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum() / spectrum.sum())


def test_every_attack_gives_sound_and_only_one_leaves_it_as_it_was(attacks: list[Attack]) -> None:
    assert len({attack.name for attack in attacks}) == len(attacks)
    same = []
    for attack in attacks:
        played = attack.change(ONE, rng())
        assert played.dtype == np.int16
        assert len(played) >= SAMPLE_RATE
        assert np.abs(played.astype(int)).max() > 1_000
        same += [attack.name] if np.array_equal(played, ONE) else []
    assert same == ["the same file"]


def test_the_same_names_give_the_same_sound(attacks: list[Attack]) -> None:
    room = next(attack for attack in attacks if attack.name == "image-source rooms")
    assert np.array_equal(attacked(room, "a", ONE), attacked(room, "a", ONE))
    assert not np.array_equal(attacked(room, "a", ONE)[:50_000], attacked(room, "b", ONE)[:50_000])


def test_lengths_are_as_the_names_say() -> None:
    assert len(cut_to(1.5)(ONE, rng())) == 24_000
    assert len(cut_to(99)(ONE, rng())) == len(ONE)
    assert len(faster(5)(ONE, rng())) == pytest.approx(len(ONE) / 1.05, abs=2)
    assert len(shorter(5)(ONE, rng())) == pytest.approx(len(ONE) / 1.05, abs=2)


def test_a_telephone_passes_its_band_alone() -> None:
    white = np.random.default_rng(0).normal(0, 3_000, 64_000).astype(np.int16)
    assert power(telephone(white, rng()), 150, 4_500) > 0.98
    assert power(white, 150, 4_500) < 0.6


def test_no_frame_begins_at_the_door_where_it_did() -> None:
    starts = {len(at_the_door(ONE, np.random.default_rng(seed))) - len(ONE) for seed in range(20)}
    assert len({start % 160 for start in starts}) > 10
    assert all(4_000 <= start < 8_000 for start in starts)


def looks(samples: Samples, llr: float) -> list[Look]:
    return [Look(landmarks(each.frames.spectrum), llr, 3.0, each.final) for each in heard(samples, early=True)]


def test_a_replay_is_caught_and_does_not_open_and_a_new_sentence_opens() -> None:
    library = Library([keep("one", landmarks(each.frames.spectrum)) for each in heard(ONE)])
    replay = verdict(library, looks(attacked(Attack("the same file", unchanged), "x", ONE), llr=4.0))
    assert (replay.judged, replay.caught, replay.accepted, replay.opened) == (True, True, True, False)
    live = verdict(library, looks(OTHER, llr=4.0))
    assert (live.judged, live.caught, live.accepted, live.opened) == (True, False, True, True)
    stranger = verdict(library, looks(OTHER, llr=2.0))
    assert (stranger.accepted, stranger.opened) == (False, False)
    nothing = verdict(library, [])
    assert (nothing.judged, nothing.caught, nothing.accepted) == (False, False, False)


def test_a_new_take_is_refused_only_where_it_is_no_new_take() -> None:
    def take(path: str, samples: Samples) -> Take:
        (utterance,) = heard(samples)
        return Take("Ada", path, landmarks(utterance.frames.spectrum))

    found = refused([take("1", ONE), take("2", OTHER), take("3", ONE)])
    assert (found.attempts.count, found.attempts.total, found.pairs) == (1, 3, 3)


def test_what_is_kept_of_a_replay_comes_back(tmp_path: Path) -> None:
    found = {"one, 16 kbit/s": looks(ONE, 4.0), "nothing heard": []}
    write_kept(tmp_path / "looks.npz", {name: [(each.marks, each.figures) for each in found[name]] for name in found})
    back = {name: [Look.of(*kept) for kept in some] for name, some in read_kept(tmp_path / "looks.npz").items()}
    assert back.keys() == found.keys()
    assert back["nothing heard"] == []
    for before, after in zip(found["one, 16 kbit/s"], back["one, 16 kbit/s"], strict=True):
        assert before.figures == after.figures
        assert np.array_equal(before.marks.hashes, after.marks.hashes)


def test_what_is_kept_of_a_replay_is_not_taken_for_another_calibration_or_rate(tmp_path: Path) -> None:
    for name in ("rooms/room.flac", "noise/noise.flac", "one.flac", "two.flac"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / name, np.zeros(100), SAMPLE_RATE)
    xvector = XVector(MODEL)
    scorer = load_scorer(xvector.manifest.calibration, MODEL)
    looser = Scorer(replace(scorer.calibration, offset=scorer.calibration.offset + 1), np.ones((1, 193), np.float32))
    target = Target("one.flac", "two.flac", np.ones(193, np.float32))
    judges = (Judge(xvector, scorer, 0.001), Judge(xvector, looser, 0.001), Judge(xvector, scorer, 0.01))
    assert len({decided_by(judge, tmp_path, target) for judge in judges}) == len(judges)


def test_a_share_says_what_may_be_said() -> None:
    assert str(Share(0, 3_000)) == "0.00 % (0.00-0.12)"
    assert str(Share(0, 0)) == "-"
    low, high = Share(10, 10).interval
    assert low == pytest.approx(0.6915, abs=1e-3)
    assert high == 1.0
