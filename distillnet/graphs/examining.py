"""The facts of the seed and the exam on them, written before the first scene."""

from collections.abc import Sequence

from distillnet.agents.exam import write_exam
from distillnet.agents.examiner import find_facts
from distillnet.agents.fact_writer import ANSWER_TOKENS
from distillnet.graphs.asking import NoAnswer, asking
from distillnet.graphs.context import Context
from distillnet.records import Fact, Item

_UNANSWERED = "exam_unanswered"


def is_due(context: Context) -> bool:
    """Whether the exam is to be written: for the first time, or once more.

    Once more where rules wrote it because the teacher gave no answer, as long as no answer has
    been judged by it.
    """
    ledger = context.ledger
    if None in (ledger.fact("facts"), ledger.fact("exam")):
        return True
    was_judged = ledger.verdicts().keys() - {"failed"}
    return bool(ledger.fact(_UNANSWERED)) and _asks(context) and not was_judged


def _asks(context: Context) -> bool:
    """A capable teacher states the facts where there is a student to examine.

    What it does better than rules are distortions, which the exam lives on. Without a student only
    the critic asks for the facts: there, the seed's own sentences do, at no call (a book takes up
    to eight long ones), and runs of two teachers on one seed are measured by the same facts.
    """
    return context.teacher.spec.capable and context.settings.examines


async def find(context: Context) -> list[Fact]:
    """Facts of the seed, stated by the teacher or, where it is not asked or silent, by rules."""
    seed, number = context.work().cast.seed, context.settings.random_seed
    ask = asking(context, "exam", limit=ANSWER_TOKENS) if _asks(context) else None
    try:
        facts = await find_facts(seed, ask=ask, random_seed=number)
        context.ledger.write_fact(_UNANSWERED, False)
    except NoAnswer:
        facts = await find_facts(seed, random_seed=number)
        context.ledger.write_fact(_UNANSWERED, True)
    return facts


def items_on(context: Context, facts: Sequence[Fact]) -> list[Item]:
    """The exam on these facts of the seed."""
    settings, seed = context.settings, context.work().cast.seed
    return write_exam(
        seed, facts, context.held_out, settings.exam, random_seed=settings.random_seed
    )
