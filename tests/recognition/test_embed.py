"""An utterance becomes a point near its speaker's other utterances; nothing in the file is a float."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.listen import Listen
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import XVector, encode, pool
from edgevoice.recognition.network_input import normalise, windows
from edgevoice.tflite import Int8, Quantization, interpreter
from edgevoice.visit import load_visit
from tests.sound import clip

VISIT = load_visit()
PEOPLE = {speaker: (*files, *VISIT.unlocks(speaker)) for speaker, files in VISIT.enrolment.items()}


def utterance(name: str) -> Utterance:
    listen = Listen()
    heard = listen.hear(AudioBlock(clip(name), 0)) + listen.finish()
    return max(heard, key=lambda one: one.quality.net_speech_s)


@pytest.mark.parametrize("name", ["xvector", "xvector-tiny"])
def test_every_tensor_of_a_shipped_file_is_an_integer(model_path: Path, name: str) -> None:
    network = interpreter().module.Interpreter(model_content=(model_path.parent / f"{name}.tflite").read_bytes())
    kinds = set()
    for subgraph in range(2):
        details = network.get_tensor_details(subgraph)
        assert len(details) > 3
        kinds |= {detail["dtype"].__name__ for detail in details}
    assert kinds <= {"int8", "int32"}


@pytest.mark.parametrize(("name", "largest"), [("xvector", 1_200_000), ("xvector-tiny", 301_000)])
def test_a_file_and_its_cohort_keep_to_their_sizes(model_path: Path, name: str, largest: int) -> None:
    path = model_path.parent / f"{name}.tflite"
    assert path.stat().st_size <= largest
    assert path.with_suffix(".cohort.npy").stat().st_size <= 100_000


def test_an_embedding_is_a_unit_vector_of_its_model_and_the_same_every_time(xvector: XVector) -> None:
    mfcc = utterance("ada-unlock-1.opus").mfcc
    first, again = xvector.embed(mfcc), xvector.embed(mfcc)
    assert np.linalg.norm(first.vector) == pytest.approx(1, abs=1e-5)
    assert first.model == xvector.manifest.name
    assert np.array_equal(first.vector, again.vector)


def test_the_own_voice_is_nearer_than_every_other(xvector: XVector) -> None:
    voices = {who: [xvector.embed(utterance(name).mfcc).vector for name in files] for who, files in PEOPLE.items()}
    strangers = [xvector.embed(utterance(name).mfcc).vector for who in VISIT.strangers for name in VISIT.unlocks(who)]
    for speaker, own in voices.items():
        others = strangers + [v for other, vectors in voices.items() if other != speaker for v in vectors]
        centre = np.mean(own[:4], axis=0)
        assert min(float(v @ centre) for v in own[4:]) > max(float(v @ centre) for v in others)


@pytest.mark.parametrize("frames", [1, 2, 30, 127, 128, 129, 1200])
def test_an_utterance_of_any_length_has_an_embedding(xvector: XVector, frames: int) -> None:
    mfcc = np.resize(utterance("ben-unlock-1.opus").mfcc, (frames, 40))
    vector = xvector.embed(mfcc).vector
    assert np.isfinite(vector).all()


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 64), st.integers(0, 40).map(lambda half: 2 * half))
def test_windows_go_round_the_utterance_in_order(length: int, outputs: int, context: int) -> None:
    levels = np.repeat(np.arange(length)[:, None], 40, axis=1).astype(np.int16).view(np.int16)
    cuts = windows(levels, context, outputs)
    assert cuts.shape[1:] == (context + 2 * outputs, 40)
    assert len(cuts) == -(-length // (2 * outputs))
    for number, cut in enumerate(cuts):
        wanted = (np.arange(context + 2 * outputs) + 2 * outputs * number - context // 2) % length
        assert np.array_equal(cut[:, 0], wanted)


@given(arrays(np.int8, st.tuples(st.integers(1, 50), st.integers(1, 5))), st.integers(-128, 127))
def test_pooling_equals_mean_and_deviation_in_floats(vectors: Int8, zero_point: int) -> None:
    pooled = pool(vectors, Quantization(0.5, zero_point))
    real = 0.5 * (vectors.astype(np.float64) - zero_point)
    assert pooled == pytest.approx(np.concatenate([real.mean(axis=0), real.std(axis=0)]), abs=1e-4)


def test_what_lies_beyond_8_bits_is_limited_and_never_wraps_around() -> None:
    steep = np.repeat(np.array([-1, 0, 1])[:, None] << 19, 40, axis=1).astype(np.int32)
    assert normalise(steep, np.full(40, 1.0, dtype=np.float32))[:, 0].tolist() == [-127, 0, 127]
    real = np.array([-1e6, -64.6, 0.0, 63.4, 1e6], dtype=np.float32)
    assert encode(real, Quantization(0.5, 1)).tolist() == [-128, -128, 1, 127, 127]


def test_what_is_said_twice_over_has_the_statistics_of_once(xvector: XVector) -> None:
    mfcc = utterance("ada-unlock-1.opus").mfcc
    once = mfcc[: len(mfcc) // 2 * 2]
    assert np.array_equal(xvector.pooled(np.concatenate([once, once])), xvector.pooled(once))


def test_a_louder_voice_gives_the_same_input() -> None:
    mfcc = utterance("ada-unlock-2.opus").mfcc
    louder = mfcc + np.array([1024 * 6] + [0] * 39, dtype=np.int32)
    scale = np.full(40, 0.01, dtype=np.float32)
    assert np.array_equal(normalise(mfcc, scale), normalise(louder, scale))
