from edgevoice.hardware.debounce import Debounce


def _changes(levels: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    switch = Debounce(False, 0.0, settle_s=0.02)
    return [change for at_s, level in levels for change in switch.see(level, at_s)]


def test_a_level_that_stays_counts_and_dates_from_when_it_came_about() -> None:
    assert _changes([(1.0, True), (1.01, True), (1.02, True)]) == [(1.0, True)]


def test_bounces_count_once_from_the_last_of_them() -> None:
    bouncing = [(1.0, True), (1.002, False), (1.004, True), (1.006, False), (1.008, True)]
    assert _changes([*bouncing, (1.1, True)]) == [(1.008, True)]


def test_a_short_disturbance_is_no_change() -> None:
    assert _changes([(1.0, True), (1.015, False), (2.0, False)]) == []


def test_a_press_between_two_looks_is_found_by_the_times_of_its_edges() -> None:
    assert _changes([(1.0, True), (1.1, False), (1.16, False)]) == [(1.0, True), (1.1, False)]


def test_nothing_counts_before_it_has_settled() -> None:
    assert _changes([(1.0, True), (1.019, True)]) == []
