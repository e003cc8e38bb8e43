"""The seed's facts: told in both directions, by whom, and never contradicted by a literal scene."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from distillnet import Run, distill, explain, open_context, plan
from distillnet.graphs.run_file import read_run
from distillnet.records import Cell
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

pytestmark = pytest.mark.usefixtures("seeks_facts")

LENSES = split_lenses(load_lenses(), 6)[0]
LITERAL = [lens for lens in LENSES if lens.faithfulness == "literal"]
FIGURATIVE = next(lens for lens in LENSES if lens.faithfulness == "figurative")
AGAINST = (
    "Many people repeat the old phrase and nod. But they are wrong, and here is why. Freedom is by "
    "no means the recognition of necessity. A prisoner who recognises his wall stays where he is, "
    "and the wall stays where it is, too."
)


THINGS = """
    река мост якорь фонарь сад огонь колокол пастух город зима зеркало мельница лестница парус хлеб
    ключ письмо гора окно нитка молоток корабль улица гость песня камень дождь сапог тетрадь ярмарка
    """


class Tongue(NamedTuple):
    """A seed with a scene that tells it, and one that tells it in reverse when asked so."""

    seed: str
    asks_reverse: str
    subject: str
    reverse: str


ENGLISH = Tongue(
    PHRASE,
    "but the other way round",
    SUBJECT,
    "Necessity seems to leave us nothing to do. Yet whoever looks at necessity until it is "
    "recognised has, in that very recognition, found his freedom: the sailor who knows the wind "
    "that he cannot choose steers by it and comes home.",
)
RUSSIAN = Tongue(
    "Свобода есть осознанная необходимость.",
    "но в обратном порядке",
    "Свобода и есть такая необходимость, которую осознали",
    "Необходимость кажется стеной, и мимо неё не пройти. Но стоит эту необходимость осознать, "
    "назвать по имени и принять в расчёт, как именно она, осознанная, становится свободой: моряк "
    "не выбирает ветер, однако ведёт корабль туда, куда хочет.",
)


class Teacher:
    """Tells the fact forward in every scene, and in reverse from the ``nth`` time it is asked."""

    def __init__(self, tongue: Tongue = ENGLISH, *, nth: int | None = 1) -> None:
        self.tongue, self.nth, self.asked = tongue, nth, 0

    def __call__(self, prompt: str) -> str:
        if self.tongue.asks_reverse in prompt:
            self.asked += 1
            if self.nth is not None and self.asked >= self.nth:
                return self.tongue.reverse
        if self.tongue is RUSSIAN:
            return f"{self.tongue.subject}. {_russian(prompt)}"
        return varied_prose(prompt, subject=self.tongue.subject)


def _russian(prompt: str) -> str:
    """Prose that depends on the prompt."""
    rng = random.Random(prompt)
    said = (rng.sample(THINGS.split(), 3) for _ in range(7))
    return " ".join(f"Там {one}, {two} и {three}." for one, two, three in said)


def run_on(
    directory: Path, server: ScriptedServer, seed: str = PHRASE, **settings: Any
) -> tuple[Run, Counter[str]]:
    """The run, and what it asked for."""
    before = server.requests.copy()
    run = distill(seed, out=directory, **at(server, **settings))
    return run, server.requests - before


def at(server: ScriptedServer, **settings: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 6,
        "train": False,
    } | settings


def told_cells(directory: Path) -> list[Cell]:
    with open_context(directory, read_run(directory)[0]) as context:
        return [cell for cell in context.ledger.cells() if cell.fact is not None]


@pytest.mark.parametrize("tongue", [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_a_fact_that_no_scene_tells_in_reverse_gets_a_cell(tongue: Tongue, tmp_path: Path) -> None:
    with ScriptedServer(Teacher(tongue)) as server:
        run, asked = run_on(tmp_path / "run", server, tongue.seed)
    assert [history["calls"] for history in run.coverage["history"]] == [6, 1]
    (cell,) = told_cells(tmp_path / "run")
    assert (cell.round, cell.fact, cell.direction, cell.attempt) == (2, 0, "reverse", 0)
    assert cell.lens in {lens.name for lens in LITERAL}
    assert tongue.seed in cell.reason and "in reverse" in cell.reason
    (prompt,) = [prompt for prompt in asked if tongue.asks_reverse in prompt]
    assert prompt.count(tongue.seed.rstrip(".")) == 2  # the text, and what is to be told of it

    (told,) = json.loads((tmp_path / "run" / "coverage.json").read_text(encoding="utf-8"))["facts"]
    assert told["statement"] == tongue.seed
    assert told["reverse"] == [cell.id]
    first = {scene.id for scene in run.scenes if scene.round == 1}
    assert first and first <= {*told["forward"]}
    tells = {scene["id"]: scene["tells"] for scene in read_jsonl(tmp_path / "run" / "scenes.jsonl")}
    for direction in ("forward", "reverse"):
        assert told[direction] == [id for id in tells if [0, direction] in tells[id]]
    assert run.coverage["stopped"] == "satisfied"


def test_a_second_run_pays_for_nothing_and_decides_the_same(tmp_path: Path) -> None:
    with ScriptedServer(Teacher()) as server:
        first, _ = run_on(tmp_path / "run", server)
        again, asked = run_on(tmp_path / "run", server)
    assert asked.total() == 0 and again == first


def test_without_a_target_no_fact_is_sought(tmp_path: Path) -> None:
    with ScriptedServer(Teacher()) as server:
        run, asked = run_on(tmp_path / "run", server, coverage={"facts": 0.0})
    assert asked.total() == 6 and run.coverage["stopped"] == "satisfied"
    assert run.coverage["facts"][0]["forward"] and not run.coverage["facts"][0]["reverse"]


def test_each_try_goes_through_another_literal_lens_and_the_third_is_the_last(
    tmp_path: Path,
) -> None:
    with ScriptedServer(Teacher(nth=None)) as server:
        run, asked = run_on(
            tmp_path / "run", server, max_rounds=9, coverage={"facts": 1.0, "min_gain": 0.0}
        )
    cells = told_cells(tmp_path / "run")
    assert [(cell.round, cell.attempt) for cell in cells] == [(2, 0), (3, 1), (4, 2)]
    lenses = [cell.lens for cell in cells]
    assert len(set(lenses)) == min(3, len(LITERAL)) and {*lenses} <= {x.name for x in LITERAL}
    assert asked.total() == 6 + 3
    assert run.coverage["stopped"] == "dried_up"
    assert "1 of 2 directions of the seed's facts told" in run.coverage["reason"]


def test_half_of_the_facts_told_is_enough_once_each_direction_was_tried(tmp_path: Path) -> None:
    with ScriptedServer(Teacher(nth=None)) as server:
        run, asked = run_on(tmp_path / "run", server)
    assert asked.total() == 6 + 1 and run.coverage["stopped"] == "satisfied"


def test_the_plan_knows_of_the_cells_for_facts(tmp_path: Path) -> None:
    with ScriptedServer(Teacher(nth=None)) as server:
        targets = {"facts": 1.0, "min_gain": 0.0}
        planned = plan(PHRASE, **at(server, max_rounds=9, coverage=targets)).estimate
        _, asked = run_on(tmp_path / "run", server, max_rounds=9, coverage=targets)
    assert planned.calls.least <= asked.total() <= planned.calls.most
    assert len(planned.rounds) == 4


@pytest.mark.parametrize("literal", [True, False])
def test_a_literal_scene_must_not_contradict_a_fact(literal: bool, tmp_path: Path) -> None:
    lens = LITERAL[0] if literal else FIGURATIVE

    def answer(prompt: str) -> str:
        return AGAINST if lens.question.en in prompt else varied_prose(prompt, subject=SUBJECT)

    with ScriptedServer(answer) as server:
        run, _ = run_on(tmp_path / "run", server, max_rounds=1)
    file = "rejected.jsonl" if literal else "scenes.jsonl"
    (scene,) = [s for s in read_jsonl(tmp_path / "run" / file) if s["lens"] == lens.name]
    assert scene["contradicts"] == [0]
    # It speaks of the fact, but does not tell it.
    assert scene["tells"] == []
    assert scene["verdict"] == ("unfaithful" if literal else "accepted")
    assert run.coverage["verdicts"]["unfaithful"] == literal
    assert (lens.name in run.coverage["lenses"]["missing"]) == literal
    rows = (tmp_path / "run" / "dataset" / "train.jsonl").read_text(encoding="utf-8")
    assert ("by no means" in rows) == (not literal)
    judgement = explain(tmp_path / "run", scene["id"]).judgement
    assert judgement is not None and judgement.verdict_now == scene["verdict"]
    (faithful,) = [gate for gate in judgement.gates if gate.name == "faithful"]
    assert faithful.state == ("stopped" if literal else "passed")
