"""A scripted model of known angles: the gates let it pass, and the judge tells them apart."""

import functools
import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from distillnet.config import Gates
from distillnet.memory.embed import open_embedder
from distillnet.records import Call
from distillnet.testing import ScriptedServer, angle_frames, varied_prose
from distillnet.testing.angle_words import ADJECTIVES, NOUNS, VERBS
from distillnet.testing.known_angles import MOST_ANGLES, KnownAngles
from distillnet.tools.gates import Accepted, judge, overlap
from distillnet.tools.same_angle import load_judge, same_angle
from distillnet.tools.text import words
from tests.conftest import PHRASE
from tests.testing.conftest import ask

SUBJECT = "freedom and necessity"


def call(text: str) -> Call:
    return Call(
        cell="a",
        raw=text,
        finish_reason="stop",
        input_tokens=20,
        output_tokens=len(text.split()),
        token_limit=1024,
        seconds=0.1,
    )


@functools.cache
def told(count: int, n: int) -> tuple[list[str], NDArray[np.int64], NDArray[np.float32]]:
    """n answers, the true angle of each, and the vectors of the seed and of the answers."""
    model = KnownAngles(count, subject=SUBJECT)
    answers = [model(prompt) for prompt in prompts(n)]
    labels = np.asarray([model.angle_of(text) for text in answers])
    return answers, labels, open_embedder("use")([PHRASE, *answers])


def prompts(n: int) -> list[str]:
    return [f"What does a person of {k} years see in freedom?" for k in range(n)]


@given(
    st.integers(2, 30),
    st.sampled_from([SUBJECT, "The SAILOR of the reef", "{noun} {0} \\1", ""])
    | st.text(max_size=40),
    st.sets(st.text(st.characters()), max_size=5),
    st.integers(1, 200),
)
def test_an_answer_tells_the_angle_that_is_counted(
    count: int, subject: str, asked: set[str], size: int
) -> None:
    model = KnownAngles(count, subject=subject, words=size)
    answers = [model(prompt) for prompt in asked]
    assert Counter(model.angle_of(text) for text in answers) == model.told
    assert all(0 <= angle < count for angle in model.told)
    assert all(len(words(text)) >= size for text in answers)
    assert answers == [KnownAngles(count, subject=subject, words=size)(p) for p in asked]
    assert len(set(answers)) == len(asked)


def test_what_tells_a_part_of_an_angle_or_comes_from_elsewhere_has_none() -> None:
    model = KnownAngles(2, subject=SUBJECT)
    assert model.angle_of("") is None
    assert model.angle_of(varied_prose("anything", subject=SUBJECT)) is None
    text = model("anything")
    assert model.angle_of(text.upper()) == model.angle_of(text) is not None
    assert model.angle_of(text.split(". ")[0]) is None


def test_as_many_angles_as_can_be_known_are_all_different() -> None:
    model = KnownAngles(MOST_ANGLES, subject=SUBJECT)
    for prompt in prompts(500):
        before = model.told.copy()
        text = model(prompt)
        assert [model.angle_of(text)] == list(model.told - before)
    assert len(model.told) > 450


@pytest.mark.parametrize("count", [-1, 0, 1, MOST_ANGLES + 1])
def test_a_number_of_angles_that_cannot_be_known_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"between 2 and 10000.*not {count}"):
        KnownAngles(count, subject=SUBJECT)


def test_the_draw_says_how_often_each_angle_comes() -> None:
    even = KnownAngles(4, subject=SUBJECT)
    steep = KnownAngles(4, subject=SUBJECT, draw="zipf")
    for prompt in prompts(1000):
        even(prompt)
        steep(prompt)
    assert [round(even.told[k] / 1000, 1) for k in range(4)] == pytest.approx([0.25] * 4, abs=0.06)
    expected = [12 / 25, 6 / 25, 4 / 25, 3 / 25]
    assert [steep.told[k] / 1000 for k in range(4)] == pytest.approx(expected, abs=0.05)


def test_another_random_seed_knows_other_angles() -> None:
    one, other = (KnownAngles(5, subject=SUBJECT, random_seed=seed) for seed in (1, 2))
    assert one.angle_of(one("What is it?")) is not None
    assert other.angle_of(one("What is it?")) is None


def test_words_of_angles_stand_once_and_in_no_frame() -> None:
    table = [*NOUNS, *VERBS, *ADJECTIVES]
    assert len(table) == len(set(table)) > 900
    assert all(words(word) == [word] for word in table)
    frames = [
        re.sub(r"\{\w+\}", "", frame)
        for name, value in vars(angle_frames).items()
        if name.isupper()
        for frame in value
    ]
    assert not {*words(" ".join(frames))} & {*table}


def test_every_answer_passes_every_gate_beside_many_of_its_own_angle() -> None:
    answers, _, (seed, *vectors) = told(5, 90)
    asked, gates, accepted = prompts(90), Gates(), Accepted()
    for prompt, text, vector in zip(asked, answers, vectors, strict=True):
        judged = judge(
            call(text),
            text,
            vector,
            language="en",
            prompt=prompt,
            mark="text-abc123",
            passage=PHRASE,
            passage_vector=seed,
            accepted=accepted,
            gates=gates,
        )
        assert judged.verdict == "accepted", (judged, text)
        accepted.add(text, text, vector)
    shares = [overlap(answers[i], answers[j]) for i, j in combinations(range(90), 2)]
    assert np.mean(shares) < 0.05


@pytest.mark.parametrize(
    ("count", "of", "n"), [(5, 90, 30), (5, 90, 90), (20, 60, 60), (100, 90, 90)]
)
def test_the_judge_of_angles_tells_the_angles_apart(count: int, of: int, n: int) -> None:
    answers, labels, vectors = told(count, of)
    pairs = np.triu_indices(n, 1)
    same = (labels[:n, None] == labels[:n])[pairs]
    judged = same_angle(answers[:n], vectors[1 : n + 1], vectors[0])
    called = judged[pairs] >= load_judge().threshold
    f1 = 2 * (called & same).sum() / (called.sum() + same.sum())
    assert f1 > 0.9


def test_a_server_may_answer_with_it() -> None:
    model = KnownAngles(3, subject=SUBJECT)
    with ScriptedServer(model) as server:
        answers = [ask(server, p).json()["choices"][0]["message"]["content"] for p in prompts(5)]
    assert Counter(model.angle_of(text) for text in answers) == model.told


def test_a_sample_of_the_same_prompt_is_another_one() -> None:
    first, second = (KnownAngles(20, subject="bread") for _ in range(2))
    said = [first.sample("one prompt") for _ in range(30)]
    assert len(set(said)) == 30
    assert said == [second.sample("one prompt") for _ in range(30)]
    assert {first.angle_of(text) for text in said} <= set(range(20))
