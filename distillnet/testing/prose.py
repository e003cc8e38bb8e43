"""Prose that depends only on the prompt and differs for every prompt."""

import hashlib
import random
import re
from typing import NamedTuple

_WORDS = """
    river harbour ladder lantern orchard engine violin anchor bridge furnace compass thread winter
    market shepherd mirror kettle garden island feather hammer valley ribbon candle carries opens
    measures repairs forgets borrows guards divides answers outlives gathers quiet narrow patient
    hollow bright crooked early stubborn distant ordinary sudden gentle
    """


class _Foreign(NamedTuple):
    """Phrases of which any may follow any of the part before it."""

    who: tuple[str, ...]
    does: tuple[str, ...]
    what: tuple[str, ...]
    why: tuple[str, ...]


_GERMAN = _Foreign(
    ("der Fluss", "die Laterne", "der Hirte", "das Kind", "der Winter", "die Stadt", "ein Gast"),
    ("trägt", "öffnet", "repariert", "vergisst", "bewacht", "überlebt", "sucht"),
    ("die Brücke", "das Fenster", "eine Leiter", "die Insel", "das Feuer", "eine Kerze"),
    (
        "weil die Zeit nicht wartet",
        "denn so ist es hier",
        "wie man es von uns gelernt hat",
        "aber das ist nicht alles",
        "und ich sehe ihm dabei zu",
        "als wäre es auch für mich",
    ),
)
_RUSSIAN = _Foreign(
    ("река", "мастер", "пастух", "зима", "ребёнок", "город", "старая мельница"),
    ("хранит", "открывает", "чинит", "забывает", "несёт", "меряет", "ищет"),
    ("мост", "якорь", "фонарь", "зеркало", "сад", "огонь", "колокол"),
    (
        "потому что время не ждёт",
        "как было здесь и раньше",
        "хотя об этом не просили",
        "но это ещё не всё",
        "и мы смотрим на это молча",
        "словно так решили без нас",
    ),
)


def varied_prose(prompt: str, *, subject: str, words: int = 60) -> str:
    """Prose about ``subject`` that depends only on ``prompt`` and differs for every prompt."""
    rng, table = _random(prompt), _WORDS.split()
    sentences: list[str] = []
    while len(" ".join(sentences).split()) < words:
        chosen = rng.sample(table, 9)
        sentences.append(f"{subject}: the {' '.join(chosen[:4])} and the {' '.join(chosen[4:])}.")
    return " ".join(sentences)


def foreign_prose(prompt: str, *, nth: int) -> str:
    """German or Russian, whichever the prompt is not; another text for every ``nth``."""
    rng = _random(f"{nth} {prompt}")
    cyrillic, latin = (len(re.findall(s, prompt, re.I)) for s in ("[а-яё]", "[a-z]"))
    language = _GERMAN if cyrillic > latin else rng.choice((_GERMAN, _RUSSIAN))
    sentences = []
    for why in rng.sample(language.why, len(language.why)):
        sentence = " ".join(rng.choice(phrases) for phrases in language[:3])
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}, {why}.")
    return " ".join(sentences)


def _random(text: str) -> random.Random:
    return random.Random(hashlib.sha256(text.encode(errors="surrogatepass")).digest())
