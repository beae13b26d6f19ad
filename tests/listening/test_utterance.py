"""What becomes an utterance: voices do, bells and weather do not; and each rule equals its specification."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.features import COEFFICIENTS
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen, ListeningSettings
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.utterance import Utterance, UtteranceGate, UtteranceSettings
from edgevoice.visit import FOLDER
from tests.listening import specification_gate
from tests.listening.specification import Frame
from tests.sound import clip

VOICES = sorted(path.name for path in FOLDER.glob("*.opus"))
SURE = 4 * specification_gate.VOICE_ODDS
STANDS_OUT = specification_gate.STANDS_OUT
OTHERS = ("doorbell.flac", "hum.flac", "rain.flac", "silence.flac", "traffic.flac", "white.flac", "room.flac")


def heard(samples: Samples) -> list[Utterance]:
    listen = Listen()
    return listen.hear(AudioBlock(samples, 0)) + listen.finish()


class AnySound(UtteranceGate):
    """The gate without the rules of what counts, to see where it cuts."""

    def __init__(self, settings: UtteranceSettings | None = None, early: bool = True) -> None:
        super().__init__(settings or UtteranceSettings(), early)
        self.spans: list[specification_gate.Span] = []

    def _utterance(self, stop: int, final: bool) -> list[Utterance]:
        self.spans.append((self._first, self._first + stop, final))
        return super()._utterance(stop, final)


def flagged(speech: list[int]) -> Frames:
    """Frames of which nothing but the flags is known, and that they are sure."""
    return likely([SURE if flag else -SURE for flag in speech])


def likely(odds: list[int], stands_out: int = STANDS_OUT) -> Frames:
    """Frames of which nothing is known but their odds, and how far (octaves, Q16) they stand over the noise."""
    found = np.array(odds, dtype=np.int64)
    mfcc, spectrum = np.zeros((len(odds), COEFFICIENTS), np.int32), np.zeros((len(odds), BINS), np.int64)
    snr = found * 0 + stands_out
    speech = (found > 0).astype(np.int64)
    return Frames(mfcc, spectrum, mfcc.copy(), speech, found, found * 0, found * 0, snr, *[found * 0] * 4)


@pytest.mark.parametrize("name", VOICES)
def test_every_voice_of_the_visit_is_heard(name: str) -> None:
    utterances = heard(clip(name))
    assert sum(utterance.quality.net_speech_s for utterance in utterances) > 1.5


@pytest.mark.parametrize("name", VOICES[::5])
@pytest.mark.parametrize("noise", ["rain.flac", "white.flac"])
def test_a_voice_is_heard_in_noise_10_db_below_it(name: str, noise: str) -> None:
    voice, bed = clip(name).astype(np.float64), clip(noise).astype(np.float64)
    bed = np.resize(bed, len(voice) + 32_000) * np.sqrt((voice**2).mean() / (bed**2).mean()) * 10**-0.5
    bed[32_000:] += voice
    assert any(u.end_s > 2.5 for u in heard(np.clip(np.rint(bed), -32768, 32767).astype(np.int16)))


@pytest.mark.parametrize("name", OTHERS)
def test_a_sound_without_a_voice_gives_no_utterance_however_often_it_is_repeated(name: str) -> None:
    assert heard(np.resize(clip(name), 40 * 16_000)) == []


RUNS = st.lists(st.tuples(st.sampled_from([-1, 1, SURE]), st.integers(1, 60)), max_size=60)
"""Odds, and for how many frames: not speech, speech, surely speech."""


def stream(runs: list[tuple[int, int]]) -> list[int]:
    return [odds for odds, length in runs for _ in range(length)]


SETTINGS = st.builds(
    UtteranceSettings,
    early_pause_ms=st.integers(100, 400),
    hangover_ms=st.integers(250, 800),
    margin_ms=st.integers(0, 250),
    longest_ms=st.integers(1_000, 4_000),
)


@settings(max_examples=60, deadline=None)
@given(RUNS)
def test_any_odds_are_cut_as_the_specification_cuts_them(runs: list[tuple[int, int]]) -> None:
    odds = stream(runs)
    gate = AnySound()
    gate.gather(likely(odds))
    gate.finish()
    assert gate.spans == specification_gate.spans([int(each > 0) for each in odds], odds)


@settings(max_examples=40, deadline=None)
@given(RUNS, st.integers(1, 50))
def test_the_cut_does_not_depend_on_how_the_stream_comes(runs: list[tuple[int, int]], size: int) -> None:
    odds = stream(runs)
    gate = AnySound()
    for start in range(0, len(odds), size):
        gate.gather(likely(odds[start : start + size]))
    gate.finish()
    assert gate.spans == specification_gate.spans([int(each > 0) for each in odds], odds)


@settings(max_examples=40, deadline=None)
@given(RUNS, st.integers(1, 50), SETTINGS)
def test_nor_does_it_at_any_settings(runs: list[tuple[int, int]], size: int, chosen: UtteranceSettings) -> None:
    odds = stream(runs)
    whole, cut = AnySound(chosen), AnySound(chosen)
    whole.gather(likely(odds))
    for start in range(0, len(odds), size):
        cut.gather(likely(odds[start : start + size]))
    assert cut.spans == whole.spans
    assert all(stop <= len(odds) for _, stop, _ in whole.spans)


def test_an_utterance_without_a_pause_is_cut_at_its_longest() -> None:
    gate = AnySound(UtteranceSettings(longest_ms=2_000))
    gate.gather(flagged([1] * 500))
    assert [(stop - start, final) for start, stop, final in gate.spans] == [(200, True), (200, True)]


def test_what_little_is_said_after_the_cut_ends_at_its_pause() -> None:
    gate = AnySound(UtteranceSettings(longest_ms=2_000), early=False)
    for flag in [1] * 205 + [0] * 60:
        gate.gather(flagged([flag]))
    assert gate.spans == [(0, 200, True), (200, 230, True)]
    assert not gate.speaking


def test_whoever_is_cut_is_speaking_until_a_pause() -> None:
    gate = UtteranceGate(UtteranceSettings(longest_ms=2_000))
    speaking = []
    for flag in [0] * 30 + [1] * 450 + [0] * 60:
        gate.gather(flagged([flag]))
        speaking.append(gate.speaking)
    assert speaking == [False] * 41 + [True] * (450 + 39 - 11) + [False] * 21


def test_a_short_pause_gives_what_was_said_so_far_and_the_long_one_all_of_it() -> None:
    speech = [0] * 30 + [1] * 100 + [0] * 25 + [1] * 50 + [0] * 60
    gate = UtteranceGate(UtteranceSettings(), early=True)
    given = gate.gather(flagged(speech))
    assert [(u.final, u.quality.net_speech_s) for u in given] == [(False, 1.0), (False, 1.5), (True, 1.5)]
    assert len({u.start_s for u in given}) == 1
    assert [round(100 * u.end_s) for u in given] == [140, 215, 230]


def test_a_short_pause_is_told_when_it_is_reached_and_only_where_it_is_asked_for() -> None:
    early, late = UtteranceGate(UtteranceSettings(), early=True), UtteranceGate(UtteranceSettings())
    moments: dict[str, list[int]] = {"early": [], "late": []}
    for at, flag in enumerate([0] * 30 + [1] * 100 + [0] * 60):
        moments["early"] += [at] * len(early.gather(flagged([flag])))
        moments["late"] += [at] * len(late.gather(flagged([flag])))
    assert moments == {"early": [129 + 10, 129 + 40], "late": [129 + 40]}


@pytest.mark.parametrize(("weak_ms", "looks"), [(70, [139]), (80, [139, 147]), (300, [139, 169])])
def test_a_weak_end_is_looked_at_once_more_after_it(weak_ms: int, looks: list[int]) -> None:
    gate, told = UtteranceGate(UtteranceSettings(), early=True), []
    for at, odds in enumerate([-SURE] * 30 + [SURE] * 100 + [1] * (weak_ms // 10) + [-1] * 39):
        told += [at] * len(gate.gather(likely([odds])))
    assert told == looks


def test_too_little_speech_is_not_told_early_either() -> None:
    gate = UtteranceGate(UtteranceSettings(), early=True)
    assert gate.gather(flagged([1] * 59 + [0] * 60)) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(50, 120), st.integers(-1, 1), st.integers(-1, 1), st.booleans())
def test_what_counts_as_a_voice_equals_the_specification(
    seed: int, count: int, more: int, louder: int, in_noise: bool
) -> None:
    """About as sure as it must be, at about the loudness that decides: one 2048th, or one bit, more or less."""
    mean = specification_gate.VOICE_ODDS_IN_NOISE if in_noise else specification_gate.VOICE_ODDS
    odds = np.random.default_rng(seed).integers(1, 2 * mean, count)
    missing = mean * specification_gate.SUREST - int(np.sort(odds)[-specification_gate.SUREST :].sum())
    odds[int(odds.argmax())] += max(missing + more, 0)
    frames = likely(odds.tolist(), STANDS_OUT + louder)
    gate = UtteranceGate(UtteranceSettings())
    gate.gather(frames)
    assert len(gate.finish()) == specification_gate.counts(scalar(frames))


def test_a_bark_is_sure_and_too_short_and_a_murmur_is_long_and_not_sure() -> None:
    sure, unsure = 8 << 11, 1 << 11
    for odds, voices in (([sure] * 25 + [1] * 60, 0), ([unsure] * 500, 0), ([sure] * 40 + [1] * 60, 1)):
        gate = UtteranceGate(UtteranceSettings())
        gate.gather(likely(odds))
        assert len(gate.finish()) == voices


def test_what_hardly_stands_out_of_the_noise_need_not_be_as_sure() -> None:
    for odds, stands_out, voices in ((5000, STANDS_OUT, 0), (5000, STANDS_OUT - 1, 1), (4000, STANDS_OUT - 1, 0)):
        gate = UtteranceGate(UtteranceSettings())
        gate.gather(likely([odds] * 100, stands_out))
        assert len(gate.finish()) == voices


def test_settings_make_the_gate_wait_longer() -> None:
    patient = Listen(ListeningSettings(utterance=UtteranceSettings(hangover_ms=2_000)))
    sound = np.concatenate([clip("ada-unlock-1.opus"), np.zeros(16_000, np.int16), clip("ada-unlock-2.opus")])
    assert len(patient.hear(AudioBlock(sound, 0)) + patient.finish()) == 1
    assert len(heard(sound)) >= 2


def test_utterances_follow_each_other() -> None:
    sound = np.concatenate([clip(name) for name in VOICES[:6]])
    places = [(utterance.start_s, utterance.end_s) for utterance in heard(sound)]
    assert len(places) >= 4
    assert all(before[1] <= after[0] for before, after in pairwise(places))


def scalar(frames: Frames) -> list[Frame]:
    """The same frames, one number at a time."""
    columns = [getattr(frames, field.name).tolist() for field in fields(Frame)]
    return [Frame(*row) for row in zip(*columns, strict=True)]
