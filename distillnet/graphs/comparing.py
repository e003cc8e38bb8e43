"""What changed between two runs: seed, settings, wordings, lenses, scenes, and the numbers.

Everything is read from the two run directories. No model, key or lock is needed and nothing is
written, so that runs can be compared while they go on.
"""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, get_args

from distillnet.agents.prompts import from_text, mark_of
from distillnet.config import Settings
from distillnet.errors import ConfigError
from distillnet.graphs.comparison import (
    Comparison,
    Gain,
    Numbers,
    Rejudged,
    SeedChange,
    SettingChange,
    Side,
    Twin,
    WeightChange,
    Wording,
)
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.memory.cell_states import cell_states
from distillnet.records import Cell, Language, Scene, Seed, Spent, Verdict
from distillnet.tools.axis import Axis
from distillnet.tools.text import keywords, stem

# A reworded seed keeps at least this share of the key words of the shorter one.
_REWORDED = 0.5
# Words shown on each side of what differs.
_CONTEXT = 8


@dataclass(frozen=True)
class _Run:
    directory: Path
    settings: Settings
    seed: Seed
    scenes: dict[str, Scene]
    places: dict[str, Hashable]
    """Of its scenes, by id."""
    wordings: dict[tuple[Literal["lens", "role"], str], str]
    coverage: dict[str, Any]
    axis: Axis
    angles: dict[str, int]
    unsure: set[str]
    spent: Spent

    @property
    def language(self) -> Language:
        return self.settings.language or self.seed.language

    @property
    def covered(self) -> dict[str, None]:
        """The lenses that the critic counts, in order: in force, and done as the settings ask."""
        verdicts = {scene.id: scene.verdict for scene in self.scenes.values()}
        cells = cell_states((), (), (), self.scenes.values(), verdicts, self.angles, self.unsure)
        in_force = filter(self.axis.weight_of, cells.states)
        return dict.fromkeys(cells.covered(in_force, own_angle=self.settings.coverage.own_angle))


def compare(a: Path, b: Path) -> Comparison:
    """What changed from the run in ``a`` to the one in ``b``.

    Raises UsageError for a directory without a run or ledger, ConfigError or StorageError for
    one that cannot be read.
    """
    first, second = _read(a), _read(b)
    shared = [id for id in first.scenes if id in second.scenes]
    pairs = [(first.scenes[id], second.scenes[id]) for id in shared]
    return Comparison(
        a=_side(first),
        b=_side(second),
        seed=_seed_change(first.seed, second.seed),
        settings=tuple(_setting_changes(first.settings, second.settings)),
        weights=tuple(_weight_changes(first.axis.weights(), second.axis.weights())),
        wordings=tuple(_wording_changes(first, second)),
        covered_only_in_a=tuple(lens for lens in first.covered if lens not in second.covered),
        covered_only_in_b=tuple(lens for lens in second.covered if lens not in first.covered),
        in_both=tuple(shared),
        only_in_a=tuple(id for id in first.scenes if id not in second.scenes),
        only_in_b=tuple(id for id in second.scenes if id not in first.scenes),
        twins=tuple(_twins(first, second)),
        rejudged=tuple(
            Rejudged(id=x.id, lens=x.lens, role=x.role, a=x.verdict, b=y.verdict)
            for x, y in pairs
            if x.verdict != y.verdict
        ),
        retold=tuple(x.id for x, y in pairs if x.text != y.text),
    )


def _read(directory: Path) -> _Run:
    settings, seed = read_run(directory)
    with read_ledger(directory) as ledger:
        scenes = {scene.id: scene for scene in ledger.scenes()}
        wordings: dict[tuple[Literal["lens", "role"], str], str] = {}
        for scene in scenes.values():
            if prompt := ledger.prompt(scene.id):
                stance, question = _parts(prompt)
                wordings["role", scene.role] = stance
                wordings["lens", scene.lens] = question
        return _Run(
            directory,
            settings,
            seed,
            scenes,
            _places(ledger.cells()),
            wordings,
            # coverage.json is a copy of it, written at the end.
            ledger.fact("coverage") or {},
            Axis.model_validate((ledger.fact("axis") or {"axis": {}})["axis"]),
            ledger.angles(),
            ledger.unsure_angles(),
            ledger.spent(),
        )


def _parts(prompt: str) -> tuple[str, str]:
    """(the stance, the lens's question) of a prompt as the ledger keeps it."""
    stance, task = from_text(prompt)
    after_passage = task.partition(f"({mark_of(prompt)})\n\n")[2] or task
    return stance, after_passage.rpartition("\n\n")[0] or after_passage


