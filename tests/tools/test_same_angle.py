from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.angle_fitting import Claim, best_f1
from benchmarks.angles import area
from distillnet.errors import UsageError
from distillnet.memory.embed import open_embedder
from distillnet.tools.pair_features import Floats, pair_features
from distillnet.tools.same_angle import SHIPPED, load_judge, read_card, same_angle, write_judge

ENGLISH = (
    "The city should close its centre to cars.",
    [
        [
            "Shops will lose customers who can no longer park at the door.",
            "Traders fear for their sales once drivers cannot stop in front of the store.",
            "Fewer people will come to buy things if they have to leave the car far away.",
        ],
        [
            "The air that children breathe would be cleaner.",
            "Without exhaust fumes there would be less asthma.",
            "Pollution from engines makes residents ill, and it would fall.",
        ],
        [
            "Old and disabled people cannot walk so far.",
            "Those who move with difficulty would be shut out of the centre.",
        ],
        [
            "Streets without traffic are quiet, and people sleep better.",
            "The noise of motors at night would end.",
        ],
        [
            "Nobody would be run over any more.",
            "There would be fewer accidents with pedestrians and cyclists.",
        ],
    ],
)
RUSSIAN = (
    "Школьникам не нужно задавать домашние задания.",
    [
        [
            "После уроков детям надо отдыхать и играть.",
            "Ребёнку нужно свободное время для игр и отдыха.",
            "Вечером школьник должен гулять и отдыхать, а не сидеть за тетрадями.",
        ],
        [
            "Повторение дома закрепляет знания.",
            "Без домашнего повторения пройденное быстро забывается.",
        ],
        [
            "Родители ссорятся с детьми из-за уроков.",
            "Домашние задания портят отношения в семье.",
            "Каждый вечер в семьях скандалы из-за невыученных уроков.",
        ],
        [
            "Самостоятельная работа учит ответственности.",
            "Выполняя задания без учителя, ребёнок становится ответственным.",
        ],
        [
            "Ученики всё равно списывают готовые ответы из интернета.",
            "Большинство просто скачивает решения из сети.",
        ],
    ],
)
HOSTILE = ["", " ", "\ud800", "\x00\u202e", "not " * 5000, "a" * 50_000, "💥" * 300, "{{7*7}}", "ы"]
WORDS = st.lists(st.sampled_from(["fire", "not", "rain", "город", "не", "a"]), max_size=8)


def claim(text: str, angles: list[list[str]]) -> Claim:
    wordings = [(k, wording) for k, angle in enumerate(angles) for wording in angle]
    vectors = open_embedder("use")([text, *(wording for _, wording in wordings)])
    numbers = np.asarray([k for k, _ in wordings])
    return Claim(text, vectors[0], [w for _, w in wordings], vectors[1:], numbers)


