"""The picture of the panel: an SVG that says the same in every reader, and calls nobody."""

from pathlib import Path
from xml.etree import ElementTree

from edgevoice.hardware import Light
from edgevoice.listening.listen import Level
from edgevoice.panel.picture import save_picture
from edgevoice.panel.view import View


def test_blanks_between_words_count_and_no_font_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "panel.svg"
    save_picture(View(3.0, "known sound", Level(-30.0, -60.0, False), Light.KNOWN_SOUND, playing="an alarm"), path)
    root = ElementTree.parse(path).getroot()
    assert root.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    words = "".join(root.itertext()).replace("\u00a0", " ")
    assert "known sound   ♪ an alarm" in words
    assert "http" not in words  # where fonts would come from
