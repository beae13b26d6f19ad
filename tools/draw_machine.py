"""Draw the state machine of the door into docs/kiosk.md, from the very table that the device walks."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click

from edgevoice.door.act import LIGHTS
from edgevoice.door.machine import RESTS
from edgevoice.door.states import Rule, State, Then
from edgevoice.door.transitions import ALIVE, AWAKE, DIALOGUE, RULES, SERVING, SHOWN

PAGE = Path(__file__).parents[1] / "docs" / "kiosk.md"
GROUPS = {ALIVE: "any state", SERVING: "serving", AWAKE: "awake", DIALOGUE: "a dialogue", SHOWN: "an answer"}
"""Sets of states that a rule names as one."""
REST = "REST"


def drawing() -> str:
    """The diagram, in Mermaid: every transition that leads to another state."""
    lines = ["```mermaid", "flowchart LR"]
    lines += [f'  {state.name}(["{state.value}"])' for state in State]
    lines += [f'  {_name(group)}{{{{"{title}"}}}}' for group, title in GROUPS.items()]
    lines += [f'  {REST}{{"nothing to tell"}}']
    lines += [f'  {source} -->|"{"<br>".join(labels)}"| {to}' for (source, to), labels in _edges().items()]
    lines += [f'  {REST} -.->|"{words}"| {state.name}' for state, words, _ in RESTS]
    return "\n".join([*lines, "```"])


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


PARTS = {"machine": drawing, "rules": table, "lights": lights}


def drawn(page: str) -> str:
    """The page with every part between its markers made anew; ValueError where a marker is missing."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n{make()}\n{end}{after}"
    return page


def _edges() -> dict[tuple[str, str], list[str]]:
    """(from, to) -> what leads there; rules that stay are in the table alone."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in RULES:
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


@click.command(help=__doc__)
def main() -> None:
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    click.echo(f"drawn into {PAGE}")


if __name__ == "__main__":
    main()
