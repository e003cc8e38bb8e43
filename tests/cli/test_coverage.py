"""``distillnet coverage`` as a stranger meets it, in both languages."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest

from distillnet import distill
from distillnet.api import coverage as mapped
from distillnet.cli.coverage_critic import KINDS
from distillnet.cli.coverage_text import CoverageText
from distillnet.cli.coverage_words import words
from distillnet.graphs.coverage_map import Target
from distillnet.memory.ledger import Ledger
from distillnet.records import Direction, Gap, GapKind
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.cli.test_cli import distillnet
from tests.cli.test_search import STEERING, russian, with_steering_texts
from tests.conftest import PHRASE, SUBJECT
from tests.test_imports import HEAVY
from tests.told_run import MOUNTAIN, PROPOSAL, SALT, rewritten, told_run

LENSES = split_lenses(load_lenses(), 20)[0]
REFUSED = LENSES[2]
COMMAND = (sys.executable, "-c", "from distillnet.cli import main; main()")


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lens is refused."""

    def answer(prompt: str) -> str:
        if REFUSED.question.en in prompt:
            return "I'm sorry, but I can't assist with that request."
        return varied_prose(prompt, subject=SUBJECT)

    directory = tmp_path_factory.mktemp("covered") / "run"
    with ScriptedServer(answer) as server:
        distill(
            PHRASE,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=len(LENSES),
            max_rounds=1,
            train=False,
        )
    return with_steering_texts(directory)


def covered(run: Path, *arguments: str) -> str:
    done = distillnet("coverage", str(run), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_map_is_complete_fits_and_is_inert(english: Path) -> None:
    text = covered(english)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert max(map(len, text.splitlines())) < 80
    said = " ".join(text.split())
    for part in (
        PHRASE,
        "19 of 20 covered",
        "19 accepted, 1 refusal",
        "satisfied, rounds: 1; 19 of 20 lenses covered",
        "lenses covered 0.95 0.95 met",
        "Good-Turing coverage",
        "ontological",
        f"{REFUSED.name} ({REFUSED.title.en}): tried in vain: 1 refusal",
        " ".join(REFUSED.question.en.split()[:6]),
        "one angle",
        "red",
    ):
        assert part in said, part
    roles = {
        role for row in json.loads(covered(english, "--json"))["counts"].values() for role in row
    }
    assert len(roles) > 9 and all(f" {role}" in said for role in roles)
    sums = [line.split() for line in text.splitlines() if line.startswith(("logical", "cultural"))]
    found = json.loads(covered(english, "--json"))
    assert [int(row[-1]) for row in sums] == [sum(found["counts"][row[0]].values()) for row in sums]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("; only repeating: 19", "steps from the seed 0.00 2.00 not met",
                "cells 1 done, 19 done but repeating, 0 planned,",
                "only repeating what others showed: koan,",
                "the critic misses lenses: 1 the scenes of koan only repeat what irony showed")),
        ("ru", ("; лишь повторяют: 19", "шагов от зерна 0.00 2.00 не достигнута",
                "ячейки готово: 1, готово, но повторяет: 19, запланировано: 0,",
                "лишь повторяют то, что показали другие: koan,",
                "сцены через линзу koan лишь повторяют то, что показали другие")),
    ],
)  # fmt: skip
def test_what_repeats_and_how_deep_it_went_is_told(
    language: str, parts: tuple[str, ...], english: Path
) -> None:
    found = mapped(english)
    names = ["koan", *(f"lens-{n}" for n in range(18))]
    reason = "the scenes of koan only repeat what irony showed"
    found = found.model_copy(
        update={
            "language": language,
            "covered": 1,
            "repeating": tuple(names),
            "cells": found.cells.model_copy(
                update={
                    "counts": {"unique": 1, "repeating": 19, "planned": 0, "not_planned": 9_000}
                }
            ),
            "gaps": (Gap(kind="lens", lens="koan", reason=reason),),
            "targets": (Target(name="depth", target=2, reached=0),),
        }
    )
    text = "\n".join(CoverageText(found).lines(shaded=False))
    assert max(map(len, text.splitlines())) < 80
    said = " ".join(text.split())
    for part in parts:
        assert part in said, part


def test_json_is_one_line_that_holds_all(english: Path) -> None:
    text = covered(english, "--json")
    assert text.count("\n") == 1 and text.rstrip("\n").isprintable()
    found = json.loads(text)
    assert found["missing"][0]["lens"] == REFUSED.name
    assert found["planned"] == 20
    assert sum(sum(row.values()) for row in found["counts"].values()) == 19


