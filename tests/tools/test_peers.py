"""The textbook's baselines: their mathematics against the slow and plain way, and both from sound to figures."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from scipy.stats import multivariate_normal, norm

from edgevoice.errors import AudioError, ModelError
from edgevoice.listening.capture import SAMPLE_RATE
from tests.tools.test_evaluate import voice
from tools import evaluate
from tools.measure.conditions import Conditions
from tools.measure.det import probits
from tools.measure.embeddings import embed_all, pair_scores
from tools.measure.metrics import Curve
from tools.measure.trials import Selection, read_trials
from tools.peers import System, our_models, plda, systems
from tools.peers.gmm_ubm import RELEVANCE, likelihood_ratios
from tools.peers.mixture import Mixture, split
from tools.peers.plain_mfcc import SIZE, slopes, speech_cepstra
from tools.peers.total_variability import Posterior, first_guess

RNG = np.random.default_rng(3)
MIXTURE = Mixture(np.array([0.3, 0.7]), np.array([[0.0, 4.0], [1.0, -4.0]]), np.array([[1.0, 2.0], [0.5, 1.0]]))


def log_likelihood(cepstra: np.ndarray, means: np.ndarray) -> np.ndarray:
    """(n,) of the mixture with other means, frame by frame."""
    parts = zip(MIXTURE.weights, means, MIXTURE.variances, strict=True)
    return np.log(sum(w * multivariate_normal(mean, np.diag(v)).pdf(cepstra) for w, mean, v in parts))


def clip(shift: float, frames: int = 300) -> np.ndarray:
    which = RNG.random(frames) < MIXTURE.weights[0]
    means = np.where(which[:, None], *MIXTURE.means) + np.array([shift, 0])
    return means + RNG.normal(size=(frames, 2)) * np.sqrt(np.where(which[:, None], *MIXTURE.variances))


def test_shares_are_posteriors_and_statistics_their_sums() -> None:
    cepstra = clip(0.0, 40)
    shares = MIXTURE.shares(cepstra)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    density = [
        w * multivariate_normal(m, np.diag(v)).pdf(cepstra[0]) for w, m, v in zip(*vars(MIXTURE).values(), strict=True)
    ]
    assert shares[0] == pytest.approx(np.array(density) / np.sum(density), rel=1e-3)
    frames, distances = split(MIXTURE.statistics(cepstra)[None], 2)
    assert frames.sum() == pytest.approx(40, rel=1e-4)
    first = (shares[:, :1] * (cepstra - MIXTURE.means[0])).sum(axis=0) / np.sqrt(MIXTURE.variances[0])
    assert distances[0, 0] == pytest.approx(first, abs=1e-2)


def test_the_likelihood_ratio_of_the_statistics_is_that_of_the_adapted_mixture() -> None:
    clips = [clip(shift) for shift in (0.5, 0.5, -0.5)]
    statistics = np.stack([MIXTURE.statistics(each) for each in clips])
    scores = likelihood_ratios(statistics, 2)
    frames, distances = split(statistics, 2)
    exact = np.empty((3, 3))
    for one in range(3):
        shift = distances[one] / (frames[one][:, None] + RELEVANCE) * np.sqrt(MIXTURE.variances)
        for other in range(3):
            gain = log_likelihood(clips[other], MIXTURE.means + shift) - log_likelihood(clips[other], MIXTURE.means)
            exact[one, other] = gain.mean()
    # EM's bound lies below the likelihood, here by little, as the two Gaussians lie far apart.
    assert scores == pytest.approx((exact + exact.T) / 2, abs=2e-3)
    assert scores[0, 1] > 0 > scores[0, 2]


def test_em_finds_the_directions_in_which_the_clips_differ() -> None:
    truth = RNG.normal(size=(3, 4, 2))
    numbers = RNG.normal(size=(400, 2))
    frames = np.full((400, 3), 60.0)
    noise = RNG.normal(size=(400, 3, 4)) * np.sqrt(60)
    distances = np.einsum("cdr,nr->ncd", truth, numbers) * 60 + noise
    statistics = np.concatenate([frames, distances.reshape(400, -1)], axis=1).astype(np.float32)
    total = first_guess(3, 4, 2)
    for _ in range(12):
        total = Posterior(total).maximised(statistics)
    one, other = (np.linalg.qr(each.reshape(12, 2).astype(float))[0] for each in (total, truth))
    assert np.linalg.svd(one.T @ other)[1] == pytest.approx(1, abs=1e-2)
    found = Posterior(total).means(statistics)
    left = np.linalg.lstsq(found, numbers, rcond=None)[1] / (400 * numbers.var(axis=0))
    assert (left < 0.05).all()
    assert np.cov(found.T) == pytest.approx(np.eye(2), abs=0.15)


def test_plda_gives_the_likelihood_ratio_of_its_two_gaussians() -> None:
    model = plda.Plda(np.zeros(2), np.eye(2), np.diag([0.3, 0.5]), np.diag([0.7, 0.2]))
    vectors = np.array([[1.0, 0.0], [0.6, 0.8]])
    total = model.within + model.between
    joint = multivariate_normal(np.zeros(4), np.block([[total, model.between], [model.between, total]]))
    alone = multivariate_normal(np.zeros(2), total)
    wanted = [[joint.logpdf([*a, *b]) - alone.logpdf(a) - alone.logpdf(b) for b in vectors] for a in vectors]
    assert model.scores(vectors) == pytest.approx(np.array(wanted), abs=1e-6)


def test_plda_learns_to_look_where_people_differ() -> None:
    person = np.repeat(np.arange(60), 6)
    people = RNG.normal(size=(60, 5)) * [3, 3, 3, 0.3, 0.3]
    vectors = people[person] + RNG.normal(size=(360, 5)) * [1, 1, 1, 3, 3]
    scores = plda.fit(vectors, person.astype(str)).scores(vectors)
    first, second = np.triu_indices(360, 1)
    same = person[first] == person[second]
    assert np.median(scores[first, second][same]) > 0 > np.median(scores[first, second][~same])


def test_cepstra_are_levelled_and_leave_out_what_is_quiet() -> None:
    loud = voice((440, 900), seed=0, seconds=1.0)
    cepstra = speech_cepstra(np.concatenate([loud // 300, loud, loud // 300]))
    assert cepstra.shape[1] == SIZE
    assert 95 <= len(cepstra) <= 105
    assert cepstra.mean(axis=0) == pytest.approx(0, abs=1e-4)
    assert cepstra.std(axis=0) == pytest.approx(1, abs=1e-3)
    with pytest.raises(AudioError, match="no cepstra"):
        speech_cepstra(np.zeros(SAMPLE_RATE, np.int16))


def test_the_slope_of_a_line_is_its_slope() -> None:
    assert slopes(3.0 * np.arange(20)[:, None])[2:-2] == pytest.approx(3)


def test_each_x_vector_of_a_folder_is_a_system(tmp_path: Path) -> None:
    for name in ("xvector", "xvector-tiny", "emotion"):
        (tmp_path / f"{name}.tflite").touch()
    assert our_models(tmp_path) == {
        "edgevoice-tiny": tmp_path / "xvector-tiny.tflite",
        "edgevoice": tmp_path / "xvector.tflite",
    }
    assert {"edgevoice", "edgevoice-tiny", "gmm-ubm"} < set(systems(models=tmp_path))


def test_a_system_ranks_by_its_own_scores_of_vectors_as_they_are_and_a_failed_clip_comes_last(tmp_path: Path) -> None:
    lines = ["path,speaker,session,label"]
    for number, speaker in enumerate(("ada", "ada", "ben", "ben")):
        soundfile.write(tmp_path / f"{number}.wav", np.full(100 * number, 1, np.int16), SAMPLE_RATE)
        lines.append(f"{number}.wav,{speaker},,")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def length(samples: np.ndarray) -> np.ndarray:
        if not len(samples):
            raise AudioError("nothing")
        return np.array([len(samples)], np.float32)

    system = System("length", 0, "1", length, rank=lambda vectors: -np.abs(vectors - vectors.T))
    trials = read_trials(tmp_path / "index.csv", tmp_path, Selection())
    embedded = embed_all(system, tmp_path, [clip.path for clip in trials.clips], Conditions())
    assert embedded.vectors[:, 0].tolist() == [0, 100, 200, 300]
    assert pair_scores(system, embedded, trials).tolist() == [-201, -201, -201, -100, -200, -100]


def test_a_det_plot_leaves_out_what_it_cannot_show_or_the_eye_cannot_tell() -> None:
    far, frr = np.array([0, 0.1, 0.10001, 0.5, 1.0]), np.array([1.0, 0.4, 0.4, 0.2, 0.0])
    assert np.array(probits(Curve(far, far, frr))) == pytest.approx(norm.ppf([[0.1, 0.5], [0.4, 0.2]]))


def test_an_untrained_peer_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="run: python -m"):
        systems(tmp_path)["gmm-ubm"]()


@pytest.mark.tools
def test_from_sound_to_figures_and_again_without_a_second_training(tmp_path: Path) -> None:
    from tools import train_peers  # noqa: PLC0415 - of the tools environment

    lines = ["path,speaker,session,label"]
    for number in range(6):
        for take in range(4):
            tones = (250 + 90 * number, 1000 + 300 * number)
            soundfile.write(tmp_path / f"{number}-{take}.wav", voice(tones, len(lines), 1.2), SAMPLE_RATE)
            lines.append(f"{number}-{take}.wav,person {number},s{take},")
    index = tmp_path / "index.csv"
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    common = [str(index), "--root", str(tmp_path)]
    output = ["--output", str(tmp_path / "trained")]
    size = ["--gaussians", "4", "--rank", "4", "--rounds", "2"]
    first = CliRunner().invoke(train_peers.main, [*common, *output, *size], catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "24 pieces of 6 speakers" in first.stdout
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "trained").iterdir()}
    assert CliRunner().invoke(train_peers.main, [*common, *output, *size]).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "trained").iterdir()} == made
    refused = CliRunner().invoke(train_peers.main, [*common, *output, *size[2:]])
    assert refused.exit_code == 1
    assert "trained was made of other clips or settings" in refused.output
    for name in ("gmm-ubm", "ivector-plda"):
        options = ["--system", name, "--trained", str(tmp_path / "trained"), "--json"]
        result = CliRunner().invoke(evaluate.main, [*common, *options], catch_exceptions=False)
        assert json.loads(result.stdout)["eer"] < 0.2
