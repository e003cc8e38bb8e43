"""What judging takes, before anything is opened or asked."""

from collections.abc import Sequence

from distillnet.graphs.judged.panel import Juror
from distillnet.memory.ledger import Ledger
from distillnet.records import Language, Record


class PlannedJudge(Record):
    """``calls`` are left to be made, ``kept`` were answered before.

    ``usd`` is the most that those left can cost, each answered at once; None where the price is
    unknown. ``url`` is "" where the provider's own library decides, ``key`` the variable's name.
    """

    name: str
    url: str
    key: str
    calls: int
    kept: int
    usd: float | None


class JudgePlan(Record):
    """``a`` and ``b`` name the sides; ``answers`` are left to be generated on this machine.

    ``scenes`` of ``lenses`` lenses are told apart, by their questions. ``warnings`` say which
    judges may favour a side. It is told in ``language``, as the result is.
    """

    directory: str
    a: str
    b: str
    requests: int
    facts: int
    framings: int
    answers: int
    scenes: int
    lenses: int
    judges: tuple[PlannedJudge, ...]
    warnings: tuple[str, ...]
    language: Language

    @property
    def calls(self) -> int:
        return sum(judge.calls for judge in self.judges)

    @property
    def usd(self) -> float | None:
        known = [judge.usd for judge in self.judges if judge.usd is not None]
        return sum(known) if len(known) == len(self.judges) else None


def planned_judge(juror: Juror, prompts: Sequence[str], ledger: Ledger | None) -> PlannedJudge:
    """What is left of asking ``prompts``; ``ledger`` holds what was answered, if anything was."""
    left = [p for p in prompts if ledger is None or not ledger.has_answer(juror.call_id(p))]
    costs = [juror.most(prompt).usd or 0.0 for prompt in left]
    return PlannedJudge(
        name=juror.name,
        url=juror.spec.url or "",
        key=juror.spec.key,
        calls=len(left),
        kept=len(prompts) - len(left),
        usd=None if juror.price is None else sum(costs),
    )
