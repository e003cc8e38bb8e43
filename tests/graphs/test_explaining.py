"""One run with a scripted teacher whose answers meet every gate, explained cell by cell."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from distillnet import Settings, distill, explain, open_context
from distillnet.api import Explanation
from distillnet.config import Gates
from distillnet.errors import ConfigError, UnknownName, UsageError
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Call, Cell
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT
from tests.told_run import MOUNTAIN, PROPOSAL, SALT, rewritten, scenes_of, told_run

FIRST = varied_prose("first", subject=SUBJECT)
# What the teacher says through the first lens, the second, ...; None = something new.
ANSWERS = {
    "accepted": FIRST,
    "withheld": None,
    "loop": "The river is free and the river is bound. " * 12,
    "refusal": "I'm sorry, but I can't assist with that request.",
    "tokens": None,
    "language": "Мастер чинит мост, пока река несёт лёд, и никто на берегу не ждёт его слов.",
    "echo": "(the task)",
    "length": "Freedom is to know what must be.",
    "topic": "Preheat the oven to 180 degrees and butter a round tin. Whisk three eggs with the "
    "sugar until pale, fold in the flour and cocoa, pour the batter into the tin and bake it.",
    "cosine": f"{FIRST} Yes.",
    "overlap": " ".join(FIRST.split()[:30])
    + " A judge who knows the law by heart is not its prisoner: he hears the case, sees which "
    "rule must govern it, and therefore decides without fear; ignorance would leave him to err.",
    "leak": "(a question of the exam)",
    "failed": None,
    "new": None,
}
VERDICTS = {
    "withheld": "refusal",
    "loop": "degenerate",
    "refusal": "refusal",
    "tokens": "truncated",
    "language": "wrong_language",
    "echo": "echo",
    "length": "degenerate",
    "topic": "off_topic",
    "cosine": "repeat",
    "overlap": "repeat",
    "leak": "leak",
}
LENSES = dict(zip(ANSWERS, split_lenses(load_lenses(), len(ANSWERS))[0], strict=True))


def kind_of(prompt: str) -> str:
    """Which entry of ``ANSWERS`` is asked for; "" for the examiner's prompts."""
    return next((k for k, lens in LENSES.items() if lens.question.en in prompt), "")


def faults(prompt: str, nth: int) -> Fault | None:
    match kind_of(prompt):
        case "withheld":
            return Fault("content_filter")
        case "tokens":
            return Fault("liar")
        case "failed":
            return Fault("server_error" if nth else "rate_limited", retry_after="0")
    return None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("explained") / "run"

    def answer(prompt: str) -> str:
        kind = kind_of(prompt)
        new = varied_prose(prompt, subject=SUBJECT)
        if kind == "echo":
            return prompt.split("\n\n", 1)[1]
        if kind == "leak":
            item = next(item for item in read_jsonl(directory / "exam.jsonl") if item["framing"])
            return f"{new} {item['prompt']}"
        return ANSWERS.get(kind) or new

    with ScriptedServer(answer, faults=faults) as server:
        distill(
            PHRASE,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=len(ANSWERS),
            max_rounds=1,
            attempts=2,
            train=False,
        )
    return directory


def explained(run: Path, kind: str) -> Explanation:
    return explain(run, LENSES[kind].name)


def rows(run: Path, name: str) -> list[str]:
    """The ids of a JSONL file of the run, by line."""
    return [row["id"] for row in read_jsonl(run / name)]


def test_an_accepted_scene_is_explained_from_the_seed_to_the_data_set(run: Path) -> None:
    found = explained(run, "new")
    cell = found.cell
    assert (found.statement, found.passage.text, found.passages) == (PHRASE, PHRASE, 1)
    assert found.lens == LENSES["new"]
    assert cell.reason == "planned at the start"
    assert found.sent and found.prompt is not None and found.stance is not None
    assert found.prompt.startswith(f"[system]\n{found.stance}\n\n[user]\nRead this text")
    assert LENSES["new"].question.en in found.prompt
    assert found.call is not None and found.call.raw.startswith(SUBJECT)
    assert [attempt.outcome for attempt in found.attempts] == ["ok"]
    assert found.usd == 0.0  # a server on this machine
    assert (found.verdict, found.meaning) == ("accepted", "passed every gate")
    places = {place.file: place.line for place in found.places}
    assert rows(run, "dataset/train.jsonl")[places.pop("dataset/train.jsonl") - 1] == cell.id
    assert rows(run, "scenes.jsonl")[places.pop("scenes.jsonl") - 1] == cell.id
    lines = (run / "scenes.yaml").read_text("utf-8").split("\n")
    assert yaml.safe_load(lines[places.pop("scenes.yaml") - 1]) == [{"id": cell.id}]
    assert not places


