"""The sounds of the visit that nobody speaks, each from a small physical model, seeded; and a smoke alarm.

python -m tools.synthetic.sounds [--output FOLDER] [--seed N] [--only smoke-alarm.flac]
"""

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from rich.progress import track
from scipy.signal import butter, sosfilt
from scipy.signal.windows import tukey

from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.visit import FOLDER
from tools.step import Step
from tools.synthetic.take import Sound, at_peak, at_rms, gain, generator, pink, to_int16, write

FLOOR_DBFS = -65.0  # RMS of the microphone's own noise under every sound but digital silence

Maker = Callable[[np.random.Generator], Sound]


def seconds(duration_s: float) -> Sound:
    """The time axis of a sound, in seconds."""
    return np.arange(int(duration_s * SAMPLE_RATE)) / SAMPLE_RATE


def band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """A second-order band-pass."""
    return np.asarray(sosfilt(butter(2, [low_hz, high_hz], "bandpass", fs=SAMPLE_RATE, output="sos"), sound))


def ring(time: Sound, hertz: float, decay_s: float) -> Sound:
    """A struck mode: a sine that falls to 1/e in ``decay_s``."""
    return np.sin(2 * np.pi * hertz * time) * np.exp(-time / decay_s)


def swell(sound: Sound, rise_s: float) -> Sound:
    """The sound with a raised-cosine start and end, as weather and cars come and go."""
    return np.asarray(sound * tukey(sound.size, 2 * rise_s * SAMPLE_RATE / sound.size))


def drop(rng: np.random.Generator) -> Sound:
    """One near drop: the impact (2 ms of noise), in one of three also a bubble that rings at 1 to 6 kHz (Minnaert)."""
    time = seconds(0.03)
    sound = rng.standard_normal(time.size) * np.exp(-time / 0.002)
    if rng.random() < 1 / 3:
        sound += 2 * ring(time, rng.uniform(1000, 6000), rng.uniform(0.003, 0.01))
    return sound * rng.lognormal(0.0, 0.7)


def rain(rng: np.random.Generator) -> Sound:
    """Steady rain: 300 drops a second near by, the many far ones together as shaped noise."""
    length = seconds(5.0).size
    near = np.zeros(length)
    for start in rng.integers(0, length - seconds(0.03).size, 300 * 5):
        one = drop(rng)
        near[start : start + one.size] += one
    far = band(rng.standard_normal(length), 400, 7000)
    return swell(at_rms(at_rms(band(near, 300, 7500), -3.0) + at_rms(far, 0.0), -35.0), 0.6)


def knock(rng: np.random.Generator) -> Sound:
    """Knuckles on a wooden door, three times: six modes of the panel and 4 ms of contact noise for each blow."""
    time = seconds(0.25)
    sound = np.zeros(seconds(1.6).size)
    for start_s in 0.3 + 0.24 * np.arange(3) + rng.uniform(-0.02, 0.02, 3):
        modes = [(110, 0.055), (185, 0.045), (310, 0.03), (540, 0.02), (890, 0.012), (1450, 0.007)]
        blow = np.sum([rng.uniform(0.5, 1.0) * ring(time, hz * rng.uniform(0.98, 1.02), d) for hz, d in modes], axis=0)
        blow += band(rng.standard_normal(time.size), 300, 4000) * np.exp(-time / 0.004)
        start = int(start_s * SAMPLE_RATE)
        sound[start : start + time.size] += blow * rng.uniform(0.7, 1.0)
    return at_peak(sound, -10.0)


def doorbell(rng: np.random.Generator) -> Sound:
    """Ding (E5) and dong (C5): struck bars, whose partials stand at 1 : 2.76 : 5.40."""
    time = seconds(3.0)
    sound = np.zeros(time.size)
    for start_s, hertz in ((0.2, 659.26), (0.85, 523.25)):
        later = time[: time.size - int(start_s * SAMPLE_RATE)]
        bar = ring(later, hertz, 0.35) + 0.25 * ring(later, 2.76 * hertz, 0.18) + 0.08 * ring(later, 5.40 * hertz, 0.06)
        sound[time.size - later.size :] += bar * rng.uniform(0.95, 1.0)
    return at_peak(sound, -12.0)


