"""Digits, step 3: how often a challenge is accepted rightly and wrongly, with voices that nothing was trained on.

Voices of Kokoro that nothing was trained on, two other synthesisers, and free speech of the development sets; clean
and with a noise 10 dB below the speech, new to the network, while the threshold was chosen in it. --markdown writes
between the lines <!-- digits --> and <!-- /digits -->.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from edgevoice.recognition.digits import DigitModel
from tools.digits.clips import HELD_OUT_SETS, Spoken, digit_clips, free_clips
from tools.digits.plan import Use
from tools.digits.trials import LENGTH, Trial, edits, try_all
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.shares import Share
from tools.step import Step

HEADINGS = ("", "clips (voices)", "digit errors", "right string", "one digit wrong", "other string")
FREE_CLIPS = 300


def row(name: str, clips: Sequence[Spoken], trials: Sequence[Trial], threshold: float) -> tuple[str, ...]:
    """As ``HEADINGS``; a dash where the clips have no digits."""
    voices = len({clip.voice for clip in clips})
    right = [trial.right for trial in trials if trial.right is not None and trial.said]
    wrong = sum(edits(trial.read or "", trial.said) for trial in trials if trial.said)
    digits = sum(len(trial.said) for trial in trials)
    return (
        name,
        f"{len(clips)} ({voices})",
        f"{100 * wrong / digits:.1f} %" if digits else "-",
        _accepted(right, threshold),
        _accepted([llr for trial in trials for llr in trial.one_wrong], threshold),
        _accepted([llr for trial in trials for llr in trial.other], threshold),
    )


def _accepted(llrs: Sequence[float], threshold: float) -> str:
    return str(Share(sum(llr >= threshold for llr in llrs), len(llrs)))


def sets(speech: Path, root: Path) -> dict[str, list[Spoken]]:
    """Name -> clips that neither training nor the threshold has heard."""
    clips = digit_clips(speech, Use.HELD_OUT)
    found = {
        engine: [clip for clip in clips if clip.voice.startswith(engine.lower())]
        for engine in ("Kokoro", "flite", "festival")
    }
    return {name: some for name, some in found.items() if some} | {
        "free speech": free_clips(root, HELD_OUT_SETS, FREE_CLIPS, 2)
    }


def markdown(model: DigitModel, named: dict[str, list[Spoken]], noise: Path) -> str:
    """The table and what it is of."""
    threshold = model.manifest.acceptance.llr
    rows, unheard = [], []
    for name, clips in named.items():
        for way, sound in (("clean", None), ("10 dB", noise)):
            trials = list(try_all(model, clips, sound))
            rows.append(row(f"{name}, {way}", clips, trials, threshold))
            unheard.append(f"{sum(trial.read is None for trial in trials)} {name}, {way}")
    return "\n\n".join(
        (
            markdown_table(HEADINGS, rows),
            f"Strings of {LENGTH} digits; shares accepted, with 95 % intervals (Clopper and Pearson, 1934) that take "
            "the trials for independent, which those of one clip are not quite: a string with one digit wrong for each "
            "place, and four other strings, a clip. Digit errors: insertions, deletions and substitutions of what is "
            f"read greedily, of the digits said. No utterance found, so none accepted: {'; '.join(unheard)}.",
            f"Model {model.manifest.name}, LLR at least {threshold:g}; printed by `python -m tools.digits_table`.",
        )
    )


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True), default=Path("models/digits.tflite"))
@click.option("--speech", type=click.Path(path_type=Path, exists=True), required=True, help="Of tools.digits_speech.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@markdown_option
def main(model: Path, speech: Path, root: Path, page: Path | None) -> None:
    text = markdown(DigitModel(model), sets(speech, root), root / "noise/background")
    publish(text, page, "digits")


if __name__ == "__main__":
    main()
