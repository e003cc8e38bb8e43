"""Putting "not" into a sentence, or taking it out, without a parser."""

import re
from collections.abc import Iterator

from distillnet.records import Language
from distillnet.tools.text import STOP_WORDS, word_set, words
from distillnet.tools.verbs import (
    AUXILIARIES,
    LEMMA_OF_PAST,
    LEMMA_OF_PRESENT,
    PARTICIPLES,
    PAST,
    PRESENT,
)

# A Russian verb whose object, if any, is not in the genitive that "не" asked for.
NO_GENITIVE = r"\w+(?:[.,]| (?:в|во|на|с|со|к|ко|у|о|об|от|из|за|для|при|без|после|до|\w+ть)\b)"
_HAVE = {"has": "does not have", "have": "do not have", "had": "did not have"}
_NEGATIVE = word_set("""
    not no never none nobody nothing nor neither nowhere hardly barely rarely cannot without only
    few little some any all every each most many unless
    """)
# Past tenses that may be participles ("a segment called News"): verbs only next to the subject.
_AMBIGUOUS = frozenset(past for past in LEMMA_OF_PAST if past.endswith("ed")) | PARTICIPLES
_SUBJECT = re.compile(r"[A-Z]|(?:he|she|it|they|we)$")
_DETERMINERS = word_set("a an the its his her their more less two three")
_SUBORDINATE = word_set("""
    if when while before after until till whether although though since as than where because who
    which that whom whose what how why
    """)
_NOT_BEFORE_A_VERB = word_set("""
    next then there here now thus the a an this that these those his her its their our my your of in
    on at by for with from to as and or is are was were be been being has have had will would can
    could should must may might no not more most very so too than into about between under over
    through during
    """)


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
            if word in _AMBIGUOUS and i > 3 and not re.match(_SUBJECT, tokens[i - 1][0]):
                continue
            if not subordinate:
                yield _with_verb(sentence, token, verb, tokens[i - 1])
                return
            subordinate = word in _HAVE and following in PARTICIPLES


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") or word in {"since", "also", "just", "long", "always", "already"}


def _with_verb(sentence: str, token: re.Match[str], verb: str, previous: re.Match[str]) -> str:
    """``primarily targets`` -> ``does not primarily target``"""
    rest = sentence[token.end() :]
    if previous[0].endswith("ly") and verb.startswith(("does not ", "did not ", "do not ")):
        support, lemma = verb.rsplit(" ", 1)
        return f"{sentence[: previous.start()]}{support} {previous[0]} {lemma}{rest}"
    return f"{sentence[: token.start()]}{verb}{rest}"


def _denied(word: str, previous: str, following: str) -> str | None:
    """The negative of a finite verb form; None for what is, or may be, another word."""
    if following == "but":
        return None
    if previous in {"often", "always", "usually", "sometimes"}:
        return None
    if word in AUXILIARIES and word not in _HAVE:
        return "cannot" if word == "can" else f"{word} not"
    if word in _HAVE:
        is_auxiliary = following.endswith("ed") or following in PARTICIPLES
        if is_auxiliary:
            return f"{word} not"
        owned = following not in STOP_WORDS or following in _DETERMINERS
        return _HAVE[word] if owned and previous not in _NOT_BEFORE_A_VERB else None
    if previous in _NOT_BEFORE_A_VERB or following in {"by", "of", "and"}:
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
_RUSSIAN_FINITE = word_set("""
    есть может могут мог могла могли должен должна должно должны был была было были будет будут
    является являются стал стала стало стали зависит значит требует требуют живёт живут растёт
    растут идёт идут даёт дают ведёт ведут
    """)
_RUSSIAN_NOT_VERBS = word_set("""
    предмет совет ответ свет цвет бюджет кабинет университет факультет интернет привет запрет секрет
    портрет билет пакет сюжет поэт буфет магнит кредит транзит вид мысли если ли или земли дела тела
    села числа школа школы начала сила мала цели модели недели роли боли соли доли стрела скала
    шкала материал канал финал журнал вокзал металл журнала метала материала канала правила зеркала
    стекла масла кресла весла метла игла пчела материалы смысла стиля угла узла пола гола капитал
    капитала сигнал сигнала потенциал потенциала идеал идеала интервал интервала
    """)


def looks_like_russian_verb(word: str) -> bool:
    """Whether a lower-case word has the ending of a finite verb and is no noun known to have it."""
    return word in _RUSSIAN_FINITE or (
        len(word) > 3 and word not in _RUSSIAN_NOT_VERBS and bool(_RUSSIAN_VERB.fullmatch(word))
    )


def _negated_russian(sentence: str) -> Iterator[str]:
    found = words(sentence)
    if "не" in found:
        plain = not re.search(
            r"\bне (?:только|более|менее|все|всё|всегда)\b|\b[Нн]и\w*|, [ан]о? ", sentence
        )
        if plain and found.count("не") == 1:
            variant, count = re.subn(rf"\b[Нн]е (?={NO_GENITIVE})", "", sentence, count=1)
            if count:
                yield variant[0].upper() + variant[1:]
        return
    if re.search(
        r"\b[Нн](?:и\w+|ет|ельзя)\b|\b(?:[Бб]ез|всегда|[Тт]олько|[Лл]ишь|едва|если|бы)\b", sentence
    ):
        return
    if sentence.count(" — ") == 1:
        yield (
            sentence.replace(" — это ", " — это не ")
            if " — это " in sentence
            else sentence.replace(" — ", " — не ")
        )
        return
    for match in re.finditer(r"\w+", sentence):
        word = match[0]
        if match.start() and looks_like_russian_verb(word):
            yield sentence[: match.start()] + "не " + sentence[match.start() :]
            return
