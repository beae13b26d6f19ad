"""i-vector (N. Dehak et al., IEEE TASLP 19, 2011) and PLDA with two covariances (N. Bruemmer and E. de Villiers,
Odyssey 2010), on the cepstra and the background model of gmm-ubm."""

import hashlib
from pathlib import Path

import numpy as np

from edgevoice.listening.capture import Samples
from tools.peers import System, Vector
from tools.peers.mixture import Mixture, read_arrays
from tools.peers.plain_mfcc import speech_cepstra
from tools.peers.plda import Plda
from tools.peers.total_variability import Posterior

FILE = "ivector_plda.npz"
MIXTURE = ("weights", "means", "variances")


def load(trained: Path) -> System:
    """What ``tools.train_peers`` left in a folder; ModelError where it has not run."""
    path = trained / FILE
    arrays = read_arrays(path)
    mixture, posterior = Mixture(*(arrays[name] for name in MIXTURE)), Posterior(arrays["total"])
    plda = Plda(arrays["centre"], arrays["whitening"], arrays["within"], arrays["between"])
    content = path.read_bytes()

    def embed(samples: Samples) -> Vector:
        return np.asarray(posterior.means(mixture.statistics(speech_cepstra(samples))[None])[0])

    return System("ivector-plda", len(content), hashlib.sha256(content).hexdigest(), embed, rank=plda.scores)
