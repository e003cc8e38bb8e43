"""The benchmark of missing angles: what it counts, and that it asks as a run asks."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.missing_angle import Riddle, draw, main, named
from benchmarks.missing_angle_asking import ask_all
from distillnet.testing import ScriptedServer
from distillnet.tools.same_angle import load_judge

ROOT = Path(__file__).parents[1]
POINTS = {
    "cost": ("It costs too much money.", "It costs far more money than that."),
    "health": ("It makes people healthy.", "People become healthy by it."),
    "fair": ("It treats everybody alike.", "It treats everybody in the same way."),
}
TOPICS = ("Free buses", "Public parks", "School meals", "Bicycle lanes")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four claims with three angles each, and one with a single angle."""
    path = tmp_path / "angles.jsonl"
    angles = [{"stance": "SUPPORT", "wordings": list(wordings)} for wordings in POINTS.values()]
    rows = [{"claim": f"{topic} are a good thing.", "angles": angles} for topic in TOPICS]
    rows.append({"claim": "It rains.", "angles": [angles[0], {"stance": "S", "wordings": []}]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def missing(prompt: str) -> str:
    """A wording of the angle that the prompt does not tell, as a sentence or as a lens."""
    point = next(w for w in POINTS.values() if w[0] not in prompt)[1]
    if "JSON" not in prompt:
        return point
    lens = {
        "name": "one-more",
        "title": "One more",
        "question": "Which single thing about this did none of the neighbours dare to say aloud?",
        "form": "letter",
        "faithfulness": "literal",
        "reveals": point,
    }
    return json.dumps(lens)


def test_a_model_that_knows_names_the_hidden_angle(data: Path, tmp_path: Path) -> None:
    with ScriptedServer(missing) as server:
        command = [
            *(sys.executable, "-m", "benchmarks.missing_angle", "--data", str(data)),
            *("--model", "openai:scripted", "--base-url", server.base_url),
            *("--claims", "9", "--random-seed", "2", "--json", str(tmp_path / "out.json")),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert server.calls.total() == 8
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    rows = result["rows"]
    assert result["claims"] == len(result["texts"]) == 4
    assert not result["unusable lenses"]
    for row in ("the model's missing point", "the model's lens", "the hidden angle, reworded"):
        assert rows[row]["texts"] == rows[row]["of"] == 4
        assert rows[row]["hidden"] >= rows[row]["most"] >= 3, row
    assert rows["a wording of another claim"]["of"] == 4
    assert rows["the claim itself"]["hidden"] <= 1
    assert "names hidden" in done.stdout and "the model's lens" in done.stdout


async def test_a_model_that_is_of_no_use_names_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_BASE_URL", "http://127.0.0.1:9/v1")
    with ScriptedServer(lambda prompt: "No.") as server:
        answers = await ask_all([("It rains.", ["It is wet."])], "openai:x", server.base_url)
    assert answers == [(None, None, "it holds no JSON object")]


def test_the_hidden_angle_is_not_told(data: Path) -> None:
    riddles = draw(data, 3, random.Random(1))
    assert len(riddles) == 3 == len({riddle.claim for riddle in riddles})
    for riddle in riddles:
        assert len(riddle.told) == 2 and not set(riddle.told) & set(riddle.hidden)
    assert riddles == draw(data, 3, random.Random(1)) != draw(data, 3, random.Random(2))
    assert len(draw(data, 100, random.Random(1))) == 4


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        (None, [], "cannot be read"),
        ('{"claim": "c", "angles": []}\nno', [], "line 2 of .* is not JSON"),
        ('{"claim": "It rains.", "angles": [{"wordings": ["a"]}]}\n', [], "two angles"),
        (
            '{"claim": "c", "angles": [{"wordings": ["a"]}, {"wordings": ["b"]}]}',
            ["--claims", "-1"],
            "--claims asks for none",
        ),
    ],
)
def test_what_cannot_be_asked_about_is_one_sentence(
    text: str | None,
    more: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "a.jsonl"
    if text is not None:
        path.write_text(text, "utf-8")
    monkeypatch.setattr(sys, "argv", ["missing_angle.py", "--data", str(path), *more])
    with pytest.raises(SystemExit) as stopped:
        main()
    printed = capsys.readouterr().err
    assert stopped.value.code == 2 and re.search(says, printed) and printed.count("\n") == 1


def test_a_text_is_not_compared_with_itself() -> None:
    judge = load_judge()
    riddle = Riddle(
        claim="Free buses are a good thing.",
        hidden=["Free buses cost the town too much money."],
        shown=[["They make people healthy."], ["They treat everybody alike."]],
        stranger="Dogs bark at night.",
    )
    assert not named(riddle.hidden[0], riddle, judge).hidden
    assert named(riddle.hidden[0] + " ", riddle, judge) == (True, True, False)
    assert named("They make people healthy!", riddle, judge) == (False, False, True)
    assert named(riddle.stranger, riddle, judge) == (False, False, False)