def hum(rng: np.random.Generator) -> Sound:
    """Mains hum: 50 Hz with harmonics that fall off, the odd ones stronger, as near a transformer."""
    time = seconds(3.0)
    phase = rng.uniform(0, 2 * np.pi, 12)
    strength = [(1.0 if n % 2 else 0.5) / n for n in range(1, 13)]
    return at_rms(
        np.sum([a * np.sin(2 * np.pi * 50 * n * time + phase[n - 1]) for n, a in enumerate(strength, 1)], axis=0), -40.0
    )


def traffic(rng: np.random.Generator) -> Sound:
    """A car going by: engine rumble below 200 Hz and tyre noise about 1 kHz, swelling and fading in 4.5 s."""
    time = seconds(4.5)
    distance = np.hypot(1.0, (time - 2.2) * 1.6)  # in units of the closest pass, so the level falls as 1/distance
    rumble = band(rng.standard_normal(time.size), 30, 200)
    tyres = band(rng.standard_normal(time.size), 500, 1600)
    return swell(at_rms((at_rms(rumble, 0.0) + at_rms(tyres, -8.0)) / distance, -36.0), 0.4)


def white(rng: np.random.Generator) -> Sound:
    """White Gaussian noise."""
    return at_rms(rng.standard_normal(seconds(3.0).size), -30.0)


def smoke_alarm(rng: np.random.Generator) -> Sound:
    """Two rounds of the evacuation signal of ISO 8201: three beeps of half a second, half a second apart, then a pause.

    The piezo: about 3.1 kHz, its second harmonic within the band, 10 ms until it sounds and as long until it is quiet.
    """
    time, hertz = seconds(0.5), 3100 * rng.uniform(0.99, 1.01)
    beep = np.sin(2 * np.pi * hertz * time) + 0.2 * np.sin(4 * np.pi * hertz * time + rng.uniform(0, 2 * np.pi))
    beep *= tukey(beep.size, 2 * 0.01 / 0.5)
    sound = np.zeros(seconds(8.0).size)
    for start_s in (0.2, 1.2, 2.2, 4.2, 5.2, 6.2):
        start = int(start_s * SAMPLE_RATE)
        sound[start : start + beep.size] += beep
    return at_peak(sound, -12.0)


def nothing(_: np.random.Generator) -> Sound:
    """A room with nobody in it: the noise floor alone is added later."""
    return np.zeros(seconds(2.0).size)


SOUNDS: dict[str, Maker] = {
    "room.flac": nothing,
    "rain.flac": rain,
    "knock.flac": knock,
    "doorbell.flac": doorbell,
    "hum.flac": hum,
    "white.flac": white,
    "traffic.flac": traffic,
}


OTHERS: dict[str, Maker] = {"smoke-alarm.flac": smoke_alarm}
"""What the visit does not play: made with --only, for the library of known sounds."""


def make(name: str, seed: int) -> Sound:
    """One sound (n,) over the microphone's noise floor; digital silence has none."""
    if name == "silence.flac":
        return np.zeros(seconds(1.5).size)
    rng = generator(seed, name)
    sound = (SOUNDS | OTHERS)[name](rng)
    return sound + pink(sound.size, rng) * gain(FLOOR_DBFS)


@click.command(cls=Step)
@click.option("--output", type=click.Path(path_type=Path), default=FOLDER, show_default="the visit in the repository")
@click.option("--seed", default=20, show_default=True)
@click.option("--only", multiple=True, type=click.Choice([*SOUNDS, *OTHERS]), help="Make this one; may be repeated.")
def main(output: Path, seed: int, only: tuple[str, ...]) -> None:
    """Make the sounds of the visit that nobody speaks (FLAC, 16 kHz mono)."""
    for name in track(only or ["silence.flac", *SOUNDS], "sounds"):
        write(output / name, to_int16(make(name, seed)))


if __name__ == "__main__":
    main()
