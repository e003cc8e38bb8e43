"""How often is the angle named that was hidden? A chat model against simple baselines.

    python benchmarks/missing_angle.py --data PATH [--model embedded] [--base-url URL]
                                       [--claims 60] [--random-seed 1] [--refit] [--json FILE]

PATH holds one JSON object a line: ``{"claim", "angles": [{"stance", "wordings": [...]}]}``. Of each
claim that is drawn (two angles or more) one angle is hidden, and one wording of each other is told
to the model, twelve at most. It is asked for the missing point in a sentence, and, as a run asks
it, for a lens; of a lens its question is judged, or what it reveals where the model writes that. A
text names an angle when ``distillnet.tools.same_angle`` gives it the threshold or more with any of
the angle's wordings, all wordings of the claim being in view; it names it "most" when that is more
than with any wording shown. A text that says the claim again names much of what is said about it,
so read a model's row beside that of the claim. Intervals are Wilson's, 95 %.

The shipped judge has seen the claims it was fitted on; ``--refit`` fits one, in minutes, on those
claims of PATH that are not drawn and share no wording with them.
"""

import argparse
import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.angle_fitting import Claim, fit_judge, read_claims, read_rows
from benchmarks.asking_models import one_sentence
from benchmarks.missing_angle_asking import Answers, ask_all
from distillnet.agents.discriminator import wilson
from distillnet.errors import UsageError
from distillnet.memory.embed import open_embedder
from distillnet.tools.same_angle import Judge, load_judge, same_angle


@dataclass(frozen=True)
class Riddle:
    """A claim with one of its angles hidden."""

    claim: str
    hidden: list[str]
    shown: list[list[str]]
    stranger: str
    """A wording of another claim."""

    @property
    def told(self) -> list[str]:
        return [wordings[0] for wordings in self.shown]


class Named(NamedTuple):
    """Does a text name the hidden angle; that one more than any shown one; a shown one?"""

    hidden: bool
    most: bool
    shown: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PATH")
    parser.add_argument("--model", default="embedded", help="embedded or provider:name")
    parser.add_argument("--base-url", metavar="URL")
    parser.add_argument("--claims", type=int, default=60)
    parser.add_argument("--random-seed", type=int, default=1)
    parser.add_argument("--refit", action="store_true", help="judge by numbers fitted on the rest")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write texts and figures, too")
    arguments = parser.parse_args()
    try:
        riddles = draw(arguments.data, arguments.claims, random.Random(arguments.random_seed))
    except UsageError as error:
        parser.exit(2, f"{error}\n")
    judge = _refitted(arguments.data, riddles) if arguments.refit else load_judge()
    told = [(riddle.claim, riddle.told) for riddle in riddles]
    with one_sentence(parser):
        answers = asyncio.run(ask_all(told, arguments.model, arguments.base_url))
    result = {
        "claims": len(riddles),
        "model": arguments.model,
        "judge": "fitted on the claims that were not drawn" if arguments.refit else "shipped",
        "threshold": round(judge.threshold, 3),
        "rows": rows(riddles, answers, judge, random.Random(arguments.random_seed)),
        "unusable lenses": dict(Counter(a.problem for a in answers if a.problem).most_common()),
    }
    print(table(result))
    if arguments.json:
        texts = [
            {"claim": r.claim, "hidden": r.hidden, "told": r.told, **a._asdict()}
            for r, a in zip(riddles, answers, strict=True)
        ]
        text = json.dumps(result | {"texts": texts}, ensure_ascii=False, indent=1)
        arguments.json.write_text(text + "\n", "utf-8")


