import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.angle_clusters import agreement, average_linkage
from distillnet.tools.pair_features import Floats

ROOT = Path(__file__).parents[1]
CLAIMS = {
    "The library should open at night.": [
        ["Students could read there after work.", "After work students could read there."],
        ["Guards at night cost the town money.", "The town must pay guards money at night."],
    ],
    "Dogs belong on a lead.": [
        ["Children are afraid of dogs that run free.", "Free running dogs make children afraid."],
        ["A dog must run to stay healthy.", "To stay healthy a dog must run."],
    ],
}


def run(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ways_to_find_angles_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "angles.jsonl"
    rows = [
        {"claim": claim, "angles": [{"stance": "SUPPORT", "wordings": two} for two in angles]}
        for claim, angles in CLAIMS.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    rows_found = json.loads(run("benchmarks.angles", "--test", path, "--clusters", "--json"))
    judged = rows_found["as they arrive, judge, all at once"]
    assert judged == {"pairs_f1": 1, "b_cubed_f1": 1, "adjusted_rand": 1, "found_per_true": 1}
    assert rows_found["each wording alone"]["found_per_true"] == 2
    assert "average linkage, judge" in run("benchmarks.angles", "--test", path, "--clusters")


def test_agreement_on_known_partitions() -> None:
    true = np.asarray([0, 0, 1, 1])
    perfect = agreement([(np.asarray([5, 5, 2, 2]), true)])
    assert perfect == {"pairs_f1": 1, "b_cubed_f1": 1, "adjusted_rand": 1, "found_per_true": 1}
    crossed = agreement([(np.asarray([0, 1, 0, 1]), true)])
    assert crossed["pairs_f1"] == 0 and crossed["b_cubed_f1"] == 0.5
    assert crossed["adjusted_rand"] == -0.5
    lumped = agreement([(np.zeros(4, np.int64), true)])
    assert lumped["pairs_f1"] == pytest.approx(0.5)  # 2 of 6 pairs are right, none is missed
    assert lumped["b_cubed_f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert (lumped["adjusted_rand"], lumped["found_per_true"]) == (0, 0.5)


def test_average_linkage_merges_by_the_mean_of_all_pairs() -> None:
    likeness: Floats = np.eye(4, dtype=np.float32)
    for i, j, value in ((0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.3), (2, 3, 0.5)):
        likeness[i, j] = likeness[j, i] = value
    assert average_linkage(likeness, 0.56).tolist() == [0, 0, 2, 3]  # not by the best pair
    assert len(set(average_linkage(likeness, 0.54).tolist())) == 2
    assert len(set(average_linkage(likeness, 0.17).tolist())) == 2
    assert len(set(average_linkage(likeness, 0.16).tolist())) == 1
