"""Draw the state machine of the door into docs/kiosk.md, from the very table that the device walks."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from edgevoice.door.act import LIGHTS
from edgevoice.door.machine import RESTS
from edgevoice.door.states import Event, Rule, State, Then
from edgevoice.door.transitions import ALIVE, AWAKE, DIALOGUE, RULES, SERVING, SHOWN
from tools.step import Step

PAGE = Path(__file__).parents[1] / "docs" / "kiosk.md"
GROUPS = {ALIVE: "any state", SERVING: "serving", AWAKE: "awake", DIALOGUE: "a dialogue", SHOWN: "an answer"}
"""Sets of states that a rule names as one."""
REST = "REST"


def drawing(chapter: str) -> str:
    """One diagram, in Mermaid: every transition of a chapter that leads to another state."""
    edges = _edges(chapter)
    names = {name for edge in edges for name in edge}
    shapes = {state.name: f'(["{state.value}"])' for state in State}
    shapes |= {_name(group): f'{{{{"{title}"}}}}' for group, title in GROUPS.items()}
    shapes |= {REST: '{"nothing to tell"}'}
    lines = ["```mermaid", "flowchart LR", *(f"  {name}{shapes[name]}" for name in shapes if name in names)]
    lines += [f'  {source} -->|"{"<br>".join(labels)}"| {to}' for (source, to), labels in edges.items()]
    return "\n".join([*lines, "```"])


def rests() -> str:
    """What the device does when there is nothing to tell, gravest first."""
    return "\n".join(f"{number}. {state.value}: {words}" for number, (state, words, _) in enumerate(RESTS, 1))


def table() -> str:
    """Every rule, in the order in which they are asked."""
    rows = [_row(rule) for rule in RULES]
    head = "| in | when | and | then it is | and does | and says |\n| --- | --- | --- | --- | --- | --- |"
    groups = [f"*{title}*: {', '.join(state.value for state in group)}." for group, title in GROUPS.items()]
    return "\n".join([head, *rows, "", *groups])


def lights() -> str:
    """What each state shows."""
    rows = [f"| {state.value} | {light.value} |" for state, light in LIGHTS.items()]
    return "\n".join(["| state | light |", "| --- | --- |", *rows])


def _chapter(rule: Rule) -> str:
    """Which diagram a rule stands in."""
    if rule.event in (Event.HELD, Event.CLAIM, Event.NO_ADMINISTRATOR) or set(rule.states) <= set(DIALOGUE):
        return "button"
    return "trouble" if rule.states in (ALIVE, SERVING) or rule.event is Event.DOOR_STAYED else "voice"


PARTS: dict[str, Callable[[], str]] = {
    "voice": lambda: drawing("voice"),
    "button": lambda: drawing("button"),
    "trouble": lambda: drawing("trouble"),
    "rests": rests,
    "rules": table,
    "lights": lights,
}


def drawn(page: str) -> str:
    """The page with every part between its markers made anew; ValueError where a marker is missing."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n{make()}\n{end}{after}"
    return page


def _edges(chapter: str) -> dict[tuple[str, str], list[str]]:
    """(from, to) -> what leads there; rules that stay are in the table alone."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in filter(lambda rule: _chapter(rule) == chapter, RULES):
        if rule.to not in (Then.STAY, Then.STAY_LONGER):
            to = rule.to.name if isinstance(rule.to, State) else REST
            guard = f" [{', '.join(when.value for when in rule.when)}]" if rule.when else ""
            for source in _sources(rule):
                edges[source, to].append(f"{rule.event.value}{guard}")
    return edges


def _sources(rule: Rule) -> Iterator[str]:
    if rule.states in GROUPS:
        yield _name(rule.states)
    else:
        yield from (state.name for state in rule.states)


def _name(group: tuple[State, ...]) -> str:
    return GROUPS[group].upper().replace(" ", "_")


def _row(rule: Rule) -> str:
    where = f"*{GROUPS[rule.states]}*" if rule.states in GROUPS else ", ".join(state.value for state in rule.states)
    lists = (rule.when, rule.does, rule.says)
    conditions, does, says = (", ".join(each.value for each in several) for several in lists)
    return f"| {where} | {rule.event.value} | {conditions} | {rule.to.value} | {does} | {says} |"


@click.command(cls=Step, help=__doc__)
def main() -> None:
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    click.echo(f"drawn into {PAGE}")


if __name__ == "__main__":
    main()
