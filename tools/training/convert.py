"""Float network and calibration clips -> INT8 TFLite file, with the entry points ``frames`` and ``segment``."""

from collections.abc import Iterator

import numpy as np
import torch

from edgevoice.listening.features import COEFFICIENTS
from edgevoice.recognition.network_input import FRAME_RATE_DIVISOR, normalise, windows
from tools.training.corpus import Corpus
from tools.training.graph import OUTPUT_FRAMES, Graph, window_frames
from tools.training.int8 import as_int8, full_range
from tools.training.run_settings import QuantizeSettings
from tools.training.student import INPUT_UNIT, Student
from tools.training.xvector import context_frames, statistics

SIGNATURES = ("frames", "segment")


def calibration_clips(corpus: Corpus, clips: int) -> list[int]:
    """Which clips show the ranges of the tensors: at most so many, drawn at random."""
    count = len(corpus.length)
    chosen: list[int] = np.random.default_rng(0).choice(count, min(clips, count), replace=False).tolist()
    return chosen


def convert(student: Student, corpus: Corpus, settings: QuantizeSettings) -> bytes:
    """The whole file, each weight rounded to the nearest step."""

    def representative() -> Iterator[tuple[str, dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]]]:
        context, window = context_frames(student.network.shape), window_frames(student.network)
        yield "frames", {"mfcc": full_range((1, window, COEFFICIENTS), INPUT_UNIT)}
        for clip in calibration_clips(corpus, settings.clips):
            levels = normalise(corpus.clip(clip), student.scale)
            for cut in windows(levels, context, OUTPUT_FRAMES):
                yield "frames", {"mfcc": cut.astype(np.float32)[None] * INPUT_UNIT}
            with torch.inference_mode():
                whole = torch.from_numpy(windows(levels, context, -(-len(levels) // FRAME_RATE_DIVISOR))[0]).float()
                pooled = statistics(student.network.frames(whole[None] * INPUT_UNIT))
            yield "segment", {"statistics": pooled.numpy()}

    return as_int8(Graph(student.network).save, SIGNATURES, representative)
