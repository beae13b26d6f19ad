"""The textbook's ways to hear an emotion, on the same clips and folds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn
from tqdm import tqdm

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from tools.made_of import kept, made_of, source_hash

Wave = NDArray[np.float32]
Table = NDArray[np.float32]
Numbers = NDArray[np.int64]
Shares = NDArray[np.float64]
_HOP, _WINDOW = 512, 1024
_BANDS, _PICTURE = 64, 96  # a spectrogram of 64 mel bands and 3.07 s
_EPOCHS, _BATCH = 12, 32


@dataclass(frozen=True)
class Peer:
    """measure: (n,) samples in -1..1 at 16 kHz -> an array of one shape; judge: of the clips heard and their labels and
    of those to judge -> (clips, labels) probabilities."""

    name: str
    measure: Callable[[Wave], Table]
    judge: Callable[[Table, Numbers, Table, int], Shares]


def textbook(wave: Wave) -> Table:
    """(d,) mean and deviation of MFCC, chroma, mel, contrast, tonnetz, zero crossings, RMS and pitch."""
    spectrum = np.abs(librosa.stft(wave, n_fft=_WINDOW, hop_length=_HOP))
    power = spectrum**2
    mel = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE, n_mels=_BANDS)
    chroma = librosa.feature.chroma_stft(S=power, sr=SAMPLE_RATE, tuning=0.0)
    parts = [
        librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=40),
        chroma,
        librosa.power_to_db(mel),
        librosa.feature.spectral_contrast(S=spectrum, sr=SAMPLE_RATE),
        librosa.feature.tonnetz(chroma=chroma, sr=SAMPLE_RATE),
        librosa.feature.zero_crossing_rate(wave, frame_length=_WINDOW, hop_length=_HOP),
        librosa.feature.rms(S=spectrum, frame_length=_WINDOW),
        np.log2(librosa.yin(wave, fmin=65, fmax=700, sr=SAMPLE_RATE, frame_length=_WINDOW, hop_length=_HOP))[None],
    ]
    return np.concatenate([figure(part, axis=1) for part in parts for figure in (np.mean, np.std)]).astype(np.float32)


def forest(heard: Table, label: Numbers, unheard: Table, labels: int) -> Shares:
    """A random forest of 300 trees."""
    trees = RandomForestClassifier(300, class_weight="balanced", random_state=0).fit(heard, label)
    return _all_labels(trees.predict_proba(unheard), trees.classes_, labels)


def egemaps(wave: Wave) -> Table:
    """(88,) eGeMAPS v02 functionals (F. Eyben et al., 2016) by openSMILE, whose licence is non-commercial."""
    try:
        import opensmile  # noqa: PLC0415 -- an extra that only this comparison wants
    except ImportError as error:
        raise SettingsError("eGeMAPS needs openSMILE, for comparison only: pip install opensmile") from error
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    return np.asarray(smile.process_signal(wave, SAMPLE_RATE).values[0], dtype=np.float32)


def support_vectors(heard: Table, label: Numbers, unheard: Table, labels: int) -> Shares:
    """A support-vector machine with a Gaussian kernel; its decisions pass as answers and are calibrated as ours are."""
    machine = make_pipeline(StandardScaler(), SVC(C=1.0, class_weight="balanced")).fit(heard, label)
    powers = np.exp(2 * machine.decision_function(unheard))
    return _all_labels(powers / powers.sum(axis=1, keepdims=True), machine.classes_, labels)


def spectrogram(wave: Wave) -> Table:
    """(64, 96) mel bands in dB over 3 s, standardised: what is longer is cut in the middle, what is shorter padded."""
    mel = librosa.feature.melspectrogram(y=wave, sr=SAMPLE_RATE, n_fft=_WINDOW, hop_length=_HOP, n_mels=_BANDS)
    levels = librosa.util.fix_length(librosa.power_to_db(mel), size=max(_PICTURE, mel.shape[1]), mode="edge")
    start = (levels.shape[1] - _PICTURE) // 2
    cut = levels[:, start : start + _PICTURE]
    return np.asarray((cut - cut.mean()) / (cut.std() + 1e-6), dtype=np.float32)


def convolutions(heard: Table, label: Numbers, unheard: Table, labels: int) -> Shares:
    """Four convolutional layers, trained with masked bands and times (D. Park et al., SpecAugment, 2019)."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for inner, outer in ((1, 12), (12, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(inner, outer, 3, padding=1), nn.BatchNorm2d(outer), nn.ReLU(), nn.MaxPool2d(2)]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(64, labels))
    pictures, wanted = torch.from_numpy(heard)[:, None], torch.from_numpy(label)
    steps = _EPOCHS * (len(label) // _BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    weight = 1 / torch.bincount(wanted, minlength=labels).clamp(min=1).float()
    for _ in tqdm(range(steps), unit="step", leave=False):
        drawn = torch.randint(len(label), (_BATCH,))
        answers = net(_masked(pictures[drawn]))
        loss = nn.functional.cross_entropy(answers, wanted[drawn], weight / weight.mean(), label_smoothing=0.1)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.inference_mode():
        return np.asarray(torch.softmax(net(torch.from_numpy(unheard)[:, None]), 1).double().numpy())


def _masked(pictures: torch.Tensor) -> torch.Tensor:
    pictures = pictures.clone()
    for picture in pictures:
        band, time = (int(torch.randint(size, ())) for size in (pictures.shape[2] - 10, pictures.shape[3] - 16))
        picture[:, band : band + int(torch.randint(10, ()))] = 0
        picture[:, :, time : time + int(torch.randint(16, ()))] = 0
    return pictures


def _all_labels(shares: Shares, known: Numbers, labels: int) -> Shares:
    wide = np.zeros((len(shares), labels))
    wide[:, known] = shares
    return wide


PEERS = (
    Peer("textbook statistics, random forest", textbook, forest),
    Peer("spectrogram, CNN", spectrogram, convolutions),
    Peer("eGeMAPS, SVM", egemaps, support_vectors),
)


def measure_all(peer: Peer, root: Path, paths: Sequence[str], cache: Path | None) -> Table:
    """What a peer measures of every clip; ``cache``: folder that keeps it."""
    key = made_of([root / path for path in paths], source_hash(Path(__file__)))

    def make() -> Table:
        waves = (read_sound(root / path).astype(np.float32) / 32768 for path in paths)
        return np.stack([peer.measure(wave) for wave in tqdm(waves, total=len(paths), unit="clip", desc=peer.name)])

    return kept(cache / f"peer-{peer.measure.__name__}-{key}.npy" if cache else None, make).astype(np.float32)
