"""Digits, step 1: strings of digits said by people who do not exist, for training and, by other voices, to measure.

\b
    python -m tools.digits_speech --output build/digits
    python -m tools.digits_speech --output build/digits --model kokoro.onnx --voices voices.npz --minutes 10

The first line needs espeak-ng, flite and festival (with festvox-kallpc16k and festvox-us-slt-hts); the second what
tools.synthetic.voices needs. A clip that exists is not made again; --share 1/2 and --share 2/2 split the work.
"""

import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click
import numpy as np
from rich.progress import track

from edgevoice.listening.capture import SAMPLE_RATE
from tools.digits.engines import say_by_kokoro, say_by_program
from tools.digits.plan import Line, Use, kokoro_lines, quick_lines
from tools.step import Step
from tools.synthetic.kokoro import load_engine, load_voices
from tools.synthetic.take import LEAD_S, TAIL_S, Sound, at_peak, spoken_part, to_int16, write

PEAK_DBFS = -3.0
QUIET = tuple(round(SAMPLE_RATE * seconds) for seconds in (LEAD_S, TAIL_S))


def make(lines: Iterable[Line], say: Callable[[Line], Sound], output: Path, until: float) -> int:
    """Write the clips that are not there yet, until ``until`` on the monotonic clock; returns how many."""
    made = 0
    for line in track(list(lines), "digits"):
        target = output / line.path
        if target.exists():
            continue
        if time.monotonic() > until:
            break
        write(target, to_int16(np.pad(at_peak(spoken_part(say(line)), PEAK_DBFS), QUIET)))
        made += 1
    return made


def _read_share(_: click.Context, __: click.Parameter, value: str) -> tuple[int, int]:
    """``2/3`` -> (2, 3)."""
    found = re.fullmatch(r"(\d+)/(\d+)", value)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(f"found {value!r}; wanted one of several, from 1/1 on, as 2/3")
    return int(found[1]), int(found[2])


@click.command(cls=Step, help=__doc__)
@click.option("--output", type=click.Path(path_type=Path), required=True)
@click.option(
    "--model", type=click.Path(exists=True, path_type=Path), help="Kokoro-82M as ONNX; without it, the others."
)
@click.option("--voices", type=click.Path(exists=True, path_type=Path), help="Its voices as .npz.")
@click.option("--espeak", default=1500, show_default=True, help="Clips by espeak-ng, for training.")
@click.option("--each", default=25, show_default=True, help="Clips of each voice of flite and festival, to measure.")
@click.option("--rounds", default=10, show_default=True, help="Clips of each voice of Kokoro.")
@click.option("--minutes", default=600.0, show_default=True, help="Stop after.")
@click.option("--share", default="1/1", show_default=True, callback=_read_share, help="Which of how many processes.")
@click.option("--use", "uses", multiple=True, type=click.Choice([use.value for use in Use]), help="These alone.")
def main(
    output: Path,
    model: Path | None,
    voices: Path | None,
    espeak: int,
    each: int,
    rounds: int,
    minutes: float,
    share: tuple[int, int],
    uses: tuple[str, ...],
) -> None:
    until = time.monotonic() + 60 * minutes
    part, parts = share
    if (model is None) != (voices is None):
        raise click.UsageError("--model and --voices go together")
    if model and voices:
        known = load_voices(voices)
        lines = list(kokoro_lines(sorted(known), rounds))
        say: Callable[[Line], Sound] = partial(say_by_kokoro, engine=load_engine(model, voices, 5), voices=known)
    else:
        lines, say = list(quick_lines(espeak, each)), say_by_program
    lines = [line for line in lines if not uses or line.use.value in uses]
    made = make(lines[part - 1 :: parts], say, output, until)
    click.echo(f"{output}: {made} clips made, {sum(1 for _ in output.rglob('*.opus'))} there")


if __name__ == "__main__":
    main()
