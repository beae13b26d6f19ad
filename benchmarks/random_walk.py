"""The door in a world where everything happens at random: it is open only inside a granted pulse, or this fails."""

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks._chance import happen
from benchmarks._world import world
from edgevoice import app
from edgevoice.config import load
from edgevoice.door.states import State

FACTORS = ("none", "pin", "none", "challenge")
HOUSES = 12  # in each the walk begins anew: unclaimed, with nobody enrolled


def walk(steps: int, seed: int, folder: Path) -> tuple[Counter[State], Counter[str]]:
    """AssertionError where the lock is open for no reason; how often each state was seen, and how many pulses there
    were in houses with each kind of second factor."""
    loaded = load(data=folder / "models", system_file=folder / "none")
    seen: Counter[State] = Counter()
    grants: Counter[str] = Counter()
    with app.house(loaded) as house:
        recogniser = app.recogniser(loaded.settings, house.speakers)
    for number in range(HOUSES):
        chance = random.Random(f"{seed} {number}")
        factor = FACTORS[number % len(FACTORS)]
        with world(folder / str(number), recogniser, chance.choice((0.0, 0.0, 8.0)), factor) as it:
            for _ in range(steps // HOUSES):
                happen(it, chance)
            seen += it.seen
            grants[factor] += it.grants + it.proofs
    return seen, grants


@click.command(help=__doc__)
@click.option("--steps", default=100_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(steps: int, seed: int) -> None:
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        seen, grants = walk(steps, seed, Path(folder))
    told = ", ".join(f"{factor}: {number}" for factor, number in grants.items())
    table = Table(
        "state", "looked at", title=f"{steps} steps, {told} pulses, {time.process_time() - started:.0f} s CPU"
    )
    for state in State:
        table.add_row(state.value, str(seen[state]))
    Console().print(table)


if __name__ == "__main__":
    main()
