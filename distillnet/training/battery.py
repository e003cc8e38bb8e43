"""Closed-book answers of a small model: which continuation does it find the likeliest?

A model of 135M parameters cannot reliably name a letter A-D, so nothing is generated: each option
is scored by its log-likelihood after the prompt (as in Brown et al. 2020, section 2.4).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from distillnet.errors import UsageError
from distillnet.models.weights import load_model, model_folder
from distillnet.records import Item, Record
from distillnet.training.dataset import common_prefix, encode_text, plain, prompt_text

_BATCH_TOKENS = 1024
_WINDOW_TOKENS = 512
_ATTENTION = frozenset({"full_attention", "sliding_attention", "chunked_attention"})
"""Layers that can be told which tokens to look at."""
OnProgress = Callable[[int, int], None]
"""Called with (items answered, items)."""


class Answer(Record):
    """``sums``: log-likelihood of each option in nats; ``characters``: the options' lengths.

    ``chosen`` is the option with the highest sum per character, so that a short option does not
    win by being short.
    """

    item: str
    sums: tuple[float, ...]
    characters: tuple[int, ...]
    chosen: int
    correct: bool


class _Tree(NamedTuple):
    """What all options of an item begin with, and how each goes on; in tokens."""

    stem: list[int]
    branches: list[list[int]]

    @property
    def tokens(self) -> list[int]:
        return self.stem + [token for branch in self.branches for token in branch]


def answer(
    items: Sequence[Item],
    base: Path,
    adapter: Path | None = None,
    *,
    on_progress: OnProgress | None = None,
) -> list[Answer]:
    """The answers of the model in ``base``, with or without an adapter, in the items' order.

    Raises UsageError where a folder holds no model or no adapter.
    """
    return answer_with(*load_student(base, adapter), items, on_progress=on_progress)


def text_loss(base: Path, adapter: Path | None, text: str) -> float:
    """Mean next-token loss in nats per token of the model, with or without an adapter."""
    return text_loss_with(*load_student(base, adapter), text)


def load_student(base: Path, adapter: Path | None) -> tuple[Any, Any]:
    """(model, tokenizer) for the functions ``*_with``.

    With an adapter the model is peft's: in its ``disable_adapter()`` it answers as the base.
    """
    model, tokenizer = load_model(model_folder(str(base)))
    layers = set(getattr(model.config, "layer_types", None) or ())
    if other := sorted(layers - _ATTENTION):
        raise UsageError(f"a base with {other[0]!r} layers cannot be examined: choose another")
    if adapter is None:
        return model, tokenizer
    if not (adapter / "adapter_config.json").is_file():
        raise UsageError(f"no adapter at {str(adapter)!r}: train the student first")
    from peft import PeftModel

    return PeftModel.from_pretrained(model, adapter, autocast_adapter_dtype=False), tokenizer


def answer_with(
    model: Any, tokenizer: Any, items: Sequence[Item], *, on_progress: OnProgress | None = None
) -> list[Answer]:
    """As ``answer``, of a model that is already loaded."""
    trees = [_tree(tokenizer, item) for item in items]
    answers: dict[int, Answer] = {}
    for batch in _by_length(trees):
        for i, sums in zip(batch, _score(model, [trees[i] for i in batch]), strict=True):
            answers[i] = _choose(items[i], sums)
        if on_progress:
            on_progress(len(answers), len(items))
    return [answers[i] for i in range(len(items))]


def text_loss_with(model: Any, tokenizer: Any, text: str) -> float:
    """As ``text_loss``, of a model that is already loaded.

    The text, of at least two tokens, is read in windows of 512; each but the first is predicted
    once.
    """
    import torch

    tokens = encode_text(tokenizer, plain(tokenizer, text))
    total = 0.0
    for begin in range(0, len(tokens) - 1, _WINDOW_TOKENS):
        window = torch.tensor([tokens[begin : begin + _WINDOW_TOKENS + 1]], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=window[:, :-1], use_cache=False).logits[0].float()
        total += torch.nn.functional.cross_entropy(logits, window[0, 1:], reduction="sum").item()
    return total / (len(tokens) - 1)


def _tree(tokenizer: Any, item: Item) -> _Tree:
    """Each whole text is encoded as one, since a token may reach over the end of the prefix."""
    prompt = prompt_text(tokenizer, [{"role": "user", "content": item.prompt}])
    said = [item.prefix, *(f"{item.prefix} {option}".strip() for option in item.options)]
    encoded = [encode_text(tokenizer, prompt + plain(tokenizer, text)) for text in said]
    shared = common_prefix(encoded)
    return _Tree(encoded[0][:shared], [tokens[shared:] for tokens in encoded[1:]])


def _by_length(trees: Sequence[_Tree]) -> list[list[int]]:
    """Indices of the trees, longest first, in batches of about ``_BATCH_TOKENS`` tokens."""
    batches: list[list[int]] = []
    width = 0
    for i in sorted(range(len(trees)), key=lambda i: -len(trees[i].tokens)):
        if not batches or width * (len(batches[-1]) + 1) > _BATCH_TOKENS:
            batches.append([])
            width = len(trees[i].tokens)
        batches[-1].append(i)
    return batches


def _score(model: Any, trees: Sequence[_Tree]) -> list[list[float]]:
    """Log-likelihood in nats of each branch of each tree.

    A tree is one row: its branches stand one after another, each at the positions that follow the
    stem and blind to the other branches, so that the stem is computed once (the token trees of
    SpecInfer, Miao et al. 2024, section 4).
    """
    import torch

    width = max(len(tree.tokens) for tree in trees)
    ids, positions, branch_of = [], [], []
    sources: list[int] = []  # where, in all rows laid end to end, each branch token is predicted
    for row, (stem, branches) in enumerate(trees):
        place, owner = list(range(len(stem))), [0] * len(stem)
        for number, branch in enumerate(branches, start=1):
            first = row * width + len(place)
            before = [row * width + len(stem) - 1, *range(first, first + len(branch) - 1)]
            sources += before[: len(branch)]
            place += range(len(stem), len(stem) + len(branch))
            owner += [number] * len(branch)
        padding = [0] * (width - len(place))
        ids.append(trees[row].tokens + padding)
        positions.append(place + padding)
        branch_of.append(owner + [-1] * len(padding))
    targets = [token for tree in trees for branch in tree.branches for token in branch]

    on = {"device": model.device}
    owners = torch.tensor(branch_of, **on)
    sees = (owners[:, None, :] == 0) | (owners[:, None, :] == owners[:, :, None])
    hidden = ~sees.tril()[:, None]
    mask = torch.zeros(hidden.shape, dtype=model.dtype, **on)
    predicts = torch.zeros(owners.numel(), dtype=torch.bool, **on)
    predicts[sources] = True
    with torch.inference_mode():
        logits = model(
            input_ids=torch.tensor(ids, **on),
            position_ids=torch.tensor(positions, **on),
            attention_mask=mask.masked_fill(hidden, torch.finfo(mask.dtype).min),
            logits_to_keep=predicts.view_as(owners),
            use_cache=False,
        ).logits
        kept = (predicts.cumsum(0) - 1)[sources]
        likelihood = logits.float().log_softmax(-1)[kept, targets].tolist()
    each = iter(likelihood)
    return [[sum(next(each) for _ in branch) for branch in tree.branches] for tree in trees]


def _choose(item: Item, sums: list[float]) -> Answer:
    characters = [len(option) for option in item.options]
    per_character = [s / max(1, n) for s, n in zip(sums, characters, strict=True)]
    chosen = per_character.index(max(per_character))
    return Answer(
        item=item.id,
        sums=tuple(sums),
        characters=tuple(characters),
        chosen=chosen,
        correct=chosen == item.correct,
    )
