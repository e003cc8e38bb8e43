"""The map of a run in which some lenses are refused, some fail, and some agree."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import Run, coverage, diff, distill, open_context
from distillnet.api import OnEvent
from distillnet.errors import UsageError
from distillnet.graphs.coverage_map import Target
from distillnet.graphs.run_file import read_run
from distillnet.memory.ledger import Ledger
from distillnet.records import Scene
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT
from tests.told_run import MOUNTAIN, PROPOSAL, SALT, rewritten, scenes_of, told_run

LENSES = split_lenses(load_lenses(), 12)[0]
# The refused one is the only one of its family and role.
REFUSED, FAILED = LENSES[6], LENSES[5]
SAILOR = (
    "Freedom of the sailor is to know the necessity of the wind. He cannot choose the storm, the "
    "tide or the reef, yet whoever recognises them all brings his ship across the open sea."
)
SEAMAN = (
    "A seaman at sea is free once he has recognised necessity: storm, reef, tide and wind obey no "
    "sailor, and so the freedom of his ship lies in knowing, in every weather, what must be."
)
# Shares its angle with none.
JUDGE = (
    "Who signs a contract gives up a hundred other contracts. The court asks only whether the "
    "clause was read; necessity begins at the signature, and liberty was the pen in the hand."
)


def answer(prompt: str) -> str:
    if REFUSED.question.en in prompt:
        return "I'm sorry, but I can't assist with that request."
    for lens, text in zip(LENSES, (SAILOR, SEAMAN, JUDGE), strict=False):
        if lens.question.en in prompt:
            return text
    return varied_prose(prompt, subject=SUBJECT)


def faults(prompt: str, nth: int) -> Fault | None:
    return Fault("server_error", retry_after="0") if FAILED.question.en in prompt else None


def made(directory: Path, rounds: int, on_event: OnEvent | None = None) -> Run:
    with ScriptedServer(answer, faults=faults) as server:
        return distill(
            PHRASE,
            out=directory,
            on_event=on_event,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=len(LENSES),
            roles=("dog", "judge", "child"),
            max_rounds=rounds,
            attempts=2,
            train=False,
            coverage={"good_turing": 1.0, "min_gain": 0.05},
        )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made(tmp_path_factory.mktemp("covered") / "run", 1)


def test_the_counts_are_of_accepted_scenes(run: Run) -> None:
    found = coverage(run.directory)

    def here(scenes: list[Scene], family: str, role: str) -> int:
        return sum((scene.family, scene.role) == (family, role) for scene in scenes)

    for family, row in found.counts.items():
        for role, count in row.items():
            assert count == here(run.scenes, family, role)
    assert sum(sum(row.values()) for row in found.counts.values()) == len(run.scenes) == 10
    assert found.verdicts == {"accepted": 10, "refusal": 1, "failed": 1}
    # 12 cells are fewer than 5 families x 3 roles: what was not planned is not counted as nothing.
    assert 0 in [count for row in found.counts.values() for count in row.values()]
    assert sum(map(len, found.counts.values())) <= 12


def test_what_is_missing_is_named_with_what_became_of_it(run: Run) -> None:
    found = coverage(run.directory)
    assert (found.planned, found.covered) == (12, 10)
    failed, refused = found.missing
    assert (refused.lens, refused.verdicts) == (REFUSED.name, {"refusal": 1})
    assert (failed.lens, failed.verdicts) == (FAILED.name, {"failed": 1})
    assert (refused.title, refused.question) == (REFUSED.title, REFUSED.question)


def test_what_repeats_is_what_the_critic_put_together(run: Run) -> None:
    found = coverage(run.directory)
    texts = {scene.id: scene.text for scene in run.scenes}
    clusters = yaml.safe_load((run.directory / "transformation_map.yaml").read_text())["angles"]
    assert len(clusters) == run.coverage["angles"]["seen"]
    shared = [cluster for cluster in clusters if len(cluster) > 1]
    assert 0 < len(shared) < len(clusters)
    assert [[scene.id for scene in angle] for angle in found.repeats] == shared
    assert any(
        {s.lens for s in angle} >= {LENSES[0].name, LENSES[1].name} for angle in found.repeats
    )
    sizes = [len(angle) for angle in found.repeats]
    assert sizes == sorted(sizes, reverse=True)
    for angle in found.repeats:
        for scene in angle:
            assert len(scene.begins) <= 100
            assert texts[scene.id].startswith(scene.begins.removesuffix(" …"))


def test_targets_tell_how_far_each_was(run: Run) -> None:
    found = coverage(run.directory)
    (last,) = run.coverage["history"]
    assert found.targets == (
        Target(name="lenses", target=0.95, reached=10 / 12),
        Target(name="good_turing", target=1.0, reached=run.coverage["angles"]["good_turing"]),
        Target(name="gain", target=0.05, reached=last["new_angles"] / 12),
    )
    assert (found.stopped, found.rounds) == ("budget", 1)
    assert found.reason == run.coverage["reason"]


def test_facts_say_who_told_them_and_gaps_what_is_missing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = told_run(tmp_path_factory)
    found = coverage(run)
    by_id = {scene.id: scene for scene in scenes_of(run)}
    mountain, salt = found.facts
    assert (mountain.statement, salt.statement) == (MOUNTAIN, SALT)
    assert mountain.forward and mountain.reverse and salt.forward and not salt.reverse
    for number, fact in enumerate(found.facts):
        for direction, tellers in (("forward", fact.forward), ("reverse", fact.reverse)):
            for teller in tellers:
                scene = by_id[teller.id]
                assert (number, direction) in scene.tells
                assert (teller.lens, teller.role) == (scene.lens, scene.role)
    (gap,) = found.gaps
    assert (gap.kind, gap.fact, gap.direction) == ("fact", 1, "reverse")
    assert Target(name="facts", target=1.0, reached=0.75) in found.targets
    assert Target(name="depth", target=1, reached=1) in found.targets


def test_depths_and_lenses_of_the_critic_are_shown(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = told_run(tmp_path_factory)
    found = coverage(run)
    depths = [scene.depth for scene in scenes_of(run) if scene.verdict == "accepted"]
    assert found.depths == (depths.count(0), depths.count(1)) and min(found.depths) > 0
    (own,) = found.proposed
    assert (own.name, own.question.en) == (PROPOSAL["name"], PROPOSAL["question"])
    assert found.counts["proposed"]


def test_what_a_lens_of_the_critic_asked_is_known_where_it_was_tried_in_vain(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run", verdict="echo")
    (own,) = [m for m in coverage(run).missing if m.lens == PROPOSAL["name"]]
    assert own.question is not None and own.question.en == PROPOSAL["question"]
    assert coverage(run).depths == ()


def test_the_record_of_an_older_version_is_read(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run")
    ledger = Ledger(run / "ledger.sqlite")
    record = ledger.fact("coverage")
    history = [{k: v for k, v in row.items() if k != "gain"} for row in record["history"]]
    known = {k: v for k, v in record.items() if k not in ("facts", "gaps", "pages")}
    ledger.write_fact("coverage", known | {"history": history})
    ledger.close()
    found = coverage(run)
    assert (found.facts, found.gaps) == ((), ())
    assert found.targets[-1] == Target(name="gain", target=0.0, reached=None)


def repeating(directory: Path, server: ScriptedServer, **settings: Any) -> Run:
    """All scenes of eight lenses make one point."""
    given: dict[str, Any] = {"max_rounds": 1, "coverage": {"own_angle": True}}
    return distill(
        PHRASE,
        out=directory,
        model="openai:scripted",
        base_url=server.base_url,
        lenses=8,
        train=False,
        **given | settings,
    )


def test_lenses_that_only_repeat_are_not_covered(tmp_path: Path, server: ScriptedServer) -> None:
    run = repeating(tmp_path / "run", server)
    found, lenses = coverage(run.directory), run.coverage["lenses"]
    assert (found.planned, found.covered, found.missing) == (8, lenses["covered"], ())
    assert {*found.repeating} == {*lenses["repeating"]} and lenses["covered"] < 4
    assert {gap.lens for gap in found.gaps} == {*found.repeating}
    assert all("only repeat" in gap.reason for gap in found.gaps)
    assert found.stopped == "budget"
    # The map, the report, the comparison and the table count alike.
    drawn = yaml.safe_load((run.directory / "transformation_map.yaml").read_text())
    states = {k: v["state"] for group in drawn["families"].values() for k, v in group.items()}
    assert [k for k, state in states.items() if state == "repeating"] == list(found.repeating)
    assert drawn["cells"] == found.cells.counts
    cells = {k: v["cells"] for group in drawn["families"].values() for k, v in group.items()}
    assert cells == found.cells.states
    assert found.cells.counts["unique"] == lenses["covered"]
    assert found.cells.counts["unique"] + found.cells.counts["repeating"] == 8
    assert sum(found.cells.counts.values()) == 8 * 16 * len(load_forms())
    text = (run.directory / "report.html").read_text()
    assert text.count("<em>only repeats</em>") == len(found.repeating)
    compared = diff(run.directory, run.directory)
    assert compared.a.numbers.lenses_covered == lenses["covered"]
    # They are asked again, by others.
    more = repeating(tmp_path / "run", server, max_rounds=2)
    assert more.coverage["rounds"] == 2
    again = {scene.lens for scene in more.scenes if scene.round == 2}
    assert again == {*found.repeating}


def test_lenses_are_counted_as_the_critic_counts_them(
    tmp_path: Path, server: ScriptedServer
) -> None:
    taken = {"coverage": {"own_angle": False}}
    run = repeating(tmp_path / "run", server, **taken)
    assert coverage(run.directory).covered == 8
    path = run.directory / "axis.yaml"
    axis = yaml.safe_load(path.read_text())
    entry = next(iter(axis["axes"].values()))
    entry["modes"][next(iter(entry["modes"]))] = 0
    path.write_text(yaml.safe_dump(axis))
    again = repeating(tmp_path / "run", server, **taken)
    found = coverage(run.directory)
    assert again.coverage["lenses"]["planned"] == 7
    assert (found.planned, found.covered) == (7, again.coverage["lenses"]["covered"])


class Cut(Exception):
    pass


def test_a_run_that_was_cut_off_is_shown_as_far_as_it_came(tmp_path: Path) -> None:
    def cut_at(stage: str, rounds: int) -> None:
        def cut(event: dict[str, Any]) -> None:
            if event.get("stage") == stage:
                raise Cut

        with pytest.raises(Cut):
            made(tmp_path / "run", 3, cut)
        found = coverage(tmp_path / "run")
        assert not (tmp_path / "run" / "coverage.json").exists()
        assert (found.planned, found.covered) == (12, 10)
        assert (found.stopped, found.rounds) == (None, rounds)
        assert (found.angles is None) == (rounds == 0)
        known = {target.name: target.reached is not None for target in found.targets}
        ended = rounds > 0
        assert known == {"lenses": True, "good_turing": ended, "gain": ended}

    cut_at("clean", 0)
    cut_at("coverage", 1)


def test_before_anything_is_planned_the_map_is_empty(tmp_path: Path, run: Run) -> None:
    settings, _ = read_run(run.directory)
    (tmp_path / "run.yaml").write_bytes((run.directory / "run.yaml").read_bytes())
    with pytest.raises(UsageError, match="no ledger yet"):
        coverage(tmp_path)
    with open_context(tmp_path, settings):
        found = coverage(tmp_path)
    assert (found.planned, found.counts, found.missing, found.repeats) == (0, {}, (), ())
    assert found.targets[0].reached is None


def test_the_map_needs_no_lock_and_writes_nothing(run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.directory.rglob("*")}
    coverage(run.directory)
    assert {path: path.stat().st_mtime_ns for path in run.directory.rglob("*")} == before
    with open_context(run.directory, read_run(run.directory)[0]):
        assert coverage(run.directory).planned == 12
