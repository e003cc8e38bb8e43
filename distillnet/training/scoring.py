"""Which continuation does a model find the likeliest? Log-likelihoods, and nothing generated.

A model of 135M parameters cannot reliably name a letter A-D, so each option is scored by its
log-likelihood after the prompt (as in Brown et al. 2020, section 2.4); the same works at any size.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from distillnet.errors import UsageError
from distillnet.models.precision import fastest_precision
from distillnet.models.weights import load_model, model_folder
from distillnet.records import Item, Record
from distillnet.training.dataset import common_prefix, encode_text, plain, prompt_text

SCORING = 1
"""Raised when the same model is given other scores: answers that were kept before do not count."""
_BATCH_TOKENS = {"cpu": 1024, "cuda": 16_384}
_WINDOW_TOKENS = 512
_GROUP = 16  # options that share the prompt that says nothing
_ATTENTION = frozenset({"full_attention", "sliding_attention", "chunked_attention"})
"""Layers that can be told which tokens to look at."""
OnProgress = Callable[[int, int], None]
"""Called with (items answered, items)."""


class Answer(Record):
    """What a model makes of the options of an item, in their order.

    ``sums`` are their log-likelihoods in nats, ``characters`` their lengths; ``unconditional``, if
    asked for, the log-likelihoods of the same options after a prompt that says nothing.
    ``chosen`` is the option with the highest sum per character, so that a short option does not
    win by being short.
    """

    item: str
    sums: tuple[float, ...]
    characters: tuple[int, ...]
    unconditional: tuple[float, ...] = ()
    chosen: int
    correct: bool

    @property
    def per_character(self) -> tuple[float, ...]:
        """Nats per character."""
        return tuple(s / max(1, n) for s, n in zip(self.sums, self.characters, strict=True))

    @property
    def pmi(self) -> tuple[float, ...]:
        """Pointwise mutual information of prompt and option (Holtzman et al. 2021), in nats.

        Empty where it was not asked for.
        """
        return tuple(s - u for s, u in zip(self.sums, self.unconditional, strict=False))


class _Option(NamedTuple):
    in_chat: bool
    text: str


class _Tree(NamedTuple):
    """What all options of an item begin with, and how each goes on; in tokens."""

    stem: list[int]
    branches: list[list[int]]

    @property
    def tokens(self) -> list[int]:
        return self.stem + [token for branch in self.branches for token in branch]


def load_student(base: Path, adapter: Path | None) -> tuple[Any, Any]:
    """(model, tokenizer) for the functions ``*_with``.

    With an adapter the model is peft's: in its ``disable_adapter()`` it answers as the base. The
    base is in the precision in which students are trained here, and the adapter in float32, as in
    training: snapshots and what is read back answer alike.
    """
    model, tokenizer = load_model(model_folder(str(base)), precision=fastest_precision())
    layers = set(getattr(model.config, "layer_types", None) or ())
    if other := sorted(layers - _ATTENTION):
        raise UsageError(f"a base with {other[0]!r} layers cannot be examined: choose another")
    if adapter is None:
        return model, tokenizer
    if not (adapter / "adapter_config.json").is_file():
        raise UsageError(f"no adapter at {str(adapter)!r}: train the student first")
    from peft import PeftModel

    return PeftModel.from_pretrained(model, adapter), tokenizer


def answer_with(
    model: Any,
    tokenizer: Any,
    items: Sequence[Item],
    *,
    context: Mapping[str, str] | None = None,
    pmi: bool = False,
    on_progress: OnProgress | None = None,
) -> list[Answer]:
    """The answers of a model that is loaded, in the items' order.

    ``context`` puts a text in view of the items with these ids: before the user's words, or before
    the prefix of an item in plain text. ``pmi`` scores the options without the item, too: in a
    chat after an empty turn of the user, in plain text after a line break.

    Raises UsageError where the item is a chat and the model has no chat template.
    """
    context = context or {}
    trees = [
        _branching(tokenizer, texts_of(tokenizer, item, context.get(item.id, ""))) for item in items
    ]
    groups = _options_alone(items) if pmi else []
    trees += [_tree_of_options(tokenizer, group) for group in groups]
    sums: dict[int, list[float]] = {}
    for batch in _by_length(trees, _BATCH_TOKENS.get(model.device.type, 1024)):
        sums.update(zip(batch, _score(model, [trees[i] for i in batch]), strict=True))
        if on_progress:
            on_progress(len(sums) * len(items) // len(trees), len(items))
    alone: dict[_Option, float] = {}
    for i, group in enumerate(groups, start=len(items)):
        alone |= zip(group, sums[i], strict=True)
    return [
        _choose(item, sums[i], [alone[option] for option in _options(item)] if pmi else [])
        for i, item in enumerate(items)
    ]


def text_loss_with(model: Any, tokenizer: Any, text: str) -> float:
    """Mean next-token loss in nats per token.

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


