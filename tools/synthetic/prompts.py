"""What the device says, by Kokoro-82M (Apache-2.0): a clip for each text of edgevoice/hardware/prompts/*.toml.

    python -m tools.synthetic.prompts --model kokoro.onnx --voices voices.npz [--language en] [--only digit-4]

What it needs is what tools.synthetic.voices needs, and where to get it stands there. The same seed, model and
processor give the same sound.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from rich.progress import track

from edgevoice.errors import SettingsError
from edgevoice.hardware import Prompt
from edgevoice.hardware.prompts import FOLDER, LANGUAGES, Texts, clip, read_texts
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.step import Step
from tools.synthetic.kokoro import Engine, Voice, load_engine, load_voices, speak
from tools.synthetic.take import Sound, at_peak, spoken_part, to_int16, write

PEAK_DBFS = -3.0
LEAD_S, TAIL_S = 0.05, 0.15  # quiet before and after, so that digits in a row do not run together
FADE_S = 0.01  # no click where the speech is cut out of its silence


def as_prompt(speech: Sound) -> Samples:
    """Speech (n,) -> dry and loud, with quiet ends."""
    spoken = spoken_part(speech)
    fade = np.linspace(0.0, 1.0, int(FADE_S * SAMPLE_RATE))
    shaped = spoken.copy()
    shaped[: fade.size] *= fade
    shaped[-fade.size :] *= fade[::-1]
    padded = np.pad(shaped, (int(LEAD_S * SAMPLE_RATE), int(TAIL_S * SAMPLE_RATE)))
    return to_int16(at_peak(padded, PEAK_DBFS))


def make_prompts(engine: Engine, voice: Voice, texts: Texts, only: Sequence[Prompt]) -> dict[Prompt, Samples]:
    """Each of ``only``, spoken."""
    return {
        prompt: as_prompt(speak(engine, voice, texts.texts[prompt], texts.speed, texts.language))
        for prompt in track(only, texts.language)
    }


@click.command(cls=Step)
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path), help="Kokoro-82M as ONNX.")
@click.option("--voices", required=True, type=click.Path(exists=True, path_type=Path), help="Its voices as .npz.")
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="Default: all.")
@click.option("--only", multiple=True, type=click.Choice([prompt.value for prompt in Prompt]), help="Default: all.")
@click.option("--output", type=click.Path(path_type=Path), default=FOLDER, show_default="where the device looks")
@click.option("--seed", default=20, show_default=True)
def main(model: Path, voices: Path, languages: tuple[str, ...], only: tuple[str, ...], output: Path, seed: int) -> None:
    """Make the clips of the spoken prompts."""
    engine, known = load_engine(model, voices, seed), load_voices(voices)
    for language in languages or LANGUAGES:
        texts = read_texts(language)
        if texts.voice not in known:
            raise SettingsError(f"{language}.toml wants the voice {texts.voice}; {voices} has {', '.join(known)}")
        wanted = [Prompt(name) for name in only] or list(Prompt)
        for prompt, samples in make_prompts(engine, known[texts.voice], texts, wanted).items():
            write(clip(language, prompt, output), samples)


if __name__ == "__main__":
    main()
