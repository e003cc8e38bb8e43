"""What a statement speaks of, as units that a text may bring in other words and another order."""

from collections.abc import Sequence
from functools import lru_cache

from distillnet.records import Language
from distillnet.tools.facts import name_spans
from distillnet.tools.roots import content_roots

NAME_WEIGHT = 2.0
Unit = tuple[frozenset[str], float]
"""Roots any of which stands for it (the parts of a name), and its weight."""


@lru_cache(maxsize=1_000)
def units(
    text: str, language: Language, *, without: frozenset[str] = frozenset()
) -> tuple[Unit, ...]:
    """The names of ``text``, each one unit, and its other content words, as roots.

    Units that consist of roots ``without`` are left out.
    """
    found: dict[frozenset[str], float] = {}
    # A capital at the beginning of a sentence does not make a name.
    spans = [(start, end) for start, end in name_spans(text) if start or " " in text[start:end]]
    rest = text
    for start, end in reversed(spans):
        if name := frozenset(content_roots(text[start:end], language)):
            found[name] = NAME_WEIGHT
        rest = f"{rest[:start]} {rest[end:]}"
    for root in content_roots(rest, language):
        found.setdefault(frozenset([root]), 1.0)
    return tuple((roots, w) for roots, w in found.items() if not roots <= without)


def covered(said: Sequence[str], wanted: Sequence[Unit]) -> float:
    """Share (0 to 1) of the weight of ``wanted`` that the roots ``said`` bring; 1 of nothing."""
    total = sum(weight for _, weight in wanted)
    brought = sum(weight for roots, weight in wanted if not roots.isdisjoint(said))
    return brought / total if total else 1.0
