"""The machine alone: what its table says, and what no sequence of events and times can do to it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.door.machine import FAULT_SECONDS, Limits, Machine, Step, find, rest, step
from edgevoice.door.states import Do, Event, State, When
from edgevoice.door.transitions import ALIVE, DIALOGUE, RESTING, RULES
from edgevoice.hardware import Prompt

LIMITS = Limits(open_s=5.0, answer_s=30.0, held_s=30.0, leave_s=10.0)


def after(*events: tuple[Event, float], limits: Limits = LIMITS) -> Step:
    """The step of the last event, each (what, when); the first is at 0 s: everything is ready."""
    done = step(Machine(limits), Event.STARTED, 0.0)
    for event, now_s in events:
        done = step(done.machine, event, now_s, device="thing" if event in (Event.LOST, Event.BACK) else "")
    return done


def test_nothing_but_a_matching_voice_or_the_fire_alarm_opens() -> None:
    opening = [rule for rule in RULES if Do.OPEN in rule.does]
    assert {rule.event for rule in opening} == {Event.MATCH, Event.PROVED, Event.FIRE}
    assert all(When.VOICE_IS_ENOUGH in rule.when for rule in opening if rule.event is Event.MATCH)
    assert [rule.states for rule in opening if rule.event is Event.PROVED] == [(State.PROVING,)]
    asking = [rule for rule in RULES if rule.to is State.PROVING]
    assert {rule.event for rule in asking} == {Event.MATCH}  # nothing else leads there
    assert all(When.HEALTHY in rule.when for rule in opening)
    assert not any({State.BOOTING, State.STOPPED} & set(rule.states) for rule in opening)
    assert not any(set(rule.states) & set(DIALOGUE) for rule in opening if rule.event is Event.MATCH)


def test_whatever_leads_out_of_a_dialogue_forgets_it() -> None:
    leading_out = [
        rule
        for rule in RULES
        if set(rule.states) & set(DIALOGUE) and isinstance(rule.to, State) and rule.to not in DIALOGUE
    ]
    assert {rule.event for rule in leading_out} > {Event.NO_MATCH, Event.ENROLLED, Event.CHANGED, Event.TIME_OVER}
    assert [rule.event for rule in leading_out if Do.DROP not in rule.does] == []


def test_the_end_is_the_end() -> None:
    stopped = after((Event.SHUTDOWN, 1.0)).machine
    for event in Event:
        done = step(stopped, event, 2.0)
        assert (done.machine.state, done.does) == (State.STOPPED, ())


@pytest.mark.parametrize(
    "event", [Event.FAILED, Event.LOST, Event.TAMPER, Event.STUCK, Event.UNHEALTHY, Event.SHUTDOWN]
)
@pytest.mark.parametrize("state", ALIVE)
def test_whatever_is_wrong_shuts_in_every_state(event: Event, state: State) -> None:
    rule = find(Machine(LIMITS, state), event)
    assert rule is not None
    assert Do.SHUT in rule.does
    assert Do.DROP in rule.does


def test_every_rule_can_be_reached_and_none_stands_behind_another() -> None:
    shadowed = [
        (state.value, rule.event.value)
        for number, rule in enumerate(RULES)
        for state in rule.states
        if any(state in other.states and other.event is rule.event and not other.when for other in RULES[:number])
    ]
    assert shadowed == []
    reached, edge = {State.BOOTING}, [State.BOOTING]
    while edge:
        state = edge.pop()
        for rule in RULES:
            to = {rule.to} if isinstance(rule.to, State) else set(RESTING) if state in rule.states else set()
            new = {each for each in to if isinstance(each, State)} - reached if state in rule.states else set()
            reached |= new
            edge += new
    assert reached == set(State)


def test_the_pulse_ends_by_itself_and_the_lock_is_told() -> None:
    opened = after((Event.MATCH, 1.0))
    assert (opened.machine.state, opened.does[0], opened.says) == (State.OPEN, Do.OPEN, (Prompt.GRANTED,))
    assert step(opened.machine, Event.TICK, 5.9).machine.state is State.OPEN
    over = step(opened.machine, Event.TICK, 6.0)
    assert (over.machine.state, over.does) == (State.LISTENING, (Do.SHUT,))


def test_a_second_voice_restarts_the_pulse_and_a_stranger_does_not_end_it() -> None:
    again = after((Event.MATCH, 1.0), (Event.MATCH, 4.0), (Event.TICK, 8.9))
    assert again.machine.state is State.OPEN
    stranger = after((Event.MATCH, 1.0), (Event.NO_MATCH, 2.0))
    assert (stranger.machine.state, stranger.does) == (State.REFUSED, ())
    assert step(stranger.machine, Event.TICK, 4.1).machine.state is State.OPEN


@pytest.mark.parametrize("now_s", [0.9, -1e9, math.nan, math.inf, -math.inf])
def test_a_clock_that_jumps_back_or_is_none_shuts_and_lets_no_time_pass(now_s: float) -> None:
    done = step(after((Event.MATCH, 1.0)).machine, Event.TICK, now_s)
    assert done.does == (Do.SHUT,)
    assert done.machine.state is State.LISTENING
    refused = after((Event.NO_MATCH, 1.0))
    assert step(refused.machine, Event.TICK, now_s).machine.timers == refused.machine.timers


def test_a_clock_that_jumps_ahead_ends_whatever_waits() -> None:
    done = after((Event.HELD, 1.0), (Event.TICK, 1e9))
    assert (done.machine.state, done.says) == (State.REFUSED, (Prompt.TIMED_OUT,))


def test_a_lost_device_is_a_fault_until_it_is_back_and_nothing_opens() -> None:
    lost = after((Event.MATCH, 1.0), (Event.LOST, 2.0))
    assert (lost.machine.state, lost.does) == (State.FAULT, (Do.SHUT, Do.DROP))
    later = step(lost.machine, Event.TICK, 1000.0)
    assert later.machine.state is State.FAULT
    assert step(later.machine, Event.MATCH, 1001.0).does == ()
    back = step(later.machine, Event.BACK, 1001.0, device="thing").machine
    assert step(back, Event.TICK, 1001.0 + FAULT_SECONDS).machine.state is State.LISTENING
    assert Do.OPEN in step(back, Event.MATCH, 1001.0).does


def test_a_door_opened_without_leave_is_forced_until_it_is_closed() -> None:
    forced = after((Event.TICK, 60.0), (Event.DOOR_OPENED, 61.0))
    assert (forced.machine.state, forced.says) == (State.DOOR_FORCED, (Prompt.DOOR_FORCED,))
    assert Do.SHUT in forced.does
    assert step(forced.machine, Event.TICK, 1e6).machine.state is State.DOOR_FORCED
    assert step(forced.machine, Event.DOOR_CLOSED, 70.0).machine.state is State.LISTENING


def test_a_door_that_stands_open_when_the_device_starts_is_not_forced() -> None:
    assert after((Event.DOOR_OPENED, 0.5)).machine.state is State.LISTENING


@pytest.mark.parametrize("leave", [Event.MATCH, Event.EXIT])
def test_a_door_opened_with_leave_is_not_forced_but_held_where_it_stays_open(leave: Event) -> None:
    opened = after((Event.TICK, 60.0), (leave, 61.0), (Event.DOOR_OPENED, 70.0))
    assert opened.machine.state is State.LISTENING
    assert step(opened.machine, Event.TICK, 99.9).machine.state is State.LISTENING
    held = step(opened.machine, Event.TICK, 100.0)
    assert (held.machine.state, held.says) == (State.DOOR_HELD, (Prompt.DOOR_HELD,))
    assert step(held.machine, Event.TICK, 200.0).machine.state is State.DOOR_HELD
    assert Do.OPEN in step(held.machine, Event.MATCH, 200.0).does
    assert step(held.machine, Event.DOOR_CLOSED, 200.0).machine.state is State.LISTENING


def test_the_time_to_leave_begins_when_the_pulse_ends() -> None:
    pulse = (Event.MATCH, 100.0), (Event.TICK, 105.0)
    assert not after(*pulse, (Event.DOOR_OPENED, 114.9)).machine.door_is_forced
    assert after(*pulse, (Event.DOOR_OPENED, 115.1)).machine.door_is_forced


def test_where_a_press_is_asked_for_nothing_opens_without_it_and_it_counts_once() -> None:
    limits = Limits(open_s=5.0, intent_s=8.0)
    idle = after((Event.MATCH, 1.0), limits=limits)
    assert (idle.machine.state, idle.does) == (State.IDLE, ())
    opened = after((Event.PRESSED, 1.0), (Event.SPEECH, 8.0), (Event.MATCH, 15.0), limits=limits)
    assert Do.OPEN in opened.does  # who began to speak in time may speak to the end
    late = after((Event.PRESSED, 1.0), (Event.TICK, 9.0), (Event.MATCH, 9.1), limits=limits)
    assert (late.machine.state, late.does) == (State.IDLE, ())
    assert after((Event.PRESSED, 1.0), (Event.MATCH, 2.0), (Event.TICK, 7.5), limits=limits).machine.state is State.IDLE


INTENT = Limits(open_s=5.0, intent_s=8.0)


def test_beside_a_known_sound_only_whoever_has_pressed_is_shown_as_heard() -> None:
    assert after((Event.SOUND, 1.0), (Event.SPEECH, 2.0), limits=INTENT).machine.state is State.KNOWN_SOUND
    pressed = after((Event.SOUND, 1.0), (Event.PRESSED, 1.5), (Event.SPEECH, 2.0), limits=INTENT)
    assert pressed.machine.state is State.CHECKING


def test_a_press_in_the_middle_of_a_sentence_is_for_the_next_one() -> None:
    middle = after((Event.SPEECH, 1.0), (Event.PRESSED, 2.0), (Event.MATCH, 3.0), limits=INTENT)
    assert (middle.machine.state, middle.does) == (State.IDLE, ())
    refused = after((Event.SPEECH, 1.0), (Event.PRESSED, 2.0), (Event.NOT_PRESSED, 3.0), limits=INTENT).machine
    assert step(refused, Event.MATCH, 5.0).does == ()  # nobody fell silent: the rest of a sentence that was cut
    silent = step(step(refused, Event.SILENCE, 3.1).machine, Event.SPEECH, 9.0).machine
    assert Do.OPEN in step(silent, Event.MATCH, 12.0).does
    late = step(step(refused, Event.SILENCE, 3.1).machine, Event.SPEECH, 10.1).machine
    assert step(late, Event.MATCH, 12.0).does == ()


def test_a_press_opens_one_sentence_and_no_longer_than_any_is() -> None:
    begun = after((Event.PRESSED, 1.0), (Event.SPEECH, 2.0), limits=INTENT).machine
    again = step(step(begun, Event.MATCH, 3.0).machine, Event.MATCH, 4.0)
    assert Do.OPEN not in again.does
    assert step(begun, Event.MATCH, 22.1).does == ()  # a noise that never ends


def test_a_press_for_the_next_sentence_waits_until_this_one_has_ended() -> None:
    first = ((Event.PRESSED, 1.0), (Event.SPEECH, 2.0), (Event.PRESSED, 3.0), (Event.SILENCE, 13.0))
    assert Do.OPEN in after(*first, (Event.SPEECH, 14.0), (Event.MATCH, 15.0), limits=INTENT).does
    assert after(*first, (Event.SPEECH, 22.0), (Event.MATCH, 23.0), limits=INTENT).does == ()


def test_a_lockout_rests_as_one_and_nothing_opens_in_it() -> None:
    waiting = step(after((Event.WAITING, 1.0)).machine, Event.TICK, 2.0, locked_out=True).machine
    assert waiting.state is State.LOCKED_OUT
    assert step(waiting, Event.MATCH, 3.0, locked_out=True).does == ()
    for held in (Event.HELD, Event.CLAIM):
        assert step(waiting, held, 3.0, locked_out=True).machine.state is State.LOCKED_OUT
    assert step(waiting, Event.TICK, 3.0, locked_out=False).machine.state is State.LISTENING


ASKS = Limits(open_s=5.0, intent_s=0.0, factor_s=20.0)


def test_with_a_second_factor_a_match_asks_for_it_and_only_that_opens() -> None:
    asked = after((Event.MATCH, 1.0), limits=ASKS)
    assert (asked.machine.state, asked.does) == (State.PROVING, (Do.ASK,))
    assert step(asked.machine, Event.MATCH, 2.0).machine.state is State.PROVING
    opened = step(asked.machine, Event.PROVED, 20.9)
    assert (opened.machine.state, opened.does) == (State.OPEN, (Do.OPEN, Do.LEAVE))
    assert step(after().machine, Event.PROVED, 1.0).does == ()
    assert after((Event.PROVED, 1.0), limits=ASKS).does == ()


def test_the_second_factor_is_awaited_for_a_time_and_not_a_moment_longer() -> None:
    asked = after((Event.MATCH, 1.0), (Event.POOR, 10.0), limits=ASKS).machine
    late = step(asked, Event.PROVED, 21.0)
    assert (late.machine.state, late.does, late.says) == (State.REFUSED, (), (Prompt.TIMED_OUT,))


@pytest.mark.parametrize("now_s", [0.9, math.nan, math.inf])
def test_no_clock_makes_the_second_factor_open_later_than_its_time(now_s: float) -> None:
    asked = after((Event.MATCH, 1.0), limits=ASKS).machine
    jumped = step(asked, Event.TICK, now_s).machine
    assert jumped.state is State.PROVING
    assert jumped.timers.state_s == asked.timers.state_s


@pytest.mark.parametrize("event", [event for event in Event if event not in (Event.PROVED, Event.FIRE)])
def test_nothing_but_the_second_factor_or_the_fire_alarm_opens_while_it_is_awaited(event: Event) -> None:
    asked = after((Event.MATCH, 1.0), limits=ASKS).machine
    assert Do.OPEN not in step(asked, event, 2.0, device="thing").does


def test_a_lockout_or_a_lost_device_takes_the_second_factor_no_more() -> None:
    asked = after((Event.MATCH, 1.0), limits=ASKS).machine
    assert step(asked, Event.PROVED, 2.0, locked_out=True).does == ()
    lost = step(asked, Event.LOST, 2.0, device="thing").machine
    assert step(lost, Event.PROVED, 3.0).does == ()


def test_a_press_for_intent_is_used_up_when_the_second_factor_is_asked_for() -> None:
    limits = Limits(open_s=5.0, intent_s=8.0, factor_s=20.0)
    asked = after((Event.PRESSED, 1.0), (Event.MATCH, 2.0), limits=limits).machine
    refused = step(asked, Event.DISPROVED, 3.0).machine
    assert step(refused, Event.MATCH, 4.0).machine.state is not State.PROVING
    assert Do.OPEN in step(asked, Event.PROVED, 15.0).does


times = st.floats() | st.floats(0, 100)
happenings = st.lists(st.tuples(st.sampled_from(Event), times, st.booleans()), max_size=60)


@given(happenings, st.sampled_from([0.0, 8.0]), st.sampled_from([0.0, 20.0]))
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_events_and_times_leaves_a_pulse_longer_than_its_limit_or_beside_a_fault(
    happening: list[tuple[Event, float, bool]], intent_s: float, factor_s: float
) -> None:
    limits = Limits(open_s=5.0, intent_s=intent_s, factor_s=factor_s)
    machine, left_s, seen_s = Machine(limits), 0.0, 0.0
    for event, now_s, locked_out in happening:
        done = step(machine, event, now_s, locked_out, "thing")
        left_s -= max(now_s - seen_s, 0.0) if math.isfinite(now_s) else 0.0
        if Do.OPEN in done.does:
            assert event in (Event.FIRE, Event.PROVED if factor_s else Event.MATCH) and not done.machine.lost
            assert event is not Event.PROVED or machine.state is State.PROVING
            assert event is Event.FIRE or not locked_out
            assert event is not Event.MATCH or machine.intended or machine.state is State.BOOTING
            left_s = 5.0
        seen_s = now_s if math.isfinite(now_s) else seen_s
        machine = done.machine
        assert machine.timers.pulse_s <= max(left_s, 0.0) + 1e-6
        if machine.lost or machine.state in (State.FAULT, State.STOPPED):
            assert machine.timers.pulse_s == 0
        if machine.state is State.PROVING:
            assert 0 < machine.timers.state_s <= factor_s
        if machine.state is State.OPEN:
            assert machine.timers.pulse_s > 0
        if machine.state in RESTING and machine.state is not State.FAULT:
            assert machine.state is rest(machine)
