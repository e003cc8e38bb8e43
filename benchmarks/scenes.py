"""Do two scenes make the same point? The shipped judge on paragraphs, labelled by their points.

    python benchmarks/scenes.py [--half held_out] [--fit] [--json]
                                [--model provider:name [--base-url URL] [--pairs 200]]

``scenes.yaml`` holds scenes of 47 to 135 words, as role agents write them: of each point three
tellings in other forms and images. Half of the seeds are held out; ``--half develop`` shows the
others, which the package carries to examine chat models by. "F1" and "found" are at the shipped
threshold; "found" is the number of angles that ``distillnet.tools.angles`` gives to the scenes of a
seed, "true" that of the points (mean over seeds and 10 orders). "hard" is the share of pairs with
one image and two points that are called the same. ``--fit`` writes what the package adds to the log
odds between scenes, from the seeds of ``develop``: a third of the offset of maximum likelihood. The
whole of it would also join angles that are truly different where there are thousands (see
``benchmarks/pages.py``). With ``--model`` a chat model is asked about the ``--pairs`` pairs of a
language that are least sure, after its exam.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.angle_asking import ask_about
from benchmarks.angle_clusters import COSINE, agreement, online, reordered
from benchmarks.angle_fitting import Claim, Flags, labelled
from benchmarks.angles import figures
from benchmarks.asking_models import one_sentence
from distillnet.agents.known_pairs import SCENES as KNOWN
from distillnet.config import Settings, load_settings
from distillnet.records import Language
from distillnet.tools.same_angle import Judge, load_judge, read_card, same_angle, write_judge
from distillnet.tools.seeds import parse_seed

HALVES = {"held_out": Path(__file__).with_name("scenes.yaml"), "develop": KNOWN}
ORDERS = 10
CAUTION = 0.33
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """The scenes of a seed with their points, and the image of each."""

    language: str
    claim: Claim
    images: list[str]

    def hard(self) -> Flags:
        """Of each pair: is it one image for two points?"""
        i, j = np.triu_indices(len(self.images), 1)
        image = np.unique(self.images, return_inverse=True)[1]
        return np.asarray((image[i] == image[j]) & ~self.claim.same())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=tuple(HALVES), default="held_out")
    parser.add_argument("--fit", action="store_true", help="write what is added between scenes")
    parser.add_argument("--model", help="provider:name, asked about the least sure pairs")
    parser.add_argument("--base-url", metavar="URL", help="where its server listens")
    parser.add_argument("--pairs", type=int, default=200, help="asked about, at most")
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    if arguments.fit:
        write_fitted()
    told = read_scenes(arguments.half)
    found = measured(told, load_judge())
    if arguments.model:
        with one_sentence(parser):
            settings = load_settings(model=arguments.model, base_url=arguments.base_url)
            for language, rows in found.items():
                add_chat_model(rows, told, language, settings, arguments.pairs)
    print(json.dumps(found, indent=1) if arguments.as_json else table(found, arguments.half))


def read_scenes(half: str) -> list[Told]:
    """The seeds of one half."""
    told = []
    for row in yaml.safe_load(HALVES[half].read_text("utf-8")):
        scenes = [angle["scenes"] for angle in row["angles"]]
        claim = labelled(
            parse_seed(row["seed"]).source, [[one["text"] for one in of] for of in scenes]
        )
        told.append(Told(row["language"], claim, [one["image"] for of in scenes for one in of]))
    return told


def measured(told: Sequence[Told], judge: Judge) -> dict[str, dict[str, Any]]:
    """Figures by language and way to judge."""
    ways = {
        f"cosine {COSINE}": None,
        "judge as between sentences": replace(judge, scene_shift=0.0),
        "judge as shipped": judge,
    }
    return {
        language: {
            name: _figures([one for one in told if one.language == language], way)
            for name, way in ways.items()
        }
        for language in sorted({one.language for one in told})
    }


def add_chat_model(
    rows: dict[str, Any], told: Sequence[Told], language: Language, settings: Settings, most: int
) -> None:
    """The shipped judge with the chat model's word on doubtful pairs, as a row of pairs only."""
    of = [one for one in told if one.language == language]
    claims, judge = [one.claim for one in of], load_judge()
    same = np.concatenate([claim.same() for claim in claims])
    hard = np.concatenate([one.hard() for one in of])
    p = _scores(claims, judge)
    asked = asyncio.run(ask_about(claims, p, judge.threshold, settings, most, language))
    rows["as shipped + chat model"] = {
        **figures(asked.p, same, judge.threshold),
        "hard_called_same": round(float((asked.p[hard] >= judge.threshold).mean()), 4),
        "chat_model": asked.sentence(settings.model),
    }