def _side(run: _Run) -> Side:
    verdicts = Counter(scene.verdict for scene in run.scenes.values())
    angles = run.coverage.get("angles", {})
    # Where no price is known the ledger's sum is 0.
    is_priced = run.coverage.get("spent", {}).get("usd") is not None
    return Side(
        directory=str(run.directory),
        seed=run.seed.id,
        language=run.language,
        numbers=Numbers(
            lenses_covered=len(run.covered),
            verdicts={name: verdicts[name] for name in get_args(Verdict) if verdicts[name]},
            rounds=run.coverage.get("rounds", 0),
            stopped=run.coverage.get("stopped"),
            angles=angles.get("seen"),
            good_turing=angles.get("good_turing"),
            chao1=angles.get("chao1"),
            chao1_ci95=angles.get("chao1_ci95"),
            requests=run.spent.calls,
            input_tokens=run.spent.input_tokens,
            output_tokens=run.spent.output_tokens,
            usd=run.spent.usd if is_priced else None,
            gain=_gain(run.directory / "evaluation.json"),
        ),
    )


def _gain(path: Path) -> Gain | None:
    if not path.is_file():
        return None
    try:
        return Gain.model_validate(json.loads(path.read_text(encoding="utf-8"))["difference"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"cannot read {path} ({error}): distillnet evaluate {path.parent} makes it again"
        ) from None


def _seed_change(a: Seed, b: Seed) -> SeedChange | None:
    if a.id == b.id:
        return None
    first, second = _key_words(a), _key_words(b)
    shared = len(first & second) / max(1, min(len(first), len(second)))
    one, other = _stretches(_whole(a).split(), _whole(b).split())
    return SeedChange(
        kind="reworded" if shared >= _REWORDED else "other", shared=shared, a=one, b=other
    )


def _key_words(seed: Seed) -> set[str]:
    text = _whole(seed)
    return {stem(word, seed.language) for word in keywords(text, seed.language, len(text))}


def _whole(seed: Seed) -> str:
    return seed.source if seed.question is None else f"{seed.question}\n{seed.source}"


def _stretches(a: list[str], b: list[str]) -> tuple[str, str]:
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    start, kept = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    return " ".join(a[start : len(a) - kept]), " ".join(b[start : len(b) - kept])


def _common(a: list[str], b: list[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _setting_changes(a: Settings, b: Settings) -> Iterator[SettingChange]:
    first, second = (dict(_flat(settings.model_dump(mode="json"))) for settings in (a, b))
    for name in dict.fromkeys([*first, *second]):
        if first.get(name) != second.get(name):
            yield SettingChange(name=name, a=first.get(name), b=second.get(name))


def _weight_changes(a: Mapping[str, float], b: Mapping[str, float]) -> Iterator[WeightChange]:
    """Where a hand has changed one: what only one run looks through follows from its settings."""
    for name in dict.fromkeys([*a, *b]):
        one, other = a.get(name), b.get(name)
        if one != other and {one, other} != {None, 1.0}:
            yield WeightChange(name=name, a=one, b=other)


def _flat(section: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _wording_changes(a: _Run, b: _Run) -> Iterator[Wording]:
    if a.language != b.language:
        return
    for (kind, name), text in sorted(a.wordings.items()):
        other = b.wordings.get((kind, name), text)
        if other != text:
            yield Wording(kind=kind, name=name, a=text, b=other)


def _twins(a: _Run, b: _Run) -> Iterator[Twin]:
    """Of a cell that one run asked twice, as one does that grew, the later scene counts."""
    first, second = ({run.places[id]: run.scenes[id] for id in run.scenes} for run in (a, b))
    for place, one in first.items():
        other = second.get(place)
        if other is not None and other.id != one.id:
            differs: Literal["prompt", "model"] = (
                "prompt" if one.prompt_hash != other.prompt_hash else "model"
            )
            yield Twin(
                lens=one.lens,
                role=one.role,
                form=one.form,
                passage=one.passage,
                attempt=one.attempt,
                a=one.id,
                b=other.id,
                differs=differs,
            )


def _places(cells: Iterable[Cell]) -> dict[str, Hashable]:
    """Where each cell stands in any run, by id: all but its prompt and model, and its parents'."""
    places: dict[str, Hashable] = {}
    for cell in cells:  # a parent is planned before what looks at it
        told = None if cell.fact is None else (cell.fact, cell.direction)
        parent = places.get(cell.parent, cell.parent) if cell.parent else None
        where = (cell.passage, told, cell.depth, parent, cell.attempt)
        places[cell.id] = (cell.lens, cell.role, cell.form, *where)
    return places
