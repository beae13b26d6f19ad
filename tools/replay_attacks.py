"""The replay guard under attack, and what it refuses wrongly.

Adults of the development speakers are enrolled from three clips each, the door hears further clips of them, and then
every attack is played at it: through the ear, at short pauses too, as a microphone would hear it. The door remembers
every clip of everybody. "Caught": replays of which every whole utterance is refused as heard before, of those that the
door judges at all. "Opens": replays that recognition lets in, alone, and with the guard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from tqdm import tqdm

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.replay import SAME_RECORDING
from edgevoice.recognition.score import load_scorer
from edgevoice.visit import FOLDER
from tools.attacks import Attack
from tools.attacks.cache import read_kept, source, write_kept
from tools.attacks.door import Judge, Look, Verdict, attacked, verdict
from tools.attacks.kit import kit, splice
from tools.attacks.takes import Take, refused, takes
from tools.attacks.voices import ENROLMENT_CLIPS, clips_of, embed_clips, voiceprint
from tools.made_of import made_of
from tools.measure.conditions import mix, noise_files
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.shares import Share
from tools.step import Step

ATTACKS, TAKES = "attacks", "new takes"
SETS = (("speechocean762", "dev"), ("librispeech10", "dev"))


@dataclass(frozen=True, eq=False)
class Target:
    """A clip that the door has heard, another of the same person, and what the person is enrolled with."""

    path: str
    partner: str
    voiceprint: Vector


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--each", default=5, show_default=True, help="Clips a person that are replayed.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps what the door made of each replay.")
@markdown_option
@click.option("--part", type=click.Choice(["attacks", "takes", "both"]), default="both", show_default=True)
def main(root: Path, each: int, cache: Path | None, page: Path | None, part: str) -> None:
    model = app.xvector_path(Settings())
    xvector = XVector(model)
    judge = Judge(xvector, load_scorer(xvector.manifest.calibration, model), Settings().recognition.false_accept_rate)
    people = {name: paths for of_set in SETS for name, paths in clips_of(root, *of_set).items()}
    said = [take for of_set in SETS for take in takes(root, *of_set, gated=True, cache=cache)]
    known = {take.path for take in said}
    targets = list(_targets(xvector, root, people, known, each))
    if part != "takes":
        attacks = _attacks(judge, root, said, targets, cache)
        publish(attacks, page, ATTACKS)
    if part != "attacks":
        wrong = _new_takes(root, said, cache)
        publish(wrong, page, TAKES)


def _attacks(judge: Judge, root: Path, said: Sequence[Take], targets: Sequence[Target], cache: Path | None) -> str:
    """The table, of a door that remembers what is judged of every clip, and all of those that are replayed."""
    replayed = [target.path for target in targets]
    kept = [keep(take.path, take.marks) for take in said if take.path not in replayed]
    for path in replayed:
        heard = hear_all(app.ear(Settings()), read_sound(root / path))
        kept += [keep(path, landmarks(each.frames.spectrum)) for each in heard]
    library = Library(kept, SAME_RECORDING)
    verdicts: dict[str, list[Verdict]] = {}
    for target in tqdm(targets, unit="clip"):
        for name, looks in _looks(judge, root, target, cache).items():
            verdicts.setdefault(name, []).append(verdict(library, looks))
    return _table(verdicts, library, len(targets), judge.xvector)


def _targets(
    xvector: XVector, root: Path, people: dict[str, list[str]], known: set[str], each: int
) -> Iterator[Target]:
    """The first clips after those of the enrolment that the door has judged."""
    for paths in tqdm(people.values(), "enrolled"):
        voice = voiceprint(embed_clips(xvector, root, paths[:ENROLMENT_CLIPS]))
        replayed = [path for path in paths[ENROLMENT_CLIPS:] if path in known][:each]
        if voice is not None:
            yield from (Target(path, paths[number], voice) for number, path in enumerate(replayed))


def decided_by(judge: Judge, root: Path, target: Target) -> str:
    """Another for another model, calibration or rate that the owner allows, for other sound and for other attacks."""
    files = [root / target.path, root / target.partner, *noise_files(root / "rooms"), *noise_files(root / "noise")]
    door = judge.xvector.manifest.name, judge.scorer.calibration, judge.false_accept_rate
    return made_of(files, *door, target.voiceprint.tobytes(), source())


def _looks(judge: Judge, root: Path, target: Target, cache: Path | None) -> dict[str, list[Look]]:
    """Attack -> what the door is asked to decide on."""
    rooms, noise = root / "rooms", root / "noise"
    path = cache / f"{target.path.replace('/', '-')}-{decided_by(judge, root, target)}.npz" if cache else None
    if path and path.exists():
        return {name: [Look.of(*kept) for kept in some] for name, some in read_kept(path).items()}
    samples = read_sound(root / target.path)
    attacks: Sequence[Attack] = [*kit(rooms, noise), splice(read_sound(root / target.partner))]
    looks = {each.name: judge.looks(attacked(each, target.path, samples), target.voiceprint) for each in attacks}
    if path:
        write_kept(path, {name: [(look.marks, look.figures) for look in some] for name, some in looks.items()})
    return looks


def _table(verdicts: dict[str, list[Verdict]], library: Library, clips: int, xvector: XVector) -> str:
    rows = []
    for name, found in verdicts.items():
        judged = [each for each in found if each.judged]
        shares = (
            Share(sum(each.caught for each in judged), len(judged)),
            Share(sum(each.accepted for each in found), len(found)),
            Share(sum(each.opened for each in found), len(found)),
        )
        rows.append([name, str(len(judged)), *map(str, shares)])
    headings = ("attack", "judged", "caught", "opens, recognition alone", "opens, with the guard")
    told = f"{clips} clips an attack; the door remembers {len(library)} utterances; `python -m tools.replay_attacks`"
    return f"{markdown_table(headings, rows)}\n\n{told}; model {xvector.manifest.name}."


def doorbell(snr_db: float) -> Attack:
    """The doorbell of the visit behind a clip, over and over, from anywhere in it on."""
    bell = read_sound(FOLDER / "doorbell.flac")
    return Attack(f"doorbell-{snr_db:g}", lambda samples, rng: mix(samples, bell, snr_db, rng))


def _new_takes(root: Path, read_aloud: Sequence[Take], cache: Path | None) -> str:
    sets = {
        "RAVDESS: 20 actors, two sentences, 60 takes each": takes(root, "ravdess", "", gated=True, cache=cache),
        "command words: 30 people, whole clips of 1 s": takes(root, "arabic_commands", "", gated=False, cache=cache),
        "41 people, all sentences different": read_aloud,
        **{
            f"10 readers, all sentences different, one doorbell behind them at {snr} dB": takes(
                root, *SETS[1], gated=True, cache=cache, behind=doorbell(snr)
            )
            for snr in (20, 10, 0)
        },
    }
    rows = []
    for name, said in sets.items():
        found = refused(said)
        rows.append([name, str(len(said)), str(found.pairs), str(found.attempts.count), str(found.attempts)])
    headings = ("said again", "attempts", "compared with one's own", "refused", "share (95 %)")
    return markdown_table(headings, rows)


if __name__ == "__main__":
    main()
