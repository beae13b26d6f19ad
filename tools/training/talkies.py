"""Speech out of three adventure games whose owners gave them away, and out of telephone prompts.

Layouts as the ScummVM engine reads them (engines/queen/resource.cpp, engines/sky/disk.cpp, engines/drascula/sound.cpp).
"""

import struct
import wave
from pathlib import Path

import soundfile

_QUEEN_ENTRY = struct.Struct(">12sBII")  # name, bundle, offset, size
_QUEEN_START = 15  # after the tag, the version, its compression and the number of entries
_SKY_SPEECH = 50_000  # file numbers from here on are spoken lines
_SKY_HEADER = 22
_DRASCULA_HEADER = 32
_GAME_RATE = 11_025
_TELEPHONE_RATE = 8_000


def open_queen(folder: Path) -> None:
    """Flight of the Amazon Queen (1995): ``queen.1c`` holds its lines as MP3, one a file of ``folder/lines``."""
    for archive in folder.rglob("queen.1c"):
        data = archive.read_bytes()
        (count,) = struct.unpack_from(">H", data, _QUEEN_START - 2)
        (folder / "lines").mkdir(exist_ok=True)
        for number in range(count):
            name, _, offset, size = _QUEEN_ENTRY.unpack_from(data, _QUEEN_START + number * _QUEEN_ENTRY.size)
            stem, _, kind = name.rstrip(b"\0").decode("ascii").partition(".")
            if kind == "SB":
                (folder / "lines" / f"{stem}.mp3").write_bytes(data[offset : offset + size])


def open_sky(folder: Path) -> None:
    """Beneath a Steel Sky (1994): ``sky.dsk``, listed in ``sky.dnr``, holds its lines as unsigned 8-bit sound."""
    for archive in folder.rglob("sky.dsk"):
        data, listed = archive.read_bytes(), archive.with_suffix(".dnr").read_bytes()
        (folder / "lines").mkdir(exist_ok=True)
        for (entry,) in struct.iter_unpack("<Q", listed[4:]):
            number, place, size = entry & 0xFFFF, entry >> 16 & 0xFFFFFF, entry >> 40 & 0x3FFFFF
            start = (place & 0x7FFFFF) << 4 if place >> 23 else place
            if number >= _SKY_SPEECH:
                _write(folder / "lines" / f"{number}.wav", data[start + _SKY_HEADER : start + size])


def open_drascula(folder: Path) -> None:
    """Drascula (1996), a folder a language: each line a file of unsigned 8-bit sound; letters say whose it is."""
    for line in folder.rglob("*.[aA][lL][sS]"):
        (folder / "lines").mkdir(exist_ok=True)
        name = f"{line.parent.name}-{line.stem.upper()}.wav"
        _write(folder / "lines" / name, line.read_bytes()[_DRASCULA_HEADER:])


def open_gsm(folder: Path) -> None:
    """Telephone prompts in bare GSM 06.10 frames become WAV files beside them."""
    for prompt in folder.rglob("*.gsm"):
        sound, _ = soundfile.read(
            prompt, format="RAW", subtype="GSM610", samplerate=_TELEPHONE_RATE, channels=1, dtype="int16"
        )
        soundfile.write(prompt.with_suffix(".wav"), sound, _TELEPHONE_RATE)


def _write(path: Path, sound: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, _GAME_RATE, 0, "NONE", ""))
        file.writeframes(sound)
