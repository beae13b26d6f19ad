"""Who may import whom: the data flows one way, and a line of code knows its room."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "edgevoice"
EVERYBODY = {"errors", "toml"}

ROOMS: dict[str, set[str]] = {
    "fixedpoint": set(),
    "listening": {"fixedpoint"},
    "storage": set(),
    "tflite": set(),
    "recognition": {"fixedpoint", "listening", "storage", "tflite"},
    "hardware": {"listening"},
    "door": {"hardware", "listening", "recognition", "storage"},
    "pipeline": {"door", "listening", "recognition"},
    "identify": {"hardware", "listening", "recognition"},
    "config": {"door", "hardware", "listening", "storage"},
    "visit": set(),
    "panel": {"hardware", "listening"},
    "app": {
        "config",
        "door",
        "hardware",
        "identify",
        "listening",
        "pipeline",
        "recognition",
        "storage",
    },
    "errors": set(),
    "toml": set(),
    "__init__": {"app", "identify"},
    "__main__": {"cli"},
}
"""Room -> the rooms that it may import, beside itself; ``cli`` may import all."""

DRIVERS = {
    "board",
    "buzzer",
    "desk_button",
    "fake",
    "fake_gpio",
    "fake_inputs",
    "fake_sounder",
    "folder_gpio",
    "gpio",
    "gpio_inputs",
    "gpio_lights",
    "microphone",
    "speaker",
    "systemd",
    "wave",
}
"""Modules of ``hardware`` that only ``app`` chooses from."""

FOREIGN = {
    "pyaudio": {"hardware.portaudio"},
    "RPi": {"hardware.board"},
    "cysystemd": {"cli.journal", "hardware.systemd"},
    "lgpio": set[str](),
    "ai_edge_litert": {"tflite"},
    "tflite_runtime": {"tflite"},
    "soundfile": {"hardware.sound_file"},
    "soxr": {"hardware.resample"},
    "sqlite3": {"storage.database", "storage.explain"},
    "sqlite_utils": {"storage.database"},
    "cryptography": {"storage.keys", "storage.passphrase", "storage.pins"},
    "tomlkit": {"config.write"},
    "tomllib": {"toml"},
    "tomli": {"toml"},
    "platformdirs": {"config.load"},
}
"""Library -> the only files that import it, so that everything else works on any desk."""


def dotted(path: Path) -> str:
    """``edgevoice/door/act.py`` -> ``door.act``; a package is called like its folder."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module that a file imports anywhere in it, ``import_module("x")`` included; names of packages in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=str(module), level=0, names=names):
                submodules = {f"{module}.{name.name}" for name in names}
                found |= {name for name in submodules if exists(name)} or {module}
            case ast.ImportFrom(level=level):
                assert level == 0, f"{path}: relative import"
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(module))]):
                found.add(module)
            case _:
                pass
    return found


def exists(module: str) -> bool:
    """Whether a dotted name is a module of edgevoice."""
    path = PACKAGE.parent / module.replace(".", "/")
    return module.startswith("edgevoice.") and (path.with_suffix(".py").is_file() or path.is_dir())


MODULES = {dotted(path): imports(path) for path in sorted(PACKAGE.rglob("*.py"))}
OWN = {
    module: {name.removeprefix("edgevoice.") for name in found if name.startswith("edgevoice.")}
    for module, found in MODULES.items()
}


def test_every_file_belongs_to_a_room_that_the_rule_knows() -> None:
    assert {module.split(".")[0] for module in MODULES} == {*ROOMS, "cli"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_before_it(room: str) -> None:
    allowed = ROOMS[room] | EVERYBODY | {room}
    for module, found in OWN.items():
        if module.split(".")[0] == room:
            assert {name.split(".")[0] for name in found} <= allowed, module


def test_nothing_in_the_package_imports_the_tools_or_the_tests() -> None:
    for module, found in MODULES.items():
        assert not {name.split(".")[0] for name in found} & {"tools", "tests", "benchmarks"}, module


def test_only_app_chooses_drivers() -> None:
    for module, found in OWN.items():
        if module.split(".")[0] not in {"app", "hardware"}:
            assert not found & {f"hardware.{driver}" for driver in DRIVERS}, module


def test_the_door_knows_hardware_by_its_protocols_alone() -> None:
    for module, found in OWN.items():
        if module.startswith("door."):
            assert {name for name in found if name.startswith("hardware")} <= {"hardware", "hardware.pulse"}, module


@pytest.mark.parametrize("library", FOREIGN)
def test_a_library_is_imported_in_its_own_file_alone(library: str) -> None:
    users = {module for module, found in MODULES.items() if library in {name.split(".")[0] for name in found}}
    assert users <= FOREIGN[library]


def test_no_import_goes_round_in_a_circle() -> None:
    settled: set[str] = set()
    while waiting := {module: found for module, found in OWN.items() if module not in settled}:
        free = {module for module, found in waiting.items() if found - {module} <= settled or module == "__init__"}
        assert free - settled, f"a circle among {sorted(waiting)}"
        settled |= free
