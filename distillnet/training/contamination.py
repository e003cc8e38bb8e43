"""Whether what is examined was in the training text, word for word."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from distillnet.records import Item
from distillnet.tools.text import words

_RUN = 8
"""Words in a row that count as a copy, as in the overlap checks of Llama 2 and others."""
Run = tuple[str, ...]


def contaminated(items: Sequence[Item], texts: Iterable[str]) -> set[str]:
    """Ids of the items of which eight words in a row stand in one of ``texts``.

    Of prompts and options, each option behind its prefix. What the right options of the same fact
    say does not count: the fact itself is bound to be taught.
    """
    taught: dict[int, set[Run]] = defaultdict(set)
    for item in items:
        taught[item.fact].update(_runs(_whole(item, item.options[item.correct])))
    holders: dict[Run, set[str]] = defaultdict(set)
    for item in items:
        for text in (item.prompt, *(_whole(item, option) for option in item.options)):
            for run in _runs(text):
                if run not in taught[item.fact]:
                    holders[run].add(item.id)
    found: set[str] = set()
    for text in texts:
        for run in _runs(text):
            found |= holders.get(run, set())
    return found


def _whole(item: Item, option: str) -> str:
    return f"{item.prefix} {option}"


def _runs(text: str) -> Iterator[Run]:
    found = words(text)
    return (tuple(found[i : i + _RUN]) for i in range(len(found) - _RUN + 1))
