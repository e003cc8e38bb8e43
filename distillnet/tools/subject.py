"""How the data set and the exam name the subject without giving the answer away."""

from distillnet.records import Language, Seed
from distillnet.tools.text import keywords

_WORD: dict[Language, str] = {"en": "Subject", "ru": "Тема"}


def subject_line(seed: Seed, text: str, language: Language) -> str:
    """``Subject: ...``: the seed's question, or the key words of ``text`` where there is none."""
    subject = seed.question or ", ".join(keywords(text, seed.language)) or seed.statement
    return f"{_WORD[language]}: {subject}"
