"""From what the user gives (a phrase, a file, standard input) to a Seed.

``Seed.source`` is the cleaned text; its passages are stretches of it, cut where a paragraph ends,
or else a sentence, and together they hold all of it but the whitespace between them.
"""

import codecs
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from distillnet.errors import SeedError
from distillnet.records import Language, Passage, Seed
from distillnet.tools.passages import PASSAGE_CHARACTERS, opening_of, passage_spans
from distillnet.tools.text import clean, detect_language, words

_MAX_BYTES = 20_000_000
_READ = (".txt", ".md", ".json")
_NOT_READ = (".pdf", ".epub", ".docx", ".doc", ".odt", ".rtf", ".fb2", ".html", ".htm")
_SHAPES = (
    '{"instruction": "...", "input": "..."}, {"question": "...", "answer": "..."} '
    'or {"statement": "..."}'
)


class _Content(NamedTuple):
    text: str
    question: str | None = None
    is_answer: bool = False


def parse_seed(
    source: str | Path | None,
    *,
    stdin: TextIO | None = None,
    language: Language | None = None,
) -> Seed:
    """The seed in ``source``: a phrase, a path to a .txt, .md or .json file, or "-" for ``stdin``.

    None means standard input as well, unless it is a terminal. Raises SeedError.
    """
    if source is None or source == "-":
        origin, text = "stdin", _read_stdin(sys.stdin if stdin is None else stdin, source)
        content = _from_text_or_json(text, origin)
    elif isinstance(source, Path) or _is_path(source):
        path = Path(source)
        origin, text = str(path), _read_file(path)
        is_json = path.suffix.lower() == ".json"
        content = _from_json(text, origin) if is_json else _from_text(text)
    else:
        origin = "phrase"
        content = _from_text_or_json(source, origin)
    return _seed(content, origin, language)


def text_seed(text: str, origin: str, *, language: Language | None = None) -> Seed:
    """The seed that ``text`` is, whatever it looks like: no path, no JSON. Raises SeedError."""
    return _seed(_Content(text), origin, language)


def run_name(seed: Seed) -> str:
    """The name of the seed's run directory: its first words and six characters of its id.

    A file name on any system, of at most 120 bytes: lower-case letters and digits joined by "-".
    """
    named = [word[:20] for word in words(clean(seed.question or seed.statement))[:5]]
    while len("-".join(named).encode()) > 113:
        named.pop()
    # A seed that was not parsed here may carry any id.
    return "-".join([*named, re.sub(r"[^0-9a-z]", "0", f"{seed.id:0<6}"[:6])])


