"""``distillnet diff`` as a stranger meets it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from distillnet import distill
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer, varied_prose
from tests.cli.test_cli import distillnet
from tests.cli.test_search import STEERING
from tests.conftest import PHRASE, SUBJECT
from tests.test_imports import HEAVY

ROLE = """\
from distillnet import Role


class Lighthouse(Role):
    name = "lighthouse"
    stance = {stance!r}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """``a`` and ``b``, which differ in a role's stance, and ``c`` of another seed."""
    folder = tmp_path_factory.mktemp("compared")
    with ScriptedServer(lambda prompt: varied_prose(prompt, subject=SUBJECT)) as server:
        for name, seed, lenses, stance in (
            ("a", PHRASE, 4, "You are a lighthouse."),
            ("b", PHRASE, 6, f"You are a lighthouse. {STEERING} {'far ' * 200}"),
            ("c", f"Man {STEERING} is the measure of all things.", 4, "You are a lighthouse."),
        ):
            file = folder / "mine.py"
            file.write_text(ROLE.format(stance=stance), encoding="utf-8")
            distill(
                seed,
                out=folder / name,
                model="openai:scripted",
                base_url=server.base_url,
                lenses=lenses,
                roles=(str(file), "dog"),
                max_rounds=1,
                train=False,
            )
        yield folder


def compared(runs: Path, a: str, b: str, *options: str) -> str:
    done = distillnet("diff", str(runs / a), str(runs / b), *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("pair", ["ab", "ba", "ac", "cb"])
def test_the_text_fits_and_is_inert(runs: Path, pair: str) -> None:
    text = compared(runs, *pair)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert max(map(len, text.splitlines())) < 80


def test_what_changed_is_said(runs: Path) -> None:
    text = compared(runs, "a", "b")
    found = json.loads(compared(runs, "a", "b", "--json"))
    said = " ".join(text.split())
    for part in (
        "seed the same",
        "lenses: 4 -> 6",
        "role lighthouse A: You are a lighthouse. B: You are a lighthouse. red",
        f"only in B: {', '.join(found['covered_only_in_b'])}",
        f"in both {len(found['in_both'])} only in A {len(found['only_in_a'])}",
        f"same cell, another prompt {len(found['twins'])}",
        *(f"{t['a']} -> {t['b']}: {t['lens']}, lighthouse" for t in found["twins"]),
    ):
        assert part in said, part
    assert found["twins"]
    rows = {line[2:34].strip(): line[34:].split() for line in text.splitlines()}
    assert rows["lenses covered"] == ["4", "6"]
    numbers = [found[side]["numbers"] for side in "ab"]
    assert rows["requests"] == [str(side["requests"]) for side in numbers]
    assert rows["tokens read"] == [f"{side['input_tokens']:,}" for side in numbers]
    assert rows["Good-Turing coverage"] == [f"{side['good_turing']:.2f}" for side in numbers]
    ends = {len(line) for line in text.split("\nnumbers")[1].splitlines() if line}
    assert len(ends) == 2, "the columns end where their headings end"


def test_when_nothing_changed_it_is_short(runs: Path) -> None:
    lines = compared(runs, "a", "a").splitlines()
    assert len(lines) <= 12
    heads = {line.split()[0]: line for line in lines if line[0] != " "}
    for name in ("seed", "settings", "weights", "wordings", "lenses", "scenes", "numbers"):
        assert "the same" in heads[name]


def test_weights_are_told_and_cut_short(runs: Path, tmp_path: Path) -> None:
    edited = tmp_path / "edited"
    shutil.copytree(runs / "a", edited)
    ledger = Ledger(edited / "ledger.sqlite")
    written = ledger.fact("axis")
    written["axis"]["roles"] |= {"dog": 0.5, f"n{STEERING}": 3}
    written["axis"]["forms"] = dict.fromkeys(written["axis"]["forms"], 2)
    ledger.write_fact("axis", written)
    ledger.close()
    text = compared(runs, "a", str(edited))
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\nweights in axis.yaml\n" in text and ": 1 -> 2\n" in text
    assert re.search(
        r"weights in axis.yaml(\n  form [a-z-]+: 1 -> 2){10}\n    \.\.\. \d+ more", text
    )
    back = compared(runs, str(edited), "a", "--json")
    weights = {w["name"]: (w["a"], w["b"]) for w in json.loads(back)["weights"]}
    assert weights["role dog"] == (0.5, 1.0) and weights[f"role n{STEERING}"] == (3, None)


def test_another_seed_is_said_first_and_is_no_mistake(runs: Path) -> None:
    text = compared(runs, "a", "c")
    assert text.startswith("the runs are of two different seeds\n")
    assert PHRASE in text and "is the measure of all things" in text
    assert json.loads(compared(runs, "a", "c", "--json"))["seed"]["kind"] == "other"


def test_json_is_one_line_that_holds_the_texts_as_they_are(runs: Path) -> None:
    text = compared(runs, "a", "b", "--json")
    assert text.count("\n") == 1 and text.rstrip("\n").isprintable()
    (wording,) = json.loads(text)["wordings"]
    assert STEERING in wording["b"]


def test_no_run_is_one_sentence(runs: Path) -> None:
    for sides in (("nowhere", str(runs / "a")), (str(runs / "a"), "nowhere")):
        done = distillnet("diff", *sides)
        assert (done.returncode, done.stdout) == (2, "")
        assert "no run in 'nowhere'" in done.stderr and "Traceback" not in done.stderr


def test_no_model_and_no_store_is_loaded(runs: Path) -> None:
    code = (
        "import sys; from distillnet.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
        "; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "diff", str(runs / "a"), str(runs / "b")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not set(done.stderr.split()) & (HEAVY | {"openai", "langgraph", "langchain_core"})
