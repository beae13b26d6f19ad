"""Recordings named by who speaks become clips with an index; the packages lie there already, so apt is not asked."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from tools.recordings import SOURCES, Source, files_of_speakers, gather
from tools.synthetic.take import write

PROMPTS = Source("prompts", "CC0", ("prompts",), r"/sounds/(\w+)/(?!.*silence).*\.flac$")


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Two people: Anna with one long file and three short ones, Béla with one; a silence and a broken file."""
    sounds = tmp_path / "packages" / "prompts" / "sounds"
    rng = np.random.default_rng(0)
    for name, seconds in {
        "anna/long": 20.0, "anna/one": 0.8, "anna/two": 0.9, "anna/three": 0.7, "bela/one": 2.5, "bela/silence": 3.0
    }.items():  # fmt: skip
        write(sounds / f"{name}.flac", rng.integers(-9000, 9000, int(seconds * SAMPLE_RATE)).astype(np.int16))
    (sounds / "anna" / "broken.flac").write_bytes(b"fLaC and nothing more")
    return tmp_path


def test_clips_are_cut_joined_and_listed(unpacked: Path) -> None:
    rows = list(gather(PROMPTS, unpacked))
    assert [(row["speaker"], round(float(row["seconds"]))) for row in rows] == [
        ("prompts:anna", 14),
        ("prompts:anna", 3),
        ("prompts:bela", 3),
    ]
    for row in rows:
        assert row["kind"] == "speech"
        assert row["licence"] == "CC0"
        assert abs(len(read_sound(unpacked / row["path"])) / SAMPLE_RATE - float(row["seconds"])) < 0.02


def test_a_file_that_cannot_be_read_is_told(unpacked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list(gather(PROMPTS, unpacked))
    assert "broken.flac" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "path", "who"),
    [
        ("tuxpaint", "tuxpaint/usr/share/tuxpaint/stamps/animals/cat_desc_cs.ogg", "cs"),
        ("fillets", "fillets/usr/share/games/fillets-ng/sound/airplane/nl/let-m-divna.ogg", "nl-m"),
        ("hedgewars", "hedgewars/usr/share/games/hedgewars/Data/Sounds/voices/Pirate/Hello.ogg", "Pirate"),
        ("klettres", "klettres/usr/share/klettres/da/alpha/a-0.ogg", "da"),
        ("asterisk", "asterisk/usr/share/asterisk/sounds/en_US_f_Allison/digits/1.wav", "Allison"),
        ("ktuberling", "ktuberling/usr/share/ktuberling/sounds/da/moustache.ogg", "da"),
        ("queen", "queen/lines/020001P2.mp3", "020001P2"),
        ("sky", "sky/lines/50001.wav", "50001"),
        ("drascula", "drascula/lines/it-VB12.wav", "it-VB"),
        ("drascula", "drascula/lines/es-101.wav", "es"),
        ("kajongg", "kajongg/usr/share/kajongg/voices/male1/chow.ogg", "male1"),
        ("kajongg", "kajongg/usr/share/kajongg/voices/de/female2/chow.ogg", "de-female2"),
        ("prompts", "prompts/usr/share/asterisk/sounds/fr/digits/1.wav", "fr"),
        ("qabcs", "qabcs/usr/share/qabcs/abcs/en_gb/sounds/words/cat.ogg", "en_gb"),
        ("gcin", "gcin/usr/share/gcin-voice/ogg/ㄊㄢ3/5.ogg", "5"),
    ],
)
def test_file_names_tell_who_speaks(tmp_path: Path, source: str, path: str, who: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).touch()
    chosen = next(one for one in SOURCES if one.name == source)
    assert list(files_of_speakers(chosen, tmp_path)) == [(who, [tmp_path / path])]
