"""Which facts does a text tell, in which direction, and which does it contradict?

    python benchmarks/facts.py [--views PATH] [--errors] [--json]

Without options: the labelled texts of ``facts.yaml``. "told" counts directions (a text that tells a
fact both ways counts twice), precision, recall and false alarms are of contradictions and count
texts. False variants are those that a run has: the examiner's rules make them of the statement. The
rows "given" say the same with the variants of the file, which hold the very contradictions that
the texts make. The rules were developed on the first part alone; "held_out" and "fresh" were looked
at only after, see the note in the file.

``--views`` names a file with one JSON object a line: ``{"title", "passage", "views": {style:
[text, ...]}}``, faithful rewrites of a passage in several styles. The facts are those that the
examiner's rules find in the passage. "told" is the share of (view, fact) pairs in which the view
tells the fact; not every view tells every fact, so this is no recall. "elsewhere" is the same for
facts of a passage with another title, "contradicts" the share of false alarms, and "planted" the
share of contradictions found after one word of a false variant was put into the sentence that tells
the fact. Goals: no more than 2 % false alarms, about none elsewhere.
"""

import argparse
import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from distillnet.agents.examiner import find_facts
from distillnet.records import Fact
from distillnet.tools.contradictions import contradiction
from distillnet.tools.propositions import told
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import detect_language, sentences

WORD = re.compile(r"[^\W_]+")
LABELLED = Path(__file__).with_suffix(".yaml")
TOLD = {
    "forward": {"forward"},
    "reverse": {"reverse"},
    "both": {"forward", "reverse"},
    "neither": set[str](),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--views", type=Path, metavar="PATH")
    parser.add_argument("--errors", action="store_true", help="show each text judged wrongly")
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    if arguments.views:
        rows = on_views(arguments.views, arguments.errors)
        columns = ("pairs", "told", "elsewhere", "contradicts", "planted", "found")
    else:
        parts = yaml.safe_load(LABELLED.read_text("utf-8"))
        rows = {part: on_labelled(parts[part], arguments.errors) for part in parts}
        rows["all"] = on_labelled([entry for part in parts.values() for entry in part], False)
        rows |= {f"{part}, given": on_labelled(parts[part], False, given=True) for part in parts}
        columns = ("texts", "told_precision", "told_recall", "precision", "recall", "false_alarms")
    print(json.dumps(rows, indent=1) if arguments.as_json else table(rows, columns))


def on_labelled(
    entries: list[dict[str, Any]], show: bool, *, given: bool = False
) -> dict[str, float]:
    """Precision and recall of both functions over texts with labels.

    The false variants are the examiner's own, or those ``given`` with the texts.
    """
    counts: Counter[str] = Counter()
    for entry in entries:
        language = detect_language(entry["statement"])
        variants = entry["variants"] if given else own_variants(entry["statement"])
        for text in entry["texts"]:
            ((label, words_of_it),) = text.items()
            counts["texts"] += 1
            found = contradiction(words_of_it, entry["statement"], variants, language)
            is_one = label == "contradicts"
            counts[f"contradiction {bool(found)} {is_one}"] += 1
            if show and bool(found) != is_one:
                print(f"[{label}] contradicts: {found!r}: {words_of_it}")
            if label in TOLD:
                directions = told(words_of_it, entry["statement"], language)
                counts["right"] += len(directions & TOLD[label])
                counts["said"] += len(directions)
                counts["wanted"] += len(TOLD[label])
                if show and directions != TOLD[label]:
                    print(f"[{label}] told: {sorted(directions)}: {words_of_it}")
    right = counts["contradiction True True"]
    alarms = counts["contradiction True False"]
    return {
        "texts": counts["texts"],
        "told_precision": share(counts["right"], counts["said"]),
        "told_recall": share(counts["right"], counts["wanted"]),
        "precision": share(right, right + alarms),
        "recall": share(right, right + counts["contradiction False True"]),
        "false_alarms": share(alarms, alarms + counts["contradiction False False"]),
    }


def own_variants(statement: str) -> tuple[str, ...]:
    """The false variants that a run on ``statement`` alone has."""
    facts = asyncio.run(find_facts(parse_seed(statement)))
    return next((fact.false for fact in facts if fact.statement == statement), ())


def on_views(path: Path, show: bool) -> dict[str, dict[str, float]]:
    """How the facts of passages fare in rewrites of the same and of another passage, by style."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    facts = [asyncio.run(find_facts(parse_seed(row["passage"]))) for row in rows]
    counts: dict[str, Counter[str]] = {style: Counter() for style in rows[0]["views"]}
    for i, row in enumerate(rows):
        others = (i + k for k in range(1, len(rows)))
        other = next(k % len(rows) for k in others if rows[k % len(rows)]["title"] != row["title"])
        language = detect_language(row["passage"])
        for style, view in ((s, v) for s, views in row["views"].items() for v in views if v):
            for fact in facts[i]:
                found = contradiction(view, fact.statement, fact.false, language)
                counts[style]["pairs"] += 1
                counts[style]["told"] += bool(told(view, fact.statement, language))
                counts[style]["contradicts"] += found is not None
                if show and found:
                    print(f"[{style}] {fact.statement}\n    {found}")
                for false in planted(view, fact):
                    counts[style]["planted"] += 1
                    counts[style]["found"] += bool(
                        contradiction(false, fact.statement, fact.false, language)
                    )
            for fact in facts[other]:
                counts[style]["other pairs"] += 1
                counts[style]["elsewhere"] += bool(told(view, fact.statement, language))
    return {
        style: {
            "pairs": c["pairs"],
            "told": share(c["told"], c["pairs"]),
            "elsewhere": share(c["elsewhere"], c["other pairs"]),
            "contradicts": share(c["contradicts"], c["pairs"]),
            "planted": c["planted"],
            "found": share(c["found"], c["planted"]),
        }
        for style, c in counts.items()
    }


def planted(view: str, fact: Fact) -> Iterator[str]:
    """``view`` with a word of the sentence that tells ``fact`` exchanged as in a false variant."""
    right = WORD.findall(fact.statement)
    for variant in fact.false:
        wrong = WORD.findall(variant)
        differ = [k for k, pair in enumerate(zip(right, wrong, strict=False)) if len({*pair}) > 1]
        if len(wrong) != len(right) or len(differ) != 1:
            continue
        old, new = right[differ[0]], wrong[differ[0]]
        for sentence in sentences(view):
            places = [match.span() for match in WORD.finditer(sentence) if match[0] == old]
            if len(places) == 1 and told(sentence, fact.statement, detect_language(view)):
                (start, end), at = places[0], view.index(sentence)
                yield view[: at + start] + new + view[at + end :]
                break


def share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else float("nan")


def table(rows: dict[str, dict[str, float]], columns: tuple[str, ...]) -> str:
    lines = [f"{'':<20}" + "".join(f"{column:>16}" for column in columns)]
    for name, row in rows.items():
        lines.append(f"{name:<20}" + "".join(f"{row[column]:>16.6g}" for column in columns))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
