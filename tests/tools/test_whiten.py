"""What is made steady within a person, where people are known and where nobody is."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tools.test_batches import SCALE, corpus
from tools.training.student import Student
from tools.training.xvector import Shape, XVector
from tools.whiten import labelled_embeddings, steadying

STUDENT = Student(XVector(Shape(channels=16, inner=(16,) * 5, pooled=16)).eval(), SCALE)


@pytest.mark.parametrize("people", [0, 3])
def test_where_few_are_known_only_the_mean_is_taken_off(people: int, capsys: pytest.CaptureFixture[str]) -> None:
    speaker = np.array([f"{number // 4}@0" if number < 4 * people else "" for number in range(16)])
    labelled = labelled_embeddings(STUDENT, replace(corpus(16), speaker=speaker))
    assert labelled.vectors.shape == (16, 192)
    assert np.array_equal(steadying(labelled), np.eye(192))
    assert "only the mean" in capsys.readouterr().out


def test_those_known_by_several_clips_are_whitened() -> None:
    speaker = np.array([f"{number // 4}@0" if number < 16 else "" for number in range(20)])
    labelled = labelled_embeddings(STUDENT, replace(corpus(20), speaker=speaker))
    assert sorted(set(labelled.speaker.tolist())) == ["0@0", "1@0", "2@0", "3@0"]
    assert not np.array_equal(steadying(labelled), np.eye(192))
