"""What ``distillnet explain`` prints of a run whose teacher sends hostile texts."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet import distill
from distillnet.memory.ledger import Ledger
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.cli.test_cli import distillnet
from tests.conftest import PHRASE, SUBJECT
from tests.test_imports import HEAVY
from tests.told_run import MOUNTAIN, PROPOSAL, SALT, rewritten, scenes_of, told_run

ACCEPTED, REFUSED, FAILED = split_lenses(load_lenses(), 3)[0]
STEERING = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202eback\u202c"
ANSWER = f"{varied_prose('an answer', subject=SUBJECT)}\n\n{STEERING}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("explained") / "run"

    def answer(prompt: str) -> str:
        if REFUSED.question.en in prompt:
            return "I'm sorry, but I can't assist with that request."
        return ANSWER

    def faults(prompt: str, nth: int) -> Fault | None:
        is_bad = FAILED.question.en in prompt
        return Fault("server_error", retry_after="0") if is_bad else None

    with ScriptedServer(answer, faults=faults) as server:
        distill(
            PHRASE,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=3,
            max_rounds=1,
            attempts=2,
            train=False,
        )
    return directory


def explained(run: Path, scene: str, *options: str) -> str:
    done = distillnet("explain", str(run), scene, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_text_is_complete_and_fits(run: Path) -> None:
    text = explained(run, ACCEPTED.name)
    words = " ".join(text.split())
    for part in (
        "accepted: passed every gate",
        PHRASE,
        ACCEPTED.question.en,
        "round 1, try 1 at this lens: planned at the start",
        "Read this text",
        "finish stop",
        varied_prose("an answer", subject=SUBJECT),
        "none was accepted before it",
        "dataset/train.jsonl, line 1",
        "Subject: freedom",
    ):
        assert part in words
    assert max(map(len, text.splitlines())) < 80
    gates = text.split("gates, in the order")[1].split("\n\n")[0].splitlines()[1:]
    assert [line.split()[0] for line in gates[-4:]] == ["cosine", "overlap", "leak", "faithful"]
    assert all("  passed  " in line for line in gates)
    assert "0.000  at most 0.930" in gates[-4]


def test_a_scene_that_was_to_tell_a_fact_says_what_it_tells(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = told_run(tmp_path_factory)
    (told,) = (s for s in scenes_of(run) if s.fact == 0 and s.tells == ((0, "reverse"),))
    text = explained(run, told.id)
    assert max(map(len, text.splitlines())) < 80
    words = " ".join(text.split())
    assert f'try 1 at this fact: no scene tells in reverse: "{MOUNTAIN[:50]}' in words
    assert f"to tell {MOUNTAIN} (in reverse)" in words
    assert f"tells {MOUNTAIN} (in reverse) angle " in words
    whose = "(nearest of them|it opened it; nearest before)"
    near = rf"{whose}: [0-9a-f]{{16}} \([a-z-]+, \w+\), probability [01]\.\d\d"
    assert re.search(near, words)
    assert "against" not in words.split("gates, in the order")[1]


def test_a_deeper_scene_leads_back_to_the_seed(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = told_run(tmp_path_factory)
    deep = next(scene for scene in scenes_of(run) if scene.depth)
    parent = next(scene for scene in scenes_of(run) if scene.id == deep.parent)
    words = " ".join(explained(run, deep.id).split())
    begins = " ".join(parent.text.split()[:6])
    assert f"from {parent.id} ({parent.lens}, {parent.role}, depth 0): {begins}" in words
    assert "which looks at the seed itself" in words


def test_a_lens_of_the_critic_and_a_contradiction_are_told(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = rewritten(told_run(tmp_path_factory), tmp_path / "run", contradicts=(1,), tells=())
    words = " ".join(explained(run, str(PROPOSAL["name"])).split())
    assert f"lens who-pays (Who pays), proposed, figurative {PROPOSAL['question']}" in words
    assert f"against {SALT} angle" in words and "tells" not in words


def test_a_rejected_scene_and_a_failed_call(run: Path) -> None:
    refused = explained(run, REFUSED.name)
    assert "refusal: the model declined to answer" in refused
    assert "stopped    begins like a refusal" in refused
    assert "not asked" in refused
    assert "rejected.jsonl, line 1" in refused
    failed = explained(run, FAILED.name)
    assert "1 server_error" in failed and "2 server_error" in failed
    assert "error of the last request\n  server_error: HTTP 500" in failed
    assert "gates" not in failed


def test_an_answer_that_steers_a_terminal_is_inert_but_kept(run: Path) -> None:
    text = explained(run, ACCEPTED.name)
    assert "red" in text
    assert all(c.isprintable() or c == "\n" for c in text)
    assert explained(run, ACCEPTED.name, "--raw") == f"{ANSWER}\n"
    shown = explained(run, ACCEPTED.name, "--json")
    assert shown.rstrip("\n").isprintable()
    assert json.loads(shown)["call"]["raw"] == ANSWER


def test_on_a_terminal_the_raw_answer_is_inert_too(run: Path) -> None:
    terminal, line = pty.openpty()
    command = [sys.executable, "-c", "from distillnet.cli import main; main()"]
    arguments = ["explain", str(run), ACCEPTED.name, "--raw"]
    subprocess.run([*command, *arguments], stdout=line, check=True)
    os.close(line)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "red" in shown
    assert "\x1b" not in shown and "\x9b" not in shown and "\u202e" not in shown


def test_the_prompt_is_printed_as_it_was_sent(run: Path) -> None:
    ledger = Ledger(run / "ledger.sqlite", read_only=True)
    (cell,) = (cell for cell in ledger.cells() if cell.lens == REFUSED.name)
    prompt = ledger.prompt(cell.id)
    ledger.close()
    assert explained(run, cell.id, "--prompt") == f"{prompt}\n"


@pytest.mark.parametrize(
    ("scene", "option", "said"),
    [
        ("nothing-like-it", "--json", "no scene 'nothing-like-it'"),
        (f"{ACCEPTED.name}s", "--json", f"Did you mean {ACCEPTED.name!r}?"),
        (FAILED.name, "--raw", "has no answer: the call itself failed"),
    ],
)
def test_a_mistake_is_one_sentence(run: Path, scene: str, option: str, said: str) -> None:
    done = distillnet("explain", str(run), scene, option)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr


def test_no_model_and_no_store_is_loaded(run: Path) -> None:
    code = (
        "import sys; from distillnet.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
        "; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "explain", str(run), ACCEPTED.name],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stderr.split())
    assert "distillnet" in loaded
    assert not loaded & (HEAVY | {"openai", "aiohttp"})
