"""The table of times that this project began with, and what it must have assumed.

It was written for LoRA in FP16 on an RTX PRO 6000 of 96 GB, and names neither the model's size nor
how many views of a page, nor epochs. The clock's formula, solved for them, does.
"""

from distillnet.records import Record
from distillnet.tools.clock import PAGE_TOKENS, Span, common, machine_of, operations
from distillnet.tools.gpus import gpu_named
from distillnet.tools.shapes import Shape

GPU = "rtx-pro-6000"
# Pages, and from how many to how many seconds.
_TABLE = ((1, 0, 60), (10, 120, 180), (100, 600, 1_800), (1_000, 10_800, 21_600))


class FirstRow(Record):
    """``readings`` of each page (views x epochs) would take the ``seconds`` of the table."""

    pages: int
    seconds: Span
    readings: Span


class FirstTable(Record):
    """``readings`` are those that all rows allow for the model asked for, ``parameters`` the sizes
    that they allow for the readings asked for; None where the rows contradict each other.
    """

    rows: tuple[FirstRow, ...]
    readings: Span | None
    parameters: Span | None


def first_table(shape: Shape, readings: int) -> FirstTable:
    """The table, solved at the middle of the share of its peak that the card reaches.

    For the size, 4 operations a weight and token are counted, and attention is left out: it adds 5
    to 10 % to a model of 8B to 1B at rows of a page.
    """
    rate = machine_of(gpu_named(GPU)).rate
    rate_in_the_middle = (rate.least + rate.most) / 2
    a_page = operations(shape, PAGE_TOKENS, learned=PAGE_TOKENS, row_tokens=PAGE_TOKENS)
    rows = tuple(
        FirstRow(
            pages=pages,
            seconds=Span(least=least, most=most),
            readings=Span(
                least=least * rate_in_the_middle / (pages * a_page),
                most=most * rate_in_the_middle / (pages * a_page),
            ),
        )
        for pages, least, most in _TABLE
    )
    allowed = common([row.readings for row in rows])
    weights = [
        Span(
            least=row.seconds.least * rate_in_the_middle / (4 * PAGE_TOKENS * row.pages * readings),
            most=row.seconds.most * rate_in_the_middle / (4 * PAGE_TOKENS * row.pages * readings),
        )
        for row in rows
    ]
    return FirstTable(rows=rows, readings=allowed, parameters=common(weights))
