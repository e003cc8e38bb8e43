"""'distillnet judge' as a stranger meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from distillnet.cli import cli
from distillnet.errors import BudgetReached, DistillNetError
from distillnet.testing import ScriptedServer
from tests.cli.test_cli import distillnet
from tests.graphs.judged_run import JUDGES, copied, judging, made_run
from tests.training.conftest import tiny as tiny


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, tiny: Path, tmp_path: Path) -> Path:
    return copied(made_run(tmp_path_factory, tiny), tmp_path / "run")


def here(*arguments: str) -> Result:
    """In this process: another one takes seconds to import what a student needs."""
    return CliRunner().invoke(cli, arguments)


def test_plan_cap_judgement_and_then_nothing_more_to_pay(run: Path) -> None:
    """What one process has kept another one finds: the judgement is made in its own."""
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        options = ("--judges", ",".join(JUDGES), "--base-url", server.base_url, "--limit", "2")
        planned = here("judge", "run", *options, "--plan", "--json")
        assert planned.exit_code == 0, planned.output
        plan = json.loads(planned.stdout)
        assert plan["calls"] == 12 and plan["answers"] == 4 and server.requests.total() == 0

        capped = here("judge", "run", *options, "--budget-calls", "1")
        assert isinstance(capped.exception, BudgetReached) and not capped.stdout
        assert "--budget-calls" in str(capped.exception) and capped.exception.exit_code == 4
        assert server.requests.total() == 1

        done = distillnet("judge", "run", *options)
        assert done.returncode == 0, done.stderr
        assert server.requests.total() == plan["calls"]
        assert "a wins" in done.stdout and "kept in run/judged" in done.stderr
        assert max(map(len, done.stdout.splitlines())) < 80

        again = here("judge", "run", *options, "--json")
        assert server.requests.total() == plan["calls"]
    kept = (run / "judged" / "judged.json").read_text("utf-8")
    assert json.loads(again.stdout) == json.loads(kept)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["judge"], 2, "DIRECTORY"),
        (["judge", "."], 2, "--judges"),
        (["judge", ".", "--judges", "openai:a,openai:b"], 2, "no run in"),
        (["judge", ".", "--judges", "openai:a"], 2, "two judges"),
        (["judge", ".", "--judges", "embedded,openai:a"], 2, "not capable"),
        (["judge", ".", "--judges", "openai:a,openai:b", "--limit", "0"], 2, "--limit"),
        (["judge", ".", "--judges", "openai:a,openai:b", "--budget-calls", "0"], 5, "budget_calls"),
        (["judge", ".", "--judges", "openai:a,openai:b", "--base-url", "x"], 2, "base_url"),
    ],
)
def test_mistakes_are_one_sentence(arguments: list[str], code: int, said: str) -> None:
    done = here(*arguments)
    if isinstance(done.exception, DistillNetError):  # of which ``main`` makes one sentence
        assert done.exception.exit_code == code and said in str(done.exception)
    else:
        assert done.exit_code == code and said in done.stderr
        assert isinstance(done.exception, SystemExit)
