"""What ``distillnet plan`` prints, and how ``run`` begins: read as a stranger reads it."""

import json
import os
import pty
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from distillnet import api, build_distill_graph
from distillnet.cli import cli
from distillnet.cli.plan_summary import PlanSummary
from distillnet.cli.plan_words import words
from distillnet.config import load_settings
from distillnet.errors import UsageError
from distillnet.graphs.run_file import write_run
from distillnet.models.speeds import Speed, note_speed
from distillnet.testing import ScriptedServer
from distillnet.tools.seeds import parse_seed
from distillnet.tools.terminal import columns
from tests.cli.test_cli import distillnet
from tests.conftest import PHRASE
from tests.test_imports import HEAVY

RUSSIAN = "Свобода есть осознанная необходимость."
FIELDS = (
    *("seed", "teacher", "student", "roles", "cells", "calls", "requests", "caps", "tokens"),
    *("money", "time", "hosts", "key", "files", "terms", "graph", "next"),
)


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def planned(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["plan", *arguments], catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    "model",
    [
        ["--model", "embedded"],
        ["--model", "openai:gpt-5-mini", "--budget-usd", "2", "--no-train"],
        ["--model", "anthropic:never-heard-of", "--budget-usd", "2", "--max-rounds", "1"],
    ],
)
@pytest.mark.parametrize(("seed", "language"), [(PHRASE, "en"), (RUSSIAN, "ru")])
def test_the_text_has_every_field_and_fits(seed: str, language: str, model: list[str]) -> None:
    text = planned(seed, *model)
    lines = text.splitlines()
    names = [words(language)[field] for field in FIELDS]
    begun = [line[:10].strip() for line in lines if line[0] != " "]
    assert begun == names
    assert max(map(columns, lines)) < 80
    assert 30 <= len(lines) <= 50


def test_nothing_of_one_language_stands_in_the_other() -> None:
    english, russian = words("en"), words("ru")
    same = {key for key in english if english[key] == russian[key]}
    assert same <= {"terminal"}
    assert not any("а" <= letter <= "я" for text in english.values() for letter in text)


def test_the_language_of_the_scenes_is_that_of_the_talk() -> None:
    text = planned(PHRASE, "--language", "ru")
    assert text.startswith("зерно ")
    assert "сцены будут по-русски" in text


def test_the_ranges_and_their_reasons_are_told() -> None:
    text = " ".join(planned(PHRASE, "--lenses", "32").split())
    assert "calls 32 to 90: 32 in round 1" in text
    assert "at most 31 + 27 in further rounds (--max-rounds 3)" in text
    assert "540 at most: a call that fails in passing is tried up to 6 times" in text
    assert "an estimate" in text
    assert "free (own machine, " in text
    assert "none: no network is used" in text
    assert "answers, training not measured yet" in text and "--probe" in text


def test_what_is_measured_replaces_what_is_not() -> None:
    note_speed(
        Speed(
            model="embedded",
            host="",
            as_of="2026-11-01",
            calls=32,
            calls_per_second=0.5,
            concurrency=32,
            input_tokens_per_byte=0.3,
            output_tokens=150.0,
            accepted=0.7,
        )
    )
    text = " ".join(planned(PHRASE, "--no-train").split())
    assert "answers 1 min 4 s to 3 min 0 s (as measured here before)" in text
    assert "not measured" not in text
    assert "read: as measured on 2026-11-01; written: as measured on 2026-11-01" in text


def test_prompts_are_printed_as_they_are_sent() -> None:
    plan = api.plan(RUSSIAN, model="openai:any", lenses=4)
    every = planned(RUSSIAN, "--model", "openai:any", "--lenses", "4", "--prompts")
    assert all(cell.text in every and cell.id in every for cell in plan.cells)
    assert plan.exam_prompts[0] in every
    cell = plan.cells[2]
    for name in (cell.id, cell.id[:6], cell.lens):
        one = planned(RUSSIAN, "--model", "openai:any", "--lenses", "4", "--prompt", name)
        assert one == f"{cell.text}\n"


@pytest.mark.parametrize("name", ["metafor", "", "zz"])
def test_a_cell_that_is_not_there(name: str) -> None:
    done = CliRunner().invoke(cli, ["plan", PHRASE, "--lenses", "4", "--prompt", name])
    assert "no cell" in str(done.exception)


def test_a_beginning_that_several_cells_share() -> None:
    ids = sorted(cell.id for cell in api.plan(PHRASE, lenses=100).cells)
    shared = next(a[0] for a, b in pairwise(ids) if a[0] == b[0])
    done = CliRunner().invoke(cli, ["plan", PHRASE, "--lenses", "100", "--prompt", shared])
    assert "begins several cells" in str(done.exception)


def test_all_cells_on_request() -> None:
    ids = [cell.id for cell in api.plan(PHRASE).cells]
    short, long = planned(PHRASE), planned(PHRASE, "--cells")
    assert sum(id[:8] in short for id in ids) < 10
    assert all(id[:8] in long for id in ids)


def test_json_has_the_record_and_the_graph() -> None:
    record = json.loads(planned(PHRASE, "--lenses", "4", "--json"))
    drawn = record.pop("graph")
    assert api.Plan.model_validate(record) == api.plan(PHRASE, lenses=4)
    assert drawn["mermaid"] == build_distill_graph().get_graph().draw_mermaid()
    assert drawn["svg"].startswith("<svg ") and ">coverage<" in drawn["svg"]
    assert planned(PHRASE, "--graph", "svg").strip() == drawn["svg"].strip()
    assert planned(PHRASE, "--graph", "mermaid").strip() == drawn["mermaid"].strip()


