"""Work in processes of its own, where one may die and the user may lose patience."""

import multiprocessing
import os

import pytest

from distillnet.training.processes import in_processes


def doubled(number: int) -> int:
    if number < 0:
        os._exit(1)  # as the kernel ends who takes too much memory
    if not number:
        raise LookupError("nothing to double")
    return 2 * number


def test_all_results_come_back_by_number_and_are_told() -> None:
    told: dict[int, int] = {}
    done = in_processes(doubled, [4, 5, 6], 2, told.__setitem__)
    assert done == told == {0: 8, 1: 10, 2: 12}


def test_who_dies_is_missing_and_nothing_is_left_running() -> None:
    before = multiprocessing.active_children()
    assert 0 not in in_processes(doubled, [-1, 3], 2, lambda number, result: None)

    def impatient(number: int, result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_processes(doubled, [1, 2, 3, 4], 1, impatient)
    with pytest.raises(LookupError, match="nothing to double"):
        in_processes(doubled, [0], 1, lambda number, result: None)
    assert multiprocessing.active_children() == before
