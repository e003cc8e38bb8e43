"""Whether a sentence denies a statement: it says most of it, with one "not" in the right place.

No grammar is known. So everything in doubt is let pass: two negations, "not only", "not until",
"not X but Y" where Y is of the statement, and a "not" whose reach holds words of its own.
"""

import re

from distillnet.records import Language
from distillnet.tools.content_units import covered, units
from distillnet.tools.halving import halves
from distillnet.tools.propositions import COVERED, parts
from distillnet.tools.roots import content_roots, root
from distillnet.tools.text import word_set, words

_HALF = 0.5
_NEARLY_ALL = 0.8
_NEGATORS = word_set("""
    not no never none nobody nothing neither without hardly barely scarcely
    не нет никогда никто ничто нельзя без неверно неправда вряд едва
    """)
_DENYING = re.compile(r"\b(?:not|never|не)\b", re.IGNORECASE)
_AS_NOT = re.compile(
    r"n['’]t\b|(?<=can)not\b|\b(?:by no means|in no way|anything but|far from|not at all"
    r"|(?:вовсе|совсем|отнюдь|никак|никогда) не)\b",
    re.IGNORECASE,
)
_FALSE_THAT = re.compile(
    r"\b(?:(?:not true|false|untrue|not the case|incorrect)(?: to say)? that"
    r"|(?:неверно|неправда|ложно)(?: говорить)?,? (?:что|будто))\b",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"[,;:()—–]|\b(?:but|because|since|although|though|as|and so|а|но|потому|поскольку|хотя|ибо)\b"
)
_GIVES_CAUSE = re.compile(r"\W*(?:because|since|as|and so|потому|поскольку|ибо)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_CLAUSE_END = re.compile(r"[,;:()—–]")
_NUMBER = re.compile(r"\d+")
_CONTRAST = re.compile(
    r"\b(?:but|rather|instead|а|но|скорее|напротив)\b|^[,;:—–]\s*(?:it|this|that|they|he|she|это)\b"
)
# "not only", "not always", "not until": what is denied is not the statement.
_LIMITED = word_set("""
    only merely just simply solely alone so much necessarily always quite yet even least all every
    entirely wholly fully until till unless without more less any anymore longer first in order once
    when before after while again need must had other another same below above under such такой
    только просто столько лишь всегда обязательно сразу совсем вполне более менее раз один одна одно
    иное иной иначе пока когда прежде ещё уже для ради каждый каждая каждое все всякий больше другой
    """)


def denies(said: str, statement: str, language: Language) -> bool:
    """Whether the sentence ``said`` denies the affirmative ``statement``."""
    if negations(statement):
        return False  # its variants say the contrary without a "not"
    if frame := _FALSE_THAT.search(said):
        denied = said[frame.end() :]
        nearly_all = covered(content_roots(denied, language), units(statement, language))
        return nearly_all >= _NEARLY_ALL and not negations(denied)
    said = _AS_NOT.sub(" not", said)
    denial = _DENYING.search(said)
    if denial is None or negations(up_to_the_last_of(statement, said, language)) != 1:
        return False
    before, after = said[: denial.start()], said[denial.end() :]
    end = _end_of_reach(after, statement, language)
    reach, rest = after[:end], after[end:]
    limits = _LIMITED - set(words(statement))
    return (
        limits.isdisjoint(words(before)[-1:] + words(reach))
        and set(_NUMBER.findall(said)) <= set(_NUMBER.findall(statement))
        and not _restores(rest, statement, language)
        and (
            (_reaches(before, reach, statement, language) and _tells(said, statement, language))
            or (not _GIVES_CAUSE.match(rest) and _is_outright(before, reach, statement, language))
        )
    )


def _is_outright(before: str, reach: str, statement: str, language: Language) -> bool:
    """Whether nothing is said but that what the statement speaks of did not do it at all.

    ``The ship never sank`` denies ``The ship sank in 1912``, and whatever else is said of how.
    """
    said, denied = content_roots(before, language), content_roots(reach, language)
    if not said or not set(content_roots(statement, language)).issuperset(said + denied):
        return False
    whole = halves(statement, language)
    for subject, predicate in filter(None, (whole, whole and halves(whole[0], language))):
        wanted, of_subject = units(subject, language), content_roots(subject, language)
        names = [unit for unit in units(predicate, language) if unit[1] > 1]
        if denied[:1] != content_roots(predicate, language)[:1]:
            continue
        if set(said) <= set(of_subject) and covered(said, wanted) >= COVERED:
            return True
        # "Ann Lee did not build it" of what "was built by Ann Lee".
        if names and covered(said, names) == 1 and covered(denied, wanted) >= COVERED:
            return True
    return False


def adds_not(variant: str, statement: str) -> bool:
    """Whether ``variant`` is ``statement`` with "not" put in."""
    counts = [len(_DENYING.findall(_AS_NOT.sub(" not", text))) for text in (variant, statement)]
    return counts[0] > counts[1]


def _end_of_reach(after: str, statement: str, language: Language) -> int:
    """Where the clause behind the "not" ends; a comma before more of the statement ends none."""
    of_statement = content_roots(statement, language)
    for match in _REACH.finditer(after):
        following = words(after[match.end() :])[:1]
        if match[0] != "," or not following or root(following[0], language) not in of_statement:
            return match.start()
    return len(after)


def up_to_the_last_of(wanted: str, said: str, language: Language) -> str:
    """``said`` up to the end of the clause that completes what it brings of ``wanted``."""
    missing = set(content_roots(wanted, language)) & set(content_roots(said, language))
    for word in _WORD.finditer(said):
        missing.discard(root(word[0].lower(), language))
        if not missing:
            end = _CLAUSE_END.search(said, word.end())
            return said[: end.start()] if end else said
    return said


def negations(text: str) -> int:
    """How many words of ``text`` turn its sense round."""
    return sum(word in _NEGATORS for word in words(_AS_NOT.sub(" not", text)))


def _reaches(before: str, reach: str, statement: str, language: Language) -> bool:
    """What the "not" reaches is half of one half of the statement, and nothing else."""
    first, second = parts(statement, language)
    of_statement = set(content_roots(statement, language))
    roots = content_roots(reach, language)
    largest = max(covered(roots, half) for half in (first, second) if half)
    return (
        bool(roots)
        and of_statement.issuperset(roots)
        and largest >= _HALF
        and covered(content_roots(before, language), first) > 0
    )


def _tells(said: str, statement: str, language: Language) -> bool:
    roots = content_roots(said, language)
    return all(covered(roots, half) >= COVERED for half in parts(statement, language))


def _restores(rest: str, statement: str, language: Language) -> bool:
    """Whether what follows a "but" is of the statement: "not because of X, but because of Y"."""
    contrast = _CONTRAST.search(rest)
    returned = content_roots(rest[contrast.end() :], language) if contrast else []
    return bool(set(content_roots(statement, language)).intersection(returned))
