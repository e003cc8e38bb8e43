"""A run with a student, from its exam to the files that say what it learned."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from distillnet import api
from distillnet.api.teaching import training_report
from distillnet.cli import cli
from distillnet.cli.verdict import show
from distillnet.errors import UsageError
from distillnet.testing import ScriptedServer, varied_prose
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


def test_training_is_told_when_it_ends_and_by_the_verdict(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = CliRunner().invoke(cli, ["train", str(run)])
    assert done.stdout == f"{run / 'adapter'}\n"
    told = json.loads((run / "adapter" / "training.json").read_text("utf-8"))
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("trained ")]
    assert f"{told['tokens']:,} tokens in {told['steps']} steps, " in line
    assert f"memory at most {told['peak_memory_mib']:,} MiB, " in line
    assert f"{told['tokens_per_second']:.0f} tokens/s" in line and "% padding" in line

    show(api.resume(run), as_json=False)
    assert line in capsys.readouterr().out.splitlines()
    data = run / "dataset" / "train.jsonl"
    whole = data.read_text("utf-8")
    data.write_text(whole.split("\n", 1)[1], "utf-8")
    assert training_report(run / "adapter") and not training_report(run / "adapter", data=data)


def test_new_models_of_two_sizes_stand_beside_each_other(run: Path, tiny: Path) -> None:
    smaller, larger = (
        api.train(run, from_scratch=size, tokenizer=tiny) for size in (90_000, 200_000)
    )
    sizes = [json.loads((f / "training.json").read_text())["parameters"] for f in (smaller, larger)]
    assert sizes[0] < sizes[1]
    vocabularies = {(folder / "tokenizer.json").read_bytes() for folder in (smaller, larger)}
    assert len(vocabularies) == 1, "the one that was given"
    with pytest.raises(UsageError, match="--from-scratch"):
        api.train(run, tokenizer=tiny)


def test_another_precision_examines_anew(run: Path) -> None:
    first = json.loads((run / "evaluation.json").read_text())
    exact = api.evaluate(run, precision="float32")
    assert exact["precision"] == "float32" and exact["seconds"] != first["seconds"]
    assert api.evaluate(run, precision="float32") == exact, "kept"
    assert api.evaluate(run)["seconds"] not in (first["seconds"], exact["seconds"])
    done = CliRunner().invoke(cli, ["evaluate", str(run), "--precision", "float32", "--json"])
    assert json.loads(done.stdout)["precision"] == "float32"


def test_a_seed_that_cannot_be_recalled_ends_well(tiny: Path, tmp_path: Path) -> None:
    """Its exam holds reversals and unknowables alone, which say nothing of what was learned."""
    out = tmp_path / "run"
    with ScriptedServer(
        lambda prompt: varied_prose(prompt, subject="All men are mortal")
    ) as server:
        found = api.distill(
            "All men are mortal.",
            out=out,
            model="openai:scripted",
            base_url=server.base_url,
            student=str(tiny),
            lenses=3,
            max_rounds=1,
            training={"epochs": 1},
        )
    exam = read_jsonl(out / "exam.jsonl")
    assert exam and not {item["kind"] for item in exam} & {"choice", "cloze"}
    assert found.evaluation is None and (out / "adapter").is_dir()
    assert (out / "report.html").is_file()
    with pytest.raises(UsageError, match="there are no test items: give a longer seed"):
        api.evaluate(out)
