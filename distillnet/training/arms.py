"""Arms of the race: what each student is taught."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from distillnet.errors import UnknownName, UsageError
from distillnet.training.views import RESERVED, Document

Row = dict[str, Any]
"""A line of a data set; what is not trained on (style, lens, role ...) tells where it is from."""
Arms = dict[str, list[Row]]
CONTEXT = "context"
"""The arm that learns nothing and has the source in view: what could be reached at most."""
PLACEBO = "placebo"
COPIES = "copies"
MIXED = "mixed"
"""Copies and all tellings, about half the reading each."""
RUN = "run"
"""All that a run tells: what was told to make a fact of its seed known, too."""
_ALL = "lenses"
_ONE = "one"


class Split(NamedTuple):
    """``others`` are a placebo's material; ``left_out`` of them have views, but not all asked."""

    racing: list[Document]
    others: list[Document]
    left_out: int


def split_documents(
    documents: Sequence[Document], count: int | None, names: Collection[str]
) -> Split:
    """The documents of which all arms in ``names`` teach something race, ``count`` at most.

    A style that one lacked would be examined on what it never read. Where no document would be
    left for a placebo that is asked for, the last quarter does not race. Raises UnknownName for an
    arm that is neither built in nor any document's style, UsageError where nothing can race.
    """
    told = [document for document in documents if document.styles]
    styles = {style for document in told for style in document.styles}
    for name in names:
        if name not in RESERVED | styles:
            raise UnknownName("arm", name, RESERVED | styles)
    wanted = set(names) - RESERVED
    if RUN in names:
        # What nothing is asked of is not worth a teacher's calls.
        told = [document for document in documents if document.asked]
        if not told:
            raise UsageError("no document of the file has probes or questions: nothing is asked")
    if not told:
        raise UsageError(
            "no document of the file has views: there is nothing to race, unless a teacher writes "
            "(--arms copies,run)"
        )
    needs_views = not {_ALL, _ONE}.isdisjoint(names)
    whole = [d for d in told if wanted <= d.styles.keys() and (d.styles or not needs_views)]
    if not whole:
        raise UsageError(
            "no document of the file has all styles that should race "
            f"({', '.join(sorted(wanted)) or 'any'}): give some that do, or race fewer styles"
        )
    racing = whole[:count]
    if PLACEBO in names and len(racing) == len(documents):
        racing = racing[: -max(1, len(racing) // 4)]
        if not racing:
            raise UsageError("a placebo needs a second document: give one, or leave the arm out")
    others = [document for document in documents if document not in racing]
    return Split(racing, others, len(told) - len(whole))


def document_arms(
    names: Iterable[str],
    racing: Sequence[Document],
    others: Sequence[Document],
    written: Sequence[Row] = (),
) -> Arms:
    """Rows of plain text by arm; ``context`` has none.

    ``copies`` is the documents themselves, a style's name that style, ``lenses`` all styles
    together, ``run`` what a teacher has ``written``, ``mixed`` copies and ``run``, or all styles
    where it does not race, ``one`` a single telling of each document, ``placebo`` the tellings of
    documents that nothing is asked of. Raises UnknownName for another.
    """
    names = list(names)
    styles = sorted({style for document in racing for style in document.styles})
    known = [COPIES, *styles, _ALL, RUN, MIXED, _ONE, PLACEBO, CONTEXT]
    copies = [_plain(document) for document in racing]
    told = [row for document in racing for row in _told(document)]
    arms: Arms = {}
    for name in names:
        if name not in known:
            raise UnknownName("arm", name, known)
        if name == COPIES:
            arms[name] = copies
        elif name == MIXED:
            arms[name] = mixed(copies, written if RUN in names else told)
        elif name == RUN:
            arms[name] = list(written)
        elif name == PLACEBO:
            arms[name] = [
                row for document in others for row in _told(document) or [_plain(document)]
            ]
        elif name == _ONE:
            arms[name] = [_told(document)[0] for document in racing]
        else:
            wanted = {name} if name in styles else set(styles if name == _ALL else ())
            arms[name] = [row for row in told if row["style"] in wanted]
    return arms


def longest_reading(readings: Mapping[str, float]) -> float:
    """How long a race is, given what one reading of each arm is long.

    The placebo says nothing of it. ``mixed`` is twice as long as the longer of its halves.
    """
    counted = {name: long for name, long in readings.items() if name != PLACEBO}
    if MIXED in counted:
        counted[MIXED] /= 2
    if _ALL in counted:  # the half itself, exactly
        counted.pop(MIXED, None)
    return max(counted.values(), default=0)


def mixed(copies: Sequence[Row], told: Sequence[Row]) -> list[Row]:
    """Both, the shorter repeated until it is about as long as the longer."""
    if not (copies and told):
        return []
    long, length = (sum(map(characters, rows)) for rows in (told, copies))
    return [*copies] * max(1, round(long / length)) + [*told] * max(1, round(length / long))


def characters(row: Row) -> int:
    """Of what a row says."""
    return len(row["text"] if "text" in row else row["messages"][-1]["content"])


def without_groups(rows: Sequence[Row], key: str) -> Arms:
    """The rows less one group at a time, by the group's name: what each group is worth.

    A group are the rows with one value under ``key`` (style, lens, family, role).
    """
    groups = groups_of(rows, key)
    if len(groups) < 2:
        raise UsageError(f"the rows have {len(groups) or 'no'} {key}: credit needs two at least")
    return {group: [row for row in rows if str(row.get(key)) != group] for group in groups}


def groups_of(rows: Sequence[Row], key: str) -> list[str]:
    """The values that the rows have under ``key``."""
    return sorted({str(row[key]) for row in rows if key in row})


def _told(document: Document) -> list[Row]:
    return [
        row_of(document, text, style) for style, texts in document.styles.items() for text in texts
    ]


def _plain(document: Document) -> Row:
    return row_of(document, document.passage, COPIES)


def row_of(document: Document, text: str, style: str) -> Row:
    """What ``document`` is taught with, under its title."""
    titled = f"{document.title}\n\n{text}" if document.title else text
    return {"text": titled, "style": style}
