"""Where one scene came from and where it went, as text of 79 columns."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from distillnet.cli.field import NAMES, WIDTH, beside
from distillnet.cli.folding import folded
from distillnet.tools.terminal import terminal

if TYPE_CHECKING:
    from distillnet.api import Explanation, Judgement, Relative, Telling

# Characters of one text; a book or a flood is not for reading here.
_SHOWN = 3_000


def lines(found: "Explanation") -> Iterator[str]:
    """The explanation as lines, fit for a terminal."""
    yield from _origin(found)
    yield from _asked(found)
    yield from _answered(found)
    yield from _requests(found)
    if found.judgement:
        yield from _gates(found.judgement)
        yield from _says(found.judgement)
        yield from _like_it(found.judgement)
    yield from _went(found)


def _origin(found: "Explanation") -> Iterator[str]:
    cell, passage, language = found.cell, found.passage, found.language
    yield from _field("scene", cell.id)
    yield from _field("verdict", f"{found.verdict or 'none'}: {found.meaning}")
    if found.judgement and found.judgement.verdict_now != found.verdict:
        now = found.judgement.verdict_now
        yield from _field("", f"by the thresholds that the run has now it would be {now}")
    if found.question:
        yield from _field("question", found.question)
    yield from _field("seed", f"{found.statement} ({found.origin})")
    place = f"{passage.index + 1} of {found.passages}, characters {passage.start}-{passage.end}"
    yield from _field("passage", place)
    if found.prompt is None:
        yield from _field("", passage.text)
    if found.lens is None:
        yield from _field("lens", f"{cell.lens}: reworded or removed since; the prompt has it")
    else:
        lens = found.lens
        title = lens.title.in_(language)
        yield from _field("lens", f"{lens.name} ({title}), {lens.family}, {lens.faithfulness}")
        yield from _field("", lens.question.in_(language))
    yield from _field("role", f"{cell.role}: {found.stance or 'not installed here'}")
    yield from _field("form", cell.form)
    what = "fact" if found.asked else "lens"
    yield from _field(
        "planned", f"round {cell.round}, try {cell.attempt + 1} at this {what}: {cell.reason}"
    )
    if found.asked:
        yield from _field("to tell", _told(found.asked))
    for scene in found.ancestors:
        line = f"{scene.id} ({scene.lens}, {scene.role}, depth {scene.depth}): {scene.begins}"
        yield from _field("from", line)
    if found.ancestors:
        yield from _field("", "which looks at the seed itself")


def _told(telling: "Telling") -> str:
    how = "as it stands" if telling.direction == "forward" else "in reverse"
    return f"{telling.statement} ({how})"


def _asked(found: "Explanation") -> Iterator[str]:
    if found.prompt is None:
        yield from _block("prompt", "not known: its role or lens is not installed here")
    else:
        title = "prompt, as it was sent" if found.sent else "prompt, as it would be sent"
        yield from _block(title, found.prompt, more="--prompt prints all")


def _answered(found: "Explanation") -> Iterator[str]:
    call = found.call
    if call is None:
        yield from _block("answer", "none yet")
    elif call.error is not None:
        yield from _block("error of the last request", call.error)
    else:
        title = (
            f"answer, as it came (finish {call.finish_reason or 'not said'}, "
            f"{call.output_tokens:,} of at most {call.token_limit:,} tokens)"
        )
        yield from _block(title, call.raw, more="--raw prints all")


def _requests(found: "Explanation") -> Iterator[str]:
    if not found.attempts:
        return
    yield ""
    yield f"{'requests':<20}{'read':>10}{'written':>10}{'seconds':>10}{'usd':>12}"
    for number, attempt in enumerate(found.attempts, start=1):
        name = f"{number} {attempt.outcome or 'no end known'}"
        yield (
            f"  {name:<18}{attempt.input_tokens:>10,}{attempt.output_tokens:>10,}"
            f"{attempt.seconds:>10.2f}{_usd(attempt.usd):>12}"
        )
    yield (
        f"  {'in all':<18}{sum(a.input_tokens for a in found.attempts):>10,}"
        f"{sum(a.output_tokens for a in found.attempts):>10,}"
        f"{sum(a.seconds for a in found.attempts):>10.2f}{_usd(found.usd):>12}"
    )
    if any(attempt.outcome is None for attempt in found.attempts):
        yield from _wrapped(
            "No end known: in flight, or cut off with the process; the most it can have cost."
        )


def _usd(usd: float | None) -> str:
    return "unknown" if usd is None else f"{usd:.6f}"


def _gates(judgement: "Judgement") -> Iterator[str]:
    if not judgement.gates:
        return
    yield ""
    yield "gates, in the order in which they are asked"
    for gate in judgement.gates:
        measured = ""
        if gate.number is not None and gate.threshold is not None:
            limit = _number(gate.threshold, gate.number)
            measured = f"{_number(gate.number, gate.threshold):>8}  {gate.bound} {limit}"
        yield f"  {gate.name:<10}{measured:<26}{gate.state:<11}{gate.what}"
    if judgement.leaks:
        yield from _wrapped(f"It gives away item {judgement.leaks} of exam.jsonl.")


def _number(number: float, threshold: float) -> str:
    is_count = number.is_integer() and threshold.is_integer()
    return f"{number:,.0f}" if is_count else f"{number:.3f}"


def _says(judgement: "Judgement") -> Iterator[str]:
    """Of the seed's facts, and from which side."""
    lines = [
        *(("tells", _told(telling)) for telling in judgement.tells),
        *(("against", statement) for statement in judgement.contradicts),
    ]
    if angle := judgement.angle:
        others = f"{angle.others} other scene{'' if angle.others == 1 else 's'}"
        lines.append(("angle", f"{angle.number}, with {others}" if angle.others else "its own"))
        if near := angle.nearest:
            whose = "it opened it; nearest before" if angle.opened else "nearest of them"
            named = f"{near.id} ({near.lens}, {near.role})"
            lines.append(("", f"{whose}: {named}, {angle.measure} {near.likeness:.2f}"))
    if lines:
        yield ""
    for name, text in lines:
        yield from _field(name, text)


