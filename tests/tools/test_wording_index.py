import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.tools import wording_index
from distillnet.tools.text import ngrams
from distillnet.tools.wording_index import RUN, WordingIndex, run_hashes

TEXTS = st.lists(st.lists(st.sampled_from(["fire", "rain", "дождь"]), max_size=14), max_size=20)
GOLDEN = 8738216227438289770  # of the run "a b c d"


def by_sets(said: list[str], texts: list[list[str]]) -> float:
    runs = ngrams(said, RUN)
    shares = [len(runs & ngrams(text, RUN)) / len(runs) for text in texts if runs]
    return max(shares, default=0.0)


@pytest.fixture(params=[8, 2**20])
def full(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With many blocks, and with the usual ones."""
    monkeypatch.setattr(wording_index, "_FULL", request.param)


@examples(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=TEXTS, queries=TEXTS)
def test_the_share_is_that_of_plain_sets(
    full: None, texts: list[list[str]], queries: list[list[str]]
) -> None:
    index = WordingIndex()
    for count, text in enumerate(texts):
        assert index.largest_share(text) == by_sets(text, texts[:count])
        index.add(text)
    assert len(index) == len(texts)
    for said in queries:
        assert index.largest_share(said) == by_sets(said, texts)


def test_growing_keeps_few_blocks_and_twelve_bytes_a_run() -> None:
    rng, index, runs = random.Random(2), WordingIndex(), 0
    vocabulary = [f"w{k}" for k in range(400)]
    for _ in range(3000):
        text = rng.choices(vocabulary, k=rng.randrange(3, 40))
        runs += len(ngrams(text, RUN))
        index.add(text)
    assert sum(len(hashes) for hashes, _ in index._blocks) == runs
    assert sum(hashes.nbytes + texts.nbytes for hashes, texts in index._blocks) == 12 * runs
    assert len(index._blocks) <= 18  # log2 of 56,000 runs, and two


def test_hashes_are_the_same_in_every_process_and_hear_the_order_of_words() -> None:
    assert run_hashes(["a", "b", "c", "d"]).tolist() == [GOLDEN]
    assert run_hashes(["a", "b", "d", "c"]).tolist() != [GOLDEN]
    assert len(run_hashes(["a"] * 50)) == 1
    assert len(run_hashes(["a", "b", "c"])) == 0
