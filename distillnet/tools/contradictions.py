"""Whether a text contradicts a statement.

It may say a false variant of the statement nearly word for word; say the statement with the words
that a false variant, or a number or name that it has itself (``slots``), puts in the place of
others; or deny it (``denials``). A false alarm costs an
answer that was paid for: each asks for nearly all content words of the statement in one sentence
that the text says in its own voice (``assertions``).
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import takewhile

from distillnet.records import Language
from distillnet.tools.assertions import claims
from distillnet.tools.content_units import covered, units
from distillnet.tools.denials import adds_not, denies, negations, up_to_the_last_of
from distillnet.tools.propositions import told
from distillnet.tools.roots import content_roots, root
from distillnet.tools.slots import suggested
from distillnet.tools.text import word_set, words

_LONGEST = 2_000  # characters of a statement that are looked at
_ABOUT = 0.5  # of the statement's content, or the sentence is not looked at
_SAME_WORDING = 0.9
# Of what is not replaced, by the number of words next to the replaced one that are the same.
_KEPT = (2.0, 0.8, 0.6)
_KEPT_OF_SUGGESTED = 0.75
_MOST_REPLACED = 4  # words
_MOST_OF_ITS_OWN = 2  # content words that the sentence adds
_ARTICLES = word_set("a an the это")
_OPENS_WITH_PREPOSITION = re.compile(
    r"\W*(?:(?:but|yet|and|so|no|но|и|а) )?(?:on|in|at|for|among|under|with|without|during|to|from"
    r"|by|beyond|on|на|в|во|для|при|у|под|среди|без|до|после|с|за) ",
    re.IGNORECASE,
)
_NEUTRAL = "end truth fact reality short course деле конце концов действительности сущности"
_COMPARING = re.compile(
    r"\b(?:than|compared|unlike|whereas|while|contrast|instead|rather|чем|отличие|отличии|тогда как"
    r"|сравнению|вместо|в то время)\b",
    re.IGNORECASE,
)


def contradiction(
    text: str, statement: str, false: Sequence[str], language: Language
) -> str | None:
    """The first sentence of ``text`` that contradicts ``statement``; None where none does.

    That is: one that denies ``statement``, or says what one of its ``false`` variants says.
    """
    statement, *false = (" ".join(each[:_LONGEST].split()) for each in (statement, *false))
    subject = " ".join([statement, *false])
    wanted, known = units(statement, language), set(words(subject))
    for sentence, own, signs in claims(text):
        about = bool(wanted) and covered(content_roots(own, language), wanted) >= _ABOUT
        if not about or not signs <= known or _is_restricted(own, subject, language):
            continue
        if (
            denies(own, statement, language)
            or any(_says(own, variant, statement, language) for variant in false)
            or any(
                _says(own, variant, statement, language, least=_KEPT_OF_SUGGESTED)
                or _tells_number(own, variant, statement, language)
                for variant in suggested(own, statement, language)
            )
        ):
            return sentence
    return None


def _is_restricted(said: str, subject: str, language: Language) -> bool:
    """Whether it opens with a place or case of its own: "On the globe the sum of angles ..."."""
    roots = content_roots(subject, language)
    known = {*roots, *content_roots(_NEUTRAL, language)}
    opening = takewhile(lambda word: word not in roots, content_roots(said, language))
    # "In 1913 ..." is another date, no case of its own, where the statement has a date.
    dated = any(map(str.isdigit, roots))
    return bool(_OPENS_WITH_PREPOSITION.match(said)) and not all(
        word in known or (dated and word.isdigit()) for word in opening
    )


def _says(
    said: str, variant: str, statement: str, language: Language, *, least: float = 0.0
) -> bool:
    """Whether the sentence ``said`` says the false ``variant`` of ``statement``.

    It must have the share ``least`` of the words that both have, and more where the place of what
    was replaced is in doubt.
    """
    said = up_to_the_last_of(variant, said, language)
    if negations(said) != negations(variant) or adds_not(variant, statement):
        return False
    ours, wrong, right = (_roots(text, language) for text in (said, variant, statement))
    added, removed = Counter(wrong) - Counter(right), Counter(right) - Counter(wrong)
    if added and removed and max(len(added), len(removed)) <= _MOST_REPLACED:
        kept = _share_kept(ours, variant, added, language)
        of_its_own = set(content_roots(said, language)) - set(wrong)
        return (
            kept >= max(least, _KEPT[min(_shared_neighbours(word, ours, wrong) for word in added)])
            and len(of_its_own) <= max(_MOST_OF_ITS_OWN, len(wrong) // 4)
            and all(ours.count(word) == wrong.count(word) for word in added | removed)
            and not set(_COMPARING.findall(said)) - set(_COMPARING.findall(variant))
        )
    same = _wording(ours, wrong)
    return same >= _SAME_WORDING and same > _wording(ours, right)


def _tells_number(said: str, variant: str, statement: str, language: Language) -> bool:
    """Whether ``said`` tells all of ``statement`` but a number, for which it has another."""
    differ = set(words(variant)) ^ set(words(statement))
    if not all(map(str.isdigit, differ)) or not told(said, statement, language):
        return False
    said = up_to_the_last_of(variant, said, language)
    of_its_own = set(content_roots(said, language)) - set(content_roots(variant, language))
    return (
        len(of_its_own) <= max(_MOST_OF_ITS_OWN, len(words(variant)) // 5)
        and negations(said) == negations(variant)
        and not set(_COMPARING.findall(said)) - set(_COMPARING.findall(variant))
    )


def _share_kept(
    ours: Sequence[str], variant: str, added: Collection[str], language: Language
) -> float:
    kept = set(content_roots(variant, language)) - set(added)
    return len(kept.intersection(ours)) / len(kept) if kept else 0.0


def _roots(text: str, language: Language) -> list[str]:
    return [root(word, language) for word in words(text) if word not in _ARTICLES]


def _shared_neighbours(word: str, ours: Sequence[str], wrong: Sequence[str]) -> int:
    """How many (0 to 2) of the words next to ``word`` in ``wrong`` are next to it in ``ours``."""
    return min(2, len(_neighbours(word, ours) & _neighbours(word, wrong)))


def _neighbours(word: str, row: Sequence[str]) -> set[str]:
    return {
        row[j] for i, w in enumerate(row) if w == word for j in (i - 1, i + 1) if 0 <= j < len(row)
    }


def _wording(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """Share (0 to 1) of ``theirs`` that some stretch of ``ours``, not much longer, has in order."""
    size = len(theirs) + len(theirs) // 4 + 1
    starts = range(max(1, len(ours) - size + 1))
    return max(_common(ours[i : i + size], theirs) for i in starts) / max(1, len(theirs))


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for word in left:
        previous = 0
        for j, other in enumerate(right, 1):
            previous, row[j] = row[j], previous + 1 if word == other else max(row[j], row[j - 1])
    return row[-1]