def _like_it(judgement: "Judgement") -> Iterator[str]:
    if judgement.overlaps:
        yield from _relatives("accepted scene whose wording it repeats", [judgement.overlaps])
    if judgement.nearest:
        yield from _relatives("nearest scene accepted before it", [judgement.nearest])
    elif judgement.gates:
        yield from _block("nearest scene accepted before it", "none was accepted before it")
    if judgement.neighbours:
        yield from _relatives("nearest scenes of the whole run, by cosine", judgement.neighbours)


def _relatives(title: str, scenes: "Iterable[Relative]") -> Iterator[str]:
    yield ""
    yield title
    for scene in scenes:
        line = f"{scene.likeness:.3f}  {scene.id}  {scene.verdict}: {scene.lens}, {scene.role}"
        yield from _wrapped(line)
        yield from _wrapped(scene.begins, indent=9)


def _went(found: "Explanation") -> Iterator[str]:
    yield ""
    if found.judgement:
        scene = found.judgement.scene
        if scene.self_test:
            yield from _field("self-test", scene.self_test.question)
            yield from _field("its answer", scene.self_test.answer)
        yield from _field("tags", ", ".join(scene.tags))
    places = [f"{place.file}, line {place.line}" for place in found.places]
    yield from _field("it went to", "\n".join(places) or "no file yet")


def _field(name: str, text: str) -> Iterator[str]:
    yield from beside(name, list(_wrapped(text, indent=NAMES)))


def _block(title: str, text: str, *, more: str = "--json has all") -> Iterator[str]:
    yield ""
    yield from _wrapped(title, indent=0)
    yield from _wrapped(text or "(empty)", more=more)


def _wrapped(text: str, *, indent: int = 2, more: str = "--json has all") -> Iterator[str]:
    """Lines of a text from a stranger: inert, indented, and not too many of them."""
    left_out = len(text) - _SHOWN
    for part in terminal(text[:_SHOWN], lines=True).split("\n"):
        for line in folded(part, WIDTH - indent) or [""]:
            yield f"{' ' * indent}{line}".rstrip()
    if left_out > 0:
        yield f"{' ' * indent}... {left_out:,} characters more: {more}"
