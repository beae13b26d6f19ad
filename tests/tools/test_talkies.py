"""Small archives in the games' layouts, and the lines that come out of them."""

import struct
import wave
from pathlib import Path

import numpy as np
import soundfile

from edgevoice.hardware.sound_file import read_sound
from tools.training.talkies import open_drascula, open_gsm, open_queen, open_sky


def test_queen_gives_its_spoken_lines_as_they_lie_there(tmp_path: Path) -> None:
    files = {b"020001P2.SB": b"a spoken line", b"ZOMBIE.ACT": b"a picture", b"020006J1.SB": b"another"}
    place = 15 + 21 * len(files)
    table, body = b"", b""
    for name, data in files.items():
        table += struct.pack(">12sBII", name, 0, place + len(body), len(data))
        body += data
    (tmp_path / "queen.1c").write_bytes(b"QTBLCEM10\0\0\0\0" + struct.pack(">H", len(files)) + table + body)
    open_queen(tmp_path)
    lines = {path.name: path.read_bytes() for path in (tmp_path / "lines").iterdir()}
    assert lines == {"020001P2.mp3": b"a spoken line", "020006J1.mp3": b"another"}


def test_sky_gives_sound_near_and_far_and_nothing_else(tmp_path: Path) -> None:
    header, far = bytes(22), 0x20
    listed = [(60_000, 4, 22 + 3), (100, 0, 4), (50_001, 0x800000 | far >> 4, 22 + 2)]
    data = bytearray(b"\xff" * far + header + b"\x01\x02" + bytes(20))
    data[4 : 4 + 25] = header + b"\x80\x81\x82"
    (tmp_path / "sky.dsk").write_bytes(data)
    entries = b"".join(struct.pack("<Q", number | place << 16 | size << 40) for number, place, size in listed)
    (tmp_path / "sky.dnr").write_bytes(struct.pack("<I", len(listed)) + entries)
    open_sky(tmp_path)
    heard = {}
    for path in (tmp_path / "lines").iterdir():
        with wave.open(str(path)) as sound:
            heard[path.name] = (sound.getframerate(), sound.readframes(100))
    assert heard == {"60000.wav": (11_025, b"\x80\x81\x82"), "50001.wav": (11_025, b"\x01\x02")}


def test_drascula_gives_each_line_its_language_and_whose_it_is(tmp_path: Path) -> None:
    for language, name in (("it", "VB3.ALS"), ("en", "d7.als"), ("en", "3.ALG")):
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / name).write_bytes(bytes(32) + b"\x80\x81")
    open_drascula(tmp_path)
    assert sorted(path.name for path in (tmp_path / "lines").iterdir()) == ["en-D7.wav", "it-VB3.wav"]
    with wave.open(str(tmp_path / "lines" / "it-VB3.wav")) as sound:
        assert (sound.getframerate(), sound.readframes(100)) == (11_025, b"\x80\x81")


def test_a_telephone_prompt_becomes_sound_that_is_read(tmp_path: Path) -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)
    soundfile.write(tmp_path / "hello.gsm", tone, 8000, format="RAW", subtype="GSM610")
    open_gsm(tmp_path)
    heard = read_sound(tmp_path / "hello.wav")
    assert abs(len(heard) / 16_000 - 1) < 0.05
    assert abs(np.abs(heard[4000:12_000]).max() - 8000) < 1500
