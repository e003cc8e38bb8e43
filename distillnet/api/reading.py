"""What a run holds: shown, searched, compared and exported. None of it asks a chat model."""

from pathlib import Path
from typing import TYPE_CHECKING

from distillnet.api.given import opened
from distillnet.config import load_settings
from distillnet.graphs.explanation import Explanation
from distillnet.graphs.run_file import read_run
from distillnet.records import Lens
from distillnet.tools.lenses import load_lenses

if TYPE_CHECKING:
    from distillnet.graphs.comparison import Comparison
    from distillnet.graphs.coverage_map import CoverageMap
    from distillnet.graphs.export_card import Export, Order
    from distillnet.graphs.export_exam import ExamExport
    from distillnet.graphs.retriever import SceneRetriever
    from distillnet.graphs.running import Run
    from distillnet.graphs.searching import Match, Names, SceneSearch
    from distillnet.tools.export import Fiction
    from distillnet.tools.formats import Format


def report(directory: str | Path) -> Path:
    """Draws report.html again from what the run directory holds; returns its path."""
    from distillnet.graphs import finishing

    with opened(Path(directory)) as context:
        finishing.report(context)
    return Path(directory) / "report.html"


def explain(directory: str | Path, scene: str) -> Explanation:
    """How a scene of a run came about, from the seed to its verdict and place in the data set.

    ``scene`` is an id, at least 4 characters of one, or the name of a lens. Calls no model, needs
    no lock and writes nothing.
    """
    from distillnet.graphs import explaining

    directory = Path(directory)
    return explaining.explain(directory, *read_run(directory), scene)


def search(
    directory: str | Path,
    question: str,
    *,
    k: int = 5,
    lens: "Names" = None,
    role: "Names" = None,
    family: "Names" = None,
    form: "Names" = None,
    faithfulness: "Names" = None,
) -> "list[Match]":
    """The ``k`` accepted scenes of a run that are nearest to ``question``, the nearest first.

    Each of the filters is a name or several, of which a scene must have one. Calls no chat model,
    needs no lock and writes nothing. Raises UnknownName for a name that no accepted scene has.
    """
    return _scenes(
        directory, lens=lens, role=role, family=family, form=form, faithfulness=faithfulness
    ).nearest(question, k)


def as_retriever(
    run: "Run | str | Path",
    *,
    k: int = 5,
    lens: "Names" = None,
    role: "Names" = None,
    family: "Names" = None,
    form: "Names" = None,
    faithfulness: "Names" = None,
) -> "SceneRetriever":
    """A LangChain retriever over the accepted scenes that a run, or its directory, has now.

    It gives what ``search`` gives, as documents: the text, and in ``metadata`` id, lens, family,
    role, form, faithfulness, the seed's id and the score. Raises what ``search`` raises.
    """
    from distillnet.graphs.retriever import SceneRetriever

    scenes = _scenes(
        run if isinstance(run, str | Path) else run.directory,
        lens=lens,
        role=role,
        family=family,
        form=form,
        faithfulness=faithfulness,
    )
    return SceneRetriever(scenes=scenes, k=k)


def coverage(directory: str | Path) -> "CoverageMap":
    """What a run has covered: the map, its targets, what is missing and what repeats.

    The run may have ended, have been cut off, or go on: needs no lock and writes nothing.
    """
    from distillnet.graphs.covering import coverage_map

    directory = Path(directory)
    return coverage_map(directory, *read_run(directory))


def catalogue() -> dict[str, Lens]:
    """Lenses by name: the built-in ones, and those of the folders that the settings name."""
    return load_lenses(load_settings().lens_folders)


def adopt_lens(directory: str | Path, name: str, into: str | Path) -> Path:
    """Puts a lens that the critic proposed in a run into a folder; returns the file there.

    The setting ``lens_folders`` names such folders. Raises UsageError where the run has no such
    proposal or its name is taken.
    """
    from distillnet.graphs.proposals import adopt_proposal

    return adopt_proposal(Path(directory), name, Path(into))


def diff(a: str | Path, b: str | Path) -> "Comparison":
    """What changed from the run in directory ``a`` to the one in ``b``.

    The runs may have ended, have been cut off, or go on: needs no lock and writes nothing. Another
    seed is no error.
    """
    from distillnet.graphs.comparing import compare

    return compare(Path(a), Path(b))


def export_dataset(
    directory: str | Path,
    *,
    out: str | Path | None = None,
    order: "Order" = "planned",
    fiction: "Fiction" = "keep",
    test_share: float = 0.1,
    format: "Format" = "messages",
) -> "Export":
    """Writes the accepted scenes of a run, and a card, to ``out`` or ``export`` in the run.

    ``order`` is that of the plan, or from the concrete and easy to the abstract and hard.
    ``fiction`` may mark what may be untrue by a line before the question (``prefix``), or drop the
    fictional scenes and those that contradict a fact (``leave-out``). No angle stands both in
    train.jsonl and in test.jsonl. The run may go on: needs no lock and calls no model.
    """
    from distillnet.graphs.exporting import export_run

    directory = Path(directory)
    return export_run(
        directory,
        *read_run(directory),
        None if out is None else Path(out),
        order=order,
        fiction=fiction,
        test_share=test_share,
        format=format,
    )


def export_exam(directory: str | Path, *, out: str | Path | None = None) -> "ExamExport":
    """Writes the exam of a run as tasks of the lm-evaluation-harness, to ``out`` or ``lm-eval``."""
    from distillnet.graphs.export_exam import export_exam as write

    directory = Path(directory)
    settings, _ = read_run(directory)
    return write(directory, settings, None if out is None else Path(out))


def _scenes(directory: str | Path, **wanted: "Names") -> "SceneSearch":
    from distillnet.graphs.searching import SceneSearch

    directory = Path(directory)
    settings, _ = read_run(directory)
    return SceneSearch(directory, settings, wanted)
