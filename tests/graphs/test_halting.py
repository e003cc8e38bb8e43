"""A run that is halted in the middle of a wave decides what an undisturbed one does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from distillnet import Run
from distillnet.config import load_settings
from distillnet.errors import Interrupted
from distillnet.graphs.running import Brake, run_graph
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses, split_lenses
from distillnet.tools.seeds import parse_seed
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 8)[0]
FIRST, LAST = LENSES[0].question.en, LENSES[-1].question.en


def answer(prompt: str) -> str:
    """The first cell and the last say the same."""
    if FIRST in prompt or LAST in prompt:
        return varied_prose("one and the same", subject=SUBJECT)
    return varied_prose(prompt, subject=SUBJECT)


async def run_on(
    directory: Path, server: ScriptedServer, on_event: Callable[[Brake, dict[str, Any]], None]
) -> Run:
    settings = load_settings(
        model="openai:scripted",
        base_url=server.base_url,
        lenses=len(LENSES),
        train=False,
        max_rounds=1,
    )
    brake = Brake(lambda event: on_event(brake, event))
    return await run_graph(directory, settings, parse_seed(PHRASE), brake)


async def test_what_was_left_unasked_is_judged_before_what_follows_it(tmp_path: Path) -> None:
    healed, answered = False, 0

    def faults(prompt: str, nth: int) -> Fault | None:
        """Until it is halted, the first cell is told to wait."""
        return Fault("overloaded", "30") if FIRST in prompt and not healed else None

    def halt_once_the_others_are_there(brake: Brake, event: dict[str, Any]) -> None:
        nonlocal answered
        answered += "call" in event
        if answered == len(LENSES) - 1:
            brake.pull()

    with ScriptedServer(answer, faults=faults) as server:
        try:
            await run_on(tmp_path / "halted", server, halt_once_the_others_are_there)
        except Interrupted:
            pass
        else:
            raise AssertionError("it was to be interrupted")
        assert server.calls.total() == len(LENSES) - 1
        healed = True
        halted = await run_on(tmp_path / "halted", server, lambda brake, event: None)
        assert server.calls.total() == len(LENSES)
        undisturbed = await run_on(tmp_path / "run", server, lambda brake, event: None)
    assert halted.scenes == undisturbed.scenes
    assert halted.coverage["verdicts"] == undisturbed.coverage["verdicts"]
    assert halted.coverage["verdicts"]["repeat"] == 1
    lenses = [scene.lens for scene in halted.scenes]
    assert LENSES[0].name in lenses and LENSES[-1].name not in lenses
