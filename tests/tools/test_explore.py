"""``python -m tools.explore``: one page on any sound, and a clear word where there is none (``make test-tools``)."""

import base64
import io
import re
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from edgevoice.errors import AudioError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.visit import FOLDER, read_script
from tests.sound import clip
from tools.explore.__main__ import main
from tools.explore.clips import find, read

ADA = FOLDER / "ada-unlock-1.opus"
HEADINGS = [
    "Waveform",
    "Spectrum before and after enhancement",
    "Mean spectrum before and after",
    "MFCC",
    "GFCC, LPCC, PNCC",
    "Shape of the spectrum",
    "Pitch, onsets, syllables",
    "Chroma and chords",
    "Tempo, beats, tempogram",
    "Harmonic and percussive parts",
    "Voice and accompaniment",
]
TOGETHER = ["Distributions", "Correlations", "MFCC and DTW distances", "Nearest neighbours"]
installed = pytest.mark.skipif(
    find_spec("librosa") is None or find_spec("spafe") is None, reason="needs the tools extra: make test-tools"
)


class Read(HTMLParser):
    """What a browser would see: headings, the ids one can jump to, the jumps, the pictures, what is loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.ids: set[str] = set()
        self.jumps: set[str] = set()
        self.images: list[bytes] = []
        self.loaded: list[str] = []
        self._heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._heading = tag == "h3"
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a":
            self.jumps.add(given["href"])
        if tag == "img":
            assert given["alt"]
            self.images.append(base64.b64decode(given["src"].removeprefix("data:image/webp;base64,"), validate=True))
        elif "src" in given or tag in {"link", "script", "iframe"}:
            self.loaded.append(tag)

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.headings.append(data)
        self._heading = False


def explore(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def written(path: Path, samples: Samples, rate: int = SAMPLE_RATE) -> Path:
    soundfile.write(path, samples, rate)
    return path


def sine(hertz: float, seconds: float, rate: int = SAMPLE_RATE) -> Samples:
    time = np.arange(int(seconds * rate)) / rate
    return np.rint(8000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


@pytest.mark.tools
@installed
def test_one_clip_gives_a_page_that_needs_nothing_else(tmp_path: Path) -> None:
    result = explore(ADA, "--html", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Read(text)
    assert page.headings == HEADINGS
    assert {jump.removeprefix("#") for jump in page.jumps} <= page.ids
    assert page.loaded == []
    assert not re.search(r"https?://|url\(|@import", text)
    for image in page.images:
        assert image[8:12] == b"WEBP"
        assert len(image) > 2000
    assert len(page.images) == len(HEADINGS)
    assert "Utterances: " in text
    assert not re.search(r"{\w*}|nan|None", re.sub(r"base64,[^\"]*", "", text))


def test_clips_of_one_name_in_two_folders_are_both_found(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder / "x.wav", sine(440, 1.0))
    written(tmp_path / "two" / "y.wav", sine(440, 1.0))
    one, two = tmp_path / "one", tmp_path / "two"
    assert find([one, two]) == {"x.wav": one / "x.wav", str(two / "x.wav"): two / "x.wav", "y.wav": two / "y.wav"}


@pytest.mark.tools
@installed
def test_a_folder_is_compared_and_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    (folder / "inner").mkdir(parents=True)
    for name in ("ada-unlock-1.opus", "ada-unlock-2.opus", "ben-unlock-1.opus", "silence.flac"):
        (folder / "inner" / name).write_bytes((FOLDER / name).read_bytes())
    stereo = np.stack([sine(440, 1.0, 44_100)] * 2, axis=1)
    written(folder / "stereo.wav", stereo, 44_100)
    written(folder / "short.wav", sine(440, 0.05))
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("no sound")
    (folder / "notes.txt").write_text("not even named like one")
    result = explore(folder, "--html", tmp_path / "page.html", "--detailed", "1")
    assert result.exit_code == 0, result.output
    assert "5 clips, 3 left out" in result.output
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert Read(text).headings == [*TOGETHER, *HEADINGS]
    for told in ("empty (0 bytes)", "too short: found 0.05 s", "not a sound file", "The first 1 clips have pictures"):
        assert told in text
        assert told in result.output or "pictures" in told
    assert "notes.txt" not in text


@pytest.mark.tools
@installed
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.write_text("no sound"), "not a sound file"),
        (lambda path: written(path, sine(440, 0.05)), "too short: found 0.05 s of sound, wanted 0.3 s"),
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "found no sound in this folder"),
    ],
)
def test_where_nothing_can_be_used_there_is_one_line_and_no_page(tmp_path: Path, make: object, told: str) -> None:
    assert callable(make)
    make(tmp_path / "x.wav")
    result = explore(tmp_path / "x.wav", "--html", tmp_path / "page.html")
    assert result.exit_code == 1
    assert told in result.output
    assert result.output.strip().count("\n") == 0
    assert not (tmp_path / "page.html").exists()


def test_a_folder_that_is_missing_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    if find_spec("librosa") is None or find_spec("spafe") is None:
        result = explore(ADA, "--html", tmp_path / "page.html")
        assert "make setup-tools" in result.output
    else:
        result = explore(ADA, "--html", tmp_path / "nowhere" / "page.html")
        assert "there is no such folder" in result.output
    assert result.exit_code == 1


def test_stereo_at_another_rate_becomes_what_the_device_hears_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wav", np.stack([sine(440, 3.0, 44_100)] * 2, axis=1), 44_100)
    found = read("x", path, longest_s=2.0)
    assert found.seconds == 2.0
    for told in ("44100 Hz", "2 channels", "made 16 kHz mono", "the middle 2 s"):
        assert told in found.note


def test_a_folder_is_searched_to_its_end_and_one_without_sound_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(AudioError, match="found no sound in this folder"):
        find([tmp_path])
    path = written(tmp_path / "a" / "b" / "x.WAV", sine(440, 0.5))
    assert find([tmp_path]) == {str(Path("a/b/x.WAV")): path}


@pytest.mark.tools
@installed
def test_lpcc_is_the_cepstrum_of_the_all_pole_model() -> None:
    import librosa  # noqa: PLC0415 - not installed beside the tests

    from tools.explore import cepstra  # noqa: PLC0415

    wave = (clip(ADA.name) / 32768)[8000:8400]
    windowed = librosa.effects.preemphasis(wave) * np.hamming(400)
    model = librosa.lpc(windowed, order=12)
    spectrum = 1 / np.abs(np.fft.rfft(model, 65536)) ** 2
    expected = np.fft.irfft(np.log(spectrum))[1:13]  # of the power; c[m] of the model is both sides of it, halved
    assert cepstra.lpcc(wave)[1:, 0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.tools
@installed
def test_a_chord_is_named_by_its_notes_and_noise_has_none() -> None:
    from tools.explore import music  # noqa: PLC0415

    a_minor = sum(sine(hertz, 2.0).astype(np.float32) / 32768 for hertz in (220.0, 261.63, 329.63))
    names = {chord.name for chord in music.chords(music.chroma(np.asarray(a_minor, np.float32)))}
    assert names == {"A:min"}
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32)
    assert {chord.name for chord in music.chords(music.chroma(noise))} == {"-"}


@pytest.mark.tools
@installed
def test_clicks_at_120_a_minute_are_found_at_that_tempo() -> None:
    from tools.explore import music  # noqa: PLC0415

    clicks = np.zeros(10 * SAMPLE_RATE, np.float32)
    for beat in range(20):
        clicks[beat * SAMPLE_RATE // 2 :][:200] = np.random.default_rng(beat).normal(0, 0.3, 200)
    found = music.rhythm(clicks)
    assert found.tempo_bpm == pytest.approx(120, rel=0.04)
    assert np.diff(found.beats_s) == pytest.approx(0.5, abs=0.07)


@pytest.mark.tools
@installed
def test_pitch_is_that_of_the_sine_and_words_come_within_the_stated_error() -> None:
    from tools.explore import ours, speaking  # noqa: PLC0415

    tone = speaking.speaking((sine(200, 1.0) / 32768).astype(np.float32), np.ones(98, np.int64))
    assert np.nanmedian(tone.f0_hz) == pytest.approx(200, rel=0.01)
    errors = []
    for script in read_script().clips:
        found = read(script.file, FOLDER / script.file, 30)
        heard = ours.hear(found.samples)
        words = speaking.speaking(found.wave, heard.speech).words_per_s
        assert words is not None
        errors.append(words / (len(script.text.split()) / (int(heard.speech.sum()) / 100)) - 1)
    assert len(errors) == 26
    assert np.mean(errors) == pytest.approx(-0.19, abs=0.05)  # what the page says
    assert np.abs(errors).max() < 0.46


@pytest.mark.tools
@installed
def test_the_same_clip_is_nearest_to_itself_in_noise_and_distances_are_symmetric() -> None:
    from tools.explore import ours, together  # noqa: PLC0415

    ada, ben = clip("ada-unlock-1.opus"), clip("ben-unlock-1.opus")
    noisy = ada + np.random.default_rng(0).normal(0, 60, len(ada)).astype(np.int16)
    distances = together.dtw_distances([ours.hear(samples).mfcc for samples in (ada, noisy, ben)])
    assert (distances == distances.T).all()
    assert (np.diag(distances) == 0).all()
    assert 0 < distances[0, 1] < distances[0, 2]


@pytest.mark.tools
@installed
def test_enhancement_takes_power_off_and_never_adds_any() -> None:
    from tools.explore import ours  # noqa: PLC0415

    heard = ours.hear(clip("rain.flac"))
    taken = heard.mel_before - heard.mel_after
    assert taken.min() > -0.1  # MFCC are rounded to 2**-10
    assert np.median(taken) > 3


@pytest.mark.tools
@installed
def test_figures_that_rise_together_correlate_and_missing_ones_are_left_out() -> None:
    from tools.explore import together  # noqa: PLC0415
    from tools.explore.study import FIGURES  # noqa: PLC0415

    rows = [dict.fromkeys(FIGURES, None) | {"length": x, "level": x**3, "tempo": -x, "words": None} for x in range(5)]
    names, found = together.correlations([{name: row[name] for name in FIGURES} for row in rows])
    assert names == ["length", "level", "tempo"]
    assert found == pytest.approx(np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]]))


def test_a_picture_is_kept_whole() -> None:
    if find_spec("matplotlib") is None:
        pytest.skip("needs the tools extra")
    from PIL import Image  # noqa: PLC0415

    from tools.explore.draw import as_uri, sheet  # noqa: PLC0415

    figure, _ = sheet([1.0, 2.0])
    with Image.open(io.BytesIO(base64.b64decode(as_uri(figure).split(",")[1]))) as image:
        assert image.size == (1100, round(3.35 * 110))
