"""``lenses --run`` and ``adopt``: what the critic proposed becomes one's own."""

import json
import shlex
from pathlib import Path

import pytest

from distillnet import adopt_lens, plan
from distillnet.errors import UnknownName, UsageError
from distillnet.memory.ledger import Ledger
from distillnet.tools.lenses import load_lenses
from tests.cli.test_cli import distillnet
from tests.cli.test_search import STEERING
from tests.conftest import PHRASE
from tests.told_run import PROPOSAL, rewritten, told_run

NAME = str(PROPOSAL["name"])


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told_run(tmp_path_factory)


def without_proposals(run: Path, directory: Path) -> Path:
    rewritten(run, directory)
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.write_fact("proposed", [{"round": 1, "lens": None, "problem": "it is not JSON"}])
    ledger.close()
    return directory


def test_the_proposals_of_a_run_are_listed(run: Path, tmp_path: Path) -> None:
    done = distillnet("lenses", "--run", str(run))
    assert (done.returncode, done.stderr) == (0, "")
    assert " ".join(done.stdout.split()) == f"proposed (1) {NAME} {PROPOSAL['question']}"
    (listed,) = json.loads(distillnet("lenses", "--run", str(run), "--json").stdout)
    assert (listed["name"], listed["family"]) == (NAME, "proposed")
    none = distillnet("lenses", "--run", str(without_proposals(run, tmp_path / "none")))
    assert (none.returncode, none.stdout) == (0, "")
    assert "proposed none; --propose" in none.stderr


def test_an_adopted_lens_is_planned_as_the_command_says(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "it's mine" / "lenses"
    done = distillnet("adopt", str(run), NAME, "--into", str(folder))
    assert (done.returncode, done.stdout) == (0, f"{folder / 'adopted.yaml'}\n")
    line, _, variable = (text.strip() for text in done.stderr.splitlines()[1:])
    (tmp_path / "distillnet.yaml").write_text(f"{line}\n", "utf-8")
    assert NAME in {cell.lens for cell in plan(PHRASE, lenses=12).cells}
    (tmp_path / "distillnet.yaml").unlink()
    assert NAME not in {cell.lens for cell in plan(PHRASE, lenses=12).cells}
    name, value = shlex.split(variable)[0].split("=", 1)
    monkeypatch.setenv(name, value)
    assert NAME in {cell.lens for cell in plan(PHRASE, lenses=12).cells}


def test_a_mistake_is_one_sentence_and_changes_nothing(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lenses"
    with pytest.raises(UnknownName, match=f"no proposed lens 'who-pay'. Did you mean '{NAME}'"):
        adopt_lens(run, "who-pay", folder)
    with pytest.raises(UsageError, match="no run in"):
        adopt_lens(tmp_path, NAME, folder)
    with pytest.raises(UsageError, match=r"the critic proposed no lens in .* --propose 1"):
        adopt_lens(without_proposals(run, tmp_path / "none"), NAME, folder)
    assert not folder.exists()
    path = adopt_lens(run, NAME, folder)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        adopt_lens(run, NAME, folder)
    assert path.read_bytes() == before and NAME in load_lenses([folder])


def test_what_a_stranger_names_is_inert(run: Path, tmp_path: Path) -> None:
    done = distillnet("adopt", str(run), STEERING.replace("\x00", ""), "--into", "lenses")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.rstrip("\n").isprintable() and "no proposed lens" in done.stderr


def test_a_run_that_goes_on_is_not_disturbed(run: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    adopt_lens(run, NAME, tmp_path / "lenses")
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