def test_a_hostile_file_steers_no_terminal() -> None:
    Path("seed\x1b[31m.txt").write_text("Свобода \u202e\x1b[2J wide 漢字" * 9, encoding="utf-8")
    for text in (planned("seed\x1b[31m.txt"), planned("seed\x1b[31m.txt", "--json")):
        assert not {"\x1b", "\u202e"} & set(text)
    assert max(map(columns, planned("seed\x1b[31m.txt").splitlines())) < 80


def test_it_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nfrom distillnet.cli import cli\n"
        f"cli.main(['plan', {PHRASE!r}], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {module.split(".")[0] for module in json.loads(done.stderr)}
    assert not loaded & (HEAVY | {"langgraph", "openai"})


def test_a_plan_is_kept_run_and_refused_when_it_changed(server: ScriptedServer) -> None:
    made = distillnet(
        *("plan", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "3", "--no-train", "--out", "plan.yaml"),
    )
    assert made.returncode == 0 and "plan.yaml" in made.stdout
    assert server.requests.total() == 0
    done = distillnet("run", "--plan", "plan.yaml", "--out", "run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["coverage"]["lenses"]["planned"] == 3
    received = server.requests
    assert received.total() == 3
    for more in (["--lenses", "4"], [PHRASE], ["--no-train"]):
        mixed = distillnet("run", "--plan", "plan.yaml", *more)
        assert mixed.returncode == 2 and "leave out" in mixed.stderr
    text = Path("plan.yaml").read_text(encoding="utf-8")
    Path("plan.yaml").write_text(text.replace("in one paragraph", "in two"), encoding="utf-8")
    refused = distillnet("run", "--plan", "plan.yaml", "--out", "other")
    assert refused.returncode == 5
    assert "prompt / user / text" in refused.stderr and "Traceback" not in refused.stderr
    assert not Path("other").exists()
    assert server.requests == received


def test_a_run_needs_a_seed_or_a_plan() -> None:
    done = distillnet("run")
    assert done.returncode == 2 and "SEED" in done.stderr and "--plan" in done.stderr
    missing = distillnet("run", "--plan", "nowhere.yaml")
    assert missing.returncode == 2 and "nowhere.yaml" in missing.stderr


def test_a_run_begins_with_five_lines(server: ScriptedServer) -> None:
    done = distillnet(
        *("run", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "3", "--no-train", "--out", "run"),
    )
    names = [line.split()[0] for line in done.stderr.splitlines()[:6]]
    assert names == ["seed", "teacher", "calls", "time", "files", "terms"]
    assert "Go on?" not in done.stderr
    again = [*PlanSummary(api.plan(PHRASE, out="run")).lines()]
    assert "is there already" in again[4]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_summary_has_a_line_for_terms_that_bind(language: str) -> None:
    free = [*PlanSummary(api.plan(PHRASE, language=language)).lines()]
    bound = [*PlanSummary(api.plan(PHRASE, model="openai:gpt-5-mini", language=language)).lines()]
    assert (len(free), len(bound)) == (5, 6)
    assert all(columns(line) < 80 and not line.endswith("…") for line in free + bound)


@pytest.mark.parametrize(
    ("typed", "arguments", "code"),
    [
        (b"y\n", [], 0),
        ("что\nда\n".encode(), [], 0),
        (b"\n", [], 0),
        (b"n\n", [], 130),
        (b"\x04", [], 130),
        (b"", ["--yes"], 0),
    ],
)
def test_on_a_terminal_it_asks(
    typed: bytes, arguments: list[str], code: int, server: ScriptedServer
) -> None:
    command = ["run", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url]
    command += ["--lenses", "3", "--no-train", "--out", "run", "--json", *arguments]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from distillnet.cli import main; main()", *command],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
    )
    os.close(theirs)
    os.write(ours, typed)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert said.decode().count("Go on?") == ("--yes" not in arguments) + (b"\n" in typed[:-1])
    if code:
        assert stdout == b"" and server.requests.total() == 0 and not Path("run").exists()
        assert b"nothing was called or written" in said
    else:
        assert json.loads(stdout)["directory"] == "run"


def test_resume_takes_every_cap(server: ScriptedServer) -> None:
    distillnet(
        *("run", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "4", "--no-train", "--out", "run", "--budget-calls", "2"),
    )
    assert server.requests.total() == 2
    done = distillnet(
        *("resume", "run", "--budget-calls", "9", "--budget-tokens", "100000", "--budget-usd"),
        *("5", "--budget-minutes", "9", "--max-failed", "0.5", "--max-rounds", "4"),
    )
    assert done.returncode == 0, done.stderr
    assert server.requests.total() == 4


def test_what_an_earlier_run_answered_is_said_to_cost_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, load_settings(), parse_seed(PHRASE))
    text = planned("Freedom is the recognition of a need.", "--reuse", str(tmp_path))
    assert "taken over and costs nothing" in " ".join(text.split())
    refused = CliRunner().invoke(cli, ["plan", PHRASE, "--reuse", str(tmp_path / "none")])
    assert isinstance(refused.exception, UsageError) and "no run in" in str(refused.exception)
