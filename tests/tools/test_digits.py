"""The plan of the digits, the sums of its table, and its steps on a tiny set."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import SettingsError
from tools.digits.plan import HELD_OUT, WORDS, Line, Use, kokoro_lines, quick_lines
from tools.digits.trials import edits

VOICES = [*HELD_OUT, *(f"v{number:02d}" for number in range(12))]


def voices(lines: list[Line], use: Use) -> set[str]:
    return {voice for line in lines if line.use is use for voice in line.voice.split("+")}


def test_no_voice_has_two_uses() -> None:
    lines = list(kokoro_lines(VOICES, 3))
    uses = [voices(lines, use) for use in Use]
    assert set().union(*uses) == set(VOICES)
    assert sum(map(len, uses)) == len(VOICES)
    assert voices(lines, Use.HELD_OUT) == set(HELD_OUT)


def test_whole_synthesisers_are_held_out() -> None:
    lines = list(quick_lines(20, 2))
    assert {(line.engine, line.use) for line in lines} == {
        ("espeak", Use.TRAIN),
        ("flite", Use.HELD_OUT),
        ("festival", Use.HELD_OUT),
    }


def test_a_line_is_the_same_each_time_and_says_its_digits() -> None:
    first, again = (list(kokoro_lines(VOICES, 2)) for _ in range(2))
    assert first == again
    assert len({line.path for line in first}) == len(first)
    names = dict(zip(WORDS, "0123456789", strict=True))
    for line in first:
        assert "".join(names[word] for word in line.words.replace(",", "").split()) == line.digits


@pytest.mark.parametrize(
    ("read", "said", "wanted"), [("4715", "4715", 0), ("475", "4715", 1), ("47155", "4715", 1), ("", "4715", 4)]
)
def test_edits(read: str, said: str, wanted: int) -> None:
    assert edits(read, said) == wanted


@pytest.mark.tools
def test_a_folder_without_digits_is_an_error(tmp_path: Path) -> None:
    from tools.digits.clips import digit_clips  # noqa: PLC0415 - needs the tools environment

    with pytest.raises(SettingsError, match="digits_speech"):
        digit_clips(tmp_path, Use.TRAIN)


@pytest.mark.tools
def test_the_int8_file_says_what_the_float_network_says() -> None:
    import torch  # noqa: PLC0415
    from tensorflow.lite.python.interpreter import Interpreter  # noqa: PLC0415

    from tools.digits.clips import Heard  # noqa: PLC0415
    from tools.digits.network import OUTPUTS, WINDOW, DigitNetwork  # noqa: PLC0415
    from tools.digits.train import Lessons, coefficient_levels, convert, fit, whole  # noqa: PLC0415

    rng = np.random.default_rng(0)
    clips = [Heard(rng.integers(-9000, 9000, (160, 40)).astype(np.int32), "12", "nobody") for _ in range(6)]
    levels = coefficient_levels(clips)
    network = DigitNetwork()
    fit(network, clips, levels, Lessons(steps=12, batch=3))
    content = convert(network, clips, levels)
    interpreter = Interpreter(model_content=content)
    assert {detail["dtype"] for detail in interpreter.get_tensor_details()} <= {np.int8, np.int32}
    levels_of_one = whole(clips[0], levels)
    assert levels_of_one.shape == (WINDOW, 40)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(levels_of_one[None]).float() / 32)[0].numpy()
    runner = interpreter.get_signature_runner("digits")
    scale, zero = runner.get_output_details()["logits"]["quantization"]
    found = (runner(mfcc=levels_of_one[None])["logits"][0].astype(float) - zero) * scale
    assert found.shape == (OUTPUTS, 11)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.98
