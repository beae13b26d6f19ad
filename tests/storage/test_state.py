"""What is remembered across a restart."""

from pathlib import Path

import pytest

from edgevoice.storage.database import Database
from edgevoice.storage.state import State


def test_figures_outlive_a_restart_and_are_replaced_as_a_whole(folder: Path, database: Database) -> None:
    State(database).put("lockout", {"refusals": 4.0, "left_s": 30.0})
    State(database).put("lockout", {"refusals": 5.0})
    database.close()
    with Database.open(folder) as again:
        assert State(again).get("lockout") == {"refusals": 5.0}
        assert State(again).get("anything else") is None


@pytest.mark.parametrize("text", ["{", "[1]", "7", '{"a": "b"}', '{"a": null}', ""])
def test_what_can_no_longer_be_read_is_empty_and_not_unknown(database: Database, text: str) -> None:
    database.rows("insert into state values ('lockout', ?)", (text,))
    assert State(database).get("lockout") == {}