def random_vectors(n: int, random_seed: int = 0) -> Floats:
    rows = np.random.default_rng(random_seed).normal(size=(n, 512)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize(("text", "angles"), [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_it_knows_the_same_point_better_than_cosine_does(
    text: str, angles: list[list[str]]
) -> None:
    labelled = claim(text, angles)
    judged = labelled.of_pairs(same_angle(labelled.wordings, labelled.vectors, labelled.vector))
    cosine = labelled.of_pairs(labelled.vectors @ labelled.vectors.T)
    same = labelled.same()
    assert area(judged, same) > max(0.9, area(cosine, same))
    assert best_f1(judged, same)[0] > best_f1(cosine, same)[0]
    assert judged[same].mean() > 4 * judged[~same].mean()


def test_the_same_words_are_sure_and_an_unrelated_pair_is_not() -> None:
    texts = [
        "Cleaner air keeps children healthy.",
        "cleaner air keeps children HEALTHY",
        "Shops lose their customers.",
        "Прогулка пешком укрепляет сердце.",
    ]
    vectors = open_embedder("use")([ENGLISH[0], *texts])
    judged = same_angle(texts, vectors[1:], vectors[0])
    assert judged[0, 1] == 1
    assert max(judged[0, 2], judged[0, 3], judged[2, 3]) < 0.3


@settings(deadline=None, max_examples=40)
@given(st.lists(WORDS.map(" ".join), max_size=9), st.randoms(use_true_random=False))
def test_probabilities_are_symmetric_bounded_and_follow_their_texts(
    texts: list[str], random: Random
) -> None:
    vectors, seed = random_vectors(len(texts)), random_vectors(1, 9)[0]
    judged = same_angle(texts, vectors, seed)
    assert judged.shape == (len(texts), len(texts)) and judged.dtype == np.float32
    assert (judged == judged.T).all() and (np.diag(judged) == 1).all()
    assert ((judged >= 0) & (judged <= 1)).all()
    order = list(range(len(texts)))
    random.shuffle(order)
    moved = same_angle([texts[k] for k in order], vectors[order], seed)
    np.testing.assert_allclose(moved, judged[np.ix_(order, order)], atol=2e-3)


@pytest.mark.parametrize("vectors", ["random", "zero", "equal"])
def test_hostile_texts_and_odd_vectors_do_no_harm(vectors: str) -> None:
    rows = random_vectors(len(HOSTILE))
    rows = {"random": rows, "zero": rows * 0, "equal": rows[:1].repeat(len(rows), 0)}[vectors]
    judged = same_angle(HOSTILE, rows, rows[0])
    assert np.isfinite(judged).all() and (judged >= 0).all() and (judged <= 1).all()


def test_vectors_of_another_encoder_are_refused() -> None:
    with pytest.raises(UsageError, match=r"needs 2 vectors of 512 numbers.*embed with 'use'"):
        same_angle(["a", "b"], np.eye(2, dtype=np.float32), np.ones(2, np.float32))


def test_the_shipped_numbers_fit_the_features_and_their_card() -> None:
    judge, card = load_judge(), read_card()
    texts = ["one", "two", "three"]
    names = list(pair_features(texts, random_vectors(3), random_vectors(1)[0], judge.directions))
    assert names == card["features"]
    assert judge.inner.shape[1] == len(names) + 1 == len(judge.middle) + 1
    assert card["figures"]["auc"] > card["cosine"]["auc"] + 0.05
    assert card["figures"]["f1"] > card["cosine"]["f1"] + 0.1
    assert SHIPPED.stat().st_size < 300_000


@pytest.mark.parametrize(
    ("given", "known"),
    [(ENGLISH, [0.69979, 0.18960, 0.01601]), (RUSSIAN, [0.74909, 0.51922, 0.01932])],
    ids=["en", "ru"],
)
def test_sentences_are_judged_as_before_there_was_a_shift(
    given: tuple[str, list[list[str]]], known: list[float]
) -> None:
    one = claim(*given)
    judged = same_angle(one.wordings, one.vectors, one.vector)
    assert judged[0, 1:4] == pytest.approx(known, abs=1e-4)
    plain = replace(load_judge(), scene_shift=0.0)
    assert (judged == same_angle(one.wordings, one.vectors, one.vector, judge=plain)).all()


def test_between_scenes_the_shift_is_added_and_comes_on_with_the_shorter_text() -> None:
    lengths = [10, 28, 34, 40, 90]
    texts = [" ".join(f"w{length}x{k}" for k in range(length)) for length in lengths]
    vectors, seed = random_vectors(5), random_vectors(1, 9)[0]
    judge = load_judge()
    assert judge.scene_shift > 0.3
    odds = [
        np.log(p) - np.log1p(-p)
        for p in (
            same_angle(texts, vectors, seed, judge=each).astype(np.float64)[np.triu_indices(5, 1)]
            for each in (judge, replace(judge, scene_shift=0.0))
        )
    ]
    share = np.asarray([0, 0, 0.5, 1, 1])
    expected = np.minimum(share[:, None], share)[np.triu_indices(5, 1)] * judge.scene_shift
    np.testing.assert_allclose(odds[0] - odds[1], expected, atol=1e-3)


def test_numbers_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "judge.json"
    write_judge(load_judge(), {"made_on": "today"}, path)
    texts, vectors, seed = ["fire", "rain", "no rain"], random_vectors(3), random_vectors(1, 9)[0]
    again = same_angle(texts, vectors, seed, judge=load_judge(path))
    assert (again == same_angle(texts, vectors, seed)).all()
    assert read_card(path) == {"made_on": "today"}
