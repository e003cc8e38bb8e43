"""Whether a text tells a statement, and from which end.

A model taught that A is B does not learn that B is A (Berglund et al., The Reversal Curse,
arXiv 2309.12288). So a statement is split into what it speaks of and what it says of it, and a
text is asked which of the two it brings first.
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean as mean

from distillnet.records import Direction, Language
from distillnet.tools.content_units import Unit, covered, units
from distillnet.tools.halving import LONGEST, halves
from distillnet.tools.roots import content_roots
from distillnet.tools.text import sentences

_LONGEST_TEXT = 50_000  # characters that are looked at
COVERED = 0.6
_SHORT = 6  # content words
_GIST = 0.5
_GIST_OF_HALF = 0.33


def told(text: str, statement: str, language: Language) -> frozenset[Direction]:
    """The directions in which ``text`` tells ``statement``: by its first half or by its second.

    A sentence tells it, or two neighbouring ones do of which neither does alone, if it brings
    most content words of both halves in any form; a question only together with what follows. What
    is said of them is not understood: see ``contradictions``. A statement that cannot be split is
    only ever told forward.
    """
    first, second = parts(statement, language)
    found: set[Direction] = set()
    if not first:
        return frozenset()
    before: tuple[str, ...] = ()
    for said, asks in _roots_of_sentences(text[:_LONGEST_TEXT], language):
        if not asks and (alone := _directions(said, first, second)):
            found |= alone
            before = ()
        elif before and not asks and _brings((*before, *said), first, second):
            found.add(_order((*before, *said), first, second))
            before = ()
        else:
            before = said
    return frozenset(found)


def directions(statement: str, language: Language) -> tuple[Direction, ...]:
    """The directions in which a statement can be told: one without two halves has no other end."""
    return ("forward", "reverse") if halves(statement, language) else ("forward",)


@lru_cache(maxsize=64)
def _roots_of_sentences(text: str, language: Language) -> list[tuple[tuple[str, ...], bool]]:
    """The content roots of each sentence, and whether it is a question."""
    return [
        (content_roots(sentence, language), sentence.endswith("?")) for sentence in sentences(text)
    ]


@lru_cache(maxsize=1_000)
def parts(statement: str, language: Language) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The units of both halves, without the roots that both have."""
    first, second = halves(statement, language) or (statement[:LONGEST], "")
    of_first = units(first, language)
    # A name alone may stand for what is spoken of, but is not what is said of it.
    of_second = tuple((roots, 1.0) for roots, _ in units(second, language))
    shared = _all_roots(of_first) & _all_roots(of_second)
    return _without(of_first, shared) or of_first, _without(of_second, shared) or of_second


def _all_roots(of: Sequence[Unit]) -> frozenset[str]:
    return frozenset().union(*(roots for roots, _ in of))


def _without(of: Sequence[Unit], shared: frozenset[str]) -> tuple[Unit, ...]:
    return tuple((roots - shared, weight) for roots, weight in of if roots - shared)


def _brings(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> bool:
    """Whether ``said`` brings most of both halves."""
    return covered(said, first) >= COVERED and covered(said, second) >= COVERED


def _brings_gist(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> bool:
    """The same for one sentence, which seldom has all details of a long statement."""
    if len(first) + len(second) <= _SHORT:
        return _brings(said, first, second)
    return (
        covered(said, (*first, *second)) >= _GIST
        and min(covered(said, first), covered(said, second)) >= _GIST_OF_HALF
    )


def _directions(
    said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]
) -> set[Direction]:
    """The ways in which one sentence tells both halves; both if it comes back to the one."""
    if not _brings_gist(said, first, second):
        return set()
    found = {_order(said, first, second)}
    if second and _comes_back(said, second, first):
        found.add("reverse")
    if second and _comes_back(said, first, second):
        found.add("forward")
    return found


def _comes_back(said: Sequence[str], one: Sequence[Unit], other: Sequence[Unit]) -> bool:
    """Whether most of ``other`` stands behind all that ``said`` brings of ``one``, and before."""
    end = 1 + max(_places(said, one), default=-1)
    return min(covered(said[:end], other), covered(said[end:], other)) >= COVERED


def _order(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> Direction:
    """Which half comes first on the whole, by the places where its units appear first."""
    if not second:
        return "forward"
    ours, others = _places(said, first), _places(said, second)
    return "forward" if (mean(ours), min(ours)) < (mean(others), min(others)) else "reverse"


def _places(said: Sequence[str], wanted: Sequence[Unit]) -> list[int]:
    """Where in ``said`` each unit appears first, for those that do."""
    found = []
    for roots, _ in wanted:
        found += [i for i, root in enumerate(said) if root in roots][:1]
    return found
