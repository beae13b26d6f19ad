"""What becomes an utterance: voices do, bells, knocks and weather do not; and each rule equals its specification."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import COEFFICIENTS
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import Listen, ListeningSettings
from edgevoice.listening.utterance import Utterance, UtteranceGate, UtteranceSettings
from edgevoice.listening.voice import statistics, voice_odds
from edgevoice.listening.voice_rule import RULE
from edgevoice.visit import FOLDER
from tests.listening import specification_gate
from tests.listening.specification import Frame
from tests.sound import clip

VOICES = sorted(path.name for path in FOLDER.glob("*.opus"))
OTHERS = ("doorbell.flac", "hum.flac", "rain.flac", "silence.flac", "traffic.flac", "white.flac", "room.flac")


def front_end(samples: Samples) -> Frames:
    return FrontEnd(SubtractionSettings(), ActivitySettings())(samples)


def heard(samples: Samples) -> list[Utterance]:
    listen = Listen()
    return listen.hear(AudioBlock(samples, 0)) + listen.finish()


class AnySound(UtteranceGate):
    """The gate without the rules of what counts, to see where it cuts."""

    def __init__(self, settings: UtteranceSettings) -> None:
        super().__init__(settings)
        self.spans: list[tuple[int, int]] = []

    def _give(self, stop: int) -> list[Utterance]:
        self.spans.append((self._first, self._first + stop))
        return super()._give(stop)


def flagged(speech: list[int]) -> Frames:
    """Frames of which nothing but the flags is known."""
    count = len(speech)
    nothing = np.zeros(count, dtype=np.int64)
    mfcc = np.zeros((count, COEFFICIENTS), dtype=np.int32)
    return Frames(mfcc, np.array(speech, dtype=np.int64), nothing, nothing + 100, *[nothing] * 5)


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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 60)), max_size=60))
def test_any_flags_are_cut_as_the_specification_cuts_them(runs: list[tuple[int, int]]) -> None:
    speech = [flag for flag, length in runs for _ in range(length)]
    gate = AnySound(UtteranceSettings())
    gate.gather(flagged(speech))
    gate.finish()
    assert gate.spans == specification_gate.spans(speech)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 60)), max_size=30), st.integers(1, 50))
def test_the_cut_does_not_depend_on_how_the_stream_comes(runs: list[tuple[int, int]], size: int) -> None:
    speech = [flag for flag, length in runs for _ in range(length)]
    gate = AnySound(UtteranceSettings())
    for start in range(0, len(speech), size):
        gate.gather(flagged(speech[start : start + size]))
    gate.finish()
    assert gate.spans == specification_gate.spans(speech)


def test_a_pause_ends_a_long_utterance_sooner_than_a_short_one() -> None:
    def waited(spoken: int) -> int:
        gate = AnySound(UtteranceSettings())
        gate.gather(flagged([1] * spoken))
        for silent in range(1, 100):
            gate.gather(flagged([0]))
            if gate.spans:
                return silent
        return 100

    assert waited(280) == 40
    assert waited(310) == 22


def test_an_utterance_without_a_pause_is_cut_at_its_longest() -> None:
    gate = AnySound(UtteranceSettings(longest_ms=2_000))
    gate.gather(flagged([1] * 500))
    assert [stop - start for start, stop in gate.spans] == [200, 200]


@pytest.mark.parametrize("name", ["ada-unlock-1.opus", "doorbell.flac", "knock.flac", "rain.flac", "hum.flac"])
def test_the_statistics_and_the_odds_equal_the_specification(name: str) -> None:
    frames = front_end(clip(name))[:150]
    speech = frames.speech.copy()
    speech[40:60] = 1  # so that every sound has some
    found = statistics(frames.mfcc, speech, frames.periodicity, frames.pitch_lag)
    wanted = specification_gate.statistics(scalar(frames, speech.tolist()))
    assert found == wanted
    assert set(found) == set(RULE)
    assert voice_odds(found) == specification_gate.voice_odds(wanted)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_the_statistics_of_any_frames_equal_the_specification(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    mfcc = rng.integers(-(1 << 18), 1 << 18, (count, COEFFICIENTS)).astype(np.int32)
    speech = rng.integers(0, 2, count)
    speech[rng.integers(count)] = 1
    frames = Frames(mfcc, speech, rng.integers(-99, 257, count), rng.integers(38, 229, count), *[speech * 0] * 5)
    found = statistics(frames.mfcc, frames.speech, frames.periodicity, frames.pitch_lag)
    assert found == specification_gate.statistics(scalar(frames, speech.tolist()))


def test_settings_make_the_gate_wait_longer() -> None:
    patient = Listen(ListeningSettings(utterance=UtteranceSettings(hangover_ms=2_000, settled_hangover_ms=2_000)))
    sound = np.concatenate([clip("ada-unlock-1.opus"), np.zeros(16_000, np.int16), clip("ada-unlock-2.opus")])
    assert len(patient.hear(AudioBlock(sound, 0)) + patient.finish()) == 1
    assert len(heard(sound)) >= 2


def test_utterances_follow_each_other() -> None:
    sound = np.concatenate([clip(name) for name in VOICES[:6]])
    places = [(utterance.start_s, utterance.end_s) for utterance in heard(sound)]
    assert len(places) >= 4
    assert all(before[1] <= after[0] for before, after in pairwise(places))


def scalar(frames: Frames, speech: list[int]) -> list[Frame]:
    """The same frames, one number at a time, with these flags."""
    return [
        Frame(mfcc, flag, periodicity, lag, 0, 0, 0, 0, 0)
        for mfcc, flag, periodicity, lag in zip(
            frames.mfcc.tolist(), speech, frames.periodicity.tolist(), frames.pitch_lag.tolist(), strict=True
        )
    ]