def _figures(told: Sequence[Told], judge: Judge | None) -> dict[str, float]:
    claims = [one.claim for one in told]
    p, same = _scores(claims, judge), np.concatenate([claim.same() for claim in claims])
    threshold = judge.threshold if judge else COSINE
    rng = np.random.default_rng(0)
    orders = [
        reordered(claim, rng.permutation(len(claim.wordings)))
        for _ in range(ORDERS)
        for claim in claims
    ]
    labels = [(online(claim, judge, None), claim.angles) for claim in orders]
    hard = np.concatenate([one.hard() for one in told])
    return {
        "seeds": len(claims),
        "pairs": len(p),
        "same": int(same.sum()),
        **figures(p, same, threshold),
        "hard_called_same": round(float((p[hard] >= threshold).mean()), 4),
        "angles_f1": agreement(labels)["pairs_f1"],
        "found": float(np.mean([len(set(found)) for found, _ in labels])),
        "true": float(np.mean([len(set(true)) for _, true in labels])),
    }


def _scores(claims: Sequence[Claim], judge: Judge | None) -> Scores:
    matrices = [
        same_angle(claim.wordings, claim.vectors, claim.vector, judge=judge)
        if judge
        else claim.vectors @ claim.vectors.T
        for claim in claims
    ]
    pairs = [claim.of_pairs(matrix) for claim, matrix in zip(claims, matrices, strict=True)]
    return np.concatenate(pairs).astype(np.float64)


def write_fitted() -> None:
    """Fits ``scene_shift`` to the seeds of ``develop`` and ships it, with its card."""
    told, judge = read_scenes("develop"), replace(load_judge(), scene_shift=0.0)
    claims = [one.claim for one in told]
    p, same = _scores(claims, judge), np.concatenate([claim.same() for claim in claims])
    likeliest = likeliest_shift(np.log(p) - np.log1p(-p), same)
    judge = replace(judge, scene_shift=CAUTION * likeliest)
    card = read_card() | {
        "scenes": {
            "made_by": "python benchmarks/scenes.py --fit",
            "made_on": date.today().isoformat(),
            "data": f"the seeds of {KNOWN.name}, written for it",
            "pairs": len(p),
            "same": int(same.sum()),
            "method": f"{CAUTION} of the offset of maximum likelihood, {likeliest:.2f}",
            "held_out": measured(read_scenes("held_out"), judge),
            "limits": "points told in other images each time are mostly not recognised, nor are "
            "two points in one image told apart; two dozen scenes of a seed at most",
        }
    }
    write_judge(judge, card)
    load_judge.cache_clear()


def likeliest_shift(odds: Scores, same: Flags) -> float:
    """What to add to log odds so that as many pairs are expected to be the same as there are."""
    shift = 0.0
    for _ in range(20):
        p = 1 / (1 + np.exp(-odds - shift))
        shift += float((same - p).sum() / (p * (1 - p)).sum())
    return shift


def table(found: dict[str, dict[str, Any]], half: str) -> str:
    lines = [f"half `{half}`"]
    for language, rows in found.items():
        first = next(iter(rows.values()))
        lines += [
            f"{language}: {first['seeds']} seeds, {first['pairs']} pairs, {first['same']} of one "
            "point",
            f"{'':<28}{'AUC':>7}{'best F1':>9}{'at':>7}{'F1':>8}{'ECE':>8}{'hard':>7}"
            f"{'found':>8}{'true':>7}{'their F1':>10}",
        ]
        lines += [
            f"{name:<28}{row['auc']:>7.3f}{row['f1']:>9.3f}{row['threshold']:>7.2f}"
            f"{row['f1_shipped']:>8.3f}{row['calibration_error']:>8.3f}"
            f"{row['hard_called_same']:>7.2f}{_shown(row, 'found', 8, 1)}"
            f"{_shown(row, 'true', 7, 1)}{_shown(row, 'angles_f1', 10, 3)}"
            for name, row in rows.items()
        ]
        lines += [row["chat_model"] for row in rows.values() if "chat_model" in row]
    return "\n".join(lines)


def _shown(row: dict[str, Any], name: str, width: int, digits: int) -> str:
    """A dash where only pairs were judged."""
    return f"{row[name]:>{width}.{digits}f}" if name in row else f"{'-':>{width}}"


if __name__ == "__main__":
    main()
