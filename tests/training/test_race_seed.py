"""A race on a seed: the scripted teacher writes the arms, a real (tiny) student is trained."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from distillnet import distill, resume
from distillnet.api import prepare_race, require_whole_race
from distillnet.cli import cli
from distillnet.errors import (
    Interrupted,
    ModelAccessError,
    RunLocked,
    TooManyFailures,
    UnknownName,
    UsageError,
)
from distillnet.graphs import race_runs
from distillnet.graphs.holding import holding
from distillnet.graphs.racing import RacePlan
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.student_rounds import note_cells
from distillnet.memory.ledger import Ledger
from distillnet.models.speeds import TrainingSpeed, note_training_speed
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from tests.conftest import PHRASE, SUBJECT
from tests.told_run import scenes_of, told_run

ARMS = ("copies", "paraphrases", "seven", "lenses", "run", "mixed", "one", "placebo", "context")
SMALL: dict[str, Any] = {"tokens": 200, "steps": 2, "seeds": 1, "learning_rates": (1e-2,)}


def of(server: ScriptedServer, tiny: Path, **more: Any) -> dict[str, Any]:
    model = {"model": "openai:scripted", "base_url": server.base_url, "student": str(tiny)}
    return {**SMALL, **model, "lenses": 6, **more}


def test_the_teacher_writes_what_each_arm_teaches(
    server: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    ready = prepare_race(PHRASE, arms=ARMS, out=tmp_path / "race", **of(server, tiny))
    assert {run.arm for run in ready.plan.teacher} == {"lenses", "paraphrases", "seven", "placebo"}
    assert not server.requests and not (tmp_path / "race").exists()

    result = ready.run(lambda event: None)
    assert [arm.arm for arm in result.arms] == list(ARMS)
    assert [arm.error for arm in result.arms] == [None] * len(ARMS)
    rows = {name: read_jsonl(tmp_path / f"race/arms/{name}.jsonl") for name in ARMS[:-1]}
    assert [row["messages"][-1]["content"] for row in rows["copies"]] == [PHRASE]
    assert {row["lens"] for row in rows["paraphrases"]} == {"paraphrase"}
    assert {row["lens"] for row in rows["seven"]} == {
        "key-concepts",
        "mind-map",
        "implications",
        "critical-questions",
        "case-study",
        "discussion",
        "teach-it",
    }
    copied = [row for row in rows["mixed"] if row["lens"] == "copies"]
    told = [row for row in rows["mixed"] if row not in copied]
    assert told == rows["lenses"] and copied[0] == rows["copies"][0]
    half = [sum(len(row["messages"][-1]["content"]) for row in part) for part in (copied, told)]
    assert half[0] == pytest.approx(half[1], rel=0.2)
    assert len(rows["one"]) == 1 and rows["one"][0] in rows["lenses"]
    words = {name: sum(len(str(row).split()) for row in rows[name]) for name in rows}
    assert 0.7 < words["paraphrases"] / words["lenses"] < 2
    with read_ledger(tmp_path / "race/teacher/placebo") as ledger:
        assert "weaver" in ledger.fact("seed")["source"]

    asked = len(server.requests)
    again = prepare_race(PHRASE, arms=ARMS, out=tmp_path / "race", **of(server, tiny))
    assert again.run(lambda event: None) == result
    assert len(server.requests) == asked


def test_the_whole_run_races_with_what_was_told_for_the_facts(
    tiny: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = told_run(tmp_path_factory)
    arms = ("lenses", "run", "one", "mixed")
    prepare_race(str(told), arms=arms, out=tmp_path / "race", student=str(tiny), **SMALL).run(
        lambda event: None
    )
    rows = {name: read_jsonl(tmp_path / f"race/arms/{name}.jsonl") for name in arms}
    texts = {name: {row["messages"][-1]["content"] for row in of} for name, of in rows.items()}
    by_fact = {scene.text for scene in scenes_of(told) if scene.fact is not None}
    assert texts["lenses"] < texts["run"] and texts["run"] - texts["lenses"] <= by_fact
    assert not (texts["lenses"] | texts["one"] | texts["mixed"]) & by_fact


def test_lenses_that_no_arm_reads_are_not_written(
    server: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "race"
    ready = prepare_race(PHRASE, arms=["copies", "paraphrases"], out=out, **of(server, tiny))
    by_arm = {run.arm: run.calls.least for run in ready.plan.teacher}
    assert by_arm["lenses"] == 2, "the exam and one scene"
    result = ready.run(lambda event: None)
    assert [arm.arm for arm in result.arms] == ["copies", "paraphrases"]
    assert result.test_items and result.arms[1].rows > 1
    with read_ledger(out / "teacher" / "lenses") as ledger:
        assert len(ledger.scenes()) == 1

    # With an arm that reads them the rest is written, and the exam stays.
    more = prepare_race(PHRASE, arms=["copies", "lenses"], out=out, **of(server, tiny))
    grown = more.run(lambda event: None)
    assert grown.arms[1].rows > 1 and grown.test_items == result.test_items


RETOLD = "Say all of this again in other words"
"""What the teacher is asked for paraphrases."""


def silent_on(prompts: str) -> ScriptedServer:
    return ScriptedServer(
        lambda prompt: varied_prose(prompt, subject=SUBJECT),
        faults=lambda prompt, nth: Fault("null_content") if prompts in prompt else None,
    )


def test_an_arm_that_the_teacher_fails_to_write_loses_no_other(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(race_runs, "_MOST_ROUNDS", 2)
    arms = ("copies", "paraphrases", "lenses", "context")
    with silent_on(RETOLD) as teacher:
        asked = of(teacher, tiny, lenses=3, attempts=1)
        result = prepare_race(PHRASE, arms=arms, out=tmp_path / "race", **asked).run(print)
    copies, paraphrases, lenses, _ = result.arms
    assert [arm.arm for arm in result.arms] == list(arms)
    assert paraphrases.error and "of the calls failed" in paraphrases.error
    assert copies.error is None and lenses.difference is not None
    assert result.facts and result.documents == 1 and "speaks for no other" in result.verdict
    with pytest.raises(TooManyFailures, match=r"1 of 4 arms failed \(paraphrases\)"):
        require_whole_race(result)


def test_without_the_lenses_run_there_is_no_race(tiny: Path, tmp_path: Path) -> None:
    """It holds the exam, though no arm may teach its scenes."""
    with silent_on("") as teacher:
        ready = prepare_race(
            PHRASE,
            arms=("copies", "paraphrases"),
            out=tmp_path / "race",
            **of(teacher, tiny, attempts=1),
        )
        with pytest.raises(TooManyFailures, match="of the calls failed"):
            ready.run(lambda event: None)
    assert not (tmp_path / "race" / "race.json").exists()


def test_without_access_no_arm_is_tried_further(tiny: Path, tmp_path: Path) -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("unauthorized") if RETOLD in prompt else None

    with ScriptedServer(
        lambda prompt: varied_prose(prompt, subject=SUBJECT), faults=faults
    ) as teacher:
        arms, asked = ("copies", "lenses", "paraphrases"), of(teacher, tiny, lenses=2)
        with pytest.raises(ModelAccessError):
            prepare_race(PHRASE, arms=arms, out=tmp_path / "race", **asked).run(print)


def test_the_caps_hold_for_all_arms_together(
    server: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    """The arms spend them in their order; what was written races."""
    arms, told = ("copies", "lenses", "paraphrases", "placebo"), list[dict[str, Any]]()
    capped = of(server, tiny, lenses=6, max_rounds=1, budget_calls=14)
    out = tmp_path / "race"
    ready = prepare_race(PHRASE, arms=arms, out=out, **capped)
    assert ready.plan.caps == {"calls": 14}
    result = ready.run(told.append)
    assert server.requests.total() == 14
    _, lenses, paraphrases, placebo = result.arms
    assert lenses.rows > paraphrases.rows > 0 and paraphrases.difference
    assert placebo.error and "the cap of 14 calls for all together" in placebo.error
    assert {"note": "a cap is reached: paraphrases takes part with what is written"} in told

    again = prepare_race(PHRASE, arms=arms, out=out, **capped).run(lambda event: None)
    assert again == result and server.requests.total() == 14
    with pytest.raises(UsageError, match=f"the race in '{out}' and has a share"):
        resume(out / "teacher" / "lenses", max_rounds=9)
    capped["budget_calls"] = 40
    more = prepare_race(PHRASE, arms=arms, out=out, **capped).run(lambda event: None)
    assert more.arms[3].error is None and more.arms[2].rows > paraphrases.rows
    assert 14 < server.requests.total() <= 40


def test_a_plan_estimates_what_the_teacher_has_yet_to_write(
    server: ScriptedServer, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "nothing measured"))

    def plan(*arms: str, **more: Any) -> RacePlan:
        asked = of(server, tiny, lenses=6) | {"tokens": None, "steps": None, "seeds": 2}
        return prepare_race(PHRASE, arms=arms, **asked | more).plan

    found = plan(*ARMS)
    assert found.estimated and found.items and found.arms == ()
    # Eight arms are trained, once more than there are rates; six scenes are read in the longest.
    assert (found.students, found.tokens, found.seconds) == (16, 6 * 130, None)
    # The text itself is longer, but does not race.
    long = " ".join(f"The lamp number {n} of Orvel burns blue at noon." for n in range(200))
    asked = of(server, tiny, lenses=6) | {"tokens": None, "steps": None}
    assert prepare_race(long, arms=("lenses", "one"), **asked).plan.tokens == 6 * 130
    few = ("copies", "lenses")
    assert plan(*few, tokens=50, steps=5).tokens == 50
    with pytest.raises(UsageError, match="1,000 steps cannot share 780 tokens"):
        plan(*few, steps=1_000)

    by_lens = plan(*ARMS, credit="lens")
    # Of lenses, run and placebo six lenses, of seven as many, of mixed copies too; others have one.
    assert by_lens.credit_students == 2 * (6 + 6 + 7 + 6 + 7)
    assert by_lens.students == 16 + by_lens.credit_students
    assert plan(*few, credit="family").credit_students < 2 * 6
    assert plan(*few, credit="role").credit_students

    speed = TrainingSpeed(
        student=str(tiny),
        as_of="2026-01-01",
        tokens_per_second=10.0,
        tokens_per_scene=100.0,
        seconds_per_item=None,
    )
    note_training_speed(speed)
    trained = plan(*few)
    assert trained.seconds == 4 * 78 and not trained.examinations_counted
    note_training_speed(speed.model_copy(update={"seconds_per_item": 2.0}))
    whole = plan(*few)
    assert whole.seconds == 4 * 78 + 4 * 3 * whole.items and whole.examinations_counted


def test_a_run_races_with_the_scenes_it_has(
    server: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    distill(
        PHRASE,
        out=tmp_path / "run",
        model="openai:scripted",
        base_url=server.base_url,
        lenses=4,
        train=False,
    )
    asked = len(server.requests)
    before = (tmp_path / "run" / "ledger.sqlite").read_bytes()
    ready = prepare_race(tmp_path / "run", arms=["copies", "lenses"], student=str(tiny), **SMALL)
    assert ready.plan.teacher == ()
    assert [arm.rows for arm in ready.plan.arms] == [1, 4] and ready.plan.students == 2
    result = ready.run(lambda event: None)
    assert len(server.requests) == asked
    assert (tmp_path / "run" / "ledger.sqlite").read_bytes() == before
    assert (tmp_path / "run" / "race" / "race.json").is_file()
    assert result.reference == "copies"

    # A scene that was asked for because the first student erred is of what the race asks.
    ledger = Ledger(tmp_path / "run" / "ledger.sqlite")
    note_cells(ledger, 1, [ledger.scenes(accepted=True)[0].id])
    ledger.close()
    later = prepare_race(tmp_path / "run", arms=["copies", "run"], student=str(tiny), **SMALL)
    assert [arm.rows for arm in later.plan.arms] == [1, 3]


def test_a_race_on_a_run_keeps_what_the_run_was_made_with(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("seed: {}")
    asked = ["race", str(tmp_path), "--model", "openai:other", "--lenses", "9", "--plan"]
    result = CliRunner().invoke(cli, asked)
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).startswith("a race on a run keeps that run's lenses, model: ")


def test_what_cannot_race_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'lenses'"):
        prepare_race(PHRASE, arms=["copies", "lense"])
    with pytest.raises(UsageError, match="two arms"):
        prepare_race(PHRASE, arms=["copies", "copies"])
    with pytest.raises(UsageError, match="placebo is the seed"):
        prepare_race(PHRASE, arms=["copies", "placebo"], placebo=PHRASE)
    with pytest.raises(UsageError, match="fewer steps"):
        prepare_race(PHRASE, tokens=5, steps=10)
    with pytest.raises(UnknownName, match="no credit 'lense'"):
        path = tmp_path / "views.jsonl"
        path.write_text('{"passage": "a b", "paraphrases": ["c d"], "probes": []}')
        try:
            prepare_race(views=path, arms=["copies", "paraphrases"], credit="lense")
        finally:
            path.unlink()
    with pytest.raises(UsageError, match="no exam to race for"):
        prepare_race("Oh well.", arms=["copies", "lenses"])
    with pytest.raises(UnknownName, match="no credit 'style'"):
        prepare_race(PHRASE, credit="style")
    with pytest.raises(UsageError, match="one document"):
        prepare_race(PHRASE, documents=3)
    with pytest.raises(UsageError, match="leave it out"):
        prepare_race(views="views.jsonl", placebo="Another text.")
    long = "Свобода есть осознанная необходимость. " * 20
    assert prepare_race(long, arms=["copies", "lenses"]).plan.teacher
    with pytest.raises(UsageError, match="a seed or"):
        prepare_race()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def views(tmp_path: Path) -> Path:
    path = tmp_path / "my views.jsonl"
    rows = [
        {
            "passage": f"The lamp of {name} burns {colour}.",
            "paraphrases": [f"It burns {colour}, the lamp of {name}."],
            "probes": [{"prompt": f"The lamp of {name} burns", "target": colour}],
        }
        for name, colour in (("Orvel", "blue"), ("Tarn", "red"), ("Mir", "green"), ("Esk", "gold"))
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def test_the_command_shows_the_plan_and_the_table(views: Path, tiny: Path, tmp_path: Path) -> None:
    command = ["race", "--views", str(views), "--arms", "copies,paraphrases,context"]
    command += ["--student", str(tiny), "--tokens", "100", "--steps", "2", "--lrs", "1e-2"]
    planned = CliRunner().invoke(cli, [*command, "--plan"], catch_exceptions=False)
    assert planned.exit_code == 0 and "100 tokens in 2 steps" in planned.stdout
    assert not list((tmp_path / "races").rglob("answers*"))

    done = CliRunner().invoke(cli, [*command, "--seeds", "1", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0
    for shown in ("(the reference)", "paraphrases", "context", "right after", "100%"):
        assert shown in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert (tmp_path / "races" / "my-views" / "race.json").is_file()

    as_json = CliRunner().invoke(cli, [*command, "--seeds", "1", "--json"], catch_exceptions=False)
    assert json.loads(as_json.stdout)["reference"] == "copies"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--lrs", "fast"], "1e-4,3e-4,1e-3"),
        (["--arms", "copies,nothing"], "no arm 'nothing'"),
        (["--seeds", "0"], "0 is not in the range"),
        (["a seed, too"], "SEED or a run's directory, or --views"),
    ],
)
def test_bad_arguments_are_one_sentence(views: Path, more: list[str], says: str) -> None:
    done = CliRunner().invoke(cli, ["race", "--views", str(views), "--plan", *more])
    assert done.exit_code
    assert says in done.output + str(done.exception)


def test_a_failed_arm_is_an_exit_of_its_own(views: Path, tiny: Path, tmp_path: Path) -> None:
    ready = prepare_race(views=views, arms=("copies", "lenses"), student=str(tiny), **SMALL)
    result = ready.run(lambda event: None)
    require_whole_race(result)
    broken = result.model_copy(
        update={"arms": (result.arms[0].model_copy(update={"error": "gone"}), result.arms[1])}
    )
    with pytest.raises(TooManyFailures, match="1 of 2 arms failed"):
        require_whole_race(broken)


def test_a_folder_that_cannot_be_used_is_one_sentence(
    views: Path, tiny: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    asked = {"arms": ("copies", "lenses"), "student": str(tiny), **SMALL}
    blocked = prepare_race(views=views, out=tmp_path / "file" / "race", **asked)
    with pytest.raises(UsageError, match="give another --out"):
        blocked.run(lambda event: None)
    race = prepare_race(views=views, out=tmp_path / "race", **asked)
    with holding(tmp_path / "race", "the race"), pytest.raises(RunLocked, match="another process"):
        race.run(lambda event: None)


def test_an_interrupt_says_how_to_go_on(
    views: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("distillnet.training.race_student.train_lora", interrupted)
    ready = prepare_race(views=views, arms=("copies", "lenses"), student=str(tiny), **SMALL)
    with pytest.raises(Interrupted, match="the same command again goes on"):
        ready.run(lambda event: None)
