"""The page of the state machine equals the table that the device walks."""

from edgevoice.door.states import Event, State
from edgevoice.door.transitions import RULES
from tools.draw_machine import PAGE, PARTS, drawn


def test_the_page_is_drawn_from_the_table_as_it_is_now() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "run: python -m tools.draw_machine"


def test_every_state_and_every_event_of_the_table_stand_on_it() -> None:
    told = "".join(make() for make in PARTS.values())
    assert all(state.value in told for state in State)
    assert all(rule.event.value in told for rule in RULES)
    assert {rule.event for rule in RULES} == set(Event) - {Event.TICK}
