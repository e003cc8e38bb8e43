"""A plan as text of 79 columns, in the language of its scenes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from distillnet.cli.field import WIDTH
from distillnet.cli.plan_phrases import Phrases
from distillnet.tools.terminal import fitted, terminal
from distillnet.tools.tokens import CHARACTERS_A_TOKEN

if TYPE_CHECKING:
    from distillnet.api import PlannedCell

_CELLS = 5
_CAPS = ("calls", "tokens", "usd", "minutes")
_ID = 8
_COLUMNS = f"{{:<{_ID + 2}}}{{:<22}}{{:<21}}{{}}"


class PlanText(Phrases):
    """The whole of one plan."""

    def lines(self, *, all_cells: bool, kept: Path | None) -> Iterator[str]:
        """The whole, field by field."""
        yield from self._seed()
        yield from self._models()
        yield from self._cells(all_cells)
        yield from self._calls()
        yield from self._tokens()
        yield from self._money()
        yield from self._time()
        yield from self._outside()
        yield from self._rest(kept)

    def prompts(self) -> Iterator[tuple[str, str]]:
        """(heading, exact text) of every prompt of the first round, the examiner's first."""
        for prompt in self.plan.exam_prompts:
            yield f"=== {self.say('examiner')}", f"[user]\n{prompt}"
        for cell in self.plan.cells:
            place = self.say("passage", n=cell.passage + 1)
            yield f"=== {cell.id}  {cell.lens}, {cell.role}, {cell.form}, {place}", cell.text

    def _seed(self) -> Iterator[str]:
        plan, seed = self.plan, self.plan.seed
        yield self.line("seed", self.statement())
        origin = self._words.get(seed.origin, seed.origin)
        read = self.say(
            "read",
            origin=origin,
            language=self.say(plan.language),
            characters=self.number(len(seed.source)),
            passages=self.number(len(seed.passages)),
        )
        yield from self.wrapped(read)

    def _models(self) -> Iterator[str]:
        plan, estimate = self.plan, self.plan.estimate
        yield from self.field("teacher", self.teacher())
        given = {k: v for k, v in plan.teacher.parameters.items() if v is not None}
        yield from self.wrapped(", ".join(f"{name} {value}" for name, value in given.items()))
        if plan.teacher.name == "embedded" and plan.language == "ru":
            yield from self.wrapped(self.say("no_russian"))
        trained = self.say(
            "trained",
            student=self.settings.student,
            epochs=self.settings.training.epochs,
            items=self.range(estimate.items),
        )
        yield from self.field(
            "student", trained if self.settings.train else self.say("not_trained")
        )
        names = ", ".join(role.name for role in plan.roles)
        yield from self.field("roles", f"{len(plan.roles)}: {names}")

    def _cells(self, all_cells: bool) -> Iterator[str]:
        cells = self.plan.cells
        yield from self.field("cells", self.say("cell_count", cells=self.number(len(cells))))
        heads = [self.say(f"head_{name}") for name in ("cell", "lens", "role", "form")]
        yield f"  {_COLUMNS.format(*heads)}"
        shown = cells if all_cells else cells[:_CELLS]
        yield from map(self._cell, shown)
        left = len(cells) - len(shown)
        hint = self.say("more_cells", left=left) if left else self.say("prompt_hint")
        yield f"  {hint}"

    def _cell(self, cell: "PlannedCell") -> str:
        passage = f", {cell.passage + 1}" if len(self.plan.seed.passages) > 1 else ""
        row = _COLUMNS.format(cell.id[:_ID], cell.lens, cell.role, f"{cell.form}{passage}")
        return fitted(terminal(f"  {row}", lines=True), WIDTH)

    def _calls(self) -> Iterator[str]:
        estimate = self.plan.estimate
        first, *more = estimate.rounds
        anew = self.settings.rounds_through_student if self.settings.train else 0
        more, told = more[: len(more) - anew], more[len(more) - anew :]
        why = [self.say("why_round", first=self.number(first))]
        if estimate.exam_calls.most:
            exam = estimate.exam_calls
            why.append(self.say("why_exam", range=self.range(exam)))
        if estimate.critic_calls.most:
            critic = estimate.critic_calls
            why.append(self.say("why_critic", range=self.range(critic)))
        if more:
            counts = " + ".join(map(self.number, more))
            why.append(self.say("why_rounds", more=counts, rounds=self.settings.rounds))
        else:
            why.append(self.say("why_only"))
        if told:
            counts = " + ".join(map(self.number, told))
            why.append(self.say("why_student", more=counts))
        yield from self.field("calls", f"{self.range(estimate.calls)}: {'; '.join(why)}")
        yield from self.field(
            "requests",
            f"{self.number(estimate.requests.most)} "
            f"{self.say('requests_why', attempts=self.settings.attempts)}",
        )
        given = {name: getattr(self.settings, f"budget_{name}") for name in _CAPS}
        caps = [self.say(f"cap_{k}", n=self.number(n)) for k, n in given.items() if n is not None]
        if given["usd"] is not None and self.plan.price is None:
            caps.append(self.say("cap_blind"))
        yield from self.field("caps", "; ".join(caps) or self.say("no_caps"))

    def _tokens(self) -> Iterator[str]:
        estimate = self.plan.estimate
        read, written = map(self.range, (estimate.input_tokens, estimate.output_tokens))
        yield from self.field("tokens", self.say("tokens_read", input=read, output=written))
        least, most = map(self.number, CHARACTERS_A_TOKEN[self.plan.language])
        limit = self.number(self.plan.teacher.parameters["max_tokens"])
        basis = self.say(f"basis_{estimate.basis}", day=estimate.measured, fewest=least, most=most)
        lengths = self.say(f"lengths_{estimate.lengths}", day=estimate.measured, limit=limit)
        yield from self.wrapped(f"{basis}; {lengths}")

    def _money(self) -> Iterator[str]:
        price = self.plan.price
        if price is None:
            said = f"{self.usd()}: {self.say('no_price', model=self.plan.teacher.name)}"
            yield from self.field("money", said)
            return
        source = self._words.get(price.source, price.source)
        if not price.input and not price.output:
            said = self.say("free_source", source=source, day=price.as_of)
            yield from self.field("money", said)
            return
        yield from self.field("money", self.usd())
        rates = {"input": f"{price.input:g}", "output": f"{price.output:g}"}
        yield from self.wrapped(self.say("rates", **rates, day=price.as_of, source=source))

    def _time(self) -> Iterator[str]:
        if measured := [*self._measured()]:
            yield from self.field("time", f"{'; '.join(measured)} ({self.say('measured_here')})")
        lacking = [*self._unmeasured()]
        if lacking:
            wrapped = "; ".join(lacking)
            yield from self.wrapped(wrapped) if measured else self.field("time", wrapped)
            if self.plan.estimate.answering is None:
                here = self.plan.teacher.name == "embedded"
                yield from self.wrapped(self.say("cure_probe" if here else "cure_preview"))
            else:
                yield from self.wrapped(self.say("cure_training"))

    def _outside(self) -> Iterator[str]:
        plan = self.plan
        hosts = [
            self.say(f"purpose_{contact.purpose}", host=contact.host or self.say("decided"))
            for contact in plan.contacts
        ]
        yield from self.field("hosts", "; ".join(hosts) or self.say("no_hosts"))
        state = "key_set" if plan.key_is_set else "key_not_set"
        yield from self.field("key", self.say(state if plan.key else "no_key", name=plan.key))

    def _rest(self, kept: Path | None) -> Iterator[str]:
        plan = self.plan
        files = self.say("in_directory", directory=plan.directory, files=", ".join(plan.files))
        yield from self.field("files", files)
        if self.is_there():
            yield from self.wrapped(self.say("reused"))
        if self.settings.reuse:
            yield from self.wrapped(self.say("taken_over", directory=self.settings.reuse))
        if plan.terms:
            may = self.say(f"training_{plan.terms.allowed}")
            said = f"{plan.terms.text.in_(plan.language)} {plan.terms.source}"
            yield from self.field("terms", f"{may}. {said}")
        else:
            yield from self.field("terms", self.say("no_terms", model=plan.teacher.name))
        yield from self.field("graph", self.say("graph_hint"))
        if kept:
            yield from self.field("plan", self.say("kept", path=kept))
        else:
            yield from self.field("next", self.say("next_hint"))

    def _measured(self) -> Iterator[str]:
        estimate = self.plan.estimate
        for name in ("answering", "training", "examining"):
            if (seconds := getattr(estimate, name)) is not None:
                yield self.say(name, range=self.between(seconds, self.duration))

    def _unmeasured(self) -> Iterator[str]:
        lacking = [] if self.plan.estimate.answering else [self.say("what_answers")]
        if self.settings.train and self.plan.estimate.training is None:
            lacking.append(self.say("what_training"))
        if lacking:
            yield self.say("not_measured", what=", ".join(lacking))
