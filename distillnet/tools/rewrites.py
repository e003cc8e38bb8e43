"""Distortions that rearrange a sentence: roles exchanged, quantifiers turned, the verb negated."""

import re
from collections.abc import Iterator
from itertools import combinations

from distillnet.records import Language
from distillnet.tools.facts import Names, name_spans
from distillnet.tools.lexicon import (
    ABSTRACT,
    LEMMA_OF_PAST,
    LEMMA_OF_PRESENT,
    NOT_ABSTRACT,
    PARTICIPLES,
    PAST,
    PRESENT,
)
from distillnet.tools.text import STOP_WORDS, words

_CONCEPTS = frozenset(
    """truth knowledge death war peace power beauty nature science history memory wisdom virtue
    faith reason justice time life language money matter energy mind body poverty wealth
    жизнь смерть память мысль""".split()
)
_SYMMETRIC = frozenset(
    """met meets married between equal equals same borders differs resembles together and or nor
    friend friends cousin cousins opposite neighbours neighbors both with against like unlike и или
    между оба равны с""".split()
)
_COPULA = re.compile(r"\b(?:is|are|was|were|means|becomes|equals)\b| — ")


# ---- roles ---------------------------------------------------------------------------------------


def swapped(sentence: str, names: Names, language: Language) -> Iterator[str]:
    """Role reversals: two names, two concepts of a definition, or cause and effect exchanged."""
    spans = list(name_spans(sentence))
    yield from _pairs_swapped(
        sentence,
        [
            (a, b)
            for a, b in combinations(spans, 2)
            if names.are_alike(sentence[slice(*a)], sentence[slice(*b)])
        ],
    )
    if language == "ru":
        yield from _russian_definition_swapped(sentence)
    if is_definition(sentence, names):
        concepts = list(_concepts(sentence, language))
        yield from _pairs_swapped(
            sentence,
            [
                (a, b)
                for a, b in combinations(concepts, 2)
                if language == "en" or sentence[a[1] - 3 : a[1]] == sentence[b[1] - 3 : b[1]]
            ],
        )
    yield from _causes_swapped(sentence, names, language)


def is_definition(sentence: str, names: Names) -> bool:
    """A short sentence without names that says what something is.

    In it one concept may stand for another: it stays readable and becomes false.
    """
    named = any(name in sentence for name in names.kinds)
    return not named and len(words(sentence)) <= 10 and bool(_COPULA.search(sentence))


