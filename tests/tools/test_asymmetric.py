"""Enrolment by the teacher: the map between the spaces, the trials, and a voiceprint that the device accepts."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice import app
from edgevoice.config import load
from edgevoice.errors import AudioError, EnrolmentError, ModelError, SpeakerError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.visit import FOLDER
from tools.enroll_from_recordings import enroll, recordings_in
from tools.measure.asymmetric import Both, TeacherMap, door_trials, fit, unit
from tools.peers.edgevoice import MODEL

RNG = np.random.default_rng(5)
SIZE = 193  # of an embedding, its doubt included
TURN = np.linalg.qr(RNG.normal(size=(SIZE, SIZE)))[0].astype(np.float32)
ADA, BEN = ([FOLDER / f"{name}-enrol-{take}.opus" for take in range(1, 5)] for name in ("ada", "ben"))


def turned(samples: Samples) -> Vector:
    """A teacher whose space is the device's own, turned about: what the map must undo."""
    return app.embed_clip(samples, XVector(MODEL)).vector @ TURN


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.npz"
    learned = unit(RNG.normal(size=(2000, SIZE)))
    fit(Both(learned @ TURN, learned), XVector(MODEL).manifest.name).save(path)
    return path


def test_the_map_finds_the_way_back_for_voices_it_has_not_seen() -> None:
    learned = unit(RNG.normal(size=(3000, SIZE)) + 0.3)
    noisy = learned @ TURN + 0.01 * RNG.normal(size=learned.shape)
    lead = fit(Both(noisy[:2500], learned[:2500]), "a model")
    assert (lead(noisy[2500:]) * learned[2500:]).sum(axis=1).min() > 0.97


def test_a_map_for_another_model_is_refused_by_name(way: Path) -> None:
    with pytest.raises(ModelError, match="this model is another"):
        TeacherMap.load(way, "another")
    with pytest.raises(ModelError, match="no map"):
        TeacherMap.load(way.with_name("none.npz"), "another")


def test_trials_are_the_same_for_two_kinds_of_voiceprints_and_leave_the_enrolled_clips_out() -> None:
    speaker = np.repeat(["a", "b", "c"], 5)
    vectors = unit(np.eye(3)[np.repeat(range(3), 5)] + 0.01 * RNG.normal(size=(15, 3)))
    one, other = door_trials(vectors, vectors, speaker, 2), door_trials(-vectors, vectors, speaker, 2)
    assert one.scores == pytest.approx(-other.scores)
    assert one.same.sum() == 3 * 4 * (5 - 2)
    assert len(one.scores) == 3 * 4 * (15 - 2)
    assert ((one.enrolled == one.spoke) == one.same).all()
    assert one.scores[one.same].min() > 0.9
    assert one.scores[~one.same].max() < 0.2


def test_whom_the_teacher_enrols_the_device_knows(tmp_path: Path, way: Path) -> None:
    loaded = load(data=tmp_path)
    with app.house(loaded) as house:
        made = enroll(loaded.settings, house, "Ada", recordings_in(ADA), turned, way, renew=False)
        assert (made.speaker, made.utterances) == ("Ada", 4)
        recogniser = app.recogniser(loaded.settings, house.speakers)
        (stored,) = house.speakers.voiceprints(recogniser.xvector.manifest.name)
        assert stored.vector @ made.vector == pytest.approx(1, abs=1e-5)
        scores = {
            who: recogniser.scorer.rank(app.embed_clip(read_sound(FOLDER / who), recogniser.xvector), [stored])[0].llr
            for who in ("ada-unlock-1.opus", "ben-unlock-1.opus")
        }
        assert scores["ada-unlock-1.opus"] > recogniser.threshold(1) > scores["ben-unlock-1.opus"]
        with pytest.raises(SpeakerError, match="enrolled already"):
            enroll(loaded.settings, house, "ada", ADA, turned, way, renew=False)
        with pytest.raises(EnrolmentError, match="the door could not tell the two apart"):
            enroll(loaded.settings, house, "Eve", ADA, turned, way, renew=False)
        with pytest.raises(EnrolmentError, match="not of one voice"):
            enroll(loaded.settings, house, "Eve", [*ADA[:2], *BEN[:2]], turned, way, renew=False)
        assert [person.name for person in house.speakers.list()] == ["Ada"]
        kept = house.heard.read(house.heard.ids().tolist())
        assert [each.kind for each in kept] == ["enrolment"] * 4, "it must not open as a recording"


def test_recordings_in_which_two_people_speak_are_not_taken(tmp_path: Path, way: Path) -> None:
    loaded = load(data=tmp_path / "house")

    def spoken(path: Path) -> Samples:
        samples = read_sound(path)
        (utterance,) = hear_all(app.ear(loaded.settings), samples)
        return samples[round((utterance.start_s + 0.2) * SAMPLE_RATE) : round((utterance.end_s - 0.4) * SAMPLE_RATE)]

    pause = np.zeros(SAMPLE_RATE // 2, np.int16)
    files = [tmp_path / f"{take}.wav" for take in range(3)]
    for file, ada, ben in zip(files, ADA, BEN, strict=False):
        soundfile.write(file, np.concatenate([pause, spoken(ada), spoken(ben), pause]), SAMPLE_RATE)
    with app.house(loaded) as house:
        with pytest.raises(EnrolmentError, match=r"0 good clips, 3 wanted.*two people spoke"):
            enroll(loaded.settings, house, "Ada", files, turned, way, renew=False)
        assert house.speakers.list() == []
        assert len(house.heard.ids()) == 0


def test_a_folder_stands_for_its_sound_files(tmp_path: Path) -> None:
    for name in ("b.wav", "a.FLAC", "notes.txt"):
        (tmp_path / name).touch()
    assert recordings_in([tmp_path, ADA[0]]) == [tmp_path / "a.FLAC", tmp_path / "b.wav", ADA[0]]
    (tmp_path / "empty").mkdir()
    with pytest.raises(AudioError, match="found no recording"):
        recordings_in([tmp_path / "empty"])
