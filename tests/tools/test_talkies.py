"""Two small archives in the games' layouts, and the lines that come out of them."""

import struct
import wave
from pathlib import Path

from tools.training.talkies import open_queen, open_sky


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