def test_all_gates_of_an_accepted_scene_passed_in_their_order(run: Path) -> None:
    judgement = explained(run, "new").judgement
    assert judgement is not None
    assert {gate.state for gate in judgement.gates} == {"passed"}
    stopping = list(VERDICTS)
    names = [gate.name for gate in judgement.gates]
    assert [name for name in names if name in stopping] == stopping
    topic = next(gate for gate in judgement.gates if gate.name == "topic")
    assert topic.number == judgement.scene.gates["topic"]
    assert topic.bound == "at least"
    assert judgement.verdict_now == "accepted"


@pytest.mark.parametrize("kind", VERDICTS)
def test_a_rejected_scene_names_the_gate_that_stopped_it(run: Path, kind: str) -> None:
    found = explained(run, kind)
    assert found.verdict == VERDICTS[kind]
    assert found.judgement is not None
    states = {gate.name: gate.state for gate in found.judgement.gates}
    names = list(states)
    stop = names.index(kind)
    assert [states[name] for name in names[:stop]] == ["passed"] * stop
    assert states[kind] == "stopped"
    assert set(list(states.values())[stop + 1 :]) <= {"not asked"}
    gate = found.judgement.gates[stop]
    assert gate.gives == found.verdict == found.judgement.verdict_now
    if gate.number is not None and gate.threshold is not None:
        assert (gate.number < gate.threshold) == (gate.bound == "at least")
    (place,) = found.places
    assert place.file == "rejected.jsonl"
    assert rows(run, "rejected.jsonl")[place.line - 1] == found.cell.id


def test_a_repeat_names_the_scene_that_it_repeats(run: Path) -> None:
    first = explained(run, "accepted").cell
    by_meaning, by_wording = explained(run, "cosine").judgement, explained(run, "overlap").judgement
    assert by_meaning is not None and by_meaning.nearest is not None
    assert (by_meaning.nearest.id, by_meaning.nearest.role) == (first.id, first.role)
    assert by_meaning.nearest.likeness == by_meaning.scene.gates["cosine"] > 0.93
    assert by_meaning.overlaps is None
    assert by_wording is not None and by_wording.overlaps is not None
    assert by_wording.overlaps.id == first.id
    assert by_wording.overlaps.likeness == by_wording.scene.gates["overlap"] > 0.35
    assert FIRST.startswith(by_wording.overlaps.begins.removesuffix(" ..."))


def test_a_leak_names_the_item_that_it_gives_away(run: Path) -> None:
    judgement = explained(run, "leak").judgement
    assert judgement is not None
    (item,) = (i for i in read_jsonl(run / "exam.jsonl") if i["id"] == judgement.leaks)
    assert item["prompt"].split("\n\n")[0] in judgement.scene.text


def test_neighbours_are_the_nearest_of_all_scenes_with_a_vector(run: Path) -> None:
    found = explained(run, "new")
    ledger = Ledger(run / "ledger.sqlite", read_only=True)
    vectors = ledger.vectors()
    ledger.close()
    own = vectors.pop(found.cell.id)
    best = sorted(((float(v @ own), id) for id, v in vectors.items()), reverse=True)[:5]
    assert found.judgement is not None
    neighbours = found.judgement.neighbours
    assert [n.id for n in neighbours] == [id for _, id in best]
    assert np.allclose([n.likeness for n in neighbours], [cosine for cosine, _ in best])
    assert {n.verdict for n in neighbours} > {"accepted"}


def test_figurative_lenses_have_a_threshold_of_their_own(run: Path) -> None:
    def least(kind: str) -> float | None:
        judgement = explained(run, kind).judgement
        assert judgement is not None
        return next(gate.threshold for gate in judgement.gates if gate.name == "topic")

    by_faithfulness = {LENSES[kind].faithfulness == "literal": least(kind) for kind in VERDICTS}
    assert by_faithfulness == {
        True: Gates().topic_cosine,
        False: Gates().figurative_topic_cosine,
    }


def test_a_failed_call_shows_every_request(run: Path) -> None:
    found = explained(run, "failed")
    assert found.verdict == "failed"
    assert [attempt.outcome for attempt in found.attempts] == ["rate_limited", "server_error"]
    assert found.call is not None and found.call.error is not None
    assert "HTTP 500" in found.call.error
    assert found.sent
    assert found.judgement is not None
    assert (found.judgement.gates, found.judgement.neighbours) == ((), ())
    assert [place.file for place in found.places] == ["rejected.jsonl"]


# ---- facts, angles, ancestors --------------------------------------------------------------------


