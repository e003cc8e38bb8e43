from collections import Counter
from collections.abc import Callable

import pytest
import torch

from distillnet.models.sampling import RowSampler

VOCABULARY = 100
END = 99


def sampler(
    seeds: list[int],
    *,
    temperature: float = 1.0,
    top_p: float = 1.0,
    on_end: Callable[[int, list[int]], None] = lambda row, tokens: None,
) -> RowSampler:
    return RowSampler(
        seeds,
        temperature=temperature,
        top_p=top_p,
        prompt_length=2,
        end={END},
        on_end=on_end,
    )


def choose(sampler: RowSampler, scores: torch.Tensor) -> list[int]:
    """The tokens that greedy decoding then takes, one a row."""
    ids = torch.zeros((len(scores), 2), dtype=torch.long)
    return sampler(ids, scores).argmax(dim=-1).tolist()


def logits(probabilities: dict[int, float], rows: int = 1) -> torch.Tensor:
    row = torch.full((VOCABULARY,), -30.0)
    for token, share in probabilities.items():
        row[token] = torch.tensor(share).log()
    return row.repeat(rows, 1)


def frequencies(probabilities: dict[int, float], **options: float) -> dict[int, float]:
    rows, steps = 500, 8
    draw = sampler(list(range(rows)), **options)
    scores = logits(probabilities, rows)
    counts = Counter(token for _ in range(steps) for token in choose(draw, scores))
    return {token: count / (rows * steps) for token, count in counts.items()}


def test_tokens_are_drawn_in_proportion_to_their_probability() -> None:
    found = frequencies({3: 0.6, 50: 0.3, 7: 0.1})
    assert found == pytest.approx({3: 0.6, 50: 0.3, 7: 0.1}, abs=0.03)


def test_a_low_temperature_sharpens() -> None:
    found = frequencies({3: 0.6, 50: 0.3, 7: 0.1}, temperature=0.5)
    assert found == pytest.approx({3: 0.36 / 0.46, 50: 0.09 / 0.46, 7: 0.01 / 0.46}, abs=0.03)
    assert frequencies({3: 0.51, 50: 0.49}, temperature=0.0) == {3: 1.0}


def test_the_nucleus_keeps_the_likeliest_that_reach_its_mass() -> None:
    found = frequencies({3: 0.6, 50: 0.3, 7: 0.1}, top_p=0.8)
    assert found == pytest.approx({3: 2 / 3, 50: 1 / 3}, abs=0.03)
    assert frequencies({3: 0.6, 50: 0.3, 7: 0.1}, top_p=0.5) == {3: 1.0}


def test_a_row_says_the_same_alone_and_among_others() -> None:
    scores = torch.randn(8, VOCABULARY, generator=torch.Generator().manual_seed(1))
    together, alone = sampler(list(range(8))), [sampler([seed]) for seed in range(8)]
    for _ in range(20):
        expected = [choose(one, scores[row : row + 1])[0] for row, one in enumerate(alone)]
        assert choose(together, scores) == expected


def test_rows_with_the_same_scores_and_other_seeds_differ() -> None:
    flat = torch.zeros(16, VOCABULARY)
    assert len(set(choose(sampler(list(range(16))), flat))) > 8
    assert len(set(choose(sampler([5] * 16), flat))) == 1


def test_the_end_of_a_row_is_reported_once_with_its_tokens() -> None:
    ended: list[tuple[int, list[int]]] = []
    draw = sampler([1, 2], temperature=0.0, on_end=lambda row, tokens: ended.append((row, tokens)))
    ids = torch.tensor([[0, 0, 11, 12], [0, 0, 21, 22]])
    both = torch.cat([logits({END: 0.9, 5: 0.1}), logits({END: 0.1, 5: 0.9})])
    draw(ids, both)
    assert ended == [(0, [11, 12])]
    draw(torch.cat([ids, torch.tensor([[END], [5]])], dim=1), logits({END: 1.0}, rows=2))
    assert ended == [(0, [11, 12]), (1, [21, 22, 5])]
    assert draw.decoded == 3  # two rows, then one
