"""``edgevoice run``: the kiosk."""

import time
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from importlib import import_module
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.choose import choose
from edgevoice.cli.desk import Desk, pass_desk, sound_files
from edgevoice.cli.display import Display
from edgevoice.cli.journal import display_of
from edgevoice.cli.serve import Service, StreamClock, ending_by_signal
from edgevoice.config import Settings
from edgevoice.errors import EdgevoiceError, MicrophoneError
from edgevoice.hardware import Button
from edgevoice.hardware.microphone_status import MicrophoneState, MicrophoneStatus
from edgevoice.hardware.recorder_process import list_devices
from edgevoice.listening.capture import SAMPLE_RATE


@click.command()
@click.option("--wav", multiple=True, type=sound_files, help="A file that is the microphone; may be given repeatedly.")
@click.option("--fast", is_flag=True, help="With --wav: as fast as it goes, not in real time.")
@click.option("--or-visit", is_flag=True, help="Without a capture device, play the visit instead.")
@click.option("--desk", "keys", is_flag=True, help="Keys are the button: b presses, B holds. Only with a fake lock.")
@pass_desk
def run(desk: Desk, wav: tuple[Path, ...], fast: bool, or_visit: bool, keys: bool) -> int:
    """Serve the door until Ctrl-C, or until the last --wav file ends."""
    if fast and not wav:
        raise click.UsageError("--fast needs --wav: a microphone cannot be hurried")
    if or_visit and not wav and (missing := why_no_microphone()):
        desk.say(f"No microphone: {missing}\nPlaying the visit that ships with edgevoice instead.\n")
        played: int = import_module("edgevoice.cli.visit").play(desk, fast=False)  # a door that serves needs none of it
        return played
    with ending_by_signal():
        try:
            _serve_files(desk, wav, fast, keys) if wav else _serve_microphone(desk, keys)
        except KeyboardInterrupt:
            desk.say("stopped; the lock is shut")
    return 0


def why_no_microphone() -> str:
    """What is wrong where there is nothing to record with; empty where there is."""
    try:
        return "" if list_devices() else "this machine has no capture device."
    except MicrophoneError as error:
        return str(error)


def _keyboard(settings: Settings, keys: bool) -> AbstractContextManager[Button | None]:
    """The keys of the terminal as the button; it is given back whatever fails."""
    return closing(app.desk_button(settings)) if keys else nullcontext()


def _serve_files(desk: Desk, wav: tuple[Path, ...], fast: bool, keys: bool) -> None:
    """EdgevoiceError where every utterance was a fault."""
    microphone = app.files(wav, realtime=not fast)
    display, clock, settings = choose(desk), StreamClock(), desk.loaded.settings

    def file_at(t_s: float) -> str | None:
        played = microphone.file_at(round(t_s * SAMPLE_RATE))
        return str(played.path) if played else None

    with (
        _keyboard(settings, keys) as button,
        app.house(desk.loaded) as house,
        app.device(settings, house, clock, button) as device,
        display,
    ):
        service = Service(device, display, file_at, clock)
        service.serve(microphone)
    if service.only_faults:
        raise EdgevoiceError(f"every utterance was a fault, the last: {service.only_faults}; run: edgevoice check")


def _serve_microphone(desk: Desk, keys: bool) -> None:
    """Where there is no device a person is told at once; a service waits for it, as for one that goes away later, with
    everything else served: that is told and written down."""
    display, settings, started = display_of(desk), desk.loaded.settings, time.monotonic()
    with ExitStack() as at_the_end:
        with app.told_by_lights(settings) if app.under_systemd() else nullcontext():
            button = at_the_end.enter_context(_keyboard(settings, keys))
            house = at_the_end.enter_context(app.house(desk.loaded))
            device = at_the_end.enter_context(app.device(settings, house, pressed=button))
        service = Service(device, display, lambda _: None)

        def report(status: MicrophoneStatus) -> None:
            if service.serving:
                _report(device, display, status, time.monotonic() - started)

        microphone = app.microphone(settings, report)
        if not app.under_systemd():
            try:
                microphone.open()
            except MicrophoneError as error:
                raise MicrophoneError(f"{error} Without one: edgevoice visit, or edgevoice run --wav FILE.") from error
        with display:
            service.serve(microphone)


def _report(device: app.Device, display: Display, status: MicrophoneStatus, t_s: float) -> None:
    if status.healthy:
        device.kiosk.back("microphone")
    elif status.state is not MicrophoneState.CLOSED:
        device.kiosk.lost("microphone", MicrophoneError(status.message))
    display.moved("microphone", status.message or status.state.value, t_s)
