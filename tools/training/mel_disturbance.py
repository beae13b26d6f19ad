"""What is drawn anew for every crop because it costs nothing: noise floors and missing bands, on log mel energies."""

import numpy as np
import torch
from torch import Tensor, nn

from edgevoice.listening.features import BANDS, MFCC_BITS
from tools.training.corpus import Floats
from tools.training.run_settings import TrainSettings
from tools.training.student import INPUT_UNIT
from tools.training.xvector import inverse_dct

_WIDEST_MASK = 8
_FLOOR_BELOW_DB = (0.0, 30.0)  # under the crop's mean level
_LARGEST_TILT_DB = 15.0  # of the floor, from the lowest band to the highest
_DB_PER_OCTAVE = 10 * np.log10(2)


class MelDisturbance(nn.Module):
    """(batch, frames, 40) network input -> the same with floors raised and bands masked in a share of the crops."""

    def __init__(self, scale: Floats, settings: TrainSettings) -> None:
        super().__init__()
        unit = torch.from_numpy(1 / INPUT_UNIT / (scale * (1 << MFCC_BITS)))  # of the input, in log2 of power
        to_bands = torch.from_numpy(inverse_dct())
        self.register_buffer("to_bands", (to_bands * unit).T.contiguous())
        self.register_buffer("back", to_bands / unit)
        self._settings = settings

    @torch.no_grad()
    def forward(self, levels: Tensor) -> Tensor:
        mel = levels @ self.get_buffer("to_bands")
        mel = self._mask(self._raise_floor(mel))
        disturbed: Tensor = (mel - mel.mean(dim=1, keepdim=True)) @ self.get_buffer("back")
        return disturbed

    def _chosen(self, mel: Tensor, share: float) -> Tensor:
        return torch.rand(len(mel), 1, 1, device=mel.device) < share

    def _raise_floor(self, mel: Tensor) -> Tensor:
        """A steady noise with a straight spectrum, added to the power."""
        batch, device = len(mel), mel.device
        lowest, highest = _FLOOR_BELOW_DB
        below = (lowest + (highest - lowest) * torch.rand(batch, 1, 1, device=device)) / _DB_PER_OCTAVE
        tilt = _LARGEST_TILT_DB / _DB_PER_OCTAVE * (2 * torch.rand(batch, 1, 1, device=device) - 1)
        floor = mel.mean(dim=(1, 2), keepdim=True) - below + tilt * torch.linspace(-0.5, 0.5, BANDS, device=device)
        raised = torch.logaddexp2(mel, floor.expand_as(mel))
        return torch.where(self._chosen(mel, self._settings.floor_share), raised, mel)

    def _mask(self, mel: Tensor) -> Tensor:
        """Up to 8 neighbouring bands hold still (SpecAugment, D. Park et al., 2019)."""
        batch, device = len(mel), mel.device
        width = torch.randint(1, _WIDEST_MASK + 1, (batch, 1, 1), device=device)
        begin = (torch.rand(batch, 1, 1, device=device) * (BANDS - width + 1)).long()
        band = torch.arange(BANDS, device=device)
        masked = (band >= begin) & (band < begin + width) & self._chosen(mel, self._settings.mask_share)
        return torch.where(masked, mel.mean(dim=1, keepdim=True), mel)
