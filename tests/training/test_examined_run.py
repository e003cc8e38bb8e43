"""A run with a student, from its exam to the files that say what it learned."""

import json
from pathlib import Path

import pytest

from distillnet import api
from distillnet.errors import UsageError
from distillnet.testing import ScriptedServer
from distillnet.tools.export import read_jsonl


@pytest.fixture
def run(
    tiny: Path, server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    out = tmp_path / "run"
    api.distill(
        "Freedom is the recognition of necessity.",
        out=out,
        model="openai:scripted",
        base_url=server.base_url,
        student=str(tiny),
        lenses=4,
        max_rounds=1,
        training={"epochs": 1},
    )
    return out


def test_every_item_is_kept_with_its_scores_and_made_again_when_lost(run: Path) -> None:
    exam, rows = read_jsonl(run / "exam.jsonl"), read_jsonl(run / "items.jsonl")
    assert [row["id"] for row in rows[: len(exam)]] == [item["id"] for item in exam]
    assert len(rows) == len(exam) + 40
    result = json.loads((run / "evaluation.json").read_text())
    recall = [item for item in exam if item["kind"] in ("choice", "cloze")]
    assert result["items"] == len(recall) == len(result["answers"])
    assert result["contamination"]["items"] <= len(exam)
    assert "Expected calibration error" in (run / "report.html").read_text()

    assert api.evaluate(run) == result, "nothing has changed, so nothing is examined again"
    (run / "items.jsonl").unlink()
    again = api.evaluate(run)
    assert again["answers"] == result["answers"] and again["seconds"] != result["seconds"]
    assert read_jsonl(run / "items.jsonl") == rows

    data = run / "dataset" / "train.jsonl"
    whole = data.read_text("utf-8")
    for other in ("", whole.split("\n", 1)[1]):
        data.write_text(other, "utf-8")
        notes: list[dict[str, object]] = []
        with pytest.raises(UsageError, match="no trained student of this data"):
            api.evaluate(run, on_event=notes.append)
        assert any("taught an earlier data set" in str(note.get("note")) for note in notes)
        assert not (run / "evaluation.json").exists()
        assert "Expected calibration error" not in (run / "report.html").read_text()
    data.write_text(whole, "utf-8")
    assert api.evaluate(run)["answers"] == result["answers"]

    (run / "adapter" / "adapter_model.safetensors").unlink()
    with pytest.raises(UsageError, match="no trained student"):
        api.evaluate(run)
    assert not (run / "items.jsonl").exists()
