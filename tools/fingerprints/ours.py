"""edgevoice's own landmarks and library, as they ship."""

from edgevoice.listening.capture import Samples
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import Windows
from edgevoice.recognition.landmarks import Landmarks, landmarks
from edgevoice.recognition.recordings import Library, Threshold, keep
from tools.fingerprints import Answer


class Ours:
    """The device's spectra, its constellation, its library."""

    name = "edgevoice"

    def __init__(self) -> None:
        self._spectrum, self._library, self._bytes = Spectrum(), Library(), 0

    def add(self, name: str, sound: Samples) -> None:
        """Keep its strongest peaks."""
        recording = keep(name, self._heard(sound))
        self._bytes += len(recording.peaks)
        self._library.add(recording)

    def lookup(self, sound: Samples) -> Answer:
        """The place that fits best; its score is the strength."""
        place = self._library.best(self._heard(sound))
        return Answer(place.name, place.score, Threshold().passes(place)) if place else Answer(None, 0, False)

    def stored_bytes(self) -> int:
        """Two a peak."""
        return self._bytes

    def _heard(self, sound: Samples) -> Landmarks:
        return landmarks(self._spectrum(Windows().cut(sound)))
