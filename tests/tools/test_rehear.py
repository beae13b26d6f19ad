"""Features made anew belong to the same voices: as many, as long, clean before disturbed, and heard by today's ear."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.listening.listen import FRONT_END
from edgevoice.listening.window import HOP
from tests.sound import clip
from tools.hear import front_end
from tools.rehear import Job, rehear, room_tone
from tools.training.run_settings import PrepareSettings
from tools.training.shards import STORED_SHIFT, stored_speech

VOICES = (clip("ada-unlock-1.opus")[8000:32000], clip("ben-unlock-1.opus")[8000:24000])


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A shard whose features another front end made."""
    shard = tmp_path / "0003.npz"
    np.savez(
        shard,
        speech=np.concatenate(VOICES),
        speech_length=np.array([len(voice) for voice in VOICES]),
        features=np.zeros((4, 40), dtype=np.int16),
        feature_length=np.array([1, 1, 1, 1]),
        source=np.array([0, 0, 1, 1]),
        speaker=np.array(["ada@0", "ben@0"]),
    )
    settings = PrepareSettings(sets={}, leave_out=[], noisy_copies=2, subtractions=((2.0, 0.125),))
    return Job(shard, tmp_path, settings)


def test_a_shard_is_read_once_for_all_its_voices(job: Job) -> None:
    with np.load(job.shard) as shard:
        one, two = stored_speech(shard)
    assert np.shares_memory(one.base, two)
    np.testing.assert_array_equal(one, VOICES[0])
    np.testing.assert_array_equal(two, VOICES[1])


def test_the_same_voices_are_heard_by_the_front_end_of_today(job: Job) -> None:
    assert rehear(job)
    with np.load(job.shard) as made:
        frames = [len(front_end(voice)) for voice in VOICES]
        assert made["feature_length"].tolist() == [frames[0]] * 3 + [frames[1]] * 3
        assert made["source"].tolist() == [0, 0, 0, 1, 1, 1]
        assert made["speaker"].tolist() == ["ada@0", "ben@0"]
        assert np.array_equal(made["speech"], np.concatenate(VOICES))
        assert str(made["front_end"]) == FRONT_END
        clean = made["features"][: frames[0]].astype(np.int32) << STORED_SHIFT
    wanted = front_end(VOICES[0]).mfcc
    # The tracker alone had another beginning: it has heard up to two seconds of the room.
    likeness = [np.corrcoef(clean[:, number], wanted[:, number])[0, 1] for number in range(6)]
    assert min(likeness) > 0.9


def test_what_today_s_ear_has_heard_is_left_as_it_is(job: Job) -> None:
    assert rehear(job)
    before = job.shard.read_bytes()
    assert not rehear(job)
    assert job.shard.read_bytes() == before


def test_a_shard_in_which_nobody_spoke_stays_without_features(job: Job) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    np.savez(job.shard, speech=nothing.astype(np.int16), speech_length=nothing, speaker=np.array([], dtype=str))
    assert rehear(job)
    with np.load(job.shard) as made:
        assert made["features"].shape == (0, 40)
        assert len(made["feature_length"]) == len(made["source"]) == 0


def test_the_tone_of_a_room_is_what_is_quietest_in_it() -> None:
    loud = np.full(16_000, 900, dtype=np.int16)
    quiet = np.full(5_600, 7, dtype=np.int16)
    tone = room_tone(np.concatenate([loud, quiet, loud]), 10 * HOP)
    assert len(tone) == 10 * HOP
    assert set(tone.tolist()) == {7}
