"""Fits a judge of angles to labelled claims; see ``benchmarks/angles.py``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distillnet.errors import UsageError
from distillnet.memory.embed import open_embedder
from distillnet.tools.pair_features import Directions, Floats, pair_features, residuals
from distillnet.tools.same_angle import FURTHEST, Judge

INNER_FOLDS = 4
_RANK = 48
_SHRINK = 0.3  # of the covariance within angles towards a multiple of the identity
_NETWORKS = 3
_HIDDEN = 24
_EPOCHS = 12
_BATCH = 512
_RATE = 3e-3
_DECAY = 1e-4
_CROWDED = 0.3  # a claim of n texts weighs its pairs by n ** -_CROWDED
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Claim:
    """A labelled seed: n wordings with their vectors (n, d) and the angle of each (n,)."""

    text: str
    vector: Floats
    wordings: list[str]
    vectors: Floats
    angles: Numbers

    def same(self) -> Flags:
        """Of each pair, in the order of ``np.triu_indices``: is it one angle?"""
        i, j = np.triu_indices(len(self.wordings), 1)
        return np.asarray(self.angles[i] == self.angles[j])

    def of_pairs(self, matrix: Floats) -> Floats:
        return matrix[np.triu_indices(len(self.wordings), 1)]

    def matrices(self, directions: Directions) -> dict[str, Floats]:
        return pair_features(self.wordings, self.vectors, self.vector, directions)

    def features(self, directions: Directions) -> Floats:
        """(pairs, f)"""
        found = self.matrices(directions)
        return np.stack([self.of_pairs(matrix) for matrix in found.values()], 1)


def read_rows(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Each claim of a file with the wordings of each of its angles, one JSON object a line.

    Raises UsageError, which names the line, for anything else.
    """
    found = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_row(line, f"line {number} of {path}"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text") from error
    if not any(wordings for _, angles in found for wordings in angles):
        raise UsageError(f"{path} holds no claim with wordings")
    return found


def _row(line: str, where: str) -> tuple[str, list[list[str]]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not JSON") from error
    match row:
        case {"claim": str(claim), "angles": [*angles]}:
            listed = [angle.get("wordings") for angle in angles if isinstance(angle, dict)]
            if len(listed) == len(angles) and all(_are_texts(each) for each in listed):
                return claim, listed
            raise UsageError(f'{where} has an angle without a list of texts "wordings"')
    raise UsageError(f'{where} is no object with a text "claim" and a list "angles"')


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def read_claims(path: Path) -> list[Claim]:
    """The claims of a file that have wordings, embedded by the packaged encoder."""
    return [labelled(claim, angles) for claim, angles in read_rows(path) if any(angles)]


def labelled(text: str, angles: Sequence[Sequence[str]]) -> Claim:
    """A claim with the wordings of each of its angles, embedded by the packaged encoder."""
    listed = [(k, wording) for k, angle in enumerate(angles) for wording in angle]
    wordings = [wording for _, wording in listed]
    numbers = np.unique([k for k, _ in listed], return_inverse=True)[1]
    vectors = open_embedder("use")([text, *wordings])
    return Claim(text, vectors[0], wordings, vectors[1:], numbers)


def folds(claims: Sequence[Claim], count: int, random_seed: int) -> Numbers:
    """The fold of each claim; claims that share a wording, in any chain, are in the same one."""
    group = list(range(len(claims)))
    first: dict[str, int] = {}

    def root(k: int) -> int:
        while group[k] != k:
            k = group[k]
        return k

    for k, claim in enumerate(claims):
        for wording in claim.wordings:
            group[root(k)] = root(first.setdefault(" ".join(wording.lower().split()), k))
    roots = np.unique([root(k) for k in range(len(claims))], return_inverse=True)[1]
    return np.asarray(
        np.random.default_rng(random_seed).permutation(roots.max() + 1)[roots] % count
    )


def fit_judge(claims: Sequence[Claim]) -> Judge:
    """A judge from all of ``claims``; its threshold is that of the best F1 where it was calibrated.

    The networks see features, and Platt's slope and offset see log odds, of claims that were held
    out when the directions, or the networks, were fitted.
    """
    fold = folds(claims, INNER_FOLDS, random_seed=1)
    parts = range(INNER_FOLDS)
    features: list[Floats] = [np.zeros((0, 0), np.float32)] * len(claims)
    for part in parts:
        directions = fit_directions([c for c, f in zip(claims, fold, strict=True) if f != part])
        for k in np.flatnonzero(fold == part).tolist():
            features[k] = claims[k].features(directions)
    x, same = np.concatenate(features), np.concatenate([c.same() for c in claims])
    of_pair = np.repeat(fold, [len(rows) for rows in features])
    weight = np.concatenate(
        [
            np.full(len(f), len(c.wordings) ** -_CROWDED, np.float32)
            for c, f in zip(claims, features, strict=True)
        ]
    )
    middle, spread = x.mean(0), x.std(0) + 1e-6
    directions = fit_directions(claims)

    def judge(seen: Flags) -> Judge:
        z = np.clip((x[seen] - middle) / spread, -FURTHEST, FURTHEST)
        nets = [fit_network(z, same[seen], weight[seen], seed) for seed in range(_NETWORKS)]
        inner, outer = (np.stack(of_all) for of_all in zip(*nets, strict=True))
        return Judge(directions, middle, spread, inner, outer, 1.0, 0.0, 0.5)

    odds = np.zeros(len(x))
    for part in parts:
        p = judge(of_pair != part).probabilities(x[of_pair == part]).astype(np.float64)
        odds[of_pair == part] = np.log(p + 1e-9) - np.log1p(1e-9 - p)
    slope, offset = platt(odds, same)
    threshold = best_f1(1 / (1 + np.exp(-slope * odds - offset)), same)[1]
    whole = judge(np.ones(len(x), bool))
    return Judge(directions, middle, spread, whole.inner, whole.outer, slope, offset, threshold)


def fit_directions(claims: Sequence[Claim]) -> Directions:
    """Probabilistic linear discriminant analysis (Ioffe 2006) of the residuals."""
    seeds = np.stack([c.vector for c in claims])
    means = np.stack([c.vectors.mean(0) for c in claims])
    centred = seeds - seeds.mean(0)
    weight = float((centred * (means - means.mean(0))).sum() / max(1e-9, (centred**2).sum()))
    mean = means.mean(0) - weight * seeds.mean(0)
    d = len(mean)
    within, total = np.zeros((d, d)), np.zeros((d, d))
    free_within, free_total = 1, 1
    for claim in claims:
        rest = residuals(claim.vectors, claim.vector, mean, weight)
        total += rest.T @ rest
        free_total += len(rest) - 1
        sums = np.stack([rest[claim.angles == k].mean(0) for k in range(claim.angles.max() + 1)])
        apart = rest - sums[claim.angles]
        within += apart.T @ apart
        free_within += len(rest) - len(sums)
    within, total = within / free_within, total / free_total
    ground = (1 - _SHRINK) * within + (_SHRINK * np.trace(within) / d + 1e-6) * np.eye(d)
    whitener = np.linalg.inv(np.linalg.cholesky(ground)).T
    values, axes = np.linalg.eigh(whitener.T @ (total - within) @ whitener)
    best = np.argsort(-values)[:_RANK]
    return Directions(
        mean.astype(np.float32),
        weight,
        (whitener @ axes[:, best]).astype(np.float32),
        np.maximum(values[best], 1e-3).astype(np.float32),
    )


def fit_network(x: Floats, same: Flags, weight: Floats, random_seed: int) -> tuple[Floats, Floats]:
    """One hidden layer of tanh on weighted cross-entropy, by Adam with a cosine schedule."""
    rng = np.random.default_rng(random_seed)
    x = np.hstack([x, np.ones((len(x), 1), np.float32)])
    batch = min(_BATCH, len(x))
    per_epoch = len(x) // batch
    weight = weight / weight.mean() / batch
    layers = [
        rng.normal(0, x.shape[1] ** -0.5, (x.shape[1], _HIDDEN)).astype(np.float32),
        rng.normal(0, _HIDDEN**-0.5, _HIDDEN + 1).astype(np.float32),
    ]
    first, second = ([np.zeros_like(layer) for layer in layers] for _ in range(2))
    for step in range(_EPOCHS * per_epoch):
        if step % per_epoch == 0:
            order = rng.permutation(len(x))
        kept = order[step % per_epoch * batch :][:batch]
        hidden = np.tanh(x[kept] @ layers[0])
        error = 1 / (1 + np.exp(-hidden @ layers[1][:-1] - layers[1][-1])) - same[kept]
        error = (error * weight[kept]).astype(np.float32)
        back = np.outer(error, layers[1][:-1]) * (1 - hidden**2)
        slopes = [x[kept].T @ back, np.append(hidden.T @ error, error.sum())]
        rate = _RATE * (1 + np.cos(np.pi * step / (_EPOCHS * per_epoch))) / 2
        for k, slope in enumerate(slopes):
            first[k] = 0.9 * first[k] + 0.1 * slope
            second[k] = 0.999 * second[k] + 0.001 * slope**2
            move = first[k] / (1 - 0.9 ** (step + 1))
            move = move / (np.sqrt(second[k] / (1 - 0.999 ** (step + 1))) + 1e-8)
            layers[k] = ((1 - rate * _DECAY) * layers[k] - rate * move).astype(np.float32)
    return layers[0], layers[1]


def platt(odds: NDArray[np.float64], same: Flags) -> tuple[float, float]:
    """Slope and offset that calibrate log odds, by Newton's method, drawn a little to 1 and 0."""
    x, w = np.stack([odds, np.ones_like(odds)], 1), np.asarray([1.0, 0.0])
    for _ in range(20):
        p = 1 / (1 + np.exp(-x @ w))
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.eye(2)
        w += np.linalg.solve(curve, x.T @ (same - p) - (w - [1.0, 0.0]))
    return float(w[0]), float(w[1])


def best_f1(scores: NDArray[np.floating], same: Flags) -> tuple[float, float]:
    """The best F1 over all thresholds, and the score from which on pairs count as the same."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(same[order])
    # Only where the next score is lower can a threshold be.
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    f1 = 2 * hits[ends] / np.maximum(1, ends + 1 + same.sum())
    return float(f1.max()), float(scores[order][ends[f1.argmax()]])
