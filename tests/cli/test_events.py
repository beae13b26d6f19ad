"""``edgevoice events``."""

from tests.cli.conftest import Shell
from tests.house import block, door


def test_the_newest_are_told_oldest_first(shell: Shell) -> None:
    with door(shell.data) as it:
        for number in range(3):
            it.pipeline.hear(block(number))
    records = shell.json("events", "--last", "2").records
    assert [record["id"] for record in records] == [2, 3]
    assert list(records[0]) == ["id", "at", "kind", "reason", "speaker", "figures", "clock_set", "readable"]
    assert records[0]["kind"] == "open"
    assert "Ada scored 4.2, needs 3.1" in shell("events").out


def test_a_new_house_has_no_history(shell: Shell) -> None:
    assert shell.json("events").out == ""
    assert shell("events").out == "nothing has happened yet\n"
