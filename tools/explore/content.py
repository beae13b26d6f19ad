"""Studies -> what the page says."""

from collections.abc import Sequence

from edgevoice.door.decide import Rules
from edgevoice.door.gates import complaints
from edgevoice.listening.listen import FRONT_END
from edgevoice.listening.utterance import Utterance
from tools.explore import chapters, together
from tools.explore.clips import Refused
from tools.explore.page import Chapter, Page
from tools.explore.progress import waiting
from tools.explore.study import Study, figures


def content(studies: Sequence[Study], refused: Sequence[Refused], detailed: int, found: int) -> Page:
    """found: how many files there were, measured or not."""
    table = [figures(each) for each in studies]
    drawn = [
        chapters.pictures(each) if number < detailed else [] for number, each in enumerate(waiting(studies, "drawing"))
    ]
    told = [
        Chapter(each.clip.name, each.clip.note, _heard(each.heard.utterances), row, pictures)
        for each, row, pictures in zip(studies, table, drawn, strict=True)
    ]
    shared, neighbours = together.pictures(studies, table) if len(studies) > 1 else ([], [])
    title = studies[0].clip.name if len(studies) == 1 else f"{len(studies)} sounds"
    return Page(
        title, _MADE_OF, told, refused, shared, neighbours, _left_out(len(studies), len(refused), detailed, found)
    )


def _heard(utterances: Sequence[Utterance]) -> str:
    """What edgevoice's gate made of a clip."""
    if not utterances:
        return "edgevoice's utterance gate found no utterance in it."
    rules = Rules()
    told = []
    for each in utterances:
        quality = each.quality
        judged = "; ".join(complaint.told for complaint in complaints(quality, rules)) or "good enough"
        told.append(f"{each.start_s:.2f}–{each.end_s:.2f} s (SNR {quality.snr_db:.0f} dB; {judged})")
    return f"Utterances: {'; '.join(told)}."


def _left_out(shown: int, refused: int, detailed: int, found: int) -> str:
    told = []
    if found > shown + refused:
        told.append(f"{shown} of {found} files were measured, evenly picked (--most).")
    if shown > detailed:
        told.append(f"The first {detailed} clips have pictures of their own (--detailed); all are in the table.")
    return " ".join(told)


_MADE_OF = (
    f"Waveform, spectra, mel and MFCC by edgevoice's own front end ({FRONT_END}), at 16 kHz, mono. GFCC and PNCC by "
    "spafe, everything else by librosa. SNR is that of the longest utterance, as the device "
    "tells it; syllables and words are per second of speech; a dash means that there is no such figure. Written by: "
    "python -m tools.explore"
)
