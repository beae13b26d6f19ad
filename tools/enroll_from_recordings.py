"""Enrol NAME from recordings with the teacher's help: a voiceprint that the device's own model then verifies against.

For a desktop: the teacher takes 28 MB and ten times the processor time. The recordings go through the device's own ear
and the gates of an enrolment (net speech, SNR, clipping, agreement, nobody enrolled who sounds alike); only the
embedding of each utterance is the mean of the device's own and of the teacher's, led into the device's space by the map
of tools.teacher_map, which measures what that brings. What is stored is what an enrolment at the device stores: one
encrypted vector in the database under --data, under the name of the device's model. Run it where that database is, or
copy the folder, database and key, to the device.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from edgevoice import app
from edgevoice.config import Settings, load
from edgevoice.errors import AudioError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.storage.voiceprints import Voiceprint
from tools.index import SOUND_FILES, sound_files
from tools.measure.asymmetric import TeacherMap, unit
from tools.step import Step

Teach = Callable[[Samples], Vector]
"""(n,) int16 at 16 kHz -> (192,) float32, the teacher's embedding."""


def enroll(
    settings: Settings, house: app.House, name: str, recordings: Sequence[Path], teach: Teach, way: Path, renew: bool
) -> Voiceprint:
    """Every utterance of every recording is a take; EnrolmentError, SpeakerError, AudioError, ModelError."""
    enroller = app.Enroller(settings, house, name, app.How.RENEW if renew else app.How.NEW)
    model = enroller.recogniser.xvector.manifest.name
    lead = TeacherMap.load(way, model)
    for path in recordings:
        samples = read_sound(path)
        utterances = hear_all(app.ear(settings), samples)
        for utterance in utterances:
            said = samples[round(utterance.start_s * SAMPLE_RATE) : round(utterance.end_s * SAMPLE_RATE)]
            vector = unit(enroller.recogniser.embed(utterance).vector + lead(teach(said)[None])[0])
            enroller.hear(str(path), utterance, Embedding(vector, model))
        if not utterances:
            enroller.miss(str(path))
    return enroller.keep()


def recordings_in(paths: Sequence[Path]) -> list[Path]:
    """The files named, and the sound files of the folders named; AudioError where there is none."""
    found = [file for path in paths for file in (sound_files(path) if path.is_dir() else [path])]
    if not found:
        raise AudioError(f"found no recording in {', '.join(map(str, paths))}; wanted {', '.join(sorted(SOUND_FILES))}")
    return found


@click.command(cls=Step, help=__doc__)
@click.argument("name")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--map", "way", type=click.Path(path_type=Path), required=True, help="Of tools.teacher_map --write.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the database and key, as of edgevoice.")
@click.option("--config", type=click.Path(path_type=Path, exists=True), help="Settings, as of edgevoice.")
@click.option("--renew", is_flag=True, help="Replace the voiceprint of somebody enrolled.")
def main(
    name: str, recordings: tuple[Path, ...], way: Path, data: Path | None, config: Path | None, renew: bool
) -> None:
    from tools.training.teacher import Teacher  # noqa: PLC0415 - loads torch

    loaded = load(config, data)
    files = recordings_in(recordings)
    with app.house(loaded) as house:
        made = enroll(loaded.settings, house, name, files, Teacher().embed, way, renew)
    click.echo(f"{made.speaker} is enrolled from {made.utterances} utterances, with the teacher, for {made.model}")


if __name__ == "__main__":
    main()
