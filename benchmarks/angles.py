"""Do two texts make the same point? Judges compared on claims whose angles people labelled.

    python benchmarks/angles.py (--data PATH [--fit] | --test PATH) [--clusters]
                                [--model provider:name [--base-url URL] [--pairs 200]] [--json]

PATH holds one JSON object a line: ``{"claim", "angles": [{"stance", "wordings": [...]}]}``. Two
wordings of one claim are a pair, the same angle if they stand in the same list. ``--data`` judges
by 5-fold cross-validation over claims; claims that share a wording are in the same fold, and
nothing of a judged claim is used in any part of the fit. ``--fit`` then writes the numbers that
the package ships, from all of PATH; what they add between scenes is fitted after it by
``benchmarks/scenes.py --fit``. ``--test`` judges with the shipped numbers and fits nothing; "F1
shipped" is that of the shipped threshold. With ``--model`` a chat model is asked about the
``--pairs`` pairs that are least sure. Cosine is calibrated by Platt's method, in the other folds
(``--data``), or not at all. The chat model is examined on the package's known pairs first, as in a
run, and where its word is worth nothing it is not asked. Goal: AUC >= 0.90 and F1 >= 0.62 without
one.

``--clusters`` compares the angles that are made of such judgements, one way a row, with those of
people; every judge keeps its own threshold, and with ``--data`` it is one of other folds.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.angle_asking import ask_about
from benchmarks.angle_clusters import COSINE, cluster_table, clusters
from benchmarks.angle_fitting import Claim, Flags, best_f1, fit_judge, folds, platt, read_claims
from benchmarks.asking_models import one_sentence
from distillnet.config import load_settings
from distillnet.errors import UsageError
from distillnet.tools.same_angle import Judge, load_judge, same_angle, write_judge

FOLDS = 5
Scores = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="PATH")
    source.add_argument("--test", type=Path, metavar="PATH")
    parser.add_argument("--fit", action="store_true", help="write the shipped numbers")
    parser.add_argument("--clusters", action="store_true", help="compare whole angles, not pairs")
    parser.add_argument("--model", help="provider:name, asked about the least sure pairs")
    parser.add_argument("--base-url", metavar="URL", help="where its server listens")
    parser.add_argument("--pairs", type=int, default=200, help="asked about, at most")
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    if arguments.fit and not arguments.data:
        parser.error("--fit needs --data")
    if arguments.clusters and (arguments.fit or arguments.model):
        parser.error("--clusters goes with neither --fit nor --model")
    try:
        claims = readable(arguments.data or arguments.test, fitted=bool(arguments.data))
    except UsageError as error:
        parser.exit(2, f"{error}\n")
    if arguments.clusters:
        shipped_judges = [load_judge()] * len(claims)
        found = clusters(claims, fold_judges(claims) if arguments.data else shipped_judges)
        print(json.dumps(found, indent=1) if arguments.as_json else cluster_table(found))
        return
    same = np.concatenate([claim.same() for claim in claims])
    judged = cross_validated(claims) if arguments.data else shipped(claims)
    rows = {name: figures(p, same, t) for name, (p, t) in judged.items()}
    exam = {}
    if arguments.model:
        p, threshold = judged["same_angle"]
        with one_sentence(parser):
            settings = load_settings(model=arguments.model, base_url=arguments.base_url)
            asked = asyncio.run(ask_about(claims, p, threshold, settings, arguments.pairs))
        rows["same_angle + chat model"] = figures(asked.p, same, threshold)
        exam = {"chat_model": asked.sentence(arguments.model)}
    result = {
        "claims": len(claims),
        "pairs": len(same),
        "same": int(same.sum()),
        "how": f"{FOLDS} folds over claims" if arguments.data else "shipped numbers",
        "rows": rows,
        **exam,
    }
    if arguments.fit:
        judge = fit_judge(claims)
        write_judge(judge, card(arguments.data, judge, claims, result))
    print(json.dumps(result, indent=1) if arguments.as_json else table(result))


def readable(path: Path, *, fitted: bool) -> list[Claim]:
    """The claims of a file; UsageError where nothing can be measured by them, or ``fitted``."""
    claims = read_claims(path)
    same = np.concatenate([claim.same() for claim in claims])
    if same.all() or not same.any():
        raise UsageError(f"{path} needs pairs of wordings of one angle, and of two of one claim")
    if fitted and len(set(folds(claims, FOLDS, random_seed=3).tolist())) < FOLDS:
        raise UsageError(f"--data needs {FOLDS} claims that share no wording; {path} has fewer")
    return claims


def cross_validated(claims: Sequence[Claim]) -> dict[str, tuple[Scores, float | None]]:
    """Probabilities of all pairs, in the order of ``claims``, each by numbers of other folds."""
    fold = folds(claims, FOLDS, random_seed=3)
    judges = fold_judges(claims)
    cosine, ours = [np.zeros(0)] * len(claims), [np.zeros(0)] * len(claims)
    for part in range(FOLDS):
        seen = [claim for claim, f in zip(claims, fold, strict=True) if f != part]
        slope, offset = platt(
            np.concatenate([_cosines(claim) for claim in seen]),
            np.concatenate([claim.same() for claim in seen]),
        )
        for k in np.flatnonzero(fold == part).tolist():
            cosine[k] = 1 / (1 + np.exp(-slope * _cosines(claims[k]) - offset))
            ours[k] = _judged(claims[k], judges[k])
    return {
        "cosine": (np.concatenate(cosine), None),
        "same_angle": (np.concatenate(ours), None),
    }


def fold_judges(claims: Sequence[Claim]) -> list[Judge]:
    """For each claim a judge that was fitted to the other folds."""
    fold = folds(claims, FOLDS, random_seed=3)
    judges = [
        fit_judge([claim for claim, f in zip(claims, fold, strict=True) if f != part])
        for part in range(FOLDS)
    ]
    return [judges[part] for part in fold]


def shipped(claims: Sequence[Claim]) -> dict[str, tuple[Scores, float | None]]:
    """Probabilities by the numbers of the package, with its thresholds."""
    judge = load_judge()
    return {
        "cosine": (np.concatenate([_cosines(claim) for claim in claims]), COSINE),
        "same_angle": (
            np.concatenate([_judged(claim, judge) for claim in claims]),
            judge.threshold,
        ),
    }


def _cosines(claim: Claim) -> Scores:
    return claim.of_pairs(claim.vectors @ claim.vectors.T).astype(np.float64)


def _judged(claim: Claim, judge: Judge) -> Scores:
    matrix = same_angle(claim.wordings, claim.vectors, claim.vector, judge=judge)
    return claim.of_pairs(matrix).astype(np.float64)


def figures(p: Scores, same: Flags, threshold: float | None) -> dict[str, float]:
    """AUC, best F1 and its threshold, expected calibration error; F1 at a given threshold."""
    f1, best = best_f1(p, same)
    found = {
        "auc": area(p, same),
        "f1": f1,
        "threshold": best,
        "calibration_error": calibration_error(p, same),
    }
    if threshold is not None:
        called = p >= threshold
        found["f1_shipped"] = float(2 * (called & same).sum() / max(1, (called.sum() + same.sum())))
        found["threshold_shipped"] = threshold
    return {name: round(float(value), 4) for name, value in found.items()}


def area(p: Scores, same: Flags) -> float:
    """Area under the ROC curve, ties half: the chance that a same pair scores above another."""
    _, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    hits = same.sum()
    return float((rank[same].sum() - hits * (hits + 1) / 2) / max(1, hits * (len(p) - hits)))


def calibration_error(p: Scores, same: Flags, *, bins: int = 15) -> float:
    """Mean |probability - share of same pairs| over bins of equal width, weighed by their size."""
    place = np.minimum((np.clip(p, 0, 1) * bins).astype(int), bins - 1)
    apart = np.bincount(place, p, bins) - np.bincount(place, same, bins)
    return float(np.abs(apart).sum() / len(p))


def card(
    data: Path, judge: Judge, claims: Sequence[Claim], result: dict[str, Any]
) -> dict[str, Any]:
    """What goes with the numbers."""
    return {
        "made_by": "python benchmarks/angles.py --data PATH --fit",
        "made_on": date.today().isoformat(),
        "data": f"{data.name} (CogComp/perspectrum, CC BY-SA 4.0); only fitted numbers are here",
        "claims": result["claims"],
        "pairs": result["pairs"],
        "same": result["same"],
        "method": "probabilistic LDA of residuals; pair and context features; "
        "small networks with Platt calibration, fitted on held-out features",
        "features": list(claims[0].matrices(judge.directions)),
        "judged": f"{FOLDS} folds over claims, those that share a wording together",
        "figures": result["rows"]["same_angle"],
        "cosine": result["rows"]["cosine"],
        "limits": "English sentences of about ten words, 2 to 127 a claim, 8 % of the pairs the "
        "same; less sure on more texts and Russian, which no labels were there for; for scenes "
        "see there",
    }


def table(result: dict[str, Any]) -> str:
    lines = [
        f"{result['claims']} claims, {result['pairs']} pairs, {result['same']} of one angle; "
        f"{result['how']}",
        f"{'':<28}{'AUC':>7}{'best F1':>9}{'at':>7}{'ECE':>8}{'F1 shipped':>12}",
    ]
    for name, row in result["rows"].items():
        lines.append(
            f"{name:<28}{row['auc']:>7.3f}{row['f1']:>9.3f}{row['threshold']:>7.2f}"
            f"{row['calibration_error']:>8.4f}{row.get('f1_shipped', '-'):>12}"
        )
    return "\n".join([*lines, *([result["chat_model"]] if "chat_model" in result else [])])


if __name__ == "__main__":
    main()
