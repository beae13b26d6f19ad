"""The one tree of errors.

Every message says what happened, what was found, what was wanted and what to do.
"""


class EdgevoiceError(Exception):
    """Anything edgevoice refuses to do; the command line prints it in one line and ends with 1."""


class SettingsError(EdgevoiceError):
    """A settings file or value that cannot be used."""


class AudioError(EdgevoiceError):
    """Sound that cannot be read: a file, its format, its content."""


class MicrophoneError(AudioError):
    """A capture device that is missing, busy, silent or unplugged."""


class ModelError(EdgevoiceError):
    """A model file or manifest that is missing, damaged, foreign or of another front end."""


class StorageError(EdgevoiceError):
    """The database or its key cannot be opened, read or written."""


class DamagedError(StorageError):
    """The database is there and cannot be read as one: a backup must take its place."""


class LostKeyError(StorageError):
    """The key that sealed the database is missing, damaged or another: a copy must take its place, or be given up."""


class SpeakerError(EdgevoiceError):
    """A name or a person that cannot be stored, found or changed."""


class RecordingError(EdgevoiceError):
    """A known sound that cannot be kept, found or removed."""


class EnrolmentError(EdgevoiceError):
    """Sound that is not good enough, or not consistent enough, to make a voiceprint."""


class HardwareError(EdgevoiceError):
    """A pin, a relay or a GPIO library that cannot be used."""
