"""``edgevoice recordings``: known sounds, and whether a file is one of them."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import NO, Desk, pass_desk, sound_files
from edgevoice.cli.match_picture import save_match
from edgevoice.errors import AudioError, RecordingError
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.landmarks import LANDMARKS
from edgevoice.recognition.recordings import Library, keep
from edgevoice.storage.names import tidy
from edgevoice.storage.recordings import Sound

SUFFIXES = {".wav", ".flac", ".opus", ".ogg", ".oga", ".mp3", ".aif", ".aiff", ".au", ".caf", ".w64"}
"""What is taken for sound within a folder; a file that is named is tried whatever it is called."""


@dataclass(frozen=True)
class Tried:
    """A file, and what would be kept of it, or why nothing is."""

    file: Path
    sound: Sound | None
    reason: str | None


@click.group()
def recordings() -> None:
    """Known sounds: add them, look them up."""


@recordings.command()
@click.argument("name")
@click.argument("wav", nargs=-1, required=True, type=click.Path(path_type=Path))
@pass_desk
def add(desk: Desk, name: str, wav: tuple[Path, ...]) -> None:
    """Know the sounds of files, and of folders with all that is in them, as NAME.

    What can be used is added together at the end; exit status 1 where a file could not.
    """
    name, files = tidy(name), _expand(wav)
    with app.house(desk.loaded) as house:
        with click.progressbar(files, label="listening", file=sys.stderr) as bar:
            tried = [_try(file) for file in bar]
        good = [each for each in tried if each.sound is not None]
        known = house.recordings.add(name, [each.sound for each in good if each.sound is not None])
    told = {each.file: owner for each, owner in zip(good, known, strict=True)}
    for each in tried:
        _tell_added(desk, name, each, told.get(each.file))
    if failed := len(tried) - len(good):
        raise RecordingError(f"{failed} of {len(tried)} files could not be added; each is told above with its reason")


@recordings.command()
@click.argument("wav", type=sound_files)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw the match into this SVG file.")
@pass_desk
def lookup(desk: Desk, wav: Path, plot: Path | None) -> int:
    """Which known sound WAV is, or is a part of; exit status 3 where it is none."""
    heard = app.fingerprint(wav)
    with app.house(desk.loaded) as house:
        library = app.library(house.recordings.list())
    match, place = library.lookup(heard), library.best(heard)
    if plot:
        save_match(plot, wav.name, heard, library, place)
    if match is None or place is None:
        why = "" if len(library) else ": no sound is known yet; run: edgevoice recordings add NAME WAV"
        desk.answer({"file": str(wav), "recording": None}, f"{wav}: no match{why}")
        return NO
    record = {"name": match.name, "aligned_hashes": match.aligned_hashes, "offset_s": match.offset_s}
    record |= {"share": round(place.hits / place.kept, 3), "span_s": place.span / FRAMES_PER_SECOND}
    desk.answer(
        {"file": str(wav), "recording": record},
        f"{wav}: {match.name}, from {match.offset_s:.2f} s of it ({match.aligned_hashes} aligned hashes, "
        f"{place.hits} of {place.kept} peaks within {place.span / FRAMES_PER_SECOND:.1f} s)",
    )
    return 0


@recordings.command(name="list")
@pass_desk
def list_sounds(desk: Desk) -> None:
    """Every known sound."""
    with app.house(desk.loaded) as house:
        known = house.recordings.list()
    for each in known:
        sound = each.sound
        seconds, size = sound.frames / FRAMES_PER_SECOND, len(sound.peaks)
        record = {"name": each.name, "file": sound.file, "seconds": seconds, "bytes": size, "added_at": each.added_at}
        desk.answer(record, f"{each.name}  ({sound.file}, {seconds:.1f} s, {size} bytes, {each.added_at})")
    if not known:
        desk.say("no sound is known; run: edgevoice recordings add NAME WAV")


@recordings.command()
@click.argument("name")
@pass_desk
def remove(desk: Desk, name: str) -> None:
    """Forget every sound of this name."""
    with app.house(desk.loaded) as house:
        count = house.recordings.remove(name)
    desk.answer(
        {"removed": name, "sounds": count}, f"{name} was removed ({count} {'sound' if count == 1 else 'sounds'})"
    )


def _expand(paths: Iterable[Path]) -> list[Path]:
    """Files as they are, folders as the sounds in them, each once; RecordingError for a folder without any."""
    files: dict[Path, None] = {}
    for path in paths:
        inside = (
            sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        )
        if not inside:
            wanted = ", ".join(sorted(SUFFIXES))
            raise RecordingError(f"{path} holds no sound: no file in it ends with {wanted}; name another folder")
        files |= dict.fromkeys(inside)
    return list(files)


def _try(file: Path) -> Tried:
    try:
        return Tried(file, sound_of(file), None)
    except (AudioError, RecordingError) as error:
        return Tried(file, None, str(error))


def sound_of(file: Path) -> Sound:
    """What is kept of a file; AudioError, and RecordingError where that would not find itself."""
    heard = app.fingerprint(file)
    recording = keep(file.name, heard)
    seconds, peaks = heard.length / FRAMES_PER_SECOND, len(recording.peaks) // 2
    if not peaks:
        raise RecordingError(f"{file} is silent: nothing stands out in {seconds:.2f} s; record it louder")
    if Library([recording]).lookup(heard) is None:
        raise RecordingError(
            f"{file} has too little to be known by: {peaks} peaks in {seconds:.2f} s; a longer piece of it is wanted"
        )
    return Sound(file.name, LANDMARKS, heard.length, recording.peaks, app.rhythm(file))


def _tell_added(desk: Desk, name: str, tried: Tried, known_as: str | None) -> None:
    sound, file = tried.sound, str(tried.file)
    if sound is None:
        desk.answer({"file": file, "name": name, "added": False, "reason": tried.reason}, f"not added: {tried.reason}")
    elif known_as is not None:
        reason = f"known already as {known_as}"
        desk.answer({"file": file, "name": name, "added": False, "reason": reason}, f"{file}: {reason}")
    else:
        seconds, size = sound.frames / FRAMES_PER_SECOND, len(sound.peaks)
        record = {"file": file, "name": name, "added": True, "seconds": seconds, "bytes": size, "reason": None}
        desk.answer(record, f"{file}: added as {name} ({seconds:.1f} s, {size} bytes)")
