"""A whole run on a hostile seed, with a teacher whose answers are the corpus."""

import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from distillnet import Run, distill
from distillnet.cli.progress import Progress
from distillnet.cli.verdict import show
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from tests.conftest import SUBJECT
from tests.hostile.corpus import TEXTS
from tests.page.test_render import Page, assert_self_contained

SEED = "Freedom is the recognition of necessity.\n\n" + "\n\n".join(TEXTS.values())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Answers:
    """Each text of the corpus in turn; every second one with prose after it, to be accepted."""

    def __init__(self) -> None:
        self.given = 0
        self.texts = list(TEXTS.values())

    def __call__(self, prompt: str) -> str:
        self.given += 1
        text = self.texts[self.given // 2 % len(self.texts)]
        prose = varied_prose(prompt, subject=SUBJECT)
        return text if self.given % 2 else f"{prose}\n\n{text}"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, str]]:
    """The run, and what it said on a terminal."""
    folder, said = tmp_path_factory.mktemp("hostile"), Terminal()
    answers = Answers()
    with ScriptedServer(answers) as server, Progress(said) as progress:
        run = distill(
            SEED,
            out=folder / "run \x1b[31m\u202e",
            on_event=progress,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=96,
            max_rounds=1,
            train=False,
            gates={"topic_cosine": -1, "figurative_topic_cosine": -1},
        )
    assert answers.given >= 2 * len(TEXTS)
    yield run, said.getvalue()


def test_it_is_finished_and_hostile_answers_are_judged_like_any(finished: tuple[Run, str]) -> None:
    run, _ = finished
    assert run.failed_share == 0
    assert len(run.scenes) > 10
    kept = "\n".join(scene.text for scene in run.scenes)
    assert sum(sign in kept for sign in ("<script>", "onmouse", "{{", "<|im_end|>", "!!pyth")) > 1


def test_every_row_is_whole_and_every_id_is_there_once(finished: tuple[Run, str]) -> None:
    directory = finished[0].directory
    for name in ("scenes.jsonl", "rejected.jsonl", "exam.jsonl", "dataset/train.jsonl"):
        lines = (directory / name).read_bytes().split(b"\n")[:-1]
        rows = [json.loads(line) for line in lines]
        assert rows == read_jsonl(directory / name)
        assert len({row["id"] for row in rows}) == len(rows)
    assert yaml.safe_load((directory / "scenes.yaml").read_bytes()) == read_jsonl(
        directory / "scenes.jsonl"
    )
    with sqlite3.connect(directory / "ledger.sqlite") as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_report_is_inert(finished: tuple[Run, str]) -> None:
    html = (finished[0].directory / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert_self_contained(page)
    assert "<script>alert(1)</script>" in page.text
    assert not any(c in html for c in "\x1b\x9b\x00\u202e\u2066\u200b\ufeff")


def test_the_terminal_is_not_steered(
    finished: tuple[Run, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run, said = finished
    for as_json in (False, True):
        show(run, as_json=as_json)
    printed = capsys.readouterr().out
    assert Path(json.loads(printed.splitlines()[-1])["directory"]) == run.directory
    for text in (said.replace("\r", ""), printed):
        assert all(line.isprintable() for line in text.split("\n"))


def test_nothing_was_executed(finished: tuple[Run, str]) -> None:
    folder = finished[0].directory.parent
    assert list(folder.iterdir()) == [finished[0].directory]
    assert not Path("executed").exists()
