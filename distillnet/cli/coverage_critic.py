"""What the coverage critic knows of a run, as lines: facts, gaps, lenses of its own."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from distillnet.cli.coverage_words import words
from distillnet.cli.field import FEW, field, wrapped

if TYPE_CHECKING:
    from distillnet.api import CoverageMap, Gap, Teller, ToldFact

KINDS = ("lens", "beyond", "role", "fact", "angle")
_NAMES = 22
_FACTS = 12
_TELLERS = 3
_GAPS = 3


class CriticText:
    """In the language of the run."""

    def __init__(self, found: "CoverageMap") -> None:
        self._found = found
        self._words = words(found.language)

    def facts(self) -> Iterator[str]:
        """Each with who tells it, in which direction; those least told first."""
        facts = self._found.facts
        if not facts:
            return
        yield ""
        yield self._say("facts")
        for fact in sorted(facts, key=_told)[:_FACTS]:
            yield from wrapped(fact.statement, indent=2, most=FEW)
            for direction, tellers in (("forward", fact.forward), ("reverse", fact.reverse)):
                if direction == "reverse" and fact.one_way:
                    continue
                name = f"    {self._say(direction)}"
                yield from field(name, self._tellers(tellers), names=_NAMES, most=FEW)
        if len(facts) > _FACTS:
            yield f"  {self._say('more_in_json', count=len(facts) - _FACTS)}"

    def _tellers(self, tellers: "Sequence[Teller]") -> str:
        if not tellers:
            return self._say("told_by_none")
        names = list(dict.fromkeys(f"{one.lens} ({one.role})" for one in tellers))
        shown = names[:_TELLERS]
        if len(names) > _TELLERS:
            shown.append(self._say("more", count=len(names) - _TELLERS))
        return f"{len(tellers)}: {', '.join(shown)}"

    def gaps(self) -> Iterator[str]:
        """What the critic misses, with its reasons, by kind."""
        yield ""
        yield self._say("gaps")
        for kind in KINDS:
            gaps = [gap for gap in self._found.gaps if gap.kind == kind]
            if gaps:
                yield f"  {self._say(f'gaps_{kind}', count=len(gaps))}"
            for gap in gaps[:_GAPS]:
                yield from wrapped(self._gap(gap), indent=4, most=FEW)
            if len(gaps) > _GAPS:
                yield f"    {self._say('more_in_json', count=len(gaps) - _GAPS)}"
        if not self._found.gaps:
            yield f"  {self._say('gaps_none' if self._found.rounds else 'no_round')}"

    def _gap(self, gap: "Gap") -> str:
        """The critic's reason is English."""
        facts = self._found.facts
        fact = facts[gap.fact].statement if gap.fact is not None else ""
        key = f"gap_{gap.direction}" if gap.kind == "fact" else f"gap_{gap.kind}"
        if gap.kind in ("lens", "beyond") and gap.lens in self._found.repeating:
            key = "gap_repeating"
        if gap.kind == "angle" and gap.depth:
            key = "gap_deeper"
        return self._say(
            key, lens=gap.lens, role=gap.role, depth=gap.depth, fact=fact, reason=gap.reason
        )

    def proposed(self) -> Iterator[str]:
        """The critic's own lenses."""
        found = self._found
        if not found.proposed:
            return
        yield ""
        yield self._say("own")
        for lens in found.proposed:
            title = lens.title.in_(found.language)
            yield from wrapped(f"{lens.name} ({title})", indent=2, most=FEW)
            yield from wrapped(lens.question.in_(found.language), indent=4, most=FEW)
        yield from wrapped(self._say("adopt", directory=found.directory), indent=2, most=FEW)

    def _say(self, key: str, **filled: Any) -> str:
        return self._words[key].format(**filled)


def _told(fact: "ToldFact") -> int:
    return bool(fact.forward) + bool(fact.reverse or fact.one_way)
