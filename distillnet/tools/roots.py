"""What words of one family share: ``recognise`` and ``recognition``, ``свобода`` and ``свободен``.

A coarser key than ``text.stem``, which keeps inflected forms of one word together. Endings are cut
as long as three or four letters remain, in the manner of Lovins ("Development of a stemming
algorithm", 1968): a text is compared with a handful of words, where two roots seldom meet wrongly.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from distillnet.records import Language
from distillnet.tools.text import STOP_WORDS, word_set, words
from distillnet.tools.verbs import LEMMA_OF_IRREGULAR, LEMMA_OF_PAST

_ENGLISH = (
    re.compile(r"(?<=\w{3})(?:ies|es|ed|ing|en|e)$|(?<=\w{2}[^su])s$|(?<=w)n$"),
    re.compile(
        r"(?<=\w{4})(?:ition|ation|tion|sion|ion|ment|ness|ity|it|ance|ence|anc|enc|ery|ary|ory|er"
        r"|or|ur|al|iv|ful|ous|abl|ibl|dom|ly|is|iz|at)$|(?<=\w{3})[ye]$"
    ),
)
_RUSSIAN = (
    re.compile(
        r"(?<=\w{3})(?:ыми|ими|ого|его|ому|ему|ый|ий|ой|ая|яя|ое|ее|ые|ие|ую|юю|ых|их|ым|им|ом|ем"
        r"|остью|ость|ости|иями|ями|ами|иям|ией|ием|иях|ев|ов|ью|ия|ья|ье|ии|ию|ей|ям|ам|ах|ях"
        r"|(?:[аеиоуыя]|ова|ева|ыва|ива|ну)(?:ть|ла|ло|ли|л|ет|ют|ешь|ем|вш|вши|в)"
        r"|ит|ут|ют|ат|ят|ишь|[аеиоуыьюяй])$"
    ),
    re.compile(
        r"(?<=\w{4})(?:ующ|ющ|ущ|ащ|ящ|вш|ост|ств|тел|ск|им|[аоуыя])$"
        r"|(?<=\w{3})(?:[еаяи]нн?|[оеаиы]в|[ньйеи])$"
    ),
)
_LONGEST = 40  # letters of a word that are looked at
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")
_IRREGULAR: Mapping[str, str] = dict(
    pair.split("/")
    for pair in word_set("""
        found/found lower/low lowers/low lowered/low lowering/low lowest/low less/little
        least/little highest/high men/man women/woman children/child ниже/низк выше/высок
        короче/коротк длиннее/длинн дни/день дня/день дней/день дню/день дням/день днём/день
        днях/день люди/человек людей/человек людям/человек людьми/человек
        """)
)
_EMPTY = word_set("means mean called call есть значит означает называется называют s")


@lru_cache(maxsize=20_000)
def root(word: str, language: Language) -> str:
    """The key of a lower-case word: the same for most of its family; numbers are their own."""
    cut = _cut(word[:_LONGEST], language)
    return _SYNONYMS.get(cut, cut)


def _cut(word: str, language: Language) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.isdigit():
        return word
    if language == "ru":
        (inflection, derivation), word = _RUSSIAN, re.sub("с[яь]$", "", word.replace("ё", "е"))
    else:
        word = LEMMA_OF_PAST.get(word) or LEMMA_OF_IRREGULAR.get(word, word)
        inflection, derivation = _ENGLISH
    word = inflection.sub("", word)
    while (shorter := derivation.sub("", word)) != word:
        word = shorter
    return _DOUBLED.sub(r"\1", word)


def _synonyms(groups: str, language: Language) -> dict[str, str]:
    rows = [group.split("/") for group in groups.split()]
    return {_cut(word, language): _cut(row[0], language) for row in rows for word in row[1:]}


# Only words that hardly ever mean anything else.
_SYNONYMS: Mapping[str, str] = _synonyms(
    """
    freedom/liberty begin/start finish/conclude build/construct/erect buy/purchase
    divide/split happen/occur fast/quick/rapid/swift ill/sick big/large/huge tiny/small stone/rock
    street/road choose/select recognize/acknowledge founded/establish child/kid car/automobile
    error/mistake answer/reply help/aid repair/mend forbid/prohibit whole/entire
    courage/bravery show/display
    """,
    "en",
) | _synonyms(
    """
    осознать/понять/познать/постичь начать/приступить построить/соорудить/возвести
    основать/учредить большой/огромный/крупный маленький/крошечный храбрость/смелость/отвага
    ошибка/заблуждение ребёнок/дитя дорога/путь врач/доктор скрыть/спрятать выбрать/избрать
    быстрый/скорый/стремительный запретить/воспретить
    """,
    "ru",
)


@lru_cache(maxsize=4_000)
def content_roots(text: str, language: Language) -> tuple[str, ...]:
    """Roots of the words that carry meaning, in order, repeated where they are."""
    content = (w for w in words(text) if w not in STOP_WORDS and w not in _EMPTY)
    return tuple(root(word, language) for word in content)
