"""A line -> its sound, by whichever synthesiser it names; those of Debian's packages run as programs of their own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import soxr

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import SAMPLE_RATE
from tools.digits.plan import Line
from tools.synthetic.kokoro import Engine, Voice, speak
from tools.synthetic.take import Sound

_ESPEAK_WORDS_PER_MINUTE = 165


def say_by_kokoro(line: Line, engine: Engine, voices: Mapping[str, Voice]) -> Sound:
    """The voice of a line, or the mean of those joined by a plus."""
    parts = [voices[name] for name in line.voice.split("+")]
    voice = np.asarray(np.mean(parts, axis=0), dtype=np.float32)
    return speak(engine, voice, line.words, line.speed, "en-gb" if line.voice.startswith("b") else "en-us")


def say_by_program(line: Line) -> Sound:
    """SettingsError where the program is not installed or fails."""
    with TemporaryDirectory() as folder:
        wave = Path(folder) / "said.wav"
        command = _command(line, wave)
        try:
            subprocess.run(command, input=line.words.encode(), capture_output=True, check=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            raise SettingsError(f"{command[0]}: {error}; install it (apt install espeak-ng flite festival)") from error
        sound, rate = soundfile.read(wave)
    return np.asarray(soxr.resample(sound, rate, SAMPLE_RATE))


def _command(line: Line, wave: Path) -> list[str]:
    match line.engine:
        case "espeak":
            rate = str(round(_ESPEAK_WORDS_PER_MINUTE * line.speed))
            return ["espeak-ng", "-v", line.voice, "-p", str(line.pitch), "-s", rate, "-w", str(wave)]
        case "flite":
            stretch = f"duration_stretch={1 / line.speed:.2f}"
            return ["flite", "-voice", line.voice, "--setf", stretch, "-o", str(wave), "-t", line.words]
        case "festival":
            return ["text2wave", "-eval", f"(voice_{line.voice})", "-o", str(wave)]
    raise SettingsError(f"{line.path}: no synthesiser is called {line.engine}")
