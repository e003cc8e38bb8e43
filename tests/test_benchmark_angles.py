import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.angle_asking import ask_about
from benchmarks.angle_fitting import Claim, best_f1, fit_judge, folds, platt, read_claims
from benchmarks.angles import area, calibration_error, main, readable
from distillnet.agents.known_pairs import KNOWN_PAIRS, known_pairs
from distillnet.config import load_settings
from distillnet.errors import UsageError
from distillnet.testing import ScriptedServer
from distillnet.tools.same_angle import same_angle

ROOT = Path(__file__).parents[1]
POINTS = {
    "cost": ("It costs too much.", "The price is far too high.", "Nobody can pay for it."),
    "health": ("It makes people healthy.", "Illness becomes rarer.", "Doctors see fewer patients."),
    "fair": ("It treats everybody alike.", "No one is favoured over another."),
}
TOPICS = (
    "Free buses",
    "Public parks",
    "School meals",
    "Bicycle lanes",
    "Night trains",
    "Libraries",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six claims with three angles each, worded for their topic."""
    path = tmp_path / "angles.jsonl"
    rows = [
        {
            "claim": f"{topic} are a good thing.",
            "angles": [
                {"stance": "SUPPORT", "wordings": [f"{topic}: {w}" for w in wordings]}
                for wordings in POINTS.values()
            ]
            + [{"stance": "UNDERMINE", "wordings": []}],
        }
        for topic in TOPICS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "benchmarks.angles", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_judges_by_cross_validation(data: Path) -> None:
    result = json.loads(run("--data", data, "--json"))
    assert (result["claims"], result["pairs"], result["same"]) == (6, 6 * 28, 6 * 7)
    assert set(result["rows"]) == {"cosine", "same_angle"}
    assert result["rows"]["same_angle"]["auc"] > result["rows"]["cosine"]["auc"]


def test_another_file_is_judged_by_the_shipped_numbers(data: Path) -> None:
    shipped = ROOT / "distillnet/tools/same_angle.json"
    before = shipped.read_bytes()
    result = json.loads(run("--test", data, "--json"))
    assert result["how"] == "shipped numbers" and shipped.read_bytes() == before
    assert 0 < result["rows"]["same_angle"]["f1_shipped"] <= result["rows"]["same_angle"]["f1"]
    assert "same_angle" in run("--test", data)


async def test_a_chat_model_is_asked_about_the_least_sure_pairs_only(data: Path) -> None:
    claims = read_claims(data)
    same = np.concatenate([claim.same() for claim in claims])
    p = np.where(np.arange(len(same)) % 3 == 0, 0.5, 0.01)
    angle = {w: k for claim in claims for w, k in zip(claim.wordings, claim.angles, strict=True)}

    known = {(pair.one, pair.other): pair.same for pair in known_pairs("en")}

    def knows(prompt: str) -> str:
        one, other = (part.splitlines()[1] for part in prompt.split("Text ")[1:])
        same = known[one, other] if (one, other) in known else angle[one] == angle[other]
        return "Yes." if same else "No."

    with ScriptedServer(knows) as server:
        settings = load_settings(model="openai:scripted", base_url=server.base_url)
        helped = await ask_about(claims, p, 0.5, settings, 40)
    assert server.calls.total() == KNOWN_PAIRS + 40
    asked = helped.p != p
    assert asked.sum() == helped.count == 40 and (p[asked] == 0.5).all()
    assert ((helped.p[asked] > 0.8) == same[asked]).all()
    assert helped.sentence("it") == (
        "it judged 24 of 24 known pairs rightly and was asked about 40, 100% of its words right"
    )


async def test_a_chat_model_that_fails_its_exam_is_not_asked(data: Path) -> None:
    claims = read_claims(data)
    p = np.full(sum(len(claim.same()) for claim in claims), 0.5)
    with ScriptedServer(lambda prompt: "Yes, they do.") as server:
        settings = load_settings(model="openai:scripted", base_url=server.base_url)
        asked = await ask_about(claims, p, 0.5, settings, 40)
    assert server.calls.total() == KNOWN_PAIRS and asked.count == 0
    assert (asked.p == p).all()
    assert asked.sentence("it").endswith("12 of 24 known pairs rightly: its word is not asked for")


def test_claims_that_share_a_wording_are_in_one_fold() -> None:
    def claim(*wordings: str) -> Claim:
        vectors = np.ones((len(wordings), 2), np.float32)
        return Claim("c", vectors[0], list(wordings), vectors, np.zeros(len(wordings), np.int64))

    chain = [claim("a", "b"), claim("x"), claim("B ", "c"), claim("y"), claim("c", "z")]
    for random_seed in range(20):
        fold = folds(chain, 3, random_seed)
        assert fold[0] == fold[2] == fold[4]
    assert len({tuple(folds(chain, 3, s)) for s in range(20)}) > 1


def test_a_judge_is_the_same_each_time_it_is_fitted(data: Path) -> None:
    claims = read_claims(data)
    first, second = fit_judge(claims), fit_judge(claims)
    one = claims[0]
    judged = [same_angle(one.wordings, one.vectors, one.vector, judge=j) for j in (first, second)]
    assert (judged[0] == judged[1]).all()


def test_figures_on_known_scores() -> None:
    p, same = np.asarray([0.9, 0.8, 0.8, 0.1]), np.asarray([True, True, False, False])
    assert area(p, same) == pytest.approx(3.5 / 4)
    assert best_f1(p, same) == (pytest.approx(0.8), 0.8)
    assert calibration_error(np.asarray([0.25, 0.25, 0.25, 0.25]), same) == pytest.approx(0.25)


def test_platt_recovers_the_log_odds_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 2, 20_000)
    slope, offset = platt(odds, rng.random(20_000) < 1 / (1 + np.exp(1 - 0.5 * odds)))
    assert slope == pytest.approx(0.5, abs=0.05) and offset == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read: No such file"),
        ("", "holds no claim with wordings"),
        ('{"claim": "It rains.", "angles": []}', "holds no claim with wordings"),
        ('{"claim": "c", "angles": []}\n\n{"claim": ', "line 3 of .* is not JSON"),
        ("[" * 100_000, "line 1 of .* is not JSON"),
        ('{"angles": []}', 'line 1 of .* is no object with a text "claim"'),
        ('{"claim": "c"}', 'line 1 of .* and a list "angles"'),
        ('{"claim": "c", "angles": [{}]}', 'line 1 of .* without a list of texts "wordings"'),
        ('{"claim": "c", "angles": [{"wordings": "abc"}]}', "without a list of texts"),
        ('{"claim": "c", "angles": ["abc"]}', "without a list of texts"),
        ('{"claim": "c", "angles": [{"wordings": ["a", 7]}]}', "without a list of texts"),
        ("\udcff", "is not UTF-8 text"),
        ('{"claim": "c", "angles": [{"wordings": ["a", "b"]}]}', "needs pairs of wordings"),
    ],
)
def test_a_file_of_another_kind_is_one_sentence(
    text: str | None,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "a.jsonl"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.setattr(sys, "argv", ["angles.py", "--test", str(path)])
    with pytest.raises(SystemExit) as stopped:
        main()
    printed = capsys.readouterr()
    assert stopped.value.code == 2 and printed.out == ""
    assert re.search(says, printed.err) and printed.err.count("\n") == 1


def test_too_few_claims_to_fit_are_one_sentence(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text("".join(data.read_text("utf-8").splitlines(keepends=True)[:4]), "utf-8")
    with pytest.raises(UsageError, match="needs 5 claims that share no wording"):
        readable(path, fitted=True)
    assert len(readable(path, fitted=False)) == 4