def test_what_was_asked_and_what_is_told_are_facts_with_their_direction(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = told_run(tmp_path_factory)
    asked = [scene for scene in scenes_of(run) if scene.fact is not None]
    assert len(asked) == 4
    for scene in asked:
        found = explain(run, scene.id)
        assert found.asked is not None and found.judgement is not None
        assert found.asked.statement == (MOUNTAIN, SALT)[found.asked.fact]
        assert (found.asked.fact, found.asked.direction) == (scene.fact, found.cell.direction)
        told = tuple((telling.fact, telling.direction) for telling in found.judgement.tells)
        assert told == scene.tells
    plain = next(scene for scene in scenes_of(run) if scene.fact is None)
    assert explain(run, plain.id).asked is None


def test_contradicted_facts_are_told_in_words(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run", contradicts=(0,))
    kinds = {"figurative": "passed", "fictional": "passed", "literal": "stopped"}
    for scene in scenes_of(run):
        judgement = explain(run, scene.id).judgement
        assert judgement is not None and judgement.contradicts == (MOUNTAIN,)
        faithful = judgement.gates[-1]
        assert (faithful.name, faithful.state) == ("faithful", kinds[scene.faithfulness])


def test_the_angle_is_the_one_in_the_ledger(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = told_run(tmp_path_factory)
    ledger = Ledger(run / "ledger.sqlite", read_only=True)
    rows = ledger.select("SELECT id, angle, nearest, probability FROM angles")
    ledger.close()
    sizes = Counter(angle for _, angle, _, _ in rows)
    for id, angle, nearest, probability in rows:
        judgement = explain(run, id).judgement
        assert judgement is not None and judgement.angle is not None
        found = judgement.angle
        assert (found.number, found.others) == (angle, sizes[angle] - 1)
        assert found.measure == "probability"
        if nearest is None:
            assert found.nearest is None
        else:
            assert found.nearest is not None
            assert (found.nearest.id, found.nearest.likeness) == (nearest, probability)


def test_a_rejected_scene_has_no_angle(run: Path) -> None:
    judgement = explained(run, "topic").judgement
    assert judgement is not None and judgement.angle is None


def test_ancestors_lead_from_the_parent_to_the_seed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run")
    deep = next(scene for scene in scenes_of(run) if scene.depth)
    ledger = Ledger(run / "ledger.sqlite")
    deeper = ledger.cell(deep.id).model_copy(
        update={"id": "deeper0123456789", "depth": 2, "parent": deep.id}
    )
    ledger.add_cells([deeper])
    ledger.close()
    found = explain(run, "deeper")
    assert [(a.id, a.depth) for a in found.ancestors] == [(deep.id, 1), (deep.parent, 0)]
    assert deep.text.startswith(found.ancestors[0].begins.removesuffix(" ..."))
    assert found.prompt is not None and deep.text in found.prompt
    assert explain(run, str(deep.parent)).ancestors == ()


def test_a_lens_that_the_critic_proposed_is_known(tmp_path_factory: pytest.TempPathFactory) -> None:
    lens = explain(told_run(tmp_path_factory), str(PROPOSAL["name"])).lens
    assert lens is not None
    assert (lens.family, lens.question.en) == ("proposed", PROPOSAL["question"])


# ---- cells without a verdict ---------------------------------------------------------------------


@pytest.fixture
def unfinished(run: Path, tmp_path: Path) -> tuple[Path, Cell]:
    """A run that was cut off: its ledger has one planned cell and nothing more."""
    done = explained(run, "new").cell
    (tmp_path / "run.yaml").write_bytes((run / "run.yaml").read_bytes())
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.add_cells([done])
    ledger.close()
    return tmp_path, done


def test_a_planned_cell_shows_the_prompt_that_will_be_sent(
    run: Path, unfinished: tuple[Path, Cell]
) -> None:
    directory, cell = unfinished
    found = explain(directory, cell.id)
    assert found.meaning == "planned, not answered yet"
    assert (found.verdict, found.call, found.judgement) == (None, None, None)
    assert found.prompt == explain(run, cell.id).prompt
    assert not found.sent
    assert (found.places, found.attempts, found.usd) == ((), (), 0.0)


def test_an_answer_without_a_verdict_and_a_request_without_an_end(
    unfinished: tuple[Path, Cell],
) -> None:
    directory, cell = unfinished
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.begin_attempt(cell.id, input_tokens=900, output_tokens=1024, usd=None)
    assert [a.outcome for a in explain(directory, cell.id).attempts] == [None]

    number = ledger.begin_attempt(cell.id, input_tokens=900, output_tokens=1024, usd=0.5)
    counts: dict[str, Any] = {"input_tokens": 90, "output_tokens": 20, "seconds": 1.0}
    call = Call(cell=cell.id, raw="An answer.", finish_reason="stop", token_limit=1024, **counts)
    attempt = Attempt(number=number, cell=cell.id, outcome="ok", usd=0.25, **counts)
    ledger.record_call(call, prompt="[system]\nYou.\n\n[user]\nOther words.", attempt=attempt)
    found = explain(directory, cell.id)
    ledger.close()
    assert found.meaning == "answered, not judged yet"
    assert found.call == call
    assert (found.sent, found.stance) == (True, "You.")
    assert found.lens is None  # what was asked is not what the catalogue asks
    assert [a.usd for a in found.attempts] == [None, 0.25]
    assert found.usd is None


def test_a_prompt_of_a_role_that_is_gone_is_not_invented(
    unfinished: tuple[Path, Cell],
) -> None:
    directory, cell = unfinished
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.add_cells([cell.model_copy(update={"id": "feedfeedfeedfeed", "role": "beekeeper"})])
    ledger.close()
    found = explain(directory, "feedfeed")
    assert (found.prompt, found.stance, found.lens) == (None, None, None)


# ---- which scene is meant ------------------------------------------------------------------------


def test_a_scene_is_named_by_its_id_or_the_beginning_of_it(run: Path) -> None:
    id = explained(run, "new").cell.id
    assert explain(run, id).cell.id == explain(run, id[:4]).cell.id == id


def test_a_name_that_several_scenes_have_lists_them(unfinished: tuple[Path, Cell]) -> None:
    directory, cell = unfinished
    again = cell.model_copy(update={"id": f"{cell.id[:8]}0second0", "round": 2, "role": "dog"})
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.add_cells([again])
    ledger.close()
    for name in (cell.lens, cell.id[:5]):
        with pytest.raises(UsageError) as error:
            explain(directory, name)
        assert f"{cell.id} (round 1, {cell.role}, not judged)" in str(error.value)
        assert f"{again.id} (round 2, dog, not judged)" in str(error.value)
    assert explain(directory, cell.id).cell.id == cell.id


def test_a_name_that_no_scene_has(run: Path) -> None:
    lens = LENSES["new"].name
    with pytest.raises(UnknownName, match=f"Did you mean '{lens}'"):
        explain(run, f"{lens}z")
    for name in ("?", explained(run, "new").cell.id[:3], ""):
        with pytest.raises(UsageError, match=r"rejected\.jsonl"):
            explain(run, name)


# ---- reading only --------------------------------------------------------------------------------


def test_a_run_is_explained_while_it_is_worked_at_and_left_as_it_is(run: Path) -> None:
    with open_context(run, Settings(train=False)):
        before = {path.name: path.stat().st_mtime_ns for path in run.iterdir()}
        assert explained(run, "new").verdict == "accepted"
        assert {path.name: path.stat().st_mtime_ns for path in run.iterdir()} == before
    before = {path.name: path.stat().st_mtime_ns for path in run.iterdir()}
    explained(run, "new")
    assert {path.name: path.stat().st_mtime_ns for path in run.iterdir()} == before


def changed(run: Path, directory: Path, **settings: Any) -> Path:
    """A copy of the run whose settings are others now."""
    (directory / "ledger.sqlite").write_bytes((run / "ledger.sqlite").read_bytes())
    record = yaml.safe_load((run / "run.yaml").read_text("utf-8"))
    record["settings"] |= settings
    (directory / "run.yaml").write_text(yaml.safe_dump(record), encoding="utf-8")
    return directory


def test_thresholds_that_have_changed_since_are_said(run: Path, tmp_path: Path) -> None:
    found = explained(changed(run, tmp_path, gates={"min_words": 500}), "new")
    assert found.verdict == "accepted"
    assert found.judgement is not None and found.judgement.verdict_now == "degenerate"


def test_a_folder_of_lenses_that_is_gone_is_no_hindrance(run: Path, tmp_path: Path) -> None:
    found = explained(changed(run, tmp_path, lens_folders=["gone"]), "new")
    assert found.lens == LENSES["new"]


def test_a_directory_without_a_run_or_a_readable_ledger(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run in"):
        explain(tmp_path, "new")
    (tmp_path / "run.yaml").write_bytes((run / "run.yaml").read_bytes())
    with pytest.raises(UsageError, match="no ledger yet"):
        explain(tmp_path, "new")
    (tmp_path / "ledger.sqlite").write_bytes(b"not a ledger, but a text of some length " * 20)
    with pytest.raises(ConfigError, match=r"ledger\.sqlite"):
        explain(tmp_path, "new")


def test_an_explanation_is_json(run: Path) -> None:
    for kind in ANSWERS:
        found = explained(run, kind)
        text = json.dumps(found.model_dump(mode="json"), allow_nan=False)
        assert Explanation.model_validate_json(text) == found