def test_facts_gaps_and_lenses_of_the_critic_are_told(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = covered(told_run(tmp_path_factory))
    assert max(map(len, text.splitlines())) < 80
    said = " ".join(text.split())
    for part in (
        "facts told, both ways 0.75 1.00 not met",
        # What is missing first.
        f"facts of the seed, and who tells them {SALT} as it stands 1: ",
        f"in reverse nobody {MOUNTAIN} as it stands",
        f'the critic misses facts: 1 no scene tells in reverse: "{SALT}"',
        f"lenses that the critic proposed who-pays (Who pays) {PROPOSAL['question']}",
        "LENS --into FOLDER' takes one over",
        "of the seed, 1 at depth 1",
    ):
        assert part in said, part


def test_facts_and_gaps_that_are_hostile_or_too_many_are_inert_and_counted(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run")
    ledger = Ledger(run / "ledger.sqlite")
    record = ledger.fact("coverage")
    teller = ledger.scenes(accepted=True)[0]
    fact = {"statement": f"{STEERING} {{0}} {{lens}}", "forward": [teller.id], "reverse": []}
    gap = {"kind": "angle", "lens": "irony", "role": "dog", "depth": 1, "reason": STEERING}
    gaps = [gap] * 7 + [gap | {"kind": "fact", "fact": 3, "direction": "reverse"}]
    ledger.write_fact("coverage", record | {"facts": [fact] * 40, "gaps": gaps})
    ledger.close()
    settings = (run / "run.yaml").read_text("utf-8")
    assert "language: null" in settings
    for language in ("en", "ru"):
        chosen = settings.replace("language: null", f"language: {language}")
        (run / "run.yaml").write_text(chosen, "utf-8")
        text = covered(run)
        assert all(c.isprintable() or c == "\n" for c in text)
        assert max(map(len, text.splitlines())) < 80
        assert "{0} {lens}" in text and text.count("irony, dog") == 3
    assert "... ещё 28: все покажет --json" in text
    assert "ракурсов, на поиск сцен: 7" in text and "... ещё 4" in text
    assert "нужна сцена по сцене, шагов от зерна: 1" in text


@pytest.mark.parametrize(("setting", "shaded"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_only_a_terminal_is_shown_shades(
    english: Path, setting: dict[str, str], shaded: bool
) -> None:
    terminal, line = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | setting
    subprocess.run([*COMMAND, "coverage", str(english)], stdout=line, check=True, env=environment)
    os.close(line)
    shown = b""
    # At the end Linux says EIO.
    with suppress(OSError):
        while chunk := os.read(terminal, 100_000):
            shown += chunk
    os.close(terminal)
    assert ("█" in shown.decode()) == shaded
    assert "\x1b" not in shown.decode()
    assert "█" not in covered(english)


def test_a_russian_run_is_told_in_russian(tmp_path: Path) -> None:
    with ScriptedServer(russian) as server:
        distill(
            "Свобода есть осознанная необходимость.",
            out=tmp_path / "run",
            model="openai:scripted",
            base_url=server.base_url,
            lenses=6,
            roles=("dog", "judge"),
            max_rounds=1,
            train=False,
            coverage={"facts": 1.0, "good_turing": 1.0},
        )
    text = covered(tmp_path / "run")
    said = " ".join(text.split())
    for part in (
        *("принятые сцены: семейства и роли", "риторика", "онтология", "остановка", "цели"),
        "факты зерна и кто о них говорит Свобода есть осознанная необходимость. как есть никто",
        "ни одна сцена не говорит в обратном порядке: «Свобода есть осознанная необходимость.»",
    ):
        assert part in said
    assert "lenses" not in said and "covered" not in said and "scene" not in said
    assert max(map(len, text.splitlines())) < 80


def test_both_languages_fill_in_the_same() -> None:
    english, russian = words("en"), words("ru")
    for name in ("seed", "lenses", "angles", "verdicts", "stopped"):
        assert len(english[name]) < 11 and len(russian[name]) < 11
    for key, text in russian.items():
        assert text, key
        for blank in ("{rounds}", "{covered}", "{seen}", "{verdicts}", "{count}", "{directory}"):
            assert (blank in text) == (blank in english[key]), key


def test_every_kind_of_gap_has_words() -> None:
    assert set(KINDS) == set(get_args(GapKind))
    kinds = {f"gap_{key}" for key in (*get_args(GapKind), *get_args(Direction), "deeper")}
    assert kinds - {"gap_fact"} | {f"gaps_{kind}" for kind in KINDS} <= words("en").keys()


def test_no_run_is_one_sentence() -> None:
    done = distillnet("coverage", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no run in 'nowhere'" in done.stderr and "Traceback" not in done.stderr


def test_no_model_and_no_store_is_loaded(english: Path) -> None:
    code = (
        "import sys; from distillnet.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
        "; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "coverage", str(english)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not set(done.stderr.split()) & (HEAVY | {"openai", "langgraph"})


def test_a_fact_without_a_reverse_is_not_missed_in_reverse(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run")
    ledger = Ledger(run / "ledger.sqlite")
    record = ledger.fact("coverage")
    facts = [fact | {"one_way": fact["statement"] == SALT} for fact in record["facts"]]
    ledger.write_fact("coverage", record | {"facts": facts})
    ledger.close()
    said = covered(run).split("facts of the seed, and who tells them")[1].split("the critic")[0]
    assert SALT in " ".join(said.split()) and "nobody" not in said
