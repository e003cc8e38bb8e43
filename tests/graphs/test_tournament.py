"""A tournament from texts to its page: real runs of a scripted teacher, real small students."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet import distill, resume
from distillnet.config import load_settings
from distillnet.errors import ModelAccessError, RunLocked, TooManyFailures, UsageError
from distillnet.graphs.tournament import hold_tournament
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.training.tournament_result import Tournament
from tests.conftest import PHRASE, SUBJECT
from tests.training.conftest import tiny as tiny

LAMP = (
    "The lamp of Orvel burns blue at noon and red at night. The keeper of Orvel fills it with oil "
    "every third day. No ship passes the cape without seeing the lamp."
)
NONSENSE = "Oh well."
OTHERS = ("water", "sand", "honey")


@pytest.fixture
def texts(tmp_path: Path) -> list[Path]:
    """Two texts that state something, the second's name hostile."""
    files = [tmp_path / "freedom.txt", tmp_path / "<b>lamp\u202e.txt"]
    for file, text in zip(files, (PHRASE, LAMP), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def hold(
    files: Sequence[str | Path], out: Path, tiny: Path, server: ScriptedServer, **more: Any
) -> tuple[Tournament, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    settings = load_settings(
        model="openai:scripted",
        base_url=server.base_url,
        student=str(tiny),
        lenses=3,
        max_rounds=1,
        training={"rank": 4, "learning_rate": 1e-3},
        **more,
    )
    result = hold_tournament(
        files, out, settings, tokens=400, steps=4, parallel=1, on_event=told.append
    )
    return result, told


def trained(told: Sequence[dict[str, Any]]) -> int:
    return sum("train" in event for event in told)


def test_each_text_gets_a_student_and_all_are_compared(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    out = tmp_path / "held"
    result, told = hold(texts, out, tiny, server)
    result.require_whole()
    assert [c.name for c in result.competitors] == [file.name for file in texts]
    assert (result.tokens, result.steps, trained(told)) == (400, 4, 8)
    assert all(gain and gain.items for row in result.gains for gain in row)
    kept = json.loads((out / "tournament.json").read_text("utf-8"))
    assert Tournament.model_validate(kept) == result
    page = (out / "tournament.html").read_text("utf-8")
    assert "&lt;b&gt;lamp\ufffd.txt" in page and "<b>lamp" not in page
    for competitor in result.competitors:
        folder = Path(competitor.folder)
        assert folder.parent == out / "students"
        assert (folder / "adapter" / "adapter_model.safetensors").is_file()
        assert not (folder / "run" / "adapter").exists()

    asked = server.requests.total()
    again, told = hold(list(reversed(texts)), out, tiny, server)
    assert server.requests.total() == asked and trained(told) == 0
    assert again.gains[0][1] == result.gains[1][0]


def test_a_run_that_has_ended_takes_part_as_it_is(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    run = tmp_path / "my run"
    distill(LAMP, out=run, model="openai:scripted", base_url=server.base_url, lenses=3, train=False)
    before = {file: file.stat().st_mtime_ns for file in run.rglob("*")}
    # The same text twice, once as a run: two competitors.
    result, _ = hold([run, texts[1]], tmp_path / "held", tiny, server)
    result.require_whole()
    assert [c.name for c in result.competitors] == ["my run", texts[1].name]
    assert {file: file.stat().st_mtime_ns for file in run.rglob("*")} == before


def test_a_text_that_fails_is_named_and_the_others_go_on(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    result, told = hold([NONSENSE, *texts], tmp_path / "held", tiny, server)
    failed, *others = result.competitors
    assert failed.error and "nothing to teach" in failed.error and failed.own is None
    assert all(competitor.own and competitor.error is None for competitor in others)
    assert result.gains[0] == (None, None, None) and result.gains[1][0] is None
    assert trained(told) == 8
    with pytest.raises(TooManyFailures, match="1 of 3 have no student: Oh well"):
        result.require_whole()
    assert "Oh well." in (tmp_path / "held" / "tournament.html").read_text("utf-8")


def test_what_cannot_take_part_is_said_before_anything_is_made(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    out, twin = tmp_path / "held", tmp_path / "twin.txt"
    twin.write_text(LAMP, encoding="utf-8")
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    for files, said in (
        (texts[:1], "two texts or more"),
        ([*texts, twin], "holds the same text as"),
        ([*texts, tmp_path / "nowhere.txt"], "no file"),
        ([*texts, unfinished], "no run in"),
    ):
        with pytest.raises(UsageError, match=said):
            hold(files, out, tiny, server)
    with pytest.raises(UsageError, match="no student at"):
        hold(texts, out, tmp_path / "no model", server)
    with pytest.raises(ModelAccessError):
        settings = load_settings(model="openai:gpt-5-mini", student=str(tiny))
        hold_tournament(
            texts, out, settings, tokens=None, steps=None, parallel=1, on_event=lambda event: None
        )
    assert not out.exists() and server.requests.total() == 0


def test_more_steps_than_tokens_are_said_before_the_teacher_writes(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"model": "openai:scripted", "base_url": server.base_url}
    asked["student"] = str(tiny)
    for set_tokens, tokens, steps in ((None, 2, 5), (2, None, 5)):
        settings = load_settings(**asked, training={"tokens": set_tokens})
        with pytest.raises(UsageError, match="fewer steps"):
            hold_tournament(
                texts,
                tmp_path / "held",
                settings,
                tokens=tokens,
                steps=steps,
                parallel=1,
                on_event=lambda event: None,
            )
    assert server.requests.total() == 0 and not (tmp_path / "held").exists()


def test_the_caps_hold_for_all_texts_together(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    """The texts spend them in their order, over all times that the command is given."""
    third = tmp_path / "well.txt"
    third.write_text("The well of Tarn is deep. The king of Mir eats soup.", encoding="utf-8")
    out = tmp_path / "held"
    for _ in range(2):
        result, told = hold([*texts, third], out, tiny, server, budget_calls=8)
        assert server.requests.total() == 8
        first, second, last = result.competitors
        assert first.rows > second.rows > 0 and first.error is None
        assert last.error and "the cap of 8 calls for all together" in last.error
        capped = [event["note"] for event in told if "a cap is reached" in event.get("note", "")]
        assert len(capped) == 1 and texts[1].name in capped[0]
    with pytest.raises(UsageError, match=f"the tournament in '{out}' and has a share"):
        resume(next(out.glob("students/*/run")))
    more, _ = hold([*texts, third], out, tiny, server, budget_calls=30)
    assert not any("the cap" in (competitor.error or "") for competitor in more.competitors)
    assert 8 < server.requests.total() <= 30


def test_where_nothing_can_be_taught_there_is_no_tournament(
    tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no text can be taught and examined"):
        hold([NONSENSE, "Ah yes."], tmp_path / "held", tiny, server)


def test_one_process_at_a_time(
    texts: list[Path], tiny: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    from filelock import FileLock

    out = tmp_path / "held"
    out.mkdir()
    with FileLock(out / ".lock"), pytest.raises(RunLocked, match="another process"):
        hold(texts, out, tiny, server)


def test_a_capable_teacher_states_the_facts_of_each_text(
    texts: list[Path], tiny: Path, tmp_path: Path
) -> None:
    """Though the runs of a tournament train no student of their own."""
    facts = [
        {
            "statement": "The keeper of Orvel fills the lamp with oil.",
            "distortions": [f"The keeper of Orvel fills the lamp with {it}." for it in OTHERS],
        },
        {
            "statement": "Freedom is recognised necessity.",
            "distortions": [f"Freedom is recognised {it}." for it in OTHERS],
        },
    ]
    asked: list[str] = []

    def answer(prompt: str) -> str:
        if "examination" not in prompt:
            return varied_prose(prompt, subject=SUBJECT)
        asked.append(prompt)
        return json.dumps({"facts": facts})

    with ScriptedServer(answer) as teacher:
        result, _ = hold(texts, tmp_path / "held", tiny, teacher)
    assert len(asked) == 2
    for competitor in result.competitors:
        exam = read_jsonl(Path(competitor.folder) / "run" / "exam.jsonl")
        assert "model" in {item["author"] for item in exam}
