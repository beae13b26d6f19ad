"""Our enhancers beside noisereduce, pyrnnoise and webrtc-noise-gain: SI-SDR and DNSMOS gained, CPU time.

Ours are resynthesised for this: their integer gains on a float spectrum with the same window. Whatever a package
delays the sound by is taken off before SI-SDR. CPU is of the whole way from wave to wave, the resynthesis of ours
included; what ours cost in the front end prints benchmarks.noise. Speech is of dev, a different kind of noise a clip.
After each mean stands half the width of its 95 % interval, by bootstrap over clips.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from rich.table import Table
from tqdm import tqdm

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.ear.enhancers import OURS, WaveEnhancer, peers
from tools.ear.mixtures import LEAD, Mixture, Wave, draw_noise, mix, noise_kinds, quiet_clips
from tools.measure.page import print_table
from tools.step import Step

SNRS_DB = (20, 10, 5, 0)
COMPARED = ("subtraction 2, 1/8", "bands", "Wiener")
_KINDS_STEP = 11  # through the kinds of noise in an order in which few clips already hold steady ones and events
_LONGEST_DELAY = SAMPLE_RATE // 20
_FULL_SCALE = 32768.0
_DRAWS = 2000
_CLIP_S = 5.0  # DNSMOS hears 9 s at a time and repeats what is shorter until it fills them: 5 s twice, in one run
_CLIP_LENGTH = int(_CLIP_S * SAMPLE_RATE)
_DRAWN = 300


@dataclass(frozen=True)
class Gain:
    """What one enhancer made of one mixture: si_sdr_db, dnsmos (overall, 1..5) beyond those of the mixture."""

    si_sdr_db: float
    dnsmos: float
    delay_ms: float
    cpu_ms_per_s: float


def measure(enhance: WaveEnhancer, mixture: Mixture, heard_dnsmos: float) -> Gain:
    """Enhance the mixture from the start of its stream, and judge what follows the lead."""
    heard, speech = mixture.heard, mixture.speech[LEAD:]
    started = time.process_time()
    enhanced = enhance(heard)
    cpu_s = time.process_time() - started
    delay = delay_of(enhanced[LEAD:].astype(np.float64), speech)
    aligned = np.roll(enhanced, -delay)[LEAD:]
    return Gain(
        si_sdr_db(aligned.astype(np.float64), speech) - si_sdr_db(heard[LEAD:].astype(np.float64), speech),
        dnsmos(aligned) - heard_dnsmos,
        1000 * delay / SAMPLE_RATE,
        1000 * cpu_s / (len(heard) / SAMPLE_RATE),
    )


def si_sdr_db(estimate: Wave, speech: Wave) -> float:
    """Scale-invariant signal-to-distortion ratio (J. Le Roux et al., ICASSP 2019)."""
    target = speech * (estimate @ speech) / (speech @ speech)
    return float(10 * np.log10(((target**2).sum() + 1e-9) / (((estimate - target) ** 2).sum() + 1e-9)))


def delay_of(enhanced: Wave, speech: Wave) -> int:
    """Samples, 0 to 50 ms, by which the speech lies later in what came out."""
    size = 2 * len(speech)
    correlation = np.fft.irfft(np.fft.rfft(enhanced, size) * np.conj(np.fft.rfft(speech, size)), size)
    return int(np.argmax(correlation[:_LONGEST_DELAY]))


def dnsmos(samples: Samples) -> float:
    """Overall opinion score of DNSMOS P.835 (C. Reddy et al., ICASSP 2022), 1..5, by speechmos."""
    from speechmos import dnsmos as model  # noqa: PLC0415 - of the tools environment

    return float(model.run(samples.astype(np.float32) / _FULL_SCALE, SAMPLE_RATE)["ovrl_mos"])


def gains(enhancers: Mapping[str, WaveEnhancer], root: Path, clips: int) -> dict[tuple[str, int], list[Gain]]:
    """(enhancer, SNR) -> one gain a clip, on the same mixtures."""
    kinds, rng = noise_kinds(root), np.random.default_rng(0)
    names = list(kinds)
    results: dict[tuple[str, int], list[Gain]] = {}
    long_enough = [clip for clip in quiet_clips(root, "dev", _DRAWN, longest_s=_CLIP_S) if len(clip) == _CLIP_LENGTH]
    for number, speech in enumerate(tqdm(long_enough[:clips], unit="clip")):
        kind = names[number * _KINDS_STEP % len(names)]
        noise, start = draw_noise(kinds[kind], rng), int(rng.integers(1 << 31))
        for snr_db in SNRS_DB:
            mixture = mix(speech, noise, kind, snr_db, np.random.default_rng(start))
            before = dnsmos(mixture.heard[LEAD:])
            for name, enhance in enhancers.items():
                results.setdefault((name, snr_db), []).append(measure(enhance, mixture, before))
    return results


def mean_of(values: Sequence[float]) -> tuple[float, float]:
    """The mean of one value a clip, and half the width of its 95 % interval."""
    found = np.array(values)
    drawn = np.random.default_rng(0).integers(len(found), size=(_DRAWS, len(found)))
    low, high = np.percentile(found[drawn].mean(axis=1), [2.5, 97.5])
    return float(found.mean()), float(high - low) / 2


def show(names: list[str], results: dict[tuple[str, int], list[Gain]]) -> Table:
    """Mean gains with their intervals; median CPU and delay."""
    table = Table(
        "enhancer", *(f"SI-SDR, {s} dB" for s in SNRS_DB), *(f"MOS, {s} dB" for s in SNRS_DB), "ms/s", "delay"
    )
    for name in names:
        each = [results[name, snr_db] for snr_db in SNRS_DB]
        flat = [gain for of_snr in each for gain in of_snr]
        table.add_row(
            name,
            *("{:+.1f} ± {:.1f}".format(*mean_of([gain.si_sdr_db for gain in of_snr])) for of_snr in each),
            *("{:+.2f} ± {:.2f}".format(*mean_of([gain.dnsmos for gain in of_snr])) for of_snr in each),
            f"{np.median([gain.cpu_ms_per_s for gain in flat]):.1f}",
            f"{np.median([gain.delay_ms for gain in flat]):.0f} ms",
        )
    return table


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--clips", default=16, show_default=True, help="One kind of noise each, all kinds in turn.")
def main(root: Path, clips: int) -> None:
    enhancers: dict[str, WaveEnhancer] = {**{name: OURS[name] for name in COMPARED}, **peers()}
    results = gains(enhancers, root, clips)
    print_table(show(list(enhancers), results), 200)


if __name__ == "__main__":
    main()