def texts_of(tokenizer: Any, item: Item, context: str = "") -> list[str]:
    """What the model reads: all that stands before the options, then the same with each of them.

    The first is empty where an item in plain text has no prefix: the options begin the document.
    """
    view = f"{context}\n\n" if context else ""
    if item.prompt:
        before = prompt_text(tokenizer, [{"role": "user", "content": view + item.prompt}])
    else:
        before = plain(tokenizer, view)
    said = [item.prefix, *(f"{item.prefix} {option}".strip() for option in item.options)]
    return [before + plain(tokenizer, text) for text in said]


def _options(item: Item) -> list[_Option]:
    """As they are begun in the item: behind a prefix stands a space."""
    space = " " if item.prefix else ""
    return [_Option(bool(item.prompt), space + option) for option in item.options]


def _options_alone(items: Sequence[Item]) -> list[list[_Option]]:
    """All different options, in groups of one kind."""
    different = dict.fromkeys(option for item in items for option in _options(item))
    groups = []
    for in_chat in (True, False):
        kind = [option for option in different if option.in_chat == in_chat]
        groups += [kind[i : i + _GROUP] for i in range(0, len(kind), _GROUP)]
    return groups


def _tree_of_options(tokenizer: Any, options: Sequence[_Option]) -> _Tree:
    in_chat = options[0].in_chat
    blank = prompt_text(tokenizer, [{"role": "user", "content": ""}]) if in_chat else "\n"
    return _branching(tokenizer, [blank, *(blank + plain(tokenizer, o.text) for o in options)])


def _branching(tokenizer: Any, texts: Sequence[str]) -> _Tree:
    """``texts[0]`` is what the others go on from; an empty one is the beginning of a document.

    Each whole text is encoded as one, since a token may reach over the end of the first.
    """
    encoded = [encode_text(tokenizer, text) for text in texts]
    shared = common_prefix(encoded)
    stem = encoded[0][:shared]
    if not stem:
        first = tokenizer.bos_token_id
        stem = [tokenizer.eos_token_id if first is None else first]
    return _Tree(stem, [tokens[shared:] for tokens in encoded[1:]])


def _by_length(trees: Sequence[_Tree], batch_tokens: int) -> list[list[int]]:
    """Indices of the trees, longest first, in batches of about ``batch_tokens`` tokens."""
    batches: list[list[int]] = []
    width = 0
    for i in sorted(range(len(trees)), key=lambda i: -len(trees[i].tokens)):
        if not batches or width * (len(batches[-1]) + 1) > batch_tokens:
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


def _choose(item: Item, sums: Sequence[float], unconditional: Sequence[float]) -> Answer:
    answer = Answer(
        item=item.id,
        sums=tuple(sums),
        characters=tuple(map(len, item.options)),
        unconditional=tuple(unconditional),
        chosen=0,
        correct=False,
    )
    per_character = answer.per_character
    chosen = per_character.index(max(per_character))
    return answer.model_copy(update={"chosen": chosen, "correct": chosen == item.correct})
