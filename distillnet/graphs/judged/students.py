"""Judges compare a run's student with another, and tell its scenes apart: planned, then done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import Interrupted, TooManyFailures, UsageError
from distillnet.graphs.background import wait_for
from distillnet.graphs.holding import GOES_ON, holding
from distillnet.graphs.judged.answers import Side, answer_all, kept_answers
from distillnet.graphs.judged.material import Answers, Found, Material
from distillnet.graphs.judged.panel import Juror, Panel, describe_jury, open_panel
from distillnet.graphs.judged.plan import JudgePlan, planned_judge
from distillnet.graphs.judged.requests import open_requests
from distillnet.graphs.judged.result import JudgedResult
from distillnet.graphs.judged.scenes import scenes_to_tell_apart
from distillnet.graphs.judged.sides import facts_of, read_sides, warnings_on
from distillnet.graphs.judged.votes import (
    ballots,
    confused,
    judged_pairs,
    preference,
    tellings,
)
from distillnet.graphs.reading import LEDGER, read_ledger
from distillnet.memory.ledger import Ledger
from distillnet.memory.storage import storage_errors
from distillnet.models.faults import problem_of
from distillnet.models.weights import require_torch
from distillnet.records import OnEvent, Seed
from distillnet.tools.export import write_json
from distillnet.tools.gates import loop
from distillnet.tools.lenses import load_lenses, split_lenses
from distillnet.tools.text import words


@dataclass(frozen=True)
class Judging:
    """Ready to run; ``settings`` have the caps and the share of calls that may fail."""

    plan: JudgePlan
    sides: tuple[Side, Side]
    material: Material
    jury: Sequence[Juror]
    seed: Seed
    settings: Settings
    out: Path

    def run(self, emit: OnEvent) -> JudgedResult:
        """Generates the answers, asks the judges and writes judged.json to ``out``.

        What was generated and answered before is in the ledger there. Raises what ``holding`` and
        ``open_panel`` raise; BudgetReached or ModelAccessError where the judges were stopped.
        """
        with holding(self.out, "the judging"), closing(Ledger(self.out / LEDGER)) as ledger:
            # First, so that a missing key is said before minutes of generating.
            panel = open_panel(self.jury, self.seed, ledger, self.settings, self._counted(emit))
            prompts = [request.prompt for request in self.material.requests]
            one, other = self.sides
            answers = (
                answer_all(ledger, one, prompts, emit),
                answer_all(ledger, other, prompts, emit),
            )
            emit({"note": f"{len(self.jury)} judges are asked"})
            stop = Interrupted(f"interrupted; {GOES_ON}")
            found = wait_for(self._ask(panel, answers), drain=lambda: panel.halt(stop))
            result = self._result(found, answers, panel, ledger)
            write_json(self.out / "judged.json", result.model_dump(mode="json"))
        return result

    def _counted(self, emit: OnEvent) -> Callable[[], None]:
        of, done = sum(judge.calls + judge.kept for judge in self.plan.judges), 0

        def told() -> None:
            nonlocal done
            done += 1
            emit({"evaluate": done, "of": of})

        return told

    async def _ask(self, panel: Panel, answers: Answers) -> Found:
        asks = {juror.name: panel.asking(juror) for juror in self.jury}
        try:
            found = await self.material.judged_by(asks, answers)
        finally:
            await panel.aclose()
        panel.require_unstopped()
        return found

    def _result(self, found: Found, answers: Answers, panel: Panel, ledger: Ledger) -> JudgedResult:
        comparisons, told_apart = found
        spent = ledger.spent()
        ((unpriced,),) = ledger.select("SELECT count(*) FROM attempts WHERE usd IS NULL")
        return JudgedResult(
            directory=self.plan.directory,
            a=self.plan.a,
            b=self.plan.b,
            language=self.plan.language,
            looping=(self._looping(answers[0]), self._looping(answers[1])),
            preference=preference(comparisons, resamples=self.settings.exam.resamples),
            ballots=ballots(comparisons),
            tellings=tellings(told_apart),
            confused=confused(told_apart),
            warnings=self.plan.warnings,
            calls=spent.calls,
            usd=None if unpriced else spent.usd,
            failed=dict(panel.faults),
            judged=judged_pairs(self.material.requests, *answers, comparisons),
        )

    def _looping(self, answers: Mapping[str, str]) -> int:
        most = self.settings.gates.loop_share
        return sum(loop(words(answer)) > most for answer in answers.values())

    def require_whole(self, result: JudgedResult) -> None:
        """Raises TooManyFailures where more calls failed than the settings allow."""
        calls = sum(judge.calls + judge.kept for judge in self.plan.judges)
        failed = sum(result.failed.values())
        if failed > self.settings.max_failed * calls:
            commonest = max(result.failed, key=lambda fault: result.failed[fault])
            problem = problem_of(commonest, self.settings, "the judge's address")
            raise TooManyFailures(
                f"{failed} of {calls} calls failed ({problem}); what came is kept, and {GOES_ON}"
            )


def prepare(
    directory: Path,
    names: Sequence[str],
    settings: Settings,
    *,
    against: Path | None,
    base_url: str | None,
    limit: int,
    out: Path | None,
) -> Judging:
    """What is to be judged, by the judges of these ``names``; asks and generates nothing.

    At most ``limit`` requests and as many scenes. Raises UsageError for what cannot be judged, and
    what ``describe_jury`` and ``read_sides`` raise.
    """
    out = out or directory / "judged"
    if (out / "run.yaml").exists():
        raise UsageError(f"{str(out)!r} holds a run of its own: give another --out")
    jury = describe_jury(names, base_url, settings)
    require_torch("a student that answers")
    runs, sides = read_sides(directory, against)
    run, facts = runs[0], facts_of(runs)
    _, framings = split_lenses(load_lenses(), 1)
    requests = open_requests(
        facts,
        framings,
        run.seed.language,
        taught=[file for each in runs for file in each.files],
        limit=limit,
    )
    if not requests:
        raise UsageError(f"the seed of {str(directory)!r} states no fact to ask about")
    language = run.language
    with read_ledger(directory) as ledger:
        scenes, sources = scenes_to_tell_apart(ledger, run.settings, language, limit=limit)
    material = Material(requests, run.seed.language, scenes, sources, language)
    with _kept(out) as ledger:
        a, b = (kept_answers(ledger, side) if ledger else {} for side in sides)
        asked = material.prompts([juror.name for juror in jury], (a, b))
        judges = [planned_judge(juror, asked[juror.name], ledger) for juror in jury]
    plan = JudgePlan(
        directory=str(directory),
        a=sides[0].name,
        b=sides[1].name,
        requests=len(requests),
        facts=len({request.fact for request in requests}),
        framings=len({request.framing for request in requests}),
        answers=sum(request.prompt not in kept for kept in (a, b) for request in requests),
        scenes=len(scenes),
        lenses=len(sources),
        judges=tuple(judges),
        warnings=tuple(warnings_on(runs, names)),
        language=language,
    )
    return Judging(plan, sides, material, jury, run.seed, settings, out)


@contextmanager
def _kept(out: Path) -> Iterator[Ledger | None]:
    """What was generated and answered before, to be read."""
    if not (out / LEDGER).is_file():
        yield None
        return
    with storage_errors(out), read_ledger(out) as ledger:
        yield ledger
