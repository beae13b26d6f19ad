"""What short, noisy and far speech costs each system, on the same pairs in one run: EER, and how many times clean.

Both clips of a pair are under the hardship, which is drawn by the clip's name and so the same for every system. Each
ranks as in tools.compare. People whose label tells an age under 18 are left out. --markdown writes between the lines
<!-- hardships --> and <!-- /hardships -->.
"""

from collections.abc import Sequence
from pathlib import Path

import click
from tqdm import tqdm

from tools.measure.embeddings import embed_all, pair_scores
from tools.measure.hardship import hardships
from tools.measure.metrics import eer
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.trials import DEVELOPMENT_SETS, Selection, Trials, pair, read_clips
from tools.peers import SYSTEMS, System, load_systems
from tools.step import Step

ASKED = ("whole, clean", "3 s", "2 s", "5 dB", "in a room")


def rows(loaded: Sequence[System], trials: Trials, root: Path, cache: Path | None) -> list[list[str]]:
    """A row a system: the EER under each hardship of ``ASKED``, behind the first how many times the first."""
    paths, same = [clip.path for clip in trials.clips], trials.is_target
    wanted = [hard for hard in hardships(root / "noise", root / "rooms") if hard.name in ASKED]
    table = []
    for system in tqdm(loaded, unit="system"):
        found = []
        for hard in wanted:
            scores = pair_scores(system, embed_all(system, root, paths, hard.conditions, cache), trials)
            found.append(eer(scores[same], scores[~same]))
        times = [f" ({rate / found[0]:.1f}×)" if found[0] else "" for rate in found[1:]]
        cells = [f"{100 * rate:.2f} %{more}" for rate, more in zip(found, ["", *times], strict=True)]
        table.append([system.name, *cells])
    return table


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Repeatable; the development sets where not given.")
@click.option("--all", "whole", is_flag=True, help="All clips of the index as one set.")
@click.option("--system", "names", multiple=True, type=click.Choice(list(SYSTEMS)), help="Only this one; repeatable.")
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
@markdown_option
def main(
    index: Path,
    root: Path,
    sets: tuple[str, ...],
    whole: bool,
    names: tuple[str, ...],
    cache: Path | None,
    page: Path | None,
) -> None:
    loaded, parts = load_systems(names), []
    wanted: Sequence[str | None] = [None] if whole else sets or DEVELOPMENT_SETS
    for name in wanted:
        trials = pair(read_clips(index, Selection(name, grown_up=True)))
        about = f"**{name or index.name}**: {trials.speakers} speakers, {int(trials.is_target.sum())} target pairs"
        parts += [about, markdown_table(["system", *ASKED], rows(loaded, trials, root, cache))]
    text = "\n\n".join([*parts, "Printed by `python -m tools.compare_hardships`."])
    publish(text, page, "hardships")


if __name__ == "__main__":
    main()
