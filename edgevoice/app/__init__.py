"""The only place that chooses implementations: settings -> the parts of the device, put together."""

from edgevoice.app.drivers import (
    button,
    check_gpio,
    check_sounder,
    contacts,
    desk_button,
    files,
    lights,
    lock,
    microphone,
    outside_button,
    sounder,
    watchdog,
)
from edgevoice.app.enrolling import Enroller, How, enroll_files
from edgevoice.app.factor import FactorParts, check_factor
from edgevoice.app.heard_before import check_sounds
from edgevoice.app.home import House, house, open_house
from edgevoice.app.models import (
    ear,
    embed_clip,
    emotion,
    enrolment,
    hear_clip,
    identifier,
    load_identifier,
    recogniser,
    utterances,
    xvector,
    xvector_path,
)
from edgevoice.app.recordings import fingerprint, library, rhythm
from edgevoice.app.serving import Device, device
from edgevoice.app.unserved import told_by_lights
from edgevoice.hardware.systemd import under_systemd

__all__ = [
    "Device",
    "Enroller",
    "FactorParts",
    "House",
    "How",
    "button",
    "check_factor",
    "check_gpio",
    "check_sounder",
    "check_sounds",
    "contacts",
    "desk_button",
    "device",
    "ear",
    "embed_clip",
    "emotion",
    "enroll_files",
    "enrolment",
    "files",
    "fingerprint",
    "hear_clip",
    "house",
    "identifier",
    "library",
    "lights",
    "load_identifier",
    "lock",
    "microphone",
    "open_house",
    "outside_button",
    "recogniser",
    "rhythm",
    "sounder",
    "told_by_lights",
    "under_systemd",
    "utterances",
    "watchdog",
    "xvector",
    "xvector_path",
]
