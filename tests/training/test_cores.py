import os

import pytest
import torch

from distillnet.training.cores import one_core_free


@pytest.mark.parametrize("cores, threads", [(1, 1), (2, 1), (8, 7)])
def test_one_core_is_left_free_and_the_number_is_put_back(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    before = torch.get_num_threads()
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    torch.set_num_threads(cores)
    try:
        with one_core_free():
            assert torch.get_num_threads() == threads
        assert torch.get_num_threads() == cores
    finally:
        torch.set_num_threads(before)


def test_a_number_of_the_users_own_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    before = torch.get_num_threads()
    with one_core_free():
        assert torch.get_num_threads() == before
