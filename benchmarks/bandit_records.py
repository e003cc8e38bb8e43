"""Recorded calls for ``benchmarks/bandit.py``: from runs, and from ready-made interpretations."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from distillnet.graphs.reading import read_ledger
from distillnet.memory.embed import open_embedder
from distillnet.records import Seed
from distillnet.tools.bandit import Arm
from distillnet.tools.same_angle import load_judge, same_angle
from distillnet.tools.text import sentences

SHORTEST = 5  # words of a sentence that counts
# An answer that only repeats an earlier one would have been accepted before it.
ACCEPTED = ("accepted", "repeat")


class Answer(NamedTuple):
    """What one call cost and showed; ``angle`` is None where it was rejected."""

    arm: Arm
    tokens: int
    angle: str | None


def read_records(path: Path) -> dict[str, list[Answer]]:
    """The calls of a file, by seed."""
    found: dict[str, list[Answer]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            arm = Arm(row["lens"], row["role"], row["depth"])
            angle = str(row["angle"]) if row["accepted"] else None
            found[row["seed"]].append(Answer(arm, row["tokens"], angle))
    return dict(found)


def record(runs: Sequence[Path], path: Path) -> None:
    """Writes the calls of runs, without their texts, in the order in which they were planned."""
    with path.open("w", encoding="utf-8") as file:
        for run in runs:
            with read_ledger(run) as ledger:
                seed = Seed.model_validate(ledger.fact("seed"))
                scenes = ledger.scenes()
                calls = {call.cell: call for call in ledger.calls()}
            accepted = [scene for scene in scenes if scene.verdict in ACCEPTED]
            labels = angles([scene.text for scene in accepted], seed.statement)
            angle = {scene.id: label for scene, label in zip(accepted, labels, strict=True)}
            for scene in scenes:
                row = {
                    "seed": run.name,
                    "lens": scene.lens,
                    "role": scene.role,
                    "depth": scene.depth,
                    "tokens": calls[scene.id].input_tokens + calls[scene.id].output_tokens,
                    "accepted": scene.id in angle,
                    "angle": angle.get(scene.id),
                }
                file.write(json.dumps(row) + "\n")


def read_views(path: Path) -> dict[str, list[Answer]]:
    """Sentences of ready-made interpretations, by passage.

    A line of PATH is ``{"passage", "views": {style: [text, ...]}}``. The style stands for the lens
    and the number of the text for the role; a call brings one sentence, for a token a 4 letters.
    """
    found = {}
    with path.open(encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            said = [
                (Arm(style, f"text-{k}"), sentence)
                for style, texts in row["views"].items()
                for k, text in enumerate(texts)
                for sentence in _plain_sentences(text)
            ]
            labels = angles([sentence for _, sentence in said], row["passage"])
            found[f"passage {number}"] = [
                Answer(arm, max(1, len(sentence) // 4), str(label))
                for (arm, sentence), label in zip(said, labels, strict=True)
            ]
    return found


def _plain_sentences(text: str) -> list[str]:
    lines = (re.sub(r"[*#_]+", "", line).strip() for line in text.split("\n"))
    unnumbered = (re.sub(r"^(\d+[.)]|Question \d+:|[AQ]:|-)\s*", "", line) for line in lines)
    found = [sentence for line in unnumbered for sentence in sentences(line)]
    return [sentence for sentence in found if len(sentence.split()) >= SHORTEST]


def angles(texts: Sequence[str], seed: str) -> list[int]:
    """The angle of each text: average-linkage clusters at the threshold of the package's judge."""
    vectors = open_embedder("use")([seed, *texts])
    return linked(same_angle(texts, vectors[1:], vectors[0]), load_judge().threshold)


def linked(probabilities: np.typing.NDArray[np.float32], threshold: float) -> list[int]:
    """Cluster labels of n texts, given their (n, n) probabilities of being one."""
    close = probabilities.astype(np.float64)
    np.fill_diagonal(close, -np.inf)
    size, label = np.ones(len(close)), np.arange(len(close))
    while len(close) > 1:
        i, j = sorted(divmod(int(close.argmax()), len(close)))
        if close[i, j] < threshold:
            break
        merged = (size[i] * close[i] + size[j] * close[j]) / (size[i] + size[j])
        close[i], close[:, i] = merged, merged
        close[j], close[:, j], close[i, i] = -np.inf, -np.inf, -np.inf
        size[i] += size[j]
        label[label == j] = i
    return [int(k) for k in np.unique(label, return_inverse=True)[1]]
