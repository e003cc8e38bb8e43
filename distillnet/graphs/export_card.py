"""What an export has written, and the card that says so beside the data."""

from typing import Literal

from distillnet.models.teachers import Terms
from distillnet.records import Language, Record
from distillnet.tools.export import Fiction
from distillnet.tools.formats import Format
from distillnet.tools.terminal import fitted, terminal

Order = Literal["planned", "curriculum"]
# By its first lines a folder is known to hold an export, which the next one may replace.
CARD_BEGINS = "---\n# Written by 'distillnet export', which replaces it.\n"
_LONGEST_CODE = 300
_FICTION = {
    "keep": "kept as they are, unmarked",
    "prefix": "marked by a line before the question",
    "leave-out": "fictional scenes and those that contradict a fact are left out",
}


class Level(Record):
    """One level of a curriculum: how many rows, and their mean concreteness and difficulty."""

    rows: int
    concreteness: float
    difficulty: float


class ExportedFile(Record):
    """``angles`` counts the angles of its rows, a scene without a label as one."""

    name: str
    rows: int
    angles: int
    sha256: str


class Export(Record):
    """A data set that was written to ``folder``.

    ``test`` is None where no test rows were asked for, or no angle was small enough. ``levels`` are
    those of the training rows, none in the planned order. ``marked`` counts the rows that say of
    themselves that they may be untrue, ``left_out`` the accepted scenes that are no row,
    ``without_angle`` the rows whose angle has no label. ``terms`` are None where unknown.
    """

    folder: str
    seed: str
    language: Language
    teachers: dict[str, int]
    terms: Terms | None
    format: Format
    order: Order
    fiction: Fiction
    test_share: float
    random_seed: int
    marked: int
    left_out: int
    without_angle: int
    levels: tuple[Level, ...]
    train: ExportedFile
    test: ExportedFile | None

    @property
    def files(self) -> tuple[ExportedFile, ...]:
        return (self.train, self.test) if self.test else (self.train,)


def export_card(export: Export) -> str:
    """README.md of the data set, with the header that model hubs read."""
    splits = "".join(
        f"  - {{split: {file.name.removesuffix('.jsonl')}, path: {file.name}}}\n"
        for file in export.files
    )
    files = "".join(
        f"| `{file.name}` | {file.rows} | {file.angles} | `{file.sha256}` |\n"
        for file in export.files
    )
    levels = ", ".join(
        f"{level.rows} rows of concreteness {level.concreteness:.2f} and difficulty "
        f"{level.difficulty:.0f}"
        for level in export.levels
    )
    order = f"from concrete and easy to abstract and hard: {levels}" if levels else "as planned"
    teachers = ", ".join(f"{_code(name)} ({rows} rows)" for name, rows in export.teachers.items())
    terms = export.terms
    may_train = f"{terms.allowed}: {terms.text.en} {terms.source}" if terms else "unknown"
    fiction = f"{_FICTION[export.fiction]}: {export.marked} marked, {export.left_out} left out"
    split = (
        f"whole angles, {export.test_share:g} for testing, random seed {export.random_seed}; "
        f"{export.without_angle} rows have no label of angle and are one each"
    )
    return f"""{CARD_BEGINS}language: [{export.language}]
task_categories: [text-generation]
tags: [distillnet, synthetic]
configs:
- config_name: default
  data_files:
{splits}---

# {sum(file.rows for file in export.files)} interpretations of one seed

{_code(export.seed)}

A row is a question and the scene that answers it, in the form `{export.format}`. Beside them, and
not to be trained on, stand the scene's lens, family, role, faithfulness, depth (steps from the
seed), angle, difficulty (100 less the reading ease by Flesch, in Russian by Oborneva), concreteness
(0 to 1), teacher (`model`), and the numbers of the facts of the seed that it contradicts.

| file | rows | angles | sha256 |
|---|---|---|---|
{files}
| made by | |
|---|---|
| teacher | {teachers} |
| may its answers train a model? | {may_train} |
| order | {order} |
| figurative and fictional scenes | {fiction} |
| split | {split} |

The order reaches a student only through a trainer that does not shuffle.
"""


def _code(text: str) -> str:
    """A text of a stranger on one line, unable to break out of where it stands."""
    shown = fitted(terminal(text), _LONGEST_CODE).replace("`", "'").replace("|", "/")
    return f"`{shown}`"
