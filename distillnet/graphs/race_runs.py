"""The teacher's runs for a race on a seed: one that holds the exam, and one an arm."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distillnet.config import Coverage, Exam, Gates, Settings
from distillnet.errors import UsageError
from distillnet.graphs.one_of_several import CAPS, caps_of
from distillnet.graphs.racing import RACES
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.graphs.student_rounds import all_cells
from distillnet.records import Item, Language, Scene, Seed, Text
from distillnet.tools.lenses import STUDY
from distillnet.tools.seeds import parse_seed, run_name
from distillnet.training.arms import MIXED, PLACEBO, RUN
from distillnet.training.battery import RECALL

LENSES, ONE, PARAPHRASES, SEVEN = "lenses", "one", "paraphrases", "seven"
GROUPS = ("lens", "family", "role", "faithfulness")
"""Keys of a scene's row that credit can be given by."""
_RETELLING = ("paraphrase",)
_STUDY_LENSES = (
    "key-concepts",
    "mind-map",
    "implications",
    "critical-questions",
    "case-study",
    "discussion",
    "teach-it",
)
_MOST_ROUNDS = 20
_CAPS = tuple(f"budget_{name}" for name in CAPS)
_OF_THE_RACE = ("student", "training", "batch", "max_failed")
"""Settings that are the race's own where it is about a run, as are the caps."""
_OTHER = Text(
    en=(
        "The weaver keeps three looms. On the first she makes sails, on the second flags, and the "
        "third she lets nobody touch. When the river freezes, the sails wait until spring, but the "
        "flags are carried over the ice to the other bank. The third loom has been empty since the "
        "flood."
    ),
    ru=(
        "У ткачихи три станка. На первом она делает паруса, на втором флаги, а к третьему никого "
        "не подпускает. Когда река замерзает, паруса ждут весны, а флаги несут по льду на другой "
        "берег. Третий станок пуст с самого наводнения."
    ),
)


@dataclass(frozen=True)
class ArmRun:
    """``is_given``: it was there before the race, which then changes nothing in it.

    ``has_pages``: it is written until it has as much to say as the race's other arms.
    """

    seed: Seed
    directory: Path
    settings: Settings
    is_given: bool = False
    has_pages: bool = False

    def of_pages(self, pages: float) -> "ArmRun":
        if not self.has_pages:
            return self
        return replace(self, settings=self.settings.model_copy(update={"pages": pages}))

    def exam(self) -> list[Item]:
        """Its items that a race asks."""
        with read_ledger(self.directory) as ledger:
            exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
        return [item for item in exam if item.kind in (*RECALL, "reversal")]

    def pages(self) -> float:
        """How much its scenes say; 0 where it has not counted them."""
        with read_ledger(self.directory) as ledger:
            return float((ledger.fact("coverage") or {}).get("pages") or 0.0)

    def scenes(self) -> list[Scene]:
        """Those that its first student learns: later ones were chosen by what that one got wrong.

        They would be asked for what they were written for.
        """
        with read_ledger(self.directory) as ledger:
            later = all_cells(ledger)
            return [scene for scene in ledger.scenes(accepted=True) if scene.id not in later]


def main_run(
    source: str, out: Path | None, settings: Settings, asked: Collection[str]
) -> tuple[ArmRun, Path]:
    """The run that the race is about, and the race's folder: in that run's, or under ``races``.

    Raises UsageError where settings that were ``asked`` for are those of a run that is there.
    """
    # Not by Path: a seed may be longer than a file name.
    if os.path.isfile(os.path.join(source, "run.yaml")):
        if fixed := sorted({*asked}.difference(_OF_THE_RACE, _CAPS)):
            raise UsageError(
                f"a race on a run keeps that run's {', '.join(fixed)}: "
                "leave that out, or race on the seed itself"
            )
        stored, seed = read_run(Path(source))
        return ArmRun(seed, Path(source), stored, is_given=True), out or Path(source) / "race"
    seed = parse_seed(source, language=settings.language)
    out = out or RACES / run_name(seed)
    own = {"train": False, "exam": settings.exam.model_copy(update={"untrained": True})}
    return ArmRun(seed, out / "teacher" / LENSES, settings.model_copy(update=own)), out


def asks_for_lenses(names: Collection[str]) -> bool:
    return not {LENSES, RUN, MIXED, ONE}.isdisjoint(names)


def of_the_race(given: Settings, stored: Settings) -> dict[str, Any]:
    """What the ``given`` settings change in those of the run that the race is about.

    Its caps hold where none are given.
    """
    caps = {f"budget_{name}": cap for name, cap in (caps_of(stored) | caps_of(given)).items()}
    return caps | {name: getattr(given, name) for name in _OF_THE_RACE}


def teacher_runs(
    main: ArmRun,
    names: Collection[str],
    out: Path,
    settings: Settings,
    language: Language,
    placebo: str | None,
) -> dict[str, ArmRun]:
    """The runs that write the arms in ``names``, by arm; first that of the lenses, with the exam.

    Raises UsageError for a placebo that is the seed itself.
    """
    own: dict[str, Any] = {
        "train": False,
        "pages": 0.0,
        "depth": 0,
        "propose": 0,
        "language": language,
    }
    own["exam"] = main.settings.exam  # of which no scene may give an item away
    no_facts = settings.coverage.model_copy(update={"facts": 0.0})
    if not (main.is_given or asks_for_lenses(names)):
        # The exam alone is wanted, which the graph writes before the first scene.
        least = {"lenses": 1, "only": (), "max_rounds": 1, "coverage": no_facts}
        main = replace(main, settings=main.settings.model_copy(update=own | least))
    runs = {LENSES: main}
    made = out / "teacher"
    for name, lenses in ((PARAPHRASES, _RETELLING), (SEVEN, _STUDY_LENSES)):
        if name in names:
            changes = own | {
                "only": lenses,
                "lens_folders": (*settings.lens_folders, STUDY),
                # Tellings of one text in one way are alike; that is what these arms are.
                "gates": Gates(repeat_cosine=1.0, repeat_overlap=1.0, echo_overlap=0.9),
                "coverage": Coverage(facts=0.0, min_gain=0.0, own_angle=False),
                "max_rounds": _MOST_ROUNDS,
            }
            runs[name] = ArmRun(
                main.seed, made / name, settings.model_copy(update=changes), has_pages=True
            )
    if PLACEBO in names:
        other = parse_seed(placebo or _OTHER.in_(language), language=None)
        if other.id == main.seed.id:
            raise UsageError("the placebo is the seed itself: give another text by --placebo")
        plain = own | {"coverage": no_facts, "exam": Exam()}
        runs[PLACEBO] = ArmRun(other, made / PLACEBO, settings.model_copy(update=plain))
    return runs
