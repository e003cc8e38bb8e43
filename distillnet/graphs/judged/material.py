"""What is put to the judges: two answers to each request, and scenes to be told apart."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from distillnet.agents.comparator import Comparison, Contest, Judge, compare
from distillnet.agents.discriminator import Discrimination, Written, discriminate
from distillnet.agents.fact_writer import Ask
from distillnet.graphs.background import wait_for
from distillnet.graphs.judged.answers import MOST_BYTES
from distillnet.graphs.judged.requests import Request
from distillnet.records import Language

Answers = tuple[Mapping[str, str], Mapping[str, str]]
"""Of both sides, by request."""
Found = tuple[list[Comparison], dict[str, Discrimination]]
_LONGEST = ("a" * MOST_BYTES, "b" * MOST_BYTES)


@dataclass(frozen=True)
class Material:
    """``sources`` describes the lenses of the ``scenes``; both may be empty."""

    requests: Sequence[Request]
    language: Language
    scenes: Sequence[Written]
    sources: Mapping[str, str]
    scene_language: Language

    async def judged_by(self, asks: Mapping[str, Ask], answers: Answers) -> Found:
        """All comparisons, and by judge which lenses it saw in the scenes; ``asks`` by judge."""
        a, b = answers
        contests = [
            Contest(
                id=f"{number}",
                cluster=asked.fact,
                question=asked.shown,
                a=a[asked.prompt],
                b=b[asked.prompt],
            )
            for number, asked in enumerate(self.requests)
        ]
        judges = [Judge(name, ask) for name, ask in asks.items()]
        telling = (
            discriminate(self.scenes, self.sources, ask, self.scene_language)
            for ask in (asks.values() if self.scenes else ())
        )
        comparisons, told = await asyncio.gather(
            compare(contests, judges, self.language), asyncio.gather(*telling)
        )
        return comparisons, dict(zip(asks, told, strict=False))

    def prompts(self, judges: Iterable[str], answers: Answers) -> dict[str, list[str]]:
        """All that each judge would be asked; an answer that is not there yet is at its longest."""
        asked: dict[str, list[str]] = {judge: [] for judge in judges}

        def noting(judge: str) -> Ask:
            async def note(prompt: str) -> str:
                asked[judge].append(prompt)
                return ""

            return note

        a, b = (
            {request.prompt: kept.get(request.prompt, longest) for request in self.requests}
            for kept, longest in zip(answers, _LONGEST, strict=True)
        )
        wait_for(self.judged_by({judge: noting(judge) for judge in asked}, (a, b)))
        return asked
