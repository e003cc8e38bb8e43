"""A tournament of ideas: a run a file, a student a run, and which of them taught the most."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.graphs.contestants import Contestant, bring, read_contestants
from distillnet.graphs.holding import holding
from distillnet.graphs.one_of_several import own_error
from distillnet.models.weights import model_folder, require_torch
from distillnet.records import OnEvent
from distillnet.tools.export import write_json, write_text
from distillnet.training.card import base_name
from distillnet.training.standings import compare
from distillnet.training.tournament import (
    Entry,
    Outcome,
    base_answers,
    compete,
    equal_budget,
    require_steps,
)
from distillnet.training.tournament_result import Competitor, Tournament


def hold_tournament(
    files: Sequence[str | Path],
    out: Path,
    settings: Settings,
    *,
    tokens: int | None,
    steps: int | None,
    parallel: int,
    on_event: OnEvent,
) -> Tournament:
    """Makes a run of each file, teaches a student with each, and examines all on every test.

    ``files`` are seeds, or directories of runs that have ended. All students learn ``tokens`` in
    ``steps`` steps (see ``training.tournament.equal_budget``). Writes ``tournament.json`` and
    ``tournament.html`` to ``out``. A file that fails is named in the result and the others go on.
    The caps of ``settings`` hold for all files together, which spend them in their order: one whose
    turn comes when a cap is reached fails.

    Raises UsageError for files that cannot take part (see ``read_contestants``), before anything is
    made, and where no student is left; and what ``holding`` raises for ``out``.
    """
    from distillnet.graphs.checks import check_settings

    require_torch("a tournament")
    require_steps(settings.training, tokens=tokens, steps=steps)
    contestants = read_contestants(files, out / "students", settings)
    if not all(contestant.ended for contestant in contestants):
        check_settings(settings)
    base = model_folder(settings.student)
    with holding(out, "the tournament"):
        return _hold(contestants, base, out, settings, tokens, steps, parallel, on_event)


def _hold(
    contestants: Sequence[Contestant],
    base: Path,
    out: Path,
    settings: Settings,
    tokens: int | None,
    steps: int | None,
    parallel: int,
    emit: OnEvent,
) -> Tournament:
    from distillnet.page.tournament import render_tournament, verdict

    brought: list[Entry | str] = []
    for number, contestant in enumerate(contestants, start=1):
        emit({"note": f"text {number} of {len(contestants)}: {contestant.name}"})
        others = [other.run for other in contestants if other is not contestant and not other.ended]
        bringing = partial(bring, contestant, base, settings, emit, others=others)
        brought.append(own_error(bringing))
    entries = [entry for entry in brought if isinstance(entry, Entry)]
    if not entries:
        raise UsageError(f"no text can be taught and examined: {'; '.join(map(str, brought))}")

    training = equal_budget(entries, settings.training, tokens=tokens, steps=steps)
    tests = [entry.items if isinstance(entry, Entry) else () for entry in brought]
    before = base_answers(tests, base, out / "base.json", emit)
    taught = iter(compete(entries, tests, base, training, parallel=parallel, emit=emit))
    outcomes = [
        next(taught) if isinstance(entry, Entry) else Outcome(error=entry) for entry in brought
    ]
    if all(outcome.error for outcome in outcomes):
        named = "; ".join(outcome.error or "" for outcome in outcomes)
        raise UsageError(f"no student could be taught and examined: {named}")

    compared = compare(
        tests,
        before,
        [outcome.answers for outcome in outcomes],
        resamples=settings.exam.resamples,
    )
    result = Tournament(
        directory=str(out),
        base=base_name(base),
        language=contestants[0].seed.language,
        tokens=training.tokens or 0,
        steps=training.steps or 0,
        competitors=tuple(
            Competitor(
                number=number + 1,
                name=contestant.name,
                source=contestant.source,
                folder=str(contestant.folder),
                teacher=contestant.teacher,
                own=compared.own[number],
                all=compared.all[number],
                **outcomes[number].model_dump(exclude={"answers"}),
            )
            for number, contestant in enumerate(contestants)
        ),
        gains=compared.gains,
    )
    result = result.model_copy(update={"verdict": verdict(result.model_dump(), result.language)})
    shown = result.model_dump(mode="json")
    write_json(out / "tournament.json", shown)
    write_text(out / "tournament.html", render_tournament(shown))
    return result
