"""docs/hardware.md tells what the drivers do."""

from pathlib import Path

from edgevoice.hardware import Light
from edgevoice.hardware.buzzer import PATTERNS
from edgevoice.hardware.pins import PINS
from edgevoice.hardware.prompts import read_texts

PAGE = (Path(__file__).parents[1] / "docs" / "hardware.md").read_text(encoding="utf-8")


def test_every_light_every_pin_and_every_pattern_is_told() -> None:
    assert [light.value for light in Light if f"| {light.value} |" not in PAGE] == ["off"]
    assert [pin for pin in PINS if f"`{pin}`" not in PAGE] == []
    texts = read_texts("en").texts
    told = [prompt for prompt, pattern in PATTERNS.items() if f"| `{pattern}` | {texts[prompt]} |" in PAGE]
    assert [prompt.value for prompt in PATTERNS if prompt not in told] == [f"digit-{digit}" for digit in range(10)]
