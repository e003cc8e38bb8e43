"""A plan as text of 79 columns, in the language of its scenes."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.cli.plan_words import words
from distillnet.tools.terminal import fitted, terminal
from distillnet.tools.tokens import CHARACTERS_A_TOKEN

if TYPE_CHECKING:
    from distillnet.api import Plan, PlannedCell, Range

_WIDTH = 79
_NAMES = 11
_CELLS = 5
_CAPS = ("calls", "tokens", "usd", "minutes")
_ID = 8
_COLUMNS = f"{{:<{_ID + 2}}}{{:<22}}{{:<21}}{{}}"


class PlanText:
    """What is printed of one plan."""

    def __init__(self, plan: "Plan") -> None:
        from distillnet.api import planned_settings

        self._plan = plan
        self._settings = planned_settings(plan)
        self._words = words(plan.language)

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

    def summary(self) -> Iterator[str]:
        """Five lines: seed, teacher, calls, time and money, files; and the terms, unless free."""
        plan, estimate = self._plan, self._plan.estimate
        yield self._line("seed", self._statement())
        yield self._line("teacher", self._teacher())
        yield self._line(
            "calls",
            self._say(
                "calls_tokens",
                calls=self._range(estimate.calls),
                input=self._range(estimate.input_tokens),
                output=self._range(estimate.output_tokens),
            ),
        )
        time = "; ".join([*self._measured(), *self._unmeasured()])
        yield self._line("time", self._say("time_money", time=time, usd=self._usd()))
        reused = f" ({self._say('reused')})" if self._is_there() else ""
        yield self._line("files", f"{plan.directory}/{reused}")
        if plan.terms is None or plan.terms.allowed != "yes":
            may = f"training_{plan.terms.allowed}" if plan.terms else "unknown_terms"
            yield self._line("terms", f"{self._say(may)}; {self._say('see_terms')}")

    def question(self) -> str:
        return self._say("go_on")

    def prompts(self) -> Iterator[tuple[str, str]]:
        """(heading, exact text) of every prompt of the first round, the examiner's first."""
        for prompt in self._plan.exam_prompts:
            yield f"=== {self._say('examiner')}", f"[user]\n{prompt}"
        for cell in self._plan.cells:
            place = self._say("passage", n=cell.passage + 1)
            yield f"=== {cell.id}  {cell.lens}, {cell.role}, {cell.form}, {place}", cell.text

    # ---- fields ----------------------------------------------------------------------------------

    def _seed(self) -> Iterator[str]:
        plan, seed = self._plan, self._plan.seed
        yield self._line("seed", self._statement())
        origin = self._words.get(seed.origin, seed.origin)
        read = self._say(
            "read",
            origin=origin,
            language=self._say(plan.language),
            characters=self._number(len(seed.source)),
            passages=self._number(len(seed.passages)),
        )
        yield from self._wrapped(read)

    def _models(self) -> Iterator[str]:
        plan, estimate = self._plan, self._plan.estimate
        yield from self._field("teacher", self._teacher())
        given = {k: v for k, v in plan.teacher.parameters.items() if v is not None}
        yield from self._wrapped(", ".join(f"{name} {value}" for name, value in given.items()))
        if plan.teacher.name == "embedded" and plan.language == "ru":
            yield from self._wrapped(self._say("no_russian"))
        trained = self._say(
            "trained",
            student=self._settings.student,
            epochs=self._settings.training.epochs,
            items=self._range(estimate.items),
        )
        yield from self._field(
            "student", trained if self._settings.train else self._say("not_trained")
        )
        names = ", ".join(role.name for role in plan.roles)
        yield from self._field("roles", f"{len(plan.roles)}: {names}")

    def _cells(self, all_cells: bool) -> Iterator[str]:
        cells = self._plan.cells
        yield from self._field("cells", self._say("cell_count", cells=self._number(len(cells))))
        heads = [self._say(f"head_{name}") for name in ("cell", "lens", "role", "form")]
        yield f"  {_COLUMNS.format(*heads)}"
        shown = cells if all_cells else cells[:_CELLS]
        yield from map(self._cell, shown)
        left = len(cells) - len(shown)
        hint = self._say("more_cells", left=left) if left else self._say("prompt_hint")
        yield f"  {hint}"

    def _cell(self, cell: "PlannedCell") -> str:
        passage = f", {cell.passage + 1}" if len(self._plan.seed.passages) > 1 else ""
        row = _COLUMNS.format(cell.id[:_ID], cell.lens, cell.role, f"{cell.form}{passage}")
        return fitted(terminal(f"  {row}", lines=True), _WIDTH)

    def _calls(self) -> Iterator[str]:
        estimate = self._plan.estimate
        first, *more = estimate.rounds
        why = [self._say("why_round", first=self._number(first))]
        if estimate.exam_calls.most:
            exam = estimate.exam_calls
            why.append(self._say("why_exam", range=self._range(exam)))
        if more:
            counts = " + ".join(map(self._number, more))
            why.append(self._say("why_rounds", more=counts, rounds=self._settings.max_rounds))
        else:
            why.append(self._say("why_only"))
        yield from self._field("calls", f"{self._range(estimate.calls)}: {'; '.join(why)}")
        yield from self._field(
            "requests",
            f"{self._number(estimate.requests.most)} "
            f"{self._say('requests_why', attempts=self._settings.attempts)}",
        )
        given = {name: getattr(self._settings, f"budget_{name}") for name in _CAPS}
        caps = [self._say(f"cap_{k}", n=self._number(n)) for k, n in given.items() if n is not None]
        if given["usd"] is not None and self._plan.price is None:
            caps.append(self._say("cap_blind"))
        yield from self._field("caps", "; ".join(caps) or self._say("no_caps"))

    def _tokens(self) -> Iterator[str]:
        estimate = self._plan.estimate
        read, written = map(self._range, (estimate.input_tokens, estimate.output_tokens))
        yield from self._field("tokens", self._say("tokens_read", input=read, output=written))
        least, most = map(self._number, CHARACTERS_A_TOKEN[self._plan.language])
        limit = self._number(self._plan.teacher.parameters["max_tokens"])
        basis = self._say(f"basis_{estimate.basis}", day=estimate.measured, fewest=least, most=most)
        lengths = self._say(f"lengths_{estimate.lengths}", day=estimate.measured, limit=limit)
        yield from self._wrapped(f"{basis}; {lengths}")

    def _money(self) -> Iterator[str]:
        price = self._plan.price
        if price is None:
            said = f"{self._usd()}: {self._say('no_price', model=self._plan.teacher.name)}"
            yield from self._field("money", said)
            return
        source = self._words.get(price.source, price.source)
        if not price.input and not price.output:
            said = self._say("free_source", source=source, day=price.as_of)
            yield from self._field("money", said)
            return
        yield from self._field("money", self._usd())
        rates = {"input": f"{price.input:g}", "output": f"{price.output:g}"}
        yield from self._wrapped(self._say("rates", **rates, day=price.as_of, source=source))

    def _time(self) -> Iterator[str]:
        if measured := [*self._measured()]:
            yield from self._field("time", f"{'; '.join(measured)} ({self._say('measured_here')})")
        lacking = [*self._unmeasured()]
        if lacking:
            wrapped = "; ".join(lacking)
            yield from self._wrapped(wrapped) if measured else self._field("time", wrapped)
            if self._plan.estimate.answering is None:
                here = self._plan.teacher.name == "embedded"
                yield from self._wrapped(self._say("cure_probe" if here else "cure_preview"))
            else:
                yield from self._wrapped(self._say("cure_training"))

    def _outside(self) -> Iterator[str]:
        plan = self._plan
        hosts = [
            self._say(f"purpose_{contact.purpose}", host=contact.host or self._say("decided"))
            for contact in plan.contacts
        ]
        yield from self._field("hosts", "; ".join(hosts) or self._say("no_hosts"))
        state = "key_set" if plan.key_is_set else "key_not_set"
        yield from self._field("key", self._say(state if plan.key else "no_key", name=plan.key))

    def _rest(self, kept: Path | None) -> Iterator[str]:
        plan = self._plan
        files = self._say("in_directory", directory=plan.directory, files=", ".join(plan.files))
        yield from self._field("files", files)
        if self._is_there():
            yield from self._wrapped(self._say("reused"))
        if plan.terms:
            may = self._say(f"training_{plan.terms.allowed}")
            said = f"{plan.terms.text.in_(plan.language)} {plan.terms.source}"
            yield from self._field("terms", f"{may}. {said}")
        else:
            yield from self._field("terms", self._say("no_terms", model=plan.teacher.name))
        yield from self._field("graph", self._say("graph_hint"))
        if kept:
            yield from self._field("plan", self._say("kept", path=kept))
        else:
            yield from self._field("next", self._say("next_hint"))

    # ---- parts -----------------------------------------------------------------------------------

    def _statement(self) -> str:
        seed = self._plan.seed
        return seed.question or seed.statement

    def _teacher(self) -> str:
        teacher = self._plan.teacher
        if teacher.url is None:
            place = self._say("here")
        else:
            host = next(c.host for c in self._plan.contacts if c.purpose == "teacher")
            place = self._say("at", host=host) if host else self._say("decided")
        return f"{teacher.name}, {place}; {self._price()}"

    def _price(self) -> str:
        price = self._plan.price
        if price is None:
            return self._say("no_price_short")
        if not price.input and not price.output:
            return self._say("free")
        return self._say("price_short", input=f"{price.input:g}", output=f"{price.output:g}")

    def _usd(self) -> str:
        usd = self._plan.estimate.usd
        if usd is None:
            return self._say("unknown")
        return self._between(usd, _dollars) if usd.most else self._say("free")

    def _measured(self) -> Iterator[str]:
        estimate = self._plan.estimate
        for name in ("answering", "training", "examining"):
            if (seconds := getattr(estimate, name)) is not None:
                yield self._say(name, range=self._between(seconds, self._duration))

    def _unmeasured(self) -> Iterator[str]:
        lacking = [] if self._plan.estimate.answering else [self._say("what_answers")]
        if self._settings.train and self._plan.estimate.training is None:
            lacking.append(self._say("what_training"))
        if lacking:
            yield self._say("not_measured", what=", ".join(lacking))

    def _is_there(self) -> bool:
        return Path(self._plan.directory, "ledger.sqlite").is_file()

    # ---- words and numbers -----------------------------------------------------------------------

    def _say(self, key: str, **filled: Any) -> str:
        return self._words[key].format(**filled)

    def _number(self, number: float) -> str:
        text = f"{number:,.10g}"
        return text.replace(",", " ").replace(".", ",") if self._plan.language == "ru" else text

    def _range(self, range: "Range") -> str:
        return self._between(range, self._number)

    def _between(self, range: "Range", written: Callable[[float], str]) -> str:
        least, most = written(range.least), written(range.most)
        return least if least == most else self._say("range", least=least, most=most)

    def _duration(self, seconds: float) -> str:
        minutes, s = divmod(round(seconds), 60)
        hours, m = divmod(minutes, 60)
        if hours:
            return self._say("hours", h=self._number(hours), m=m)
        return self._say("minutes", m=m, s=s) if m else self._say("seconds", s=s)

    # ---- lines -----------------------------------------------------------------------------------

    def _line(self, name: str, text: str) -> str:
        """One line, cut where it is too long."""
        return fitted(f"{self._words[name]:<{_NAMES}}{terminal(text)}", _WIDTH)

    def _field(self, name: str, text: str) -> Iterator[str]:
        first, *rest = self._wrapped(text)
        yield f"{self._words[name]:<{_NAMES}}{first.strip()}"
        yield from rest

    def _wrapped(self, text: str) -> Iterator[str]:
        indent = " " * _NAMES
        lines = textwrap.wrap(
            terminal(text),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        # Wide characters are counted as one each above.
        yield from (fitted(line, _WIDTH) for line in lines or [indent])


def _dollars(usd: float) -> str:
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}"