def draw(path: Path, count: int, rng: random.Random) -> list[Riddle]:
    """Up to ``count`` riddles of different claims, in random order; UsageError where none is."""
    claims = []
    for claim, listed in read_rows(path):
        angles = [wordings for wordings in listed if wordings]
        if len(angles) > 1:
            claims.append((claim, angles))
    if count < 1:
        raise UsageError(f"--claims asks for none: {count}")
    if not claims:
        raise UsageError(f"no claim of {path} has two angles with wordings")
    rng.shuffle(claims)
    riddles = []
    for place, (claim, angles) in enumerate(claims[:count]):
        hidden = rng.randrange(len(angles))
        shown = angles[:hidden] + angles[hidden + 1 :]
        stranger = rng.choice(rng.choice(claims[place - 1][1]))
        riddles.append(Riddle(claim, angles[hidden], shown, stranger))
    return riddles


def _refitted(path: Path, riddles: list[Riddle]) -> Judge:
    drawn = {riddle.claim for riddle in riddles}
    seen = {w for riddle in riddles for group in (riddle.hidden, *riddle.shown) for w in group}

    def apart(claim: Claim) -> bool:
        return claim.text not in drawn and seen.isdisjoint(claim.wordings)

    return fit_judge([claim for claim in read_claims(path) if apart(claim)])


def rows(
    riddles: list[Riddle], answers: list[Answers], judge: Judge, rng: random.Random
) -> dict[str, dict[str, Any]]:
    """Figures of each way to name an angle: of the texts it gives, None where it has none."""
    given: dict[str, list[str | None]] = {
        "the claim itself": [riddle.claim for riddle in riddles],
        "a shown angle": [rng.choice(riddle.told) for riddle in riddles],
        "a wording of another claim": [riddle.stranger for riddle in riddles],
        "the model's missing point": [answer.point for answer in answers],
        "the model's lens": [answer.lens for answer in answers],
        "the hidden angle, reworded": [
            rng.choice(riddle.hidden) if len(riddle.hidden) > 1 else None for riddle in riddles
        ],
    }
    found: dict[str, dict[str, Any]] = {}
    for name, texts in given.items():
        # Where there is no other wording, nothing can be asked of it; a model could have answered.
        out_of = sum(text is not None for text in texts) if "reworded" in name else len(texts)
        hits = [
            named(text, riddle, judge)
            for text, riddle in zip(texts, riddles, strict=True)
            if text is not None
        ]
        counts = {field: sum(getattr(hit, field) for hit in hits) for field in Named._fields}
        found[name] = {
            "texts": len(hits),
            "of": out_of,
            **counts,
            "interval": [round(bound, 4) for bound in wilson(counts["hidden"], out_of)],
        }
    return found


def named(text: str, riddle: Riddle, judge: Judge) -> Named:
    """What ``text`` names; it is not compared with itself."""
    hidden = [w for w in riddle.hidden if w != text]
    shown = [w for wordings in riddle.shown for w in wordings if w != text]
    vectors = open_embedder("use")([riddle.claim, text, *hidden, *shown])
    p = same_angle([text, *hidden, *shown], vectors[1:], vectors[0], judge=judge)[0, 1:]
    of_hidden = float(p[: len(hidden)].max(initial=0))
    of_shown = float(p[len(hidden) :].max(initial=0))
    return Named(
        hidden=of_hidden >= judge.threshold,
        most=of_hidden >= max(judge.threshold, of_shown),
        shown=of_shown >= judge.threshold,
    )


def table(result: dict[str, Any]) -> str:
    lines = [
        f"{result['claims']} claims, one angle of each hidden; model {result['model']}; judge "
        f"{result['judge']}, threshold {result['threshold']}",
        f"{'':<28}{'texts':>6}{'names hidden':>14}{'95 %':>14}{'most':>8}{'a shown one':>13}",
    ]
    for name, row in result["rows"].items():
        low, high = row["interval"]
        of = max(1, row["of"])
        lines.append(
            f"{name:<28}{row['texts']:>6}{row['hidden'] / of:>14.1%}{f'{low:.1%}-{high:.1%}':>14}"
            f"{row['most'] / of:>8.1%}{row['shown'] / of:>13.1%}"
        )
    for problem, count in result["unusable lenses"].items():
        lines.append(f"lens not usable, {count} times: {problem}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
