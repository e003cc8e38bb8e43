"""Cutting a text into passages small enough for a prompt, and finding its opening."""

import re
from collections.abc import Iterator

from distillnet.tools.text import paragraph_spans, sentence_spans, words

PASSAGE_WORDS = 150
PASSAGE_CHARACTERS = 2_000  # holds for text without words, too
_STATEMENT_WORDS = 40
_TITLE_WORDS = 15


def passage_spans(source: str) -> Iterator[tuple[int, int]]:
    """Offsets (start, end) of the passages of a text with words; only whitespace is left out."""
    start = end = count = 0
    for atom_start, atom_end, size in _atoms(source):
        too_long = atom_end - start > PASSAGE_CHARACTERS
        if end and (count + size > PASSAGE_WORDS or too_long):
            yield start, end
            start, count = atom_start, 0
        end, count = atom_end, count + size
    yield start, end


def _atoms(source: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, words) of the largest stretches that fit: paragraph, sentence, word."""
    for start, end in paragraph_spans(source):
        paragraph = source[start:end]
        if (size := len(words(paragraph))) <= PASSAGE_WORDS and end - start <= PASSAGE_CHARACTERS:
            yield start, end, size
            continue
        for first, last in sentence_spans(paragraph):
            sentence = paragraph[first:last]
            size = len(words(sentence))
            if size <= PASSAGE_WORDS and last - first <= PASSAGE_CHARACTERS:
                yield start + first, start + last, size
                continue
            for word in re.finditer(r"\S{1,80}", sentence):
                offset = start + first
                yield offset + word.start(), offset + word.end(), len(words(word[0]))


def opening_of(text: str) -> str:
    """The title of a longer text or else its first sentences, up to 40 words."""
    front_matter = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    body = text[front_matter + 5 :] if front_matter >= 0 else text
    start, end = next(
        (span for span in paragraph_spans(body) if words(body[slice(*span)])), (0, len(body))
    )
    first_line, *more = body[start:end].split("\n", 1)
    is_line = not more and not re.search(r"[.!?…:;,][\"'”’»)]{0,3}$", first_line)
    title = re.sub(r"^#+\s*", "", first_line).strip()
    is_title = is_line or title != first_line.strip()
    if is_title and len(title) <= PASSAGE_CHARACTERS and 0 < len(words(title)) <= _TITLE_WORDS:
        return title
    opening, said, size = "", 0, 0
    for first, last in sentence_spans(body[start:]):
        sentence = body[start + first : start + last]
        said += len(words(sentence))
        size += len(sentence) + 1
        if said > _STATEMENT_WORDS or size > PASSAGE_CHARACTERS:
            break
        opening = f"{opening} {sentence}".lstrip()
    if words(opening):
        return opening
    return " ".join(body[start : start + PASSAGE_CHARACTERS].split()[:_STATEMENT_WORDS]) + " …"
