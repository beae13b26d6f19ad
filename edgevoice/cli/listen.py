"""``edgevoice listen``: look at what the ear hears."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk, sound_files
from edgevoice.cli.ear import EarDisplay, Heard, choose
from edgevoice.cli.serve import ending_by_signal
from edgevoice.door.gates import SoundLimits, complaints
from edgevoice.errors import MicrophoneError
from edgevoice.hardware import Microphone
from edgevoice.hardware.microphone_status import MicrophoneState, MicrophoneStatus
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock
from edgevoice.listening.listen import Listen
from edgevoice.listening.utterance import Utterance

_GONE = (MicrophoneState.MISSING, MicrophoneState.BUSY, MicrophoneState.UNPLUGGED)


@click.command()
@click.argument("wav", required=False, type=sound_files)
@click.option("--fast", is_flag=True, help="With WAV: as fast as it goes, not in real time.")
@pass_desk
def listen(desk: Desk, wav: Path | None, fast: bool) -> int:
    """Show level, noise floor, SNR, speech and a spectrogram of WAV, or of the microphone until Ctrl-C.

    The ear is the door's own; no lock moves, nobody is recognised, nothing is kept.
    """
    if fast and wav is None:
        raise click.UsageError("--fast needs a file: a microphone cannot be hurried")
    with ending_by_signal():
        try:
            _listen_to_file(desk, wav, fast) if wav else _listen_to_microphone(desk)
        except KeyboardInterrupt:
            desk.say("stopped")
    return 0


class Hearing:
    """One stream and one display; a gap in the stream begins with a fresh ear, as at the door."""

    def __init__(self, make_ear: Callable[[], Listen], rules: SoundLimits, display: EarDisplay) -> None:
        self._make_ear, self._rules, self._display = make_ear, rules, display
        self._ear = make_ear()
        self._begin = self._end = 0  # samples of the stream that this ear has heard

    @property
    def t_s(self) -> float:
        """Seconds of the stream so far."""
        return self._end / SAMPLE_RATE

    def serve(self, microphone: Microphone) -> None:
        """Until the microphone ends."""
        try:
            for block in microphone.blocks():
                if len(block.samples):
                    self._hear(block)
            self._finish()
        finally:
            microphone.close()

    def _hear(self, block: AudioBlock) -> None:
        if block.start_sample != self._end:
            self._finish()
            self._ear, self._begin = self._make_ear(), block.start_sample
        was_speaking = self._ear.level.speaking
        utterances = self._ear.hear(block)
        self._end = block.start_sample + len(block.samples)
        self._tell(utterances, was_speaking and not self._ear.level.speaking)
        self._display.heard(Heard(self.t_s, self._ear.frames, self._ear.level))

    def _finish(self) -> None:
        self._tell(self._ear.finish(), self._ear.level.speaking)

    def _tell(self, utterances: list[Utterance], ended: bool) -> None:
        for each in utterances:
            in_stream = each.after(self._begin / SAMPLE_RATE)
            wrong = complaints(in_stream.quality, self._rules)
            self._display.ended(in_stream, wrong[0].told if wrong else None)
        if ended and not utterances:
            self._display.dropped(self.t_s)


def _hearing(desk: Desk, display: EarDisplay) -> Hearing:
    settings = desk.loaded.settings
    return Hearing(lambda: app.ear(settings), settings.door, display)


def _listen_to_file(desk: Desk, wav: Path, fast: bool) -> None:
    microphone = app.files([wav], realtime=not fast)
    with choose(desk, str(wav)) as display:
        _hearing(desk, display).serve(microphone)


def _listen_to_microphone(desk: Desk) -> None:
    """Ends with an error where the device goes away: unlike the door, somebody is looking."""
    display, started = choose(desk, None), time.monotonic()
    trouble: list[MicrophoneError] = []

    def report(status: MicrophoneStatus) -> None:
        if status.state in _GONE:
            trouble.append(MicrophoneError(status.message))
            microphone.close()
        elif status.state is not MicrophoneState.CLOSED:
            display.moved(status.message or status.state.value, time.monotonic() - started)

    microphone = app.microphone(desk.loaded.settings, report)
    try:
        microphone.open()
    except MicrophoneError as error:
        raise MicrophoneError(f"{error} Without one: edgevoice listen FILE.") from error
    with display:
        _hearing(desk, display).serve(microphone)
    if trouble:
        raise trouble[0]
