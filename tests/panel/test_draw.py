"""The panel: it fits, and says the same as the door."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from edgevoice.errors import StorageError
from edgevoice.hardware import Light
from edgevoice.listening.listen import Level
from edgevoice.panel.draw import panel
from edgevoice.panel.picture import save_picture
from edgevoice.panel.view import Happening, Verdict, View

AT_REST = View(0.0, "listening", Level(-60.0, -62.0, False), Light.LISTENING)
LETTING_IN = View(
    83.4,
    "open",
    Level(-21.0, -62.0, True),
    Light.OPEN,
    open_left_s=3.2,
    verdict=Verdict("Ada", 8.1, 2.4, True, "Ada scored 8.1, needs 2.4"),
    playing="an enrolled person",
    happenings=(Happening(82.0, "open", "Ada scored 8.1, needs 2.4"),),
)


def drawn(view: View) -> list[str]:
    """The lines on a terminal of 80 columns."""
    out = io.StringIO()
    Console(file=out, width=80, force_terminal=False).print(panel(view))
    return out.getvalue().splitlines()


texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200)
numbers = st.floats(-1e6, 1e6)
views = st.builds(
    View,
    t_s=st.floats(0, 1e8),
    state=st.sampled_from(["listening", "open", "refused", "locked out", "fault"]),
    level=st.builds(Level, numbers, numbers, st.booleans()),
    light=st.sampled_from(Light),
    open_left_s=st.floats(0, 30),
    verdict=st.none() | st.builds(Verdict, st.none() | texts, st.none() | numbers, numbers, st.booleans(), texts),
    playing=texts,
    happenings=st.lists(st.builds(Happening, numbers, texts, texts), max_size=12).map(tuple),
)


@given(views)
def test_whatever_there_is_to_show_fits_a_terminal_of_80_by_24(view: View) -> None:
    lines = drawn(view)
    assert len(lines) <= 23  # one is left for the prompt
    assert max(map(cell_len, lines)) <= 80  # a wide character takes two places, a mark on another none


def test_the_lock_is_shown_shut_or_open_with_the_seconds_left() -> None:
    assert any("SHUT" in line for line in drawn(AT_REST))
    assert any("OPEN 3.2 s" in line for line in drawn(LETTING_IN))


def test_who_score_and_threshold_are_shown() -> None:
    text = "\n".join(drawn(LETTING_IN))
    for shown in ("Ada", "8.1", "needs 2.4", "an enrolled person", "somebody speaks", "01:23.4"):
        assert shown in text


@pytest.mark.parametrize(("llr", "full"), [(-20.0, 0), (2.4, 20), (20.0, 39)])
def test_the_bar_crosses_its_middle_at_the_threshold(llr: float, full: int) -> None:
    view = View(0.0, "refused", AT_REST.level, Light.REFUSED, verdict=Verdict("Ada", llr, 2.4, False, "because"))
    (bar,) = [line for line in drawn(view) if "score" in line]
    assert bar.count("█") == full


def test_the_picture_is_an_svg_that_calls_nobody(tmp_path: Path) -> None:
    save_picture(LETTING_IN, tmp_path / "panel.svg")
    text = (tmp_path / "panel.svg").read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "url(" not in text.replace("url(#", "")
    with pytest.raises(StorageError, match="cannot be written"):
        save_picture(LETTING_IN, tmp_path / "nowhere" / "panel.svg")
