"""The only place that chooses implementations: settings -> the parts of the device, put together."""

from edgevoice.app.drivers import Clock, check_gpio, files, lights, lock, microphone
from edgevoice.app.home import House, house, open_house
from edgevoice.app.models import (
    ear,
    embed_clip,
    emotion,
    enrolment,
    identifier,
    load_identifier,
    recogniser,
    utterances,
    xvector,
    xvector_path,
)
from edgevoice.app.serving import Device, device

__all__ = [
    "Clock",
    "Device",
    "House",
    "check_gpio",
    "device",
    "ear",
    "embed_clip",
    "emotion",
    "enrolment",
    "files",
    "house",
    "identifier",
    "lights",
    "load_identifier",
    "lock",
    "microphone",
    "open_house",
    "recogniser",
    "utterances",
    "xvector",
    "xvector_path",
]
