"""``axis.yaml``: a run is steered by it, and never stumbles over one that nobody edited."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import Run, distill
from distillnet.cli import main
from distillnet.errors import ConfigError
from distillnet.graphs.steering import Steering
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.axis import axis_of
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 6)[0]
REFUSED = LENSES[2]
ROLES = ("dog", "judge", "child")
OWN: dict[str, Any] = {
    "name": "ledger-of-debts",
    "title": {"en": "Ledger", "ru": "Счёт"},
    "question": {"en": "Who owes what to whom in this?", "ru": "Кто кому и что здесь должен?"},
    "origin": "a test",
    "reveals": "debts",
    "form": "letter",
    "faithfulness": "literal",
    "tags": ["law"],
}


def answer(prompt: str) -> str:
    if REFUSED.question.en in prompt:
        return "I'm sorry, but as an AI language model I cannot write about that."
    return varied_prose(prompt, subject=SUBJECT)


def run_on(directory: Path, server: ScriptedServer, **settings: Any) -> tuple[Run, list[str]]:
    """The run, and what it asked for."""
    before = server.requests.copy()
    given: dict[str, Any] = {"lenses": 6, "roles": ROLES, "train": False, "max_rounds": 1}
    run = distill(
        PHRASE,
        out=directory,
        model="openai:scripted",
        base_url=server.base_url,
        **given | settings,
    )
    return run, list((server.requests - before).elements())


def edit(directory: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Changes the file as a person would; returns its new text."""
    path = directory / "axis.yaml"
    axis = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(axis)
    path.write_text("# mine\n" + yaml.safe_dump(axis, allow_unicode=True), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def without(lens: str) -> Callable[[dict[str, Any]], None]:
    def change(axis: dict[str, Any]) -> None:
        (family,) = [entry for entry in axis["axes"].values() if lens in entry["modes"]]
        family["modes"][lens] = 0

    return change


def misspelt(axis: dict[str, Any]) -> None:
    modes = axis["axes"][LENSES[0].family]["modes"]
    modes[f"{LENSES[0].name}x"] = modes.pop(LENSES[0].name)


def in_file(directory: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((directory / "axis.yaml").read_text(encoding="utf-8")))


def test_the_file_holds_what_the_run_looked_through(server: ScriptedServer, tmp_path: Path) -> None:
    run_on(tmp_path / "run", server)
    axis = in_file(tmp_path / "run")
    assert {family: entry["weight"] for family, entry in axis["axes"].items()} == {
        lens.family: 1.0 for lens in LENSES
    }
    modes = [entry["modes"] for entry in axis["axes"].values()]
    assert {k: v for mode in modes for k, v in mode.items()} == {lens.name: 1.0 for lens in LENSES}
    assert axis["roles"] == dict.fromkeys(ROLES, 1.0)
    assert set(axis["forms"].values()) == {1.0} and axis["proposed"] == []


def test_a_weight_of_0_leaves_a_lens_out_of_the_next_run(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        first, _ = run_on(tmp_path / "run", server)
        assert first.coverage["lenses"]["missing"] == [REFUSED.name]
        edit(tmp_path / "run", without(REFUSED.name))
        more = {"max_rounds": 3, "coverage": {"lenses": 1.0, "min_gain": 0.0}}
        second, asked = run_on(tmp_path / "run", server, **more)
        assert asked == []
        lenses = second.coverage["lenses"]
        assert lenses == {"planned": 5, "covered": 5, "missing": [], "repeating": []}
        assert second.coverage["stopped"] == "satisfied"
        # Taken back, the lens is tried again.
        edit(tmp_path / "run", lambda axis: axis.update(axes={}))
        third, asked = run_on(tmp_path / "run", server, **more)
    assert asked and all(REFUSED.question.en in prompt for prompt in asked)
    assert third.coverage["lenses"]["missing"] == [REFUSED.name]


def test_a_role_and_a_form_of_weight_0_are_not_asked_any_more(
    server: ScriptedServer, tmp_path: Path
) -> None:
    run_on(tmp_path / "run", server, lenses=3)
    others = {lens.form for lens in LENSES[3:]}

    def change(axis: dict[str, Any]) -> None:
        axis["roles"]["dog"] = 0
        axis["forms"] = {name: 0 for name in axis["forms"] if name not in others}

    edit(tmp_path / "run", change)
    run, _ = run_on(tmp_path / "run", server)
    new = [scene for scene in run.scenes if scene.lens not in {lens.name for lens in LENSES[:3]}]
    assert len(new) == 3
    assert {scene.role for scene in new} <= {"judge", "child"}
    # A lens keeps the form of its own.
    assert {scene.lens: scene.form for scene in new} == {
        lens.name: lens.form for lens in LENSES[3:]
    }


def test_a_lens_written_into_the_file_is_asked_and_no_other(
    server: ScriptedServer, tmp_path: Path
) -> None:
    run_on(tmp_path / "run", server)
    edit(tmp_path / "run", lambda axis: axis.update(proposed=[OWN]))
    run, asked = run_on(tmp_path / "run", server)
    assert len(asked) == 1 and OWN["question"]["en"] in asked[0]
    assert run.coverage["lenses"] == {"planned": 7, "covered": 7, "missing": [], "repeating": []}
    assert run_on(tmp_path / "run", server)[1] == []
    (kept,) = in_file(tmp_path / "run")["proposed"]
    assert (kept["name"], kept["weight"]) == (OWN["name"], 1.0)


def test_an_edited_file_with_a_misspelt_lens_is_one_sentence_and_exit_5(
    server: ScriptedServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on(tmp_path / "run", server)
    text = edit(tmp_path / "run", misspelt)
    requests = server.requests.total()
    monkeypatch.setattr(sys, "argv", ["distillnet", "resume", str(tmp_path / "run")])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    assert stopped.value.code == 5 and said.out == ""
    assert f"no lens '{LENSES[0].name}x'" in said.err and "axis.yaml" in said.err
    assert f"Did you mean '{LENSES[0].name}'?" in said.err
    assert "Traceback" not in said.err and len(said.err.strip().splitlines()) == 1
    assert server.requests.total() == requests
    assert (tmp_path / "run" / "axis.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "text", ["", "- a list\n", "axes: {rhetorical: 3}\n", "roles: [", "\0", "&a [*a]"]
)
def test_a_file_that_is_no_axis_is_refused(text: str, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    catalogue, forms = load_lenses(), load_forms()
    steering = Steering(tmp_path, ledger, catalogue, ROLES, forms)
    assert steering.write(axis_of(LENSES, ROLES, forms))
    assert Steering(tmp_path, ledger, catalogue, ROLES, forms).axis.roles == dict.fromkeys(ROLES, 1)
    (tmp_path / "axis.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"axis\.yaml"):
        Steering(tmp_path, ledger, catalogue, ROLES, forms)
    ledger.close()


def test_a_file_that_leaves_nothing_is_refused(server: ScriptedServer, tmp_path: Path) -> None:
    run_on(tmp_path / "run", server, lenses=1)
    edit(tmp_path / "run", without(LENSES[0].name))
    with pytest.raises(ConfigError, match=r"axis\.yaml leaves no lens or no role"):
        run_on(tmp_path / "run", server, lenses=1)
    # SQLite takes its log away when the last connection is closed.
    assert not (tmp_path / "run" / "ledger.sqlite-wal").exists()


def test_an_unedited_file_never_fails_when_settings_change(
    server: ScriptedServer, tmp_path: Path
) -> None:
    folder, role = tmp_path / "lenses", tmp_path / "mine.py"
    folder.mkdir()
    (folder / "nautical.yaml").write_text(yaml.safe_dump([OWN]), encoding="utf-8")
    role.write_text(
        "from distillnet import Role\n\n\nclass Buoy(Role):\n"
        '    name = "buoy"\n    stance = "You are a buoy."\n',
        encoding="utf-8",
    )
    run_on(tmp_path / "run", server, lens_folders=(folder,), roles=("dog", str(role)))
    axis = in_file(tmp_path / "run")
    assert OWN["name"] in axis["axes"]["nautical"]["modes"] and "buoy" in axis["roles"]
    run, _ = run_on(tmp_path / "run", server, lenses=4)
    assert run.coverage["lenses"]["planned"] == 4
    axis = in_file(tmp_path / "run")
    assert "nautical" not in axis["axes"] and set(axis["roles"]) == set(ROLES)


def test_weights_outlive_the_file(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        run_on(tmp_path / "run", server)
        edit(tmp_path / "run", without(REFUSED.name))
        run_on(tmp_path / "run", server)
        (tmp_path / "run" / "axis.yaml").unlink()
        run, _ = run_on(tmp_path / "run", server)
    assert run.coverage["lenses"]["planned"] == 5
    axis = in_file(tmp_path / "run")
    assert axis["axes"][REFUSED.family]["modes"].get(REFUSED.name, 0) == 0


@pytest.mark.parametrize("first", [True, False])
def test_a_file_edited_during_a_run_is_not_overwritten(
    first: bool, server: ScriptedServer, tmp_path: Path
) -> None:
    run_on(tmp_path / "made", server)
    directory, texts, notes = tmp_path / ("run" if first else "made"), [], []

    def on_event(event: dict[str, Any]) -> None:
        if event.get("stage") == "plan":
            if first:
                shutil.copy(tmp_path / "made" / "axis.yaml", directory)
            texts.append(edit(directory, without(REFUSED.name)))
        notes.extend([event["note"]] if "note" in event else [])

    run, _ = run_on(directory, server, on_event=on_event)
    assert (directory / "axis.yaml").read_text(encoding="utf-8") == texts[0]
    assert "axis.yaml was edited: a resume will obey it" in notes
    assert run.coverage["lenses"]["planned"] == 6
    again, _ = run_on(directory, server)
    assert again.coverage["lenses"]["planned"] == 5