def _seed(content: _Content, origin: str, language: Language | None) -> Seed:
    text = clean(content.text)
    question = clean(content.question or "")
    if not words(text):
        raise SeedError(f"no words in the seed ({origin}): give a phrase, a text or a file of text")
    if len(question) > PASSAGE_CHARACTERS:  # it stands whole in many prompts
        raise SeedError(f"the question is too long ({origin}): give it as a part of the text")
    has_question = bool(words(question))
    source = f"{_closed(question, '?')} {_closed(text, '.')}" if has_question else text
    passages = tuple(
        Passage(index=i, start=start, end=end, text=source[start:end])
        for i, (start, end) in enumerate(passage_spans(source))
    )
    statement = text if len(passages) == 1 else opening_of(text)
    identity = {
        "statement": statement,
        "question": question if has_question else None,
        "source": source,
    }
    canonical = json.dumps(identity, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Seed(
        id=hashlib.sha256(canonical.encode()).hexdigest()[:16],
        statement=statement,
        question=identity["question"],
        answer=text if has_question or content.is_answer else None,
        source=source,
        language=language or detect_language(source),
        origin=origin,
        passages=passages,
    )


def _closed(text: str, mark: str) -> str:
    return text if re.search(r"[.!?…][\"'”’»)]{0,3}$", text) else text + mark


# ---- reading -------------------------------------------------------------------------------------


def _is_path(text: str) -> bool:
    if "\n" in text or not text.strip():
        return False
    try:
        if Path(text).exists():
            return True
    except (OSError, ValueError):
        pass  # too long for a path, or a NUL in it
    if re.search(r"\S\.\w{1,5}$", text) and Path(text).suffix.lower() in _READ + _NOT_READ:
        return True
    return bool(re.fullmatch(r"\S*[/\\][^\s/\\]*\w\.\w{1,8}", text))


def _read_file(path: Path) -> str:
    name = _shown(str(path))
    try:
        if path.is_dir():
            raise SeedError(f"{name} is a directory: give one .txt, .md or .json file in it")
        if not path.exists():
            raise SeedError(
                f"no file {name}: check the path, or end it with a full stop if it is a phrase"
            )
        if path.suffix.lower() not in _READ:
            raise SeedError(
                f"cannot read {name}: seeds are read from .txt, .md and .json files; "
                "save its text as .txt"
            )
        if not path.is_file():
            raise SeedError(f"{name} is not a regular file: pipe it in and give '-' as the seed")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or error
        raise SeedError(f"cannot read {name} ({reason}): check its permissions") from None
    except ValueError as error:
        raise SeedError(f"{name} is not a path ({error}): check it") from None
    return _decode(data, name)


def _shown(origin: str) -> str:
    return repr(origin if len(origin) <= 100 else origin[:99] + "…")


def _read_stdin(stdin: TextIO, source: str | None) -> str:
    if source is None and stdin.isatty():
        raise SeedError("no seed given: give a phrase or a file, or pipe a text in")
    try:
        # The bytes, where there are any: the terminal's encoding need not be the text's.
        buffer = getattr(stdin, "buffer", None)
        if buffer is not None:
            return _decode(buffer.read(_MAX_BYTES + 1), "standard input")
        text = stdin.read(_MAX_BYTES + 1)
        _require_size(len(text), "standard input")
        return text
    except OSError as error:
        raise SeedError(f"cannot read standard input ({error}): give a file instead") from None


def _require_size(size: int, name: str) -> None:
    if size > _MAX_BYTES:
        megabytes = _MAX_BYTES // 1_000_000
        raise SeedError(f"{name} is larger than {megabytes} MB: split it and give one part")


def _decode(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, or Russian in cp1251."""
    _require_size(len(data), name)
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0" if utf16 else _decode_cp1251(data)
    if "\0" in text:
        raise SeedError(f"{name} is not text, or in an unknown encoding: save it as UTF-8 text")
    return text


def _decode_cp1251(data: bytes) -> str:
    """Every byte string is some text in cp1251, so only what is plainly Russian is accepted."""
    text = data.decode("cp1251", errors="replace")
    letters = sum(map(str.isalpha, text))
    russian = len(re.findall("[а-яё]", text))
    controls = re.search(r"[\x00-\x08\x0e-\x1f\ufffd]", text)
    return text if not controls and russian > 0.6 * letters else "\0"


# ---- questions and answers -----------------------------------------------------------------------

_QUESTION = re.compile(r"[^\S\n]*+(?:Q|(?i:question|вопрос))\s{0,3}:")
_ANSWER = re.compile(r"(?<!\w)(?:A|(?i:answer|ответ))\s{0,3}:")
_LONE_ANSWER = re.compile(r"\s*(?i:answer|ответ)\s{0,3}:")
_NEXT_QUESTION = re.compile(rf"\n{_QUESTION.pattern}")
_QUOTES = {'"': '"', "'": "'", "«": "»", "“": "”", "‘": "’", "„": "“"}


def _from_text(text: str) -> _Content:
    text = clean(text)
    label = _QUESTION.match(text)
    if label and (answer := _ANSWER.search(text, label.end())):
        question, rest = text[label.end() : answer.start()], text[answer.end() :]
        # Else a list of pairs, or a talk: a text like any other.
        if len(question) <= PASSAGE_CHARACTERS and not _NEXT_QUESTION.search(rest):
            return _Content(_unquoted(rest), _unquoted(question), is_answer=True)
    if label := _LONE_ANSWER.match(text):
        return _Content(_unquoted(text[label.end() :]), is_answer=True)
    return _Content(text)


def _from_text_or_json(text: str, origin: str) -> _Content:
    if text.lstrip().startswith("{"):
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            pass  # a text that happens to begin with a brace
        else:
            return _from_object(data, origin)
    return _from_text(text)


def _from_json(text: str, origin: str) -> _Content:
    try:
        return _from_object(json.loads(text, strict=False), origin)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SeedError(
            f"{_shown(origin)} is not JSON ({error.msg} at {where}): "
            "correct it there, or save the text as .txt"
        ) from None
    except (ValueError, RecursionError):
        raise SeedError(
            f"cannot read {_shown(origin)} as JSON: give one object, {_SHAPES}"
        ) from None


def _from_object(data: Any, origin: str) -> _Content:
    if isinstance(data, dict) and all(isinstance(value, str) for value in data.values()):
        match sorted(data):
            case ["statement"]:
                return _Content(data["statement"])
            case ["answer", "question"]:
                return _Content(data["answer"], data["question"], is_answer=True)
            case ["input"] | ["input", "instruction"] | ["instruction"]:
                # The instruction tells the distiller what to do; it is not part of the idea.
                given = data.get("input", "")
                return _from_text(given if words(given) else data.get("instruction", ""))
    raise SeedError(f"JSON of another shape in the seed ({origin}): give one object, {_SHAPES}")


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1]:
        inner = text[1:-1]
        if text[0] not in inner and text[-1] not in inner:
            return inner
    return text
