"""A corpus with only some of its voices: what an ablation leaves out."""

from dataclasses import dataclass, replace

import numpy as np

from tools.training.corpus import Corpus, begins, made_up


@dataclass(frozen=True)
class Selection:
    """What stays. synthetic: the speech of synthesisers; copies: of labelled clips those at other speeds and with other
    vocal tracts, new voices to the teacher; without: speakers whose names begin so do not; disturbed: copies with room,
    noise and band."""

    synthetic: bool = True
    copies: bool = True
    without: tuple[str, ...] = ()
    disturbed: bool = True


def selected(corpus: Corpus, selection: Selection) -> Corpus:
    """The same features; clips and cohort only of the voices that are wanted."""
    voices = np.ones(len(corpus.speaker), dtype=np.bool_)
    if not selection.synthetic:
        voices &= ~made_up(corpus.speaker)
    if not selection.copies:
        voices &= np.char.endswith(corpus.speaker, "@0") | (corpus.speaker == "")
    if selection.without:
        voices &= ~begins(corpus.speaker, selection.without)
    clips = voices[corpus.voice] & (~corpus.noisy | selection.disturbed)
    number = np.cumsum(voices) - 1
    return replace(
        corpus,
        start=corpus.start[clips],
        length=corpus.length[clips],
        voice=number[corpus.voice[clips]],
        noisy=corpus.noisy[clips],
        taught=corpus.taught[voices],
        unheard=corpus.unheard[voices],
        speaker=corpus.speaker[voices],
        frames_start=corpus.frames_start[voices],
        frames_length=corpus.frames_length[voices],
    )
