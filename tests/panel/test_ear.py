"""What is drawn of the ear: it fits, and it shows the sound that was heard."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples
from edgevoice.listening.features import BANDS
from edgevoice.listening.listen import Level, Listen
from edgevoice.panel.ear import EarView, ear_panel
from edgevoice.panel.spectrogram import FRAMES_PER_COLUMN, Column, Columns, draw, draw_speech, mel_dbfs
from edgevoice.panel.view import Happening
from tests.sound import clip

QUIET = Level(-60.0, -62.0, False)


def columns_of(samples: Samples, block: int = 2560) -> list[Column]:
    ear, columns = Listen(), Columns()
    found: list[Column] = []
    for start in range(0, len(samples), block):
        ear.hear(AudioBlock(samples[start : start + block], start))
        found += columns.add(ear.frames)
    return found


def sweep(seconds: float = 2.0) -> Samples:
    """A sine that rises from 100 to 7000 Hz, at half scale."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    octaves = np.log2(70) / seconds
    phase = 2 * np.pi * 100 * (2 ** (octaves * time) - 1) / (octaves * np.log(2))
    return np.rint(16384 * np.sin(phase)).astype(np.int16)


def printed(view: EarView, width: int, height: int, colour: bool = True) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(ear_panel(view, width, height, colour))
    return out.getvalue().splitlines()


def test_the_loudest_band_follows_a_rising_sine() -> None:
    loudest = [int(column.bands_dbfs.argmax()) for column in columns_of(sweep())]
    assert loudest == sorted(loudest)
    assert loudest[0] <= 3
    assert loudest[-1] >= BANDS - 7  # the last whole column lies at 6 kHz


def test_a_full_scale_sine_stands_at_0_dbfs() -> None:
    time = np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE
    ear = Listen()
    ear.hear(AudioBlock(np.rint(32767 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16), 0))
    # A little less where the tone lies between two bands, a little more as a band gathers several bins.
    assert mel_dbfs(ear.frames.mfcc).max() == pytest.approx(0.0, abs=3.0)


def test_columns_do_not_depend_on_the_size_of_blocks() -> None:
    samples = clip("ada-unlock-1.opus")[:SAMPLE_RATE]
    whole = columns_of(samples, len(samples))
    assert len(whole) == 98 // FRAMES_PER_COLUMN
    for block in (1, 7, 160, 320, 4096):
        cut = columns_of(samples, block)
        assert [c.bands_dbfs.tolist() for c in cut] == [c.bands_dbfs.tolist() for c in whole], block
        assert [(c.speech, c.voiced) for c in cut] == [(c.speech, c.voiced) for c in whole], block


texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200)
numbers = st.floats(-1e6, 1e6)
shares = st.floats(0, 1)
columns = st.builds(Column, st.just(np.linspace(-300, 50, BANDS)), st.booleans(), st.booleans())
views = st.builds(
    EarView,
    t_s=st.floats(0, 1e8),
    source=texts,
    level=st.builds(Level, numbers, numbers, st.booleans()),
    speech=shares,
    voiced=shares,
    columns=st.lists(columns, max_size=200).map(tuple),
    happenings=st.lists(st.builds(Happening, numbers, texts, texts), max_size=12).map(tuple),
)


@settings(deadline=None, max_examples=60)
@given(views, st.integers(60, 220), st.integers(24, 70))
def test_whatever_there_is_to_show_fits_the_terminal(view: EarView, width: int, height: int) -> None:
    lines = printed(view, width, height)
    assert len(lines) < height  # one is left for the prompt
    assert max(map(cell_len, lines)) <= width


def test_a_high_terminal_shows_every_band_in_its_own_half_character() -> None:
    column = Column(np.where(np.arange(BANDS) == 7, -10.0, -90.0), True, True)
    rows = [text.plain for text in draw([column], BANDS // 2, 1, colour=False)]
    assert [row for row, sign in enumerate(rows) if sign != " "] == [BANDS // 2 - 1 - 7 // 2]


def test_without_colour_louder_is_denser_and_the_newest_stands_at_the_right() -> None:
    loud = [Column(np.full(BANDS, dbfs), False, False) for dbfs in (-90.0, -60.0, -30.0, 0.0)]
    (row, *_) = [text.plain for text in draw(loud, 10, 6, colour=False)]
    assert row[:3] == "   "
    assert [" .:-=+*#%@".index(sign) for sign in row[2:]] == sorted(" .:-=+*#%@".index(sign) for sign in row[2:])
    assert row[-1] == "@"


def test_with_colour_louder_is_lighter() -> None:
    loud = [Column(np.full(BANDS, dbfs), False, False) for dbfs in (-90.0, -60.0, -30.0, 0.0)]
    (row, *_) = list(draw(loud, 10, 4, colour=True))
    lightness = []
    for span in row.spans:
        assert not isinstance(span.style, str)
        assert span.style.color is not None
        lightness.append(sum(span.style.color.get_truecolor()))
    assert lightness == sorted(set(lightness))


def test_speech_and_voice_are_told_apart_under_the_spectrogram() -> None:
    flat = np.full(BANDS, -50.0)
    line = draw_speech([Column(flat, False, False), Column(flat, True, False), Column(flat, True, True)], 5)
    assert line.plain == "  ·▄█"


def test_level_noise_snr_and_the_gate_are_shown() -> None:
    view = EarView(83.4, "door.wav", Level(-21.0, -62.0, True), 0.75, 0.5, (), (Happening(82.0, "unfit", "too loud"),))
    text = "\n".join(printed(view, 80, 24))
    for shown in ("-21 dBFS", "noise  -62", "SNR  41 dB", "75 %", "voiced  50 %", "utterance", "door.wav", "01:23.4"):
        assert shown in text
    assert "82.0 s  unfit   too loud" in text
    assert "● utterance" not in "\n".join(printed(EarView(0, "", QUIET, 0, 0), 80, 24))
