"""Words, sentences and languages of a text. Pure, standard library only.

Texts are hostile input: every pattern here runs in linear time.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from distillnet.records import Language

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]")
_LATIN = re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")


def word_set(text: str) -> frozenset[str]:
    """The words of a table that is written as text."""
    return frozenset(text.split())


ENGLISH_STOP_WORDS = word_set("""
    a about above across after again against all almost alone along already also although always am
    among an and another any anybody anyone anything are aren around as at away back be became
    because become becomes been before behind being below between both but by came can cannot come
    could couldn d did didn do does doesn doing don done down during each either else enough etc
    even ever every everybody everyone everything far few first for from further get gets give go
    goes got had hadn has hasn have haven having he hence her here hers herself him himself his how
    however i if in indeed instead into is isn it its itself just least less let like ll m made make
    makes many may me might mine more most much must my myself neither never no nobody none nor not
    nothing now o of off often on once one only onto or other others our ours ourselves out over own
    per perhaps quite rather re really s said same say says see seem seems seen shall she should
    shouldn since so some somebody someone something sometimes still such t take than that the their
    theirs them themselves then there therefore these they this those though through thus to
    together too toward towards two under until up upon us use used using ve very was wasn way we
    well went were weren what whatever when where whereas whether which while who whole whom whose
    why will with within without won would wouldn yes yet you your yours yourself yourselves
    """)
RUSSIAN_STOP_WORDS = word_set("""
    а без более больше будем будет будете будешь буду будут будучи бы был была были было быть в вам
    вами вас год года году годы лет ваш ваша ваше ваши вдруг ведь весь вместо во вовсе вообще вот
    впрочем все всегда всего всей всем всеми всему всех всю вся всё всём вы где да даже два для до
    другая другие других другого другое другой другом другую его ее ей ему если есть ещё еще её ею
    же за затем здесь и из изза или им ими иногда их к каждая каждое каждой каждую каждый как какая
    какие каким каких какого какой какому какую когда конечно которая которого которое которой
    котором которому которую которые который которым которых кто куда ли либо лишь лучше меня менее
    между мне много мной мною мог могла могли могло могу могут можем может можно мой мою моя моё
    моих мы на над надо наконец нам нами нас наш наша наше наши не него нее ней некоторые нельзя
    нему несколько нет неё ни нибудь никогда ним ними них ничего ничто но ну о об обо один одна
    однако одни одно одного одной одну он она они оно опять от ото очень перед по под подобно пока
    после потом потому почему почти при про просто пусть раз разве с сам сама сами само самого самое
    самой самом самые самый своего своей своё свои своих свой своим своими свою своя себе себя
    сегодня сейчас скоро со собой совсем стал стала стали стало так такая также такие таким таких
    такого такое такой такую там те тебе тебя тем теми тех то тобой тогда того тоже той только том
    тому тот тою три ту тут ты уж уже хорошо хотя хоть чего чей чем чему через что чтоб чтобы чуть
    эта эти этим этими этих это этого этой этом этому этот эту я является являются явл
    """)
STOP_WORDS = ENGLISH_STOP_WORDS | RUSSIAN_STOP_WORDS
# Function words of French, Spanish, German, Italian, Portuguese and Dutch that English has not.
_FOREIGN_STOP_WORDS = (
    word_set("""
    au aux avec ce ces cette comme dans de des du elle en est et il ils je la le les leur lui mais
    mes mon même nous par pas plus pour qu que qui sa sans ses son sont sur sur ta tu un une vous
    été al como con cuando del desde donde el ella ellos entre era eran esta este fue ha hasta hay
    las lo los más muy ni nos para pero por porque se ser si sin sobre su sus también una uno unos y
    ya aber als auch auf aus bei bin bis da dann das dass dem den der dich die doch dort du durch
    ein eine einem einen einer eines er es für gegen haben hat hatte ich ihm ihn ihr im ist kann
    kein mehr mich mit nach nicht noch nur ob oder ohne sein sehr sich sie sind um und uns von vor
    wenn werden wie wir wird zu zum zur über anche che chi ci come cui dal dalla degli dei del della
    delle di e è gli hanno ho il io loro ma mi nel nella non o perché più quando questa questo sono
    ti tra ao aos com da das dos ela ele em essa esse eu foi isso já mas meu na nas no não os ou
    pela pelo quem são seu sua só também tem um uma você à às aan bij dat deze dit door een geen
    haar heb heeft het hij hun ik je kan maar met mijn naar niet nog nu om ook op te uit van veel
    voor waar wat wel werd wij worden ze zich zij zijn zo
    """)
    - ENGLISH_STOP_WORDS
)
_MIN_WORDS_TO_JUDGE = 20


def words(text: str) -> list[str]:
    """The runs of Unicode letters and digits, in lower case."""
    return _WORD.findall(text.lower())


def ngrams(words: Sequence[str], n: int) -> set[tuple[str, ...]]:
    """All runs of ``n`` neighbouring words."""
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def keywords(text: str, language: Language, limit: int = 6) -> list[str]:
    """Content words in order of first appearance, one for all inflected forms of a word."""
    found: dict[str, str] = {}
    for word in words(text):
        if len(word) > 2 and not word.isdigit() and word not in STOP_WORDS:
            found.setdefault(stem(word, language), word)
    return list(found.values())[:limit]


def stem(word: str, language: Language) -> str:
    """What inflected forms of a lower-case word share, roughly: a key, not a word."""
    if language == "ru":
        return word[: max(4, len(word) - 3)].replace("ё", "е")
    return re.sub(r"(?<=\w{3})(?:'s|ies|es|s|ed|ing|y|e)$", "", word)


def detect_language(text: str) -> Language:
    """The language of the script most letters are in; English when it is a tie."""
    return "ru" if len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text)) else "en"


def language_share(text: str, language: Language) -> float:
    """Share of the letters (0 to 1) that are in the script of ``language``; 0 without letters."""
    script = _CYRILLIC if language == "ru" else _LATIN
    return len(script.findall(text)) / max(1, sum(map(str.isalpha, text)))


def looks_foreign(text: str, language: Language) -> bool:
    """Whether most letters are in another script or, for English, its function words are absent.

    Latin text is judged by stop words when it has 20 words or more: English prose has 30 to 55 %
    of its own; a text with hardly any, or with more of its neighbours', is in another language.
    """
    if any(map(str.isalpha, text)) and language_share(text, language) < 0.5:
        return True
    found = words(text)
    if language != "en" or len(found) < _MIN_WORDS_TO_JUDGE:
        return False
    english = sum(word in ENGLISH_STOP_WORDS for word in found)
    foreign = sum(word in _FOREIGN_STOP_WORDS for word in found)
    return english < 0.08 * len(found) or foreign > english


_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor, pasted text
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS and other strings: titles, links
    r"[^\x07\x1b\x80-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*+[0-~]"
)
# Surrogates, controls but \n and \t, bidi controls, and what is never seen: zero-width characters,
# fillers, tags. The joiners (U+200C, U+200D) stay: Persian words and emoji are made with them.
_UNWANTED = re.compile(
    r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = 30  # on one letter: the Stream-Safe Text Format (Unicode Annex 15, section 13)


def clean(text: str) -> str:
    """What is visible of ``text``, stripped; ``clean(clean(text)) == clean(text)``."""
    return visible(text).strip()


def visible(text: str) -> str:
    """NFC with ``\\n`` as the only line end; nothing that steers a terminal, reorders or hides."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", _ESCAPE.sub("", text))
    # Cut before as well: sorting a long row of marks, as NFC must, takes quadratic time.
    return _cut_marks(unicodedata.normalize("NFC", _cut_marks(_UNWANTED.sub("", text))))


