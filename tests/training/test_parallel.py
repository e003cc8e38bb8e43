import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.training.dataset import Example
from distillnet.training.parallel import own_part, processes, rank


def one_of(monkeypatch: pytest.MonkeyPatch, number: int, count: int) -> None:
    monkeypatch.setenv("RANK", str(number))
    monkeypatch.setenv("WORLD_SIZE", str(count))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(1, 5))
def test_each_example_is_learned_by_one_process(sizes: list[int], count: int) -> None:
    ids = iter(range(sum(sizes)))
    step = [[Example([next(ids), 0], 1) for _ in range(size)] for size in sizes]
    learned: list[Example] = []
    with pytest.MonkeyPatch.context() as patch:
        for number in range(count):
            one_of(patch, number, count)
            assert (rank(), processes()) == (number, count)
            learned += [example for batch in own_part(step) for example in batch]
    assert sorted(learned) == sorted(example for batch in step for example in batch)


def test_a_process_that_no_launcher_numbered_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("WORLD_SIZE", "8")  # as some clusters set it for every job
    assert (rank(), processes()) == (0, 1)
