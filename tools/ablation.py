"""What each ingredient of the training is worth: the small x-vector anew without it, same seed and steps each.

The lines are in a TOML file (tools/runs/ablation.toml). A line that is trained is not trained again with the same
settings and sound. Figures are the EER of the float network on the development speakers, of whom no line learns;
--markdown writes the table between the lines <!-- ablation --> and <!-- /ablation -->.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import click
from pydantic import TypeAdapter
from tqdm import tqdm

from edgevoice.errors import SettingsError
from edgevoice.toml import read_toml
from tools.made_of import made_of
from tools.measure.page import markdown_option, markdown_table, publish
from tools.step import Step
from tools.training.corpus import Corpus, load_corpus
from tools.training.development import Development, development_eer
from tools.training.fit import fit, folder_beside, untrained
from tools.training.run_settings import TrainSettings
from tools.training.selection import Selection, selected
from tools.training.shards import shards_in


@dataclass(frozen=True)
class Line:
    """name: what is left out; train: the settings of all lines, with what differs in this one; selection: of the sound;
    whitened: whether the teacher's embeddings are."""

    name: str
    train: TrainSettings
    selection: Selection = field(default_factory=Selection)
    whitened: bool = True


def read_lines(path: Path) -> tuple[Line, ...]:
    """``[train]`` for all, then ``[[lines]]``; SettingsError where the file cannot be read so."""
    try:
        read = read_toml(path)
        lines = [line | {"train": read["train"] | line.get("train", {})} for line in read["lines"]]
        return TypeAdapter(tuple[Line, ...]).validate_python(lines)
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"{path}: cannot be read as an ablation ({error}); see tools/runs/ablation.toml") from error


def run_line(line: Line, corpus: Corpus, output: Path, root: Path) -> dict[str, float]:
    """Train without it -> EER in per cent by set; resumes where it stopped."""
    shards = [path for part in ("prepared", "taught") for path in shards_in(output / part)]
    folder = folder_beside(output, f"ablation/{line.name.replace(' ', '-')}-{made_of(shards, line)}")
    student = untrained(corpus, line.train)
    trained = fit(student, selected(corpus, line.selection), line.train, folder, "train", root)
    return development_eer(trained.network, trained.scale, Development(root, folder / "development.npz"))


def table(found: dict[str, dict[str, float]]) -> str:
    """One line each; the first is the whole recipe."""
    sets = sorted(next(iter(found.values())))
    rows = [[name, *(f"{rates[of]:.2f} %" for of in sets)] for name, rates in found.items()]
    return markdown_table(["left out", *sets], rows)


@click.command(cls=Step, help=__doc__)
@click.argument("ablation_file", type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--steps", type=int, help="Fewer steps (for a trial).")
@click.option("--only", multiple=True, help="Only the lines of these names.")
@markdown_option
def main(
    ablation_file: Path, root: Path, output: Path, steps: int | None, only: tuple[str, ...], page: Path | None
) -> None:
    found, told = {}, ""
    for line in read_lines(ablation_file):
        if only and line.name not in only:
            continue
        settings = replace(line.train, steps=steps or line.train.steps)
        corpus = load_corpus(output, whitened=line.whitened)
        found[line.name] = run_line(replace(line, train=settings), corpus, output, root)
        tqdm.write(f"without {line.name}: {found[line.name]}")
        told = f"{settings.steps} steps each, seed {settings.seed}; printed by `python -m tools.ablation`."
        del corpus  # before the next is read
    text = f"{table(found)}\n\n{told}"
    publish(text, page, "ablation")


if __name__ == "__main__":
    main()
