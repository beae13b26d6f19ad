"""Settings: what is found where, what is refused and how, and what the commented file promises."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from edgevoice.config import FILE_NAME, Settings, as_toml, documented, entries, load
from edgevoice.config.documentation import field_texts, section_text
from edgevoice.door.reception import MOST_FLAWS
from edgevoice.errors import SettingsError
from edgevoice.hardware.pulse import LONGEST_PULSE_SECONDS

NOWHERE = Path("/nonexistent/edgevoice.toml")


def write(folder: Path, text: str, name: str = FILE_NAME) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    """What is said to a file with this text; the file is named in it."""
    path = write(folder, text)
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value).removeprefix(f"{path}: ")


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    loaded = load(data=tmp_path, system_file=NOWHERE)
    assert loaded.file is None
    assert loaded.data == tmp_path
    assert loaded.settings.recognition.false_accept_rate == 0.001
    assert loaded.settings.lock.driver == "fake"
    assert set(loaded.sources.values()) == {"default", "option"}


def test_the_file_named_goes_before_the_one_in_the_data_folder_and_that_before_the_systems(tmp_path: Path) -> None:
    named = write(tmp_path, "[door]\nopen_seconds = 1.0", "named.toml")
    system = write(tmp_path, "[door]\nopen_seconds = 3.0", "system.toml")
    data = tmp_path / "data"
    data.mkdir()
    assert load(named, data, system).settings.door.open_seconds == 1.0
    assert load(None, data, system).settings.door.open_seconds == 3.0
    write(data, "[door]\nopen_seconds = 2.0")
    assert load(None, data, system).settings.door.open_seconds == 2.0
    assert load(named, data, system).settings.door.open_seconds == 1.0


def test_each_value_is_told_with_its_source(tmp_path: Path) -> None:
    file = write(tmp_path, f'[storage]\nfolder = "{tmp_path}/here"\n[gpio]\nrelay_pin = 26')
    in_file = load(file)
    assert in_file.data == tmp_path / "here"
    assert in_file.sources["storage.folder"] == in_file.sources["gpio.relay_pin"] == "file"
    assert in_file.sources["gpio.red_pin"] == "default"
    by_option = load(file, tmp_path / "there")
    assert by_option.data == by_option.settings.storage.folder == tmp_path / "there"
    assert by_option.sources["storage.folder"] == "option"


def test_an_empty_text_says_none(tmp_path: Path) -> None:
    gpio = load(write(tmp_path, '[gpio]\nred_pin = ""')).settings.gpio
    assert gpio.red_pin is None
    assert gpio.green_pin is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[dor]", r"unknown key dor; allowed as sections: storage, models, .*door"),
        ("[door]\nopen = 5", r"unknown key door\.open; allowed in \[door\]: .*open_seconds"),
        ("[listening.utterance]\nx = 1", r"unknown key listening\.utterance\.x; allowed in \[listening"),
        ("[door]\nopen_seconds = 'long'", r"door\.open_seconds is 'long'; allowed: a valid number"),
        ("[door]\nopen_seconds = true", r"door\.open_seconds is True; allowed: a valid number"),
        ("[door]\nopen_seconds = 31", r"door\.open_seconds is 31; allowed: less than or equal to 30"),
        ("[door]\nopen_seconds = nan", r"door\.open_seconds is nan; allowed: a finite number"),
        ("[door]\nmargin_llr = -1", r"door\.margin_llr is -1; allowed: greater than or equal to 0"),
        ("[recognition]\nfalse_accept_rate = 0", r"recognition\.false_accept_rate is 0; allowed: greater than 0"),
        ("[lockout]\nattempts = 2.5", r"lockout\.attempts is 2\.5; allowed: a valid integer"),
        ("[enrolment]\nutterances = 2", r"enrolment\.utterances is 2; allowed: greater than or equal to 3"),
        ("[lock]\ndriver = 'relay'", r"lock\.driver is 'relay'; allowed: 'fake' or 'gpio'"),
        ("[microphone]\ndevice = 1.5", r"microphone\.device is 1\.5; allowed: a valid string or a valid integer"),
        ("[microphone]\ndevice = -1", r"microphone\.device is -1; allowed: "),
        ("[microphone]\ndevice = true", r"microphone\.device is True; allowed: a valid string or a valid integer"),
        ("[microphone]\nlongest_retry_seconds = 0.5", r"longest_retry_seconds is 0\.5; allowed is retry_"),
        ("[microphone]\nring_seconds = 100.0", r"microphone\.ring_seconds is 100\.0; allowed: less than or equal"),
        ("[listening.utterance]\nonset_ms = 5", r"listening\.utterance\.onset_ms is 5; allowed: greater than or equal"),
        ("[listening.utterance]\nmargin_ms = 500", r"listening\.utterance\.margin_ms is 500; allowed is up to hang"),
        ("[listening.utterance]\nonset_ms = 900", r"listening\.utterance\.onset_ms is 900; allowed is up to onset"),
        ("[listening.utterance]\nshortest_ms = 12000", r"listening\.utterance\.shortest_ms is 12000; allowed is less"),
        ("[listening.utterance]\nlongest_ms = 1000\nshortest_ms = 1300", r"less than longest_ms, which is 1000"),
        ("[sounds]\nthen = 'loud'", r"sounds\.then is 'loud'; allowed: 'notice', 'lights', 'sounder' or 'lights and"),
        ("[sounds]\neach = 'lights'", r"sounds\.each is 'lights'; allowed: an object"),
        ("[sounds.each]\n'smoke alarm' = 'open'", r"sounds\.each\.smoke alarm is 'open'; allowed: 'notice', 'lights"),
        ("[sounds]\neach = { bell = true }", r"sounds\.each\.bell is True; allowed: 'notice', 'lights', "),
        ("[sounds]\nlights_seconds = 0", r"sounds\.lights_seconds is 0; allowed: greater than or equal to 1"),
        ("[gpio]\nrelay_pin = 3", r"gpio\.relay_pin 3 cannot hold the lock shut"),
        ("[storage]\nfolder = \"/a\\u0000\"", r"storage\.folder is '/a\\x00'; allowed: a path without a zero byte"),
        ("[models]\nfolder = \"\\u0000\"", r"models\.folder is '\\x00'; allowed: a path without a zero byte"),
        ("[gpio]\nsimulated = \"\\u0000\"", r"gpio\.simulated is '\\x00'; allowed: a path without a zero byte"),
        ("door = 5", r"door is 5; allowed: an object"),
        ("[door\n", r"not TOML: .*line 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_key_what_was_found_and_what_is_allowed(
    tmp_path: Path, text: str, told: str
) -> None:
    assert re.search(told, refusal(tmp_path, text))


PIN = '[door]\nsecond_factor = "pin"\n'
CHALLENGE = '[door]\nsecond_factor = "challenge"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{PIN}factor_seconds = 10\n[pin]\ndigit_pause_s = 0.5\nend_pause_s = 10",
            "door.factor_seconds is 10; allowed is 15.5 to 120, as the pauses of a PIN of 4 digits take 11.5"
            " (pin.digit_pause_s, pin.end_pause_s) and its presses at least 4",
        ),
        (f"{PIN}factor_seconds = 28.5\n[pin]\ndigit_pause_s = 5\nend_pause_s = 10", "allowed is 29 to 120"),
        (f"{CHALLENGE}factor_seconds = 10\nchallenge_digits = 6", "to ask for 6 digits and say them takes about 11.5"),
        (f"{CHALLENGE}factor_seconds = 10\n[listening.utterance]\nhangover_ms = 3000", "hangover_ms 3 more"),
    ],
)
def test_a_second_factor_that_nobody_could_give_in_time_is_refused(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text)


@pytest.mark.parametrize("chosen", [PIN, CHALLENGE, "[door]\nchallenge_digits = 6\n"])
def test_the_shortest_time_is_enough_for_a_second_factor_as_it_comes(tmp_path: Path, chosen: str) -> None:
    assert load(write(tmp_path, f"{chosen}factor_seconds = 10")).settings.door.factor_seconds == 10


def test_a_press_that_nobody_could_give_is_not_asked_for(tmp_path: Path) -> None:
    """The door would say "please press the button" for ever."""
    asked, relay = "[door]\nintent_seconds = 10.0\n", '[lock]\ndriver = "gpio"\n'
    assert "door.intent_seconds is 10.0, but nobody can press the button" in refusal(tmp_path, asked + relay)
    wired = '[button]\ndriver = "gpio"\n[gpio]\nbutton_pin = 24\n'
    for settings in (asked, relay, asked + relay + wired):
        load(write(tmp_path, settings))


def test_a_service_whose_settings_name_no_folder_serves_no_empty_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/edgevoice")
    refused = refusal(tmp_path, "[door]\nopen_seconds = 6.0\n")
    assert "storage.folder is not set, and this service keeps its people in /var/lib/edgevoice" in refused
    assert load(write(tmp_path, '[storage]\nfolder = "/srv"\n')).data == Path("/srv")
    assert load(write(tmp_path, ""), data=tmp_path).data == tmp_path


def test_a_rule_for_one_sound_is_read_and_shown_as_it_was_written(tmp_path: Path) -> None:
    file = write(tmp_path, '[sounds]\neach = { "smoke alarm" = "lights and sounder", doorbell = "lights" }')
    loaded = load(file)
    each = {"smoke alarm": "lights and sounder", "doorbell": "lights"}
    assert loaded.settings.sounds.each == each
    assert loaded.sources["sounds.each"] == "file"
    shown = as_toml(loaded.settings.sounds.each)
    assert shown == '{ "smoke alarm" = "lights and sounder", doorbell = "lights" }'
    assert load(write(tmp_path, f"[sounds]\neach = {shown}")).settings.sounds.each == each
    assert as_toml({}) == "{}"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe4")
    with pytest.raises(SettingsError, match=r"latin\.toml: cannot be read"):
        load(tmp_path / "latin.toml")


def test_the_commented_file_changes_nothing_and_uncommented_it_says_the_defaults(tmp_path: Path) -> None:
    assert load(write(tmp_path, documented())).settings == Settings()
    uncommented = re.sub(r"(?m)^#(?=\w+ = )", "", documented())
    loaded = load(write(tmp_path, uncommented))
    assert loaded.settings == Settings()
    assert set(loaded.sources.values()) == {"file"}


def test_the_defaults_are_what_the_readme_and_the_page_of_the_kiosk_promise() -> None:
    settings = Settings()
    assert settings.recognition.false_accept_rate == 0.001
    assert (settings.lockout.attempts, settings.lockout.first_s, settings.lockout.longest_s) == (5, 30.0, 900.0)
    assert (settings.door.margin_llr, settings.door.min_net_speech_s, settings.door.min_snr_db) == (1.0, 1.0, 6.0)
    assert (settings.enrolment.utterances, settings.enrolment.claim_minutes) == (3, 60.0)
    assert (settings.enrolment.answer_seconds, MOST_FLAWS) == (30.0, 6)
    assert LONGEST_PULSE_SECONDS == 30.0
    assert (settings.adaptation.enabled, settings.replay.guard, settings.mood.notice) == (False, True, "never")


def test_every_setting_stands_in_the_commented_file_once() -> None:
    file = documented()
    for key, _ in entries(Settings()):
        section, name = key.rsplit(".", 1)
        (body,) = re.findall(rf"(?ms)^\[{re.escape(section)}\]$(.*?)(?=^\[|\Z)", file)
        assert len(re.findall(rf"(?m)^#{name} = ", body)) == 1, key


def undocumented(section: object) -> list[str]:
    """Fields that neither a text below them nor the docstring of their section explains."""
    assert is_dataclass(section)
    missing = []
    for field in fields(section):
        value = getattr(section, field.name)
        if is_dataclass(value):
            missing += undocumented(value)
        elif field.name not in field_texts(type(section)) and field.name not in section_text(type(section)):
            missing.append(f"{type(section).__name__}.{field.name}")
    return missing


def test_every_setting_is_documented() -> None:
    assert undocumented(Settings()) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[door]\nopen_seconds = 5.0\nopen_seconds = 6.0\n", "not TOML: .*line 3"),
        ('[sounds]\neach = { a = "lights", }\n', "not TOML: .*line 2"),
        ("[storage]\nfolder = 1979-05-27\n", r"storage\.folder is .*1979-05-27"),
        ("[microphone]\ndevice = 12:30:00\n", r"microphone\.device is .*12:30:00"),
        ("[lockout]\nfirst_s = 1000.0\n", r"lockout\.longest_s is 900\.0"),
    ],
)
def test_a_key_written_twice_a_date_and_a_contradiction_are_refused(tmp_path: Path, text: str, told: str) -> None:
    assert re.search(told, refusal(tmp_path, text))


def test_the_mark_that_some_editors_put_first_does_no_harm(tmp_path: Path) -> None:
    assert load(write(tmp_path, "\ufeff[door]\nopen_seconds = 3.0\n")).settings.door.open_seconds == 3.0


def ranges(section: object, name: str) -> Iterator[tuple[str, float, float]]:
    """Key, lowest and highest, of every setting whose text says "lowest..highest"; pins have tests of their own."""
    assert is_dataclass(section)
    texts = field_texts(type(section))
    for field in fields(section):
        value, key = getattr(section, field.name), f"{name}.{field.name}".lstrip(".")
        if is_dataclass(value):
            yield from ranges(value, key) if key != "gpio" else ()
        elif found := re.search(r"(?<![\w.])(-?[\d.]*\d)\.\.([\d.]*\d)", texts.get(field.name, "")):
            kind = type(value)
            yield key, kind(found[1]), kind(found[2])


@pytest.mark.parametrize(("key", "lowest", "highest"), [*ranges(Settings(), "")])
def test_what_a_text_says_is_allowed_is_allowed_and_nothing_beyond_it(
    tmp_path: Path, key: str, lowest: float, highest: float
) -> None:
    section, name = key.split(".")
    whole = isinstance(lowest, int)
    others = "digit_pause_s = 0.5\n" if name == "end_pause_s" else ""  # of which it must be more

    def told(value: float) -> str:
        try:
            load(write(tmp_path, f"[{section}]\n{others}{name} = {value}"))
        except SettingsError as error:
            return str(error)
        return ""

    step = 1 if whole else 1e-6
    inside = (lowest, highest) if whole else (lowest + step, highest - step)
    assert not [told(value) for value in inside if f"{key} is" in told(value)]
    assert all(f"{key} is" in told(value) for value in (lowest - step, highest + step))
