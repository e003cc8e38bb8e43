"""What a run has covered, as text of 79 columns in the run's language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distillnet.cli.coverage_critic import CriticText
from distillnet.cli.coverage_table import table
from distillnet.cli.coverage_words import words
from distillnet.cli.field import FEW, WIDTH, field, wrapped
from distillnet.tools.terminal import fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import CoverageMap

_CLUSTERS = 5
_TELLINGS = 3


class CoverageText:
    """The map in the terminal."""

    def __init__(self, found: "CoverageMap") -> None:
        self._found = found
        self._words = words(found.language)
        self._critic = CriticText(found)

    def lines(self, *, shaded: bool) -> Iterator[str]:
        """Where the run stands, its targets, the map, the facts, what is missing, what repeats."""
        yield from self._standing()
        yield from self._targets()
        yield from self._map(shaded)
        yield from self._critic.facts()
        yield from self._missing()
        yield from self._critic.gaps()
        yield from self._critic.proposed()
        yield from self._repeats()

    def _standing(self) -> Iterator[str]:
        found = self._found
        yield from self._field("seed", found.statement)
        lenses = self._say("covered", covered=found.covered, planned=found.planned)
        if found.repeating:
            lenses += self._say("repeating", count=len(found.repeating))
        yield from self._field("lenses", lenses)
        counts = {state: f"{count:,}" for state, count in found.cells.counts.items()}
        yield from self._field("cells", self._say("cell_counts", **counts))
        yield from self._field("angles", self._angles())
        yield from self._field("verdicts", self._verdicts(found.verdicts) or self._say("nothing"))
        if len(found.depths) > 1:
            yield from self._field("depth", self._depths(found.depths))
        why = self._say(
            found.stopped or "going",
            rounds=found.rounds,
            reason=found.reason,
            directory=found.directory,
        )
        cap = self._say("cap", cap=found.cap) if found.stopped == "budget" and found.cap else ""
        yield from self._field("stopped", "; ".join(filter(None, (why, cap))))

    def _angles(self) -> str:
        found = self._found
        if found.angles is None:
            return self._say("no_round")
        seen = self._say("estimates", seen=found.angles, chao1=f"{found.chao1:.0f}")
        if found.chao1_ci95 is None:
            return seen
        low, high = (f"{bound:.0f}" for bound in found.chao1_ci95)
        return f"{seen}, {self._say('interval', low=low, high=high)}"

    def _depths(self, depths: Sequence[int]) -> str:
        return ", ".join(
            self._say("step" if step else "at_seed", step=step, count=count)
            for step, count in enumerate(depths)
        )

    def _targets(self) -> Iterator[str]:
        yield ""
        head = (self._say("targets"), self._say("reached"), self._say("target"))
        yield f"{head[0]:<34}{head[1]:>8}{head[2]:>8}"
        for target in self._found.targets:
            reached, state = "-", ""
            if target.reached is not None:
                reached = f"{target.reached:.2f}"
                is_low = target.reached < target.target
                if target.name == "gain":
                    state = self._say("is_dry" if is_low else "not_dry")
                else:
                    state = self._say("not_met" if is_low else "is_met")
            name = f"  {self._say(f'target_{target.name}')}"
            yield f"{name:<34}{reached:>8}{target.target:>8.2f}  {state}".rstrip()

    def _map(self, shaded: bool) -> Iterator[str]:
        yield ""
        yield self._say("map")
        if not self._found.counts:
            yield f"  {self._say('map_none')}"
            return
        yield from table(self._found.counts, self._words, self._say("all"), shaded=shaded)
        yield f"  {self._say('signs')}"

    def _missing(self) -> Iterator[str]:
        yield ""
        yield self._say("missing")
        for lens in self._found.missing:
            title = f" ({lens.title.in_(self._found.language)})" if lens.title else ""
            tried = self._say("untried")
            if lens.verdicts:
                tried = self._say("tried", verdicts=self._verdicts(lens.verdicts))
            yield from wrapped(f"{lens.lens}{title}: {tried}", indent=2, most=FEW)
            if lens.question:
                yield from wrapped(lens.question.in_(self._found.language), indent=4, most=FEW)
        if self._found.planned and not self._found.missing:
            yield from wrapped(self._say("missing_none"), indent=2, most=FEW)
        if self._found.repeating:
            names = ", ".join(self._found.repeating)
            yield from wrapped(self._say("repeating_all", lenses=names), indent=2, most=FEW)

    def _repeats(self) -> Iterator[str]:
        repeats = self._found.repeats
        yield ""
        yield self._say("repeats")
        for angle in repeats[:_CLUSTERS]:
            yield f"  {self._say('cluster', count=len(angle))}"
            for scene in angle[:_TELLINGS]:
                text = f"{scene.lens}, {scene.role}: {scene.begins}"
                yield f"    {fitted(terminal(text), WIDTH - 4)}"
            if len(angle) > _TELLINGS:
                yield f"    {self._say('more', count=len(angle) - _TELLINGS)}"
        if len(repeats) > _CLUSTERS:
            yield f"  {self._say('more_in_json', count=len(repeats) - _CLUSTERS)}"
        if not repeats:
            yield f"  {self._say('repeats_none')}"

    def _verdicts(self, counts: Mapping[Any, int]) -> str:
        return ", ".join(f"{n} {self._say(f'verdict_{name}')}" for name, n in counts.items())

    def _field(self, name: str, text: str) -> Iterator[str]:
        yield from field(self._say(name), text, most=FEW)

    def _say(self, key: str, **filled: Any) -> str:
        return self._words[key].format(**filled)
