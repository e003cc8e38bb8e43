"""plan.yaml: exactly that is run, or every difference is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import api, distill, plan
from distillnet.errors import ConfigError, UsageError
from distillnet.graphs.forecast import fingerprint
from distillnet.graphs.plan_file import confirmed, load_plan, write_plan
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE

FILE = Path("plan.yaml")
ROLE = """
from distillnet import Role


class Lighthouse(Role):
    name = "lighthouse"
    stance = "You are a lighthouse."
"""
LENS = """
- name: tide
  title: {en: Tide, ru: Прилив}
  question: {en: "What comes back?", ru: "Что возвращается?"}
  origin: a test
  reveals: return
  form: essay
  faithfulness: literal
  tags: [time]
"""


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def written(seed: str = PHRASE, **settings: Any) -> None:
    write_plan(FILE, plan(seed, **({"lenses": 4, "train": False} | settings)))


def refused() -> str:
    with pytest.raises(ConfigError) as caught:
        confirmed(load_plan(FILE))
    assert str(caught.value).endswith("make a new plan, or undo the change")
    return str(caught.value)


def edited(change: Callable[[dict[str, Any]], object]) -> None:
    record = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(record)
    FILE.write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("seed", [PHRASE, "Свобода есть осознанная необходимость."])
def test_it_is_read_back_as_it_was_written(seed: str) -> None:
    made = plan(seed, model="openai:gpt-5-mini", lenses=4)
    write_plan(FILE, made)
    assert load_plan(FILE) == made
    text = FILE.read_text(encoding="utf-8")
    assert text.startswith("distillnet: ")
    # Readable: prompts stand there line by line, in their own letters.
    assert f"\n      {made.cells[0].prompt[1].text.splitlines()[0]}\n" in text


def test_a_run_of_it_makes_exactly_its_cells(server: ScriptedServer, tmp_path: Path) -> None:
    made = plan(PHRASE, model="openai:scripted", base_url=server.base_url, lenses=5, train=False)
    write_plan(FILE, made)
    run = distill(plan=FILE, out=tmp_path / "run")
    assert len(run.scenes) == 5
    cells = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True).cells()
    assert [cell.id for cell in cells if cell.round == 1] == [cell.id for cell in made.cells]
    received = sorted(body["messages"][1]["content"] for body in server.bodies)
    assert received == sorted(cell.prompt[1].text for cell in made.cells)


def test_nothing_around_it_shapes_its_run(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(model="openai:scripted", base_url=server.base_url)
    monkeypatch.setenv("DISTILLNET_MAX_ROUNDS", "9")
    monkeypatch.setenv("DISTILLNET_BUDGET_CALLS", "1")
    monkeypatch.setenv("DISTILLNET_GATES__MIN_WORDS", "1000")
    Path("distillnet.yaml").write_text("lenses: 7\nno_such_setting: 1\n", encoding="utf-8")
    run = distill(plan=FILE, out=tmp_path / "run")
    assert len(run.scenes) == server.calls.total() == 4


def test_a_plan_goes_alone(server: ScriptedServer) -> None:
    written()
    with pytest.raises(UsageError, match="its own seed and settings"):
        distill(PHRASE, plan=FILE)
    with pytest.raises(UsageError, match="its own seed and settings"):
        distill(plan=FILE, lenses=4)


def test_a_phrase_and_standard_input_come_from_the_plan() -> None:
    written()
    settings, seed = confirmed(load_plan(FILE))
    assert (settings.lenses, seed.statement) == (4, PHRASE)


def test_a_changed_seed_file_is_told_once_with_both_texts() -> None:
    Path("seed.txt").write_text(PHRASE, encoding="utf-8")
    written("seed.txt")
    confirmed(load_plan(FILE))
    Path("seed.txt").write_text(PHRASE.replace("necessity", "chance"), encoding="utf-8")
    said = refused()
    assert "seed / source: " in said and "necessity" in said and "chance" in said
    assert "seed / id" not in said
    assert "\n  -" in said and "\n  +" in said
    Path("seed.txt").unlink()
    assert "no file 'seed.txt'" in refused()


def test_a_changed_lens_is_named_with_its_cell() -> None:
    Path("mine").mkdir()
    Path("mine/time.yaml").write_text(LENS, encoding="utf-8")
    written(lenses=100, lens_folders=["mine"])
    assert "tide" in FILE.read_text(encoding="utf-8")
    Path("mine/time.yaml").write_text(LENS.replace("comes back", "goes away"), encoding="utf-8")
    said = refused()
    assert "lenses / tide / question: 'What comes back?' -> 'What goes away?'" in said
    assert "cells / tide / prompt / user / text: " in said
    assert "cells / tide / id" not in said
    Path("mine/time.yaml").write_text(LENS.replace("literal", "fictional"), encoding="utf-8")
    assert "lenses / tide / faithfulness: 'literal' -> 'fictional'" in refused()
    Path("mine/time.yaml").unlink()
    assert "lenses / tide: " in refused() and "-> not there" in refused()


def test_a_changed_role_is_named() -> None:
    Path("mine.py").write_text(ROLE, encoding="utf-8")
    written(roles=("mine.py", "dog"))
    Path("mine.py").write_text(ROLE.replace("a lighthouse.", "a lamp."), encoding="utf-8")
    said = refused()
    assert "roles / lighthouse / stance: 'You are a lighthouse.' -> 'You are a lamp.'" in said
    assert "prompt / system / text" in said


def test_another_place_of_the_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    written(model="openai:gpt-5-mini")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    assert "teacher / url: 'https://api.openai.com/v1' -> 'http://127.0.0.1:8000/v1'" in refused()


def _without_cell(record: dict[str, Any]) -> None:
    del record["cells"][1]


def _with_cell_twice(record: dict[str, Any]) -> None:
    record["cells"].append(json.loads(json.dumps(record["cells"][0])))


def _with_prompt_changed(record: dict[str, Any]) -> None:
    record["cells"][2]["prompt"][1]["text"] += " Be kind."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_cell, "cells / toulmin-model: not there -> "),
        (_with_cell_twice, "cells: an entry stands there twice"),
        (_with_prompt_changed, "cells / four-causes / prompt / user / text: "),
        (lambda record: record["cells"].reverse(), "cells: another order"),
        (lambda record: record["cells"][0].update(id="0" * 16), "cells / metaphor / id: "),
        (lambda record: record["cells"][0].update(role="dog"), "role: 'dog' -> 'comedian'"),
        (lambda record: record["settings"].update(lenses=3), "cells / koan: "),
        (lambda record: record["settings"].update(max_rounds=9), "fingerprint: "),
        (lambda record: record["settings"].update(lenses="4"), "settings / lenses: '4' -> 4"),
        (lambda record: record["settings"].update(lenzes=4), "no setting 'lenzes'"),
        (lambda record: record["settings"].update(_cli_parse_args=True), "no setting"),
        (lambda record: record["settings"].update(lenses="many"), "lenses: "),
        (lambda record: record["settings"].update(model="openai:x"), "teacher / name: "),
        (
            lambda record: record["teacher"]["parameters"].update(temperature=1.5),
            "teacher / parameters / temperature: 1.5 -> 0.6",
        ),
        (lambda record: record["seed"].update(statement="Other."), "fingerprint: "),
        (lambda record: record["seed"].update(passages=[]), "passages"),
        (lambda record: record["seed"].update(source="Other."), "passages"),
        (lambda record: record.update(fingerprint="0"), "fingerprint: "),
    ],
)
def test_a_plan_changed_by_hand_is_refused(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    written()
    edited(change)
    assert said in refused()


def test_a_prompt_changed_by_hand_is_shown_as_a_diff() -> None:
    written()
    edited(_with_prompt_changed)
    lines = refused().splitlines()
    assert [line.strip()[:3] for line in lines].count("+++") == 1
    assert any(line.startswith("  -") and line.endswith("Be kind.") for line in lines)


def test_a_plan_of_another_version_is_refused() -> None:
    written()
    edited(lambda record: record.update(distillnet="0.0.9"))
    assert "made by DistillNet 0.0.9" in refused()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: b: c",
        "\0",
        "distillnet: !!python/object/apply:os.system [touch pwned]",
        "a: &a [1, 2]\nb: *a",
        "[" * 5_000,
        "distillnet: 2026-99-99",
        "seed: {}",
        "- " * 500,
    ],
)
def test_what_is_no_plan_is_said_in_one_sentence(text: str) -> None:
    FILE.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"'plan\.yaml'.*distillnet plan SEED --out") as caught:
        load_plan(FILE)
    assert "\n" not in str(caught.value)
    assert not Path("pwned").exists()


def test_bytes_that_are_no_text_and_files_that_are_not_there() -> None:
    FILE.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="cannot be read as a plan"):
        load_plan(FILE)
    with pytest.raises(UsageError, match=r"no plan 'other\.yaml'"):
        load_plan(Path("other.yaml"))


def test_a_field_that_is_missing_is_named() -> None:
    written()
    edited(lambda record: record.pop("teacher"))
    with pytest.raises(ConfigError, match=r"is no plan \(teacher: Field required\)"):
        load_plan(FILE)


def test_what_a_terminal_would_obey_is_not_said() -> None:
    written()
    edited(lambda record: record["cells"][0]["prompt"][1].update(text="\x1b[2J\x07\u202e"))
    edited(lambda record: record["settings"].update({"\x1b[31m": 1}))
    assert "\x1b" not in refused()
    edited(lambda record: record["settings"].pop("\x1b[31m"))
    said = refused()
    assert not {"\x1b", "\x07", "\u202e"} & set(said)


def test_a_file_that_is_no_plan_is_not_overwritten() -> None:
    FILE.write_text("my notes", encoding="utf-8")
    with pytest.raises(UsageError, match="is no plan"):
        written()
    assert FILE.read_text(encoding="utf-8") == "my notes"
    FILE.unlink()
    written()
    written(lenses=5)
    assert len(load_plan(FILE).cells) == 5
    with pytest.raises(UsageError, match="cannot write"):
        write_plan(Path("plan.yaml/inner.yaml"), load_plan(FILE))


def test_the_fingerprint_is_the_same_for_the_same_plan() -> None:
    written()
    assert load_plan(FILE).fingerprint == fingerprint(plan(PHRASE, lenses=4, train=False))


def test_what_a_plan_promises_is_estimated_anew_when_it_is_read() -> None:
    written()
    made = api.read_plan(FILE, out="here")
    edited(lambda record: record["estimate"].update(calls={"least": 0, "most": 0}))
    edited(lambda record: record.update(contacts=[], directory="elsewhere"))
    assert api.read_plan(FILE, out="here") == made
    assert made.directory == "here"
