"""A wave of answers that stand in the ledger: judged, and given angles."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet.agents.planner import first_gaps, plan_cells
from distillnet.config import load_settings
from distillnet.graphs.cleaning import judge_wave
from distillnet.graphs.context import Context, open_context
from distillnet.graphs.criticism import keep_angles, place_scenes
from distillnet.memory.embed import Vectors, open_embedder
from distillnet.records import Attempt, Call
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.seeds import parse_seed
from tests.conftest import PHRASE, SUBJECT

EMBED = open_embedder("use")
LENSES = 12


class Counting:
    """The packaged encoder, and what it was asked for."""

    name = "use"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return EMBED(texts)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    settings = load_settings(
        model="openai:none", base_url="http://127.0.0.1:1/v1", lenses=LENSES, train=False
    )
    with open_context(tmp_path / "run", settings) as opened:
        opened.ledger.write_fact("seed", parse_seed(PHRASE).model_dump(mode="json"))
        yield opened


def answered(context: Context, texts: Sequence[str]) -> list[str]:
    """As many cells with these answers; their ids."""
    cells = plan_cells(context.work().cast, first_gaps(context.planned), {}, round=1)
    context.ledger.add_cells(cells[: len(texts)])
    for cell, text in zip(cells, texts, strict=False):
        number = context.ledger.begin_attempt(cell.id, input_tokens=1, output_tokens=1, usd=None)
        taken: dict[str, Any] = {"input_tokens": 1, "output_tokens": 1, "seconds": 0.0}
        call = Call(cell=cell.id, raw=text, finish_reason="stop", token_limit=900, **taken)
        attempt = Attempt(number=number, cell=cell.id, outcome="ok", usd=None, **taken)
        context.ledger.record_call(call, prompt="Read this.", attempt=attempt)
    return [cell.id for cell in cells[: len(texts)]]


def test_a_self_test_answers_with_the_sentence_nearest_to_the_passage(context: Context) -> None:
    known = KnownAngles(50, subject=SUBJECT)
    several = known("one")
    single = known("two").replace(". ", ", and ")
    ids = answered(context, [several, single])
    counting = context.embed = Counting()
    assert judge_wave(context, ids) == {"accepted": 2}
    first, second = (scene.self_test for scene in context.ledger.scenes())
    assert first and second
    assert second.answer == single
    sentences = counting.asked[-1]
    assert " ".join(sentences) == several, "a scene of one sentence needs no vector of it"
    passage = context.work().passages[0]
    assert first.answer == sentences[int((EMBED(sentences) @ passage).argmax())]


def test_scenes_get_their_angles_in_the_order_of_their_cells(context: Context) -> None:
    known = KnownAngles(50, subject=SUBJECT)
    ids = answered(context, [known(str(number)) for number in range(8)])
    # The answer to one cell came later than those of the cells behind it.
    judge_wave(context, [*ids[:2], *ids[3:]])
    judge_wave(context, ids[2:3])
    work = context.work()
    work.store.add(*context.ledger.accepted_of(ids))
    accepted = context.ledger.accepted_ids()
    assert len(accepted) > 5
    placed = place_scenes(context)
    assert [entry.id for entry in placed] == accepted
    keep_angles(context, placed)
    assert place_scenes(context) == []
