"""A race on a seed: the scripted teacher writes the arms, a real (tiny) student is trained."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from distillnet import distill
from distillnet.api import prepare_race, require_whole_race
from distillnet.cli import cli
from distillnet.errors import Interrupted, RunLocked, TooManyFailures, UnknownName, UsageError
from distillnet.graphs.holding import holding
from distillnet.graphs.reading import read_ledger
from distillnet.testing import ScriptedServer
from distillnet.tools.export import read_jsonl
from tests.conftest import PHRASE

ARMS = ("copies", "paraphrases", "seven", "lenses", "one", "placebo", "context")
SMALL = {"tokens": 200, "steps": 2, "seeds": 1, "learning_rates": (1e-2,)}


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
    assert [arm.error for arm in result.arms] == [None] * 7
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
    assert len(rows["one"]) == 1 and rows["one"][0] in rows["lenses"]
    words = {name: sum(len(str(row).split()) for row in rows[name]) for name in rows}
    assert 0.7 < words["paraphrases"] / words["lenses"] < 2
    with read_ledger(tmp_path / "race/teacher/placebo") as ledger:
        assert "weaver" in ledger.fact("seed")["source"]

    asked = len(server.requests)
    again = prepare_race(PHRASE, arms=ARMS, out=tmp_path / "race", **of(server, tiny))
    assert again.run(lambda event: None) == result
    assert len(server.requests) == asked


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
