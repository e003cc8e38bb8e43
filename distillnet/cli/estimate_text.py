"""The clock's answer as text of 79 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.cli.estimate_phrases import WIDTH, Phrases
from distillnet.tools.clock import FASTEST, PAGE_TOKENS, PROMPT_TOKENS, operations
from distillnet.tools.terminal import fitted, terminal
from distillnet.tools.training_memory import RANK

if TYPE_CHECKING:
    from distillnet.tools.clock import Pace

_TIMES = "{:>6} {:>9}{:>13}{:>13}  {:>9}{:>13}{:>13}"
_COSTS = "{:>6}{:>10}{:>10}"


class EstimateText(Phrases):
    """The whole of one estimate."""

    def lines(self, *, explain: bool) -> Iterator[str]:
        yield from self._model()
        yield from self._training()
        yield ""
        yield from self._time()
        yield ""
        yield from self._teacher()
        yield ""
        yield from self._first()
        yield ""
        if explain:
            yield from self._formula()
            yield from self._checks()
        else:
            yield self.say("explain_hint")

    def _model(self) -> Iterator[str]:
        asked, shape, machine = self.estimate, self.estimate.shape, self.estimate.machine
        yield from self.field(
            "model",
            self.say(
                "shape",
                model=asked.model,
                parameters=self.short(asked.parameters),
                layers=shape.layers,
                hidden=self.number(shape.hidden),
                like=shape.like,
            ),
        )
        least, most = (rate / 1e12 for rate in (machine.rate.least, machine.rate.most))
        memory = self.number(round(machine.memory))
        rates = {"least": self.rounded(least), "most": self.rounded(most)}
        yield from self.field(
            "machine", self.say("card", title=machine.title, memory=memory, **rates)
        )
        if asked.measured:
            day, like = asked.measured
            yield from self.wrapped(self.say("measured", day=day, like=like))

    def _training(self) -> Iterator[str]:
        for name, method in zip(("training", ""), self.estimate.methods, strict=True):
            said = f"{self.say(method.method)}: {self._pace(method)}"
            yield from self.field(name, said)

    def _pace(self, method: "Pace") -> str:
        memory = self.rounded(method.memory.total)
        if method.tokens_per_second is None:
            return self.say("no_four_bit" if method.fits else "does_not_fit", memory=memory)
        key = "fits_checkpointing" if method.checkpointing else "fits"
        return self.say(key, memory=memory, speed=self.range(method.tokens_per_second))

    def _time(self) -> Iterator[str]:
        asked = self.estimate
        tokens = self.number(PAGE_TOKENS)
        yield from self.field("time", self.say("epochs", epochs=asked.epochs, tokens=tokens))
        plain, viewed = self.say("plain"), self.say("viewed", views=self.number(asked.views))
        yield fitted(f"{'':7}{plain:^35}  {viewed:^35}".rstrip(), WIDTH)
        heads = (self.say("tokens"), "LoRA", "QLoRA")
        yield _TIMES.format(self.say("pages"), *heads, *heads)
        for row in asked.work:
            cells = [
                cell
                for times in (row.plain, row.viewed)
                for cell in (
                    self.short(times.tokens),
                    self.duration(times.lora),
                    self.duration(times.qlora),
                )
            ]
            yield fitted(_TIMES.format(self.pages(row.pages), *cells), WIDTH)

    def _teacher(self) -> Iterator[str]:
        asked = self.estimate
        views = self.number(asked.views)
        yield from self.field(
            "teacher", self.say("writes_views", views=views, prompt=PROMPT_TOKENS)
        )
        names = [fitted(terminal(t.name.partition(":")[2] or t.name), 16) for t in asked.teachers]
        head = _COSTS.format(self.say("pages"), self.say("read"), self.say("written"))
        yield head + "".join(f"{name:>17}" for name in names)
        for row in asked.work:
            read, written = self.short(row.input_tokens), self.short(row.output_tokens)
            costs = "".join(f"{self.dollars(usd):>17}" for usd in row.usd)
            yield fitted(_COSTS.format(self.pages(row.pages), read, written) + costs, WIDTH)
        priced = {(t.source, t.as_of) for t in asked.teachers if t.source}
        for source, day in sorted(priced, key=str):
            said = self.say("price_sources", sources=source, day=day)
            yield from self.field("prices", said)
        for teacher in asked.teachers:
            if teacher.source is None:
                yield from self.wrapped(self.say("no_price", model=teacher.name))

    def _first(self) -> Iterator[str]:
        asked, first = self.estimate, self.estimate.first
        yield from self.field("note", self.say("note_is", model=asked.model))
        heads = self.say("pages"), self.say("table_says"), self.say("readings")
        yield "{:>6}{:>16}{:>16}".format(*heads)
        for row in first.rows:
            seconds, readings = self.duration(row.seconds), self.range(row.readings)
            yield f"{self.pages(row.pages):>6}{seconds:>16}{readings:>16}"
        if first.readings is None:
            yield from self.wrapped(self.say("contradicts"))
            return
        readings = self.range(first.readings)
        said = self.say("assumed_readings", model=asked.model, readings=readings)
        if first.parameters:
            sizes = self.range(first.parameters, self.short)
            n = self.number(asked.views * asked.epochs)
            said += self.say("assumed_size", n=n, parameters=sizes)
        yield from self.wrapped(said)

    def _formula(self) -> Iterator[str]:
        shape = self.estimate.shape
        row = {"row": self.number(PAGE_TOKENS)}
        a_token = operations(shape, 1, learned=1, row_tokens=PAGE_TOKENS)
        yield from self.field(
            "formula",
            self.say(
                "formula_time",
                n=self.short(shape.body + shape.head),
                width=self.number(shape.query),
                layers=shape.layers,
                operations=self.rounded(a_token / 1e9),
                **row,
            ),
        )
        yield from self.wrapped(self.say("formula_share", fastest=self.number(FASTEST)))
        for name, method in zip(("memory", ""), self.estimate.methods, strict=True):
            parts = {k: self.rounded(v) for k, v in method.memory.model_dump().items()}
            how = self.say(method.method)
            if method.checkpointing:
                how += self.say("with_checkpointing")
            yield from self.field(
                name, self.say("formula_memory", method=how, rank=RANK, **parts, **row)
            )

    def _checks(self) -> Iterator[str]:
        sources: dict[str, None] = {}
        for number, check in enumerate(self.estimate.checks):
            measured = check.measured
            sources.setdefault(measured.source)
            said = self.say(
                "checked",
                title=check.title,
                size=measured.size,
                method=self.say(measured.method),
                more=self.say("with_checkpointing") if measured.checkpointing else "",
                predicted=self.range(check.tokens_per_second),
                measured=self.number(measured.tokens_per_second),
            )
            if measured.gigabytes:
                said += self.say(
                    "checked_memory",
                    predicted=self.rounded(check.gigabytes),
                    measured=self.number(measured.gigabytes),
                )
            yield from self.field("" if number else "checks", said)
        yield from self.field("sources", self.say("source_lora"))
        here = self.estimate.measured is not None
        for source in (self.say("source_here" if here else "source_peaks"), *sources):
            yield from self.wrapped(source)
