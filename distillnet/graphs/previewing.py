"""A few cells of a plan made for real, from which the whole is estimated anew."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import BudgetReached, DistillNetError, TooManyFailures
from distillnet.graphs.cleaning import judge_answer
from distillnet.graphs.context import Context, open_context
from distillnet.graphs.forecast import Plan, PlannedCell
from distillnet.graphs.measuring import LEAST_CALLS, speed_of
from distillnet.graphs.running import Brake, plant
from distillnet.models.speeds import Speed, note_speed
from distillnet.models.spending import total_usd
from distillnet.records import Call, Record, Verdict
from distillnet.tools.gates import Accepted
from distillnet.tools.text import clean


class Sample(Record):
    """A cell that was made for a preview.

    The verdict is that of the gates on these samples alone: the exam, which may not be given
    away, and what the run accepts before are not known yet. ``error`` is the fault where there is
    no answer. ``seconds`` is what its last request took, ``usd`` what all of them cost (None where
    the price is unknown).
    """

    id: str
    lens: str
    family: str
    role: str
    form: str
    verdict: Verdict
    error: str | None
    seconds: float
    input_tokens: int
    output_tokens: int
    usd: float | None
    text: str


@dataclass(frozen=True)
class Preview:
    """``before`` and ``after`` are the plan as it was known before and after the samples.

    ``stopped`` is why not all that were asked for are there.
    """

    samples: tuple[Sample, ...]
    before: Plan
    after: Plan
    stopped: DistillNetError | None

    def require_answers(self) -> None:
        """Raises what stopped the preview, or TooManyFailures when no call was answered."""
        if self.stopped:
            raise self.stopped
        if all(sample.error for sample in self.samples):
            raise TooManyFailures(
                f"none of the {len(self.samples)} calls was answered: "
                "see 'distillnet models check' and the faults above"
            )


async def make_preview(
    directory: Path, settings: Settings, plan: Plan, count: int, brake: Brake
) -> tuple[tuple[Sample, ...], Speed | None, DistillNetError | None]:
    """Samples of ``count`` cells of ``plan``, what they say of the speed, why they ended early."""
    with open_context(directory, settings) as context:
        brake.context = context
        plant(context, plan.seed)
        cells = spread(plan.cells, {lens.name: lens.family for lens in context.planned}, count)
        asked = f"asking {settings.model} for {len(cells)} of {len(plan.cells)} cells"
        brake.on_event({"note": asked})
        try:
            samples, speed = await make_samples(context, cells)
        finally:
            context.note_minutes()
            await context.teacher.aclose()
        return samples, speed, stopped(context)


async def make_samples(
    context: Context, cells: Sequence[PlannedCell]
) -> tuple[tuple[Sample, ...], Speed | None]:
    """Makes and judges ``cells``; what they say of the model's speed is noted.

    The calls are kept in the ledger, where a run finds them; cells and verdicts are not, because
    their order is the run's own.
    """
    work = await asyncio.to_thread(context.work)
    calls = await asyncio.gather(
        *(
            work.interpreter.call(cell.id, [(part.role, part.text) for part in cell.prompt])
            for cell in cells
        )
    )
    made = [(cell, call) for cell, call in zip(cells, calls, strict=True) if call]
    samples = await asyncio.to_thread(_judged, context, made)
    took = [call.seconds for _, call in made if not call.error]
    if not took:
        return samples, None
    at_once = min(len(took), context.teacher.spec.concurrency)
    speed = speed_of(
        context.teacher.spec,
        [
            (cell.text, call, sample.verdict)
            for (cell, call), sample in zip(made, samples, strict=True)
        ],
        # By the calls' own time, because some may have been made by an earlier preview.
        pace=len(took) / max(max(took), sum(took) / at_once),
        at_once=at_once,
    )
    if speed and work.interpreter.limiter.answered >= LEAST_CALLS:
        note_speed(speed)
    return samples, speed


def spread(cells: Sequence[PlannedCell], families: dict[str, str], count: int) -> list[PlannedCell]:
    """``count`` cells (or all) from all over the plan, in its order and of different families.

    ``families`` holds the family of each lens.
    """
    chosen: list[int] = []
    taken: Counter[str] = Counter()
    for turn in range(min(count, len(cells))):
        start = turn * len(cells) // count
        free = [place for place in range(len(cells)) if place not in chosen]
        place = min(
            free,
            key=lambda p: (taken[families[cells[p].lens]], (p - start) % len(cells)),
        )
        chosen.append(place)
        taken[families[cells[place].lens]] += 1
    return [cells[place] for place in sorted(chosen)]


def stopped(context: Context) -> DistillNetError | None:
    """Why the calls of ``context`` ended early, if they did; raises what the disk did."""
    if halted := context.work().interpreter.halted:
        if isinstance(halted, DistillNetError):
            return halted
        raise halted
    if cap := context.budget.over:
        return BudgetReached(
            f"{context.budget.sentence(cap)}; everything is kept: give a larger --budget-{cap}"
        )
    return None


def _judged(context: Context, made: Sequence[tuple[PlannedCell, Call]]) -> tuple[Sample, ...]:
    cast, ledger = context.work().cast, context.ledger
    texts = [clean(call.raw) for _, call in made]
    accepted = Accepted()
    samples = []
    for (cell, call), text, vector in zip(made, texts, context.embed(texts), strict=True):
        lens = cast.lenses[cell.lens]
        result = judge_answer(context, cell, call, text, vector, cell.text, accepted)
        if result.verdict == "accepted":
            accepted.add(cell.id, text, vector)
        samples.append(
            Sample(
                id=cell.id,
                lens=lens.name,
                family=lens.family,
                role=cell.role,
                form=cell.form,
                verdict=result.verdict,
                error=call.error,
                seconds=call.seconds,
                input_tokens=call.input_tokens,
                output_tokens=call.output_tokens,
                usd=total_usd(ledger.attempts(cell.id)),
                text=text,
            )
        )
    return tuple(samples)
