"""Write the golden vectors anew from the scalar specification: ``python -m tests.golden.write``.

Only after the front end's definition has changed on purpose. The implementation has no part in it.
"""

import json
from dataclasses import fields

import numpy as np

from edgevoice.listening.capture import Samples
from edgevoice.listening.listen import FRONT_END
from tests.golden import FOLDER, FRAME_FIELDS, STAGES_AT, SUFFIX, checksum
from tests.listening import specification as spec
from tests.listening import specification_snr as spec_snr
from tests.listening.specification_noise import Histogram
from tests.sound import clip

_SHORT = 400 + 160 * 9
_SPEECH = 400 + 160 * 59
WIDTH = {"mfcc": np.int32, "bands": np.int32}
"""Everything else is int64."""


def signals() -> dict[str, Samples]:
    """The sounds, made once; ports read the written samples."""
    rng = np.random.default_rng(3)
    square = np.where(np.arange(_SHORT) // 37 % 2, 32767, -32768)
    return {
        "speech": clip("ben-unlock-1.opus")[4000 : 4000 + _SPEECH],
        "noise": rng.integers(-3000, 3000, _SHORT).astype(np.int16),
        "square": square.astype(np.int16),
        "lowest": np.full(_SHORT, -32768, dtype=np.int16),
        "silence": np.zeros(_SHORT, dtype=np.int16),
        "step": rng.integers(-1, 2, _SHORT).astype(np.int16),
    }


def histogram(powers: list[spec.Row]) -> list[spec.Row]:
    """[frame][bin] -> what the tracker that the device does not use by default makes of it."""
    histograms = [Histogram() for _ in range(spec.BINS)]
    noise = [[tracker.assume(p) for p, tracker in zip(power, histograms, strict=True)] for power in powers]
    return [noise[at] for at in STAGES_AT]


def main() -> None:
    for old in FOLDER.glob(f"*{SUFFIX}"):
        old.unlink()
    frames, snr_db = {}, {}
    for name, samples in signals().items():
        heard = list(spec.hear(samples.tolist(), spec.Settings()))
        np.save(FOLDER / f"{name}.samples{SUFFIX}", samples)
        for field in FRAME_FIELDS:
            column = [getattr(frame, field) for _, frame in heard]
            np.save(FOLDER / f"{name}.{field}{SUFFIX}", np.array(column, dtype=WIDTH.get(field, np.int64)))
        for stage in fields(spec.Stages):
            rows = [getattr(heard[at][0], stage.name) for at in STAGES_AT]
            np.save(FOLDER / f"{name}.{stage.name}{SUFFIX}", np.array(rows, dtype=np.int64))
        noise = histogram([stages.power for stages, _ in heard])
        np.save(FOLDER / f"{name}.histogram_power{SUFFIX}", np.array(noise, dtype=np.int64))
        all_frames = [frame for _, frame in heard]
        np.save(FOLDER / f"{name}.shares{SUFFIX}", np.array(spec_snr.odds_of_power(all_frames), dtype=np.int64))
        frames[name], snr_db[name] = len(heard), spec_snr.snr(all_frames)
    lower_bins = spec.dft_table()[:129]
    tables = {
        "window_cosine_q15": [[cosine for cosine, _ in row] for row in lower_bins],
        "window_sine_q15": [[sine for _, sine in row] for row in lower_bins],
        "mel_q12": spec.mel_bank(),
        "log2_q16": [spec.log2_table()],
        "dct_q15": spec.dct_table(),
        "autocorrelation_q12": spec.autocorrelation_table(),
    }
    written = {
        "front_end": FRONT_END,
        "frames": frames,
        "snr_db": snr_db,
        "stages_at": STAGES_AT,
        "table_checksums": {name: checksum(table) for name, table in tables.items()},
    }
    (FOLDER / "index.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
