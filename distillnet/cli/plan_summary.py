"""What a run says of its plan before it begins."""

from collections.abc import Iterator

from distillnet.cli.plan_phrases import Phrases


class PlanSummary(Phrases):
    """A plan in five lines, and the question whether to go on."""

    def lines(self) -> Iterator[str]:
        """Seed, teacher, calls, time and money, files; terms as well, where they are not free."""
        plan, estimate = self.plan, self.plan.estimate
        yield self.line("seed", self.statement())
        yield self.line("teacher", self.teacher())
        yield self.line(
            "calls",
            self.say(
                "calls_tokens",
                calls=self.range(estimate.calls),
                input=self.between(estimate.input_tokens, self.rounded),
                output=self.between(estimate.output_tokens, self.rounded),
            ),
        )
        yield self.line("time", self.say("time_money", time=self._whole(), usd=self.usd()))
        reused = f" ({self.say('there_already')})" if self.is_there() else ""
        yield self.line("files", f"{plan.directory}/{reused}")
        if plan.terms is None or plan.terms.allowed != "yes":
            may = f"training_{plan.terms.allowed}" if plan.terms else "unknown_terms"
            yield self.line("terms", f"{self.say(may)}; {self.say('see_terms')}")

    def question(self) -> str:
        return self.say("go_on")

    def _whole(self) -> str:
        """The time of all parts together."""
        estimate = self.plan.estimate
        parts = [r for r in (estimate.answering, estimate.training, estimate.examining) if r]
        if estimate.answering is None:
            return self.say("unmeasured")
        least, most = sum(part.least for part in parts), sum(part.most for part in parts)
        time = self.say("range", least=self.duration(least), most=self.duration(most))
        lacks_training = self.settings.train and estimate.training is None
        return self.say("without_training", time=time) if lacks_training else time
