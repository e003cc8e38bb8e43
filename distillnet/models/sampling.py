"""Sampling in which every row of a batch has its own random stream.

Needs torch at import: import it only from code that runs the embedded model.
"""

from collections.abc import Callable

import torch
from transformers import LogitsProcessor

_CANDIDATES = 64


# mypy does not follow transformers, so its classes are Any.
class RowSampler(LogitsProcessor):  # type: ignore[misc]
    """Nucleus sampling by the Gumbel-max trick, for greedy ``generate``.

    The arg-max of log p + Gumbel noise is a sample from p (Gumbel 1954; Maddison et al. 2014).
    Row i draws its noise from a generator seeded with ``seeds[i]``, so what a row says does not
    depend on its neighbours in the batch. Only the 64 likeliest tokens are looked at: sorting the
    whole vocabulary at each step costs more than the model's own step on a CPU.

    ``on_end(row, tokens)`` is called as soon as a row has ended, with its tokens before the end.
    """

    def __init__(
        self,
        seeds: list[int],
        *,
        temperature: float,
        top_p: float,
        prompt_length: int,
        end: set[int],
        on_end: Callable[[int, list[int]], None],
    ) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._temperature = max(temperature, 1e-4)
        self._top_p = top_p
        self._prompt_length = prompt_length
        self._end = end
        self._on_end = on_end
        self._running = set(range(len(seeds)))
        self.decoded = 0

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        top, candidates = scores.float().topk(_CANDIDATES, dim=-1)
        log_p = (top / self._temperature).log_softmax(dim=-1)
        # A token stays while the mass of the likelier ones is below top_p: the first always does.
        before = log_p.exp().cumsum(dim=-1) - log_p.exp()
        log_p = log_p.masked_fill(before >= self._top_p, -torch.inf)
        uniform = torch.stack([torch.rand(_CANDIDATES, generator=g) for g in self._generators])
        noise = -(-uniform.clamp(1e-9, 1 - 1e-7).log()).log()
        choice = (log_p + noise.to(log_p.device)).argmax(dim=-1, keepdim=True)
        chosen = candidates.gather(-1, choice)
        self._report(input_ids, chosen[:, 0].tolist())
        picked = torch.full_like(scores, -torch.inf)
        # torch types what it computes as Tensor, the interface asks for FloatTensor.
        return picked.scatter_(-1, chosen, 0.0)  # type: ignore[return-value]

    def _report(self, input_ids: torch.LongTensor, chosen: list[int]) -> None:
        self.decoded += len(self._running)
        for row in [row for row in self._running if chosen[row] in self._end]:
            self._running.discard(row)
            self._on_end(row, input_ids[row, self._prompt_length :].tolist())