def _cut_marks(text: str) -> str:
    """At most ``_MARKS`` combining marks in a row."""
    marks = "".join(filter(unicodedata.combining, set(text)))
    row = rf"([{marks}]{{{_MARKS}}})[{marks}]++"
    return re.sub(row, r"\1", text) if marks else text


_TITLES = word_set("""
    mr mrs ms dr prof st rev hon gen col maj capt lt sgt sen gov pres messrs mt vs eg ie cf approx
    проф акад гр им ул пр тов напр см ср тыс
    """)
_BEFORE_NUMBER = word_set("no nos fig vol ch sec p pp art eq рис гл стр табл п ст т с д")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s)")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*+\n\s*+")
_LAST_WORD = re.compile(r"([^\W\d_](?:\.?[^\W\d_])*)$")


def sentences(text: str) -> list[str]:
    """The sentences of English or Russian text; only whitespace between them is lost."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Offsets (start, end) of the sentences, none of them empty; a blank line ends one, too."""
    for start, end in paragraph_spans(text):
        for match in _END.finditer(text, start, end):
            if _ends_sentence(text, start, match):
                yield _trimmed(text, start, match.end())
                start = match.end()
        if text[start:end].strip():
            yield _trimmed(text, start, end)


def paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    """Offsets (start, end) of the stretches between blank lines, none of them empty."""
    start = 0
    for match in _PARAGRAPH_BREAK.finditer(text):
        if text[start : match.start()].strip():
            yield _trimmed(text, start, match.start())
        start = match.end()
    if text[start:].strip():
        yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return end - len(stretch.lstrip()), start + len(stretch.rstrip())


def _ends_sentence(text: str, start: int, end: re.Match[str]) -> bool:
    following = re.search(r"([^\W_]+)(\.?)", text[end.end() : end.end() + 60])
    next_word, dot = following.groups() if following else ("", "")
    if next_word[:1].islower():
        return False  # "Why?" he asked.
    before = text[max(start, end.start() - 30) : end.start()]
    if end[0] != ".":
        return True
    last = _LAST_WORD.search(before)
    if last is None:
        return not text[start : end.start()].strip().isdigit()  # the number of a list entry
    word = last[1].lower().replace(".", "")
    if word in _TITLES:
        return False
    is_initial = len(last[1]) == 1 and last[1].isupper()
    if word in _BEFORE_NUMBER and not is_initial:
        return not next_word[:1].isdigit()
    if last[1] not in {"I", "Я"} and (is_initial or "." in last[1]):
        # An initial or "U.S.", "т. е.": it ends a sentence only when a new one clearly begins.
        after_number = before[: last.start()].rstrip()[-1:].isdigit()
        return after_number or (
            next_word.lower() in STOP_WORDS and not (len(next_word) == 1 and dot)
        )
    return True