def _pairs_swapped(
    sentence: str, pairs: list[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[str]:
    for (a, b), (c, d) in pairs:
        left, right, between = sentence[a:b], sentence[c:d], words(sentence[b:c])
        once = sentence.count(left) == sentence.count(right) == 1
        if not between or not once or _SYMMETRIC.intersection(words(sentence)):
            continue
        if a == 0 and left.lower() not in STOP_WORDS and not _is_name(right):
            left, right = left[0].lower() + left[1:], right[0].upper() + right[1:]
        yield sentence[:a] + right + sentence[b:c] + left + sentence[d:]


def _is_name(text: str) -> bool:
    return text[0].isupper()


def _concepts(sentence: str, language: Language) -> Iterator[tuple[int, int]]:
    suffixes = tuple(suffix for suffix, _ in ABSTRACT[language])
    for match in re.finditer(r"(?<![\w-])[^\W\d_]+(?![\w-])", sentence):
        word = match[0].lower()
        if word in _CONCEPTS or (len(word) > 6 and word.endswith(suffixes)):
            article = re.search(r"\b[Aa]n? $", sentence[: match.start()])
            if word not in NOT_ABSTRACT and not article:
                yield match.span()


def _russian_definition_swapped(sentence: str) -> Iterator[str]:
    """``Свобода — это внутренняя необходимость`` with the two nouns exchanged.

    Both are nominative there; an adjective asks for the same gender.
    """
    adjective = r"(?:\w+(?:ая|яя|ый|ий|ой|ое|ее) )"
    match = re.match(rf"(\w+)( — (?:это )?{adjective}*)(\w+)", sentence)
    if not match:
        return
    left, between, right = match.groups()
    agrees = not re.search(adjective, between) or _gender(left) == _gender(right)
    if agrees and right not in STOP_WORDS:
        yield right.capitalize() + between + left.lower() + sentence[match.end() :]


def _gender(noun: str) -> str:
    if re.search(r"(?:а|я|сть|знь|вь|чь|шь|жь)$", noun):
        return "f"
    return "n" if re.search(r"[оеё]$", noun) else "m"


_CAUSE_VERB = (
    "causes|leads to|results in|depends on|precedes|produces|creates|determines|explains|implies"
)
_PAST_CAUSE_VERB = "caused|led to|resulted in|preceded|produced|created|determined"


def _causes_swapped(sentence: str, names: Names, language: Language) -> Iterator[str]:
    link = " because " if language == "en" else ", потому что "
    if sentence.count(link) == 1:
        effect, cause = sentence.rstrip(".").split(link)
        if min(len(words(effect)), len(words(cause))) >= 3 and "," not in effect:
            yield f"{cause[0].upper()}{cause[1:]}{link}{_lowered(effect, names)}."
    match = re.fullmatch(rf"([^,;]+) ({_CAUSE_VERB}|{_PAST_CAUSE_VERB}) ([^,;]+)\.", sentence)
    if match:
        cause, verb, effect = match.groups()
        plural = re.search(r"[^siu]s$", effect) and not re.fullmatch(_PAST_CAUSE_VERB, verb)
        partial = words(cause)[-1] in STOP_WORDS
        if max(len(words(cause)), len(words(effect))) <= 6 and not plural and not partial:
            yield f"{effect[0].upper()}{effect[1:]} {verb} {_lowered(cause, names)}."


def _lowered(clause: str, names: Names) -> str:
    """The first word without its capital, unless it is a name."""
    begins_with_name = any(clause.startswith(name) for name in names.kinds)
    return clause if begins_with_name else clause[0].lower() + clause[1:]


# ---- quantifiers ---------------------------------------------------------------------------------

# A Russian verb whose object, if any, is not in the genitive that "не" asked for.
_NO_GENITIVE = r"\w+(?:[.,]| (?:в|во|на|с|со|к|ко|у|о|об|от|из|за|для|при|без|после|до|\w+ть)\b)"
_QUANTIFIERS = {
    "en": (
        (r"^All (?:of )?(?=the )", "None of "),
        (r"^All (?=\w+s )", "No "),
        (r"^Every (?=\w+ (?:\w+s|is|was|has|can|must) )", "No "),
        (r"^(?:Everyone|Everybody) ", "No one "),
        (r"^(?:No one|Nobody) ", "Everybody "),
        (r"^Everything ", "Nothing "),
        (r"^Nothing ", "Everything "),
        (r"^None of ", "All of "),
        (r"\b(?<!the )most (?=of the \w+s\b)", "few "),
        (r"^Most (?=of the \w+s\b|\w+s\b)", "Few "),
        (r"^Few (?=\w+s\b)", "Most "),
        (r"\bmore than (?=\d|\w+ty\b|\w+ million)", "fewer than "),
        (r"\b(?:fewer|less) than (?=\d)", "more than "),
        (r"\bover (?=\d)", "under "),
        (r"\bat least (?=\d|\w+ )", "at most "),
        (r"\bat most ", "at least "),
        (r"\bthe first (?!time|to\b)(?!.* since )", "the last "),
        (r"\bthe last (?!to\b)", "the first "),
    ),
    "ru": (
        (r"^Все (?!равно|же)", "Не все "),
        (r"^(Кажд(?:ый|ая|ое)) ", r"Не \1 "),
        (rf"\b[Нн]икогда не (?={_NO_GENITIVE})", "всегда "),
        (r"\b[Вв]сегда (?=\w+(?:ет|ит|ют|ут|ят|ат|ется|ится|ются|утся|ла|ло|ли|л)\b)", "никогда не "),
        (r"\bне все\b", "все"),
    ),
}
_POLARITY = frozenset("any anyone anything ever yet but ни никакой никаких".split())


def quantified(sentence: str, language: Language) -> Iterator[str]:
    """All turned into none, most into few, never into always, more than into fewer than."""
    if _POLARITY.intersection(words(sentence)):
        return
    for pattern, replacement in _QUANTIFIERS[language]:
        variant, count = re.subn(pattern, replacement, sentence, count=1)
        if count:
            yield variant[0].upper() + variant[1:]


# ---- negation ------------------------------------------------------------------------------------

_AUXILIARIES = frozenset(
    "is are was were am can could will would should must may might does did".split()
)
_HAVE = {"has": "does not have", "have": "do not have", "had": "did not have"}
_NEGATIVE = frozenset(
    """not no never none nobody nothing nor neither nowhere hardly barely rarely cannot without
    only few little some any all every each most many unless""".split()
)
_DETERMINERS = frozenset("a an the its his her their more less two three".split())
_SUBORDINATE = frozenset(
    """if when while before after until till whether although though since as than where because
    who which that whom whose what how why""".split()
)
_NOT_BEFORE_A_VERB = frozenset(
    """the a an this that these those his her its their our my your of in on at by for with from to
    as and or is are was were be been being has have had will would can could should must may might
    no not more most very so too than into about between under over through during""".split()
)


def negated(sentence: str, language: Language) -> Iterator[str]:
    """The main verb with "not" put in or, in a negative sentence, taken out."""
    return _negated_russian(sentence) if language == "ru" else _negated_english(sentence)


def _negated_english(sentence: str) -> Iterator[str]:
    yield from _affirmed_english(sentence)
    if _NEGATIVE.intersection(words(sentence)) or "n't" in sentence or "n’t" in sentence:
        return
    tokens = list(re.finditer(r"[^\W\d_]+(?:-[^\W_]+)*", sentence))
    subordinate = False
    for i, token in enumerate(tokens):
        gap = sentence[tokens[i - 1].end() : token.start()] if i else ""
        if re.search(r"[,;:()—–]", gap):
            subordinate = False
        word = token[0].lower() if i == 0 else token[0]
        previous = tokens[i - 1][0].lower() if i else ""
        following = next((t[0] for t in tokens[i + 1 : i + 4] if not _is_adverb(t[0])), "")
        if word in _SUBORDINATE:
            subordinate = True
        elif i and (verb := _denied(word, previous, following)):
            if not subordinate:
                yield _with_verb(sentence, token, verb, tokens[i - 1])
                return
            subordinate = word in _HAVE and following in PARTICIPLES


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") or word in {"since", "also", "just", "long", "always", "already"}


def _with_verb(
    sentence: str, token: re.Match[str], verb: str, previous: re.Match[str]
) -> str:
    """``primarily targets`` -> ``does not primarily target``"""
    rest = sentence[token.end() :]
    if previous[0].endswith("ly") and verb.startswith(("does not ", "did not ", "do not ")):
        support, lemma = verb.rsplit(" ", 1)
        return f"{sentence[: previous.start()]}{support} {previous[0]} {lemma}{rest}"
    return f"{sentence[: token.start()]}{verb}{rest}"


def _denied(word: str, previous: str, following: str) -> str | None:
    """The negative of a finite verb form; None for what is, or may be, another word."""
    if word in _AUXILIARIES:
        return "cannot" if word == "can" else f"{word} not"
    if word in _HAVE:
        is_auxiliary = following.endswith("ed") or following in PARTICIPLES
        if is_auxiliary:
            return f"{word} not"
        owned = following not in STOP_WORDS or following in _DETERMINERS
        return _HAVE[word] if owned and previous not in _NOT_BEFORE_A_VERB else None
    if previous in _NOT_BEFORE_A_VERB or following in {"by", "of"}:
        return None
    if lemma := LEMMA_OF_PRESENT.get(word):
        return f"does not {lemma}"
    if lemma := LEMMA_OF_PAST.get(word):
        return f"did not {lemma}"
    return None


def _affirmed_english(sentence: str) -> Iterator[str]:
    if re.search(r"\bnot (?:only|just|least|even)\b|\b(?:any|ever|yet|but|nor|help)\b", sentence):
        return
    be = r"\b(is|are|was|were|can|could|will|would|should|must|may|might|has|have|had)"
    for pattern, replacement in (
        (rf"{be} not ", r"\1 "),
        (rf"{be.replace('can|', '')}n['’]t ", r"\1 "),
        (r"\b(?:cannot|can['’]t) ", "can "),
        (r"\bwon['’]t ", "will "),
    ):
        variant, count = re.subn(pattern, replacement, sentence, count=1)
        if count:
            yield variant
            return
    support = re.search(r"\b(do|does|did)(?: not|n['’]t) (\w+)", sentence)
    if support and support[2] in PAST:
        forms = {"do": support[2], "does": PRESENT[support[2]], "did": PAST[support[2]]}
        yield sentence[: support.start()] + forms[support[1]] + sentence[support.end() :]


_RUSSIAN_VERB = re.compile(
    r"\w{2,}(?:ется|ится|ются|утся|атся|ятся|лся|лась|лось|лись|[аеияу]ет|[аяу]ют|[жчшщ]ит|[рлнвмбпд]ит"
    r"|[ыаиеяу]л[аои]?"
    r"|(?:положен|строен|нован|писан|создан|открыт|принят|назван|связан|равен|равн|известен|известн)"
    r"[аоы]?)"
)
_RUSSIAN_FINITE = frozenset(
    """есть может могут мог могла могли должен должна должно должны был была было были будет будут
    является являются стал стала стало стали зависит значит требует требуют живёт живут растёт
    растут идёт идут даёт дают ведёт ведут""".split()
)
_RUSSIAN_NOT_VERBS = frozenset(
    """предмет совет ответ свет цвет бюджет кабинет университет факультет интернет привет запрет
    секрет портрет билет пакет сюжет поэт буфет магнит кредит транзит вид мысли если ли или земли
    дела тела села числа школа школы начала сила мала цели модели недели роли боли соли доли стрела
    скала шкала материал канал финал журнал вокзал металл журнала метала материала канала правила
    зеркала стекла масла кресла весла метла игла пчела материалы смысла стиля угла узла пола гола
    капитал капитала сигнал сигнала потенциал потенциала идеал идеала интервал интервала""".split()
)


def _negated_russian(sentence: str) -> Iterator[str]:
    found = words(sentence)
    if "не" in found:
        plain = not re.search(r"\bне (?:только|более|менее|все|всё|всегда)\b|\b[Нн]и\w*|, [ан]о? ", sentence)
        if plain and found.count("не") == 1:
            variant, count = re.subn(rf"\b[Нн]е (?={_NO_GENITIVE})", "", sentence, count=1)
            if count:
                yield variant[0].upper() + variant[1:]
        return
    if re.search(r"\b[Нн](?:и\w+|ет|ельзя)\b|\b(?:[Бб]ез|[Тт]олько|[Лл]ишь|едва|если|бы)\b", sentence):
        return
    if sentence.count(" — ") == 1:
        yield sentence.replace(" — это ", " — это не ") if " — это " in sentence else (
            sentence.replace(" — ", " — не ")
        )
        return
    for match in re.finditer(r"\w+", sentence):
        word = match[0]
        is_verb = word in _RUSSIAN_FINITE or (
            _RUSSIAN_VERB.fullmatch(word) and word not in _RUSSIAN_NOT_VERBS and len(word) > 3
        )
        if is_verb and match.start() and word[0].islower():
            yield sentence[: match.start()] + "не " + sentence[match.start() :]
            return
