"""The teacher who gave no answer to the examiner is asked again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langgraph.runtime import Runtime

from distillnet import distill, open_context
from distillnet.config import load_settings
from distillnet.graphs import examining, nodes
from distillnet.graphs.context import Context
from distillnet.graphs.running import plant
from distillnet.graphs.state import State
from distillnet.records import Fact
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.seeds import parse_seed
from tests.conftest import SUBJECT

SEED = parse_seed(
    "A lighthouse keeper lit the lamp at dusk. The storm broke two of its seven windows. "
    "He mended them with sailcloth before the morning."
)
FACTS = {
    "The keeper lit the lamp of the lighthouse at dusk.": ("noon", "dawn", "midnight"),
    "The storm broke two windows of the lighthouse.": ("doors", "stairs", "lamps"),
}


def examination() -> str:
    facts = [
        {
            "statement": fact,
            "distortions": [fact.replace("dusk", w).replace("windows", w) for w in wrong],
        }
        for fact, wrong in FACTS.items()
    ]
    return json.dumps({"facts": facts})


def answer(prompt: str) -> str:
    if "examination" in prompt:
        return examination()
    return varied_prose(prompt, subject=SUBJECT)


def settings(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 2,
        "attempts": 1,
    } | more


@contextmanager
def opened(directory: Path, server: ScriptedServer, **more: Any) -> Iterator[Context]:
    with open_context(directory, load_settings(**settings(server, **more))) as context:
        plant(context, SEED)
        yield context


async def examined(context: Context) -> set[str]:
    """Who wrote the facts, after the node of the graph."""
    runtime = Runtime(context=context, stream_writer=lambda event: None)
    await nodes.examine(State(seed=SEED.id), runtime)
    await context.teacher.aclose()
    facts = [Fact.model_validate(fact) for fact in context.ledger.fact("facts")]
    assert context.ledger.fact("exam")
    assert context.work().cast.facts == facts
    return {fact.author for fact in facts}


async def test_after_a_failed_call_the_teacher_is_asked_when_the_run_begins_again(
    tmp_path: Path,
) -> None:
    healed = False

    def faults(prompt: str, nth: int) -> Fault | None:
        return None if healed else Fault("server_error")

    with ScriptedServer(answer, faults=faults) as server:
        with opened(tmp_path / "run", server) as context:
            assert "model" not in await examined(context)
        healed = True
        with opened(tmp_path / "run", server) as context:
            assert await examined(context) == {"model"}
        asked = server.requests.total()
        with opened(tmp_path / "run", server) as context:
            assert await examined(context) == {"model"}
        assert server.requests.total() == asked


async def test_after_a_cap_the_teacher_is_asked_when_there_is_room(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        with opened(tmp_path / "run", server, budget_tokens=100) as context:
            assert "model" not in await examined(context)
            assert context.budget.over == "tokens"
        assert server.requests.total() == 0
        with opened(tmp_path / "run", server, budget_tokens=100_000) as context:
            assert await examined(context) == {"model"}


async def test_an_exam_by_which_answers_were_judged_stays(tmp_path: Path) -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error") if "examination" in prompt else None

    with ScriptedServer(answer, faults=faults) as server:
        with opened(tmp_path / "run", server) as context:
            by_rules = await examined(context)
        distill(SEED.source, out=tmp_path / "run", **settings(server, train=False, max_rounds=1))
        with opened(tmp_path / "run", server) as context:
            assert not examining.is_due(context)
            assert await examined(context) == by_rules
