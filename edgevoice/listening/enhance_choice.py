"""Settings -> the enhancer that they are the settings of."""

from edgevoice.listening.enhance import Enhancer, SpectralSubtraction, SubtractionSettings
from edgevoice.listening.enhance_bands import BandSettings, BandSubtraction
from edgevoice.listening.enhance_wiener import WienerGain, WienerSettings

EnhancementSettings = SubtractionSettings | BandSettings | WienerSettings


def enhancer(settings: EnhancementSettings) -> Enhancer:
    """A fresh enhancer for one stream."""
    match settings:
        case SubtractionSettings():
            return SpectralSubtraction(settings)
        case BandSettings():
            return BandSubtraction(settings)
        case WienerSettings():
            return WienerGain(settings)
