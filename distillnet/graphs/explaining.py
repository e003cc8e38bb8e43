"""How one scene came about: from the seed to its verdict and its place in the data set.

Everything is read from the run directory. No model, key or network is needed and nothing is
written, so that a run can be explained while it goes on.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from distillnet.agents.examiner import leaks
from distillnet.agents.planner import Cast
from distillnet.agents.prompts import as_text, from_text
from distillnet.agents.registry import load_roles
from distillnet.config import Settings
from distillnet.errors import DistillNetError, UnknownName, UsageError
from distillnet.graphs.explanation import (
    MEANINGS,
    Ancestor,
    Angle,
    Explanation,
    Gate,
    Judgement,
    Place,
    Relative,
    Telling,
)
from distillnet.graphs.proposals import own_lenses
from distillnet.graphs.reading import read_ledger
from distillnet.memory.ledger import Ledger
from distillnet.models.spending import total_usd
from distillnet.records import Call, Cell, Direction, Fact, Item, Language, Lens, Scene, Seed
from distillnet.tools.gates import Check, checks, gates_for, overlap
from distillnet.tools.lenses import load_forms, load_lenses

_NEIGHBOURS = 5
_LEAST_PREFIX = 4
_FIRST_CHARACTERS = 100
_FILES = ("dataset/train.jsonl", "scenes.jsonl", "scenes.yaml", "rejected.jsonl")


def explain(directory: Path, settings: Settings, seed: Seed, scene: str) -> Explanation:
    """The explanation of ``scene``: an id, the beginning of one, or the name of a lens.

    Raises UsageError for a name that none or several cells have, StorageError for a ledger that
    cannot be read.
    """
    with read_ledger(directory) as ledger:
        return _explain(directory, settings, seed, scene, ledger)


def _explain(
    directory: Path, settings: Settings, seed: Seed, name: str, ledger: Ledger
) -> Explanation:
    scenes = {scene.id: scene for scene in ledger.scenes()}
    cell = _find(name, ledger.cells(), scenes)
    call, scene = ledger.call(cell.id), scenes.get(cell.id)
    if scene and scene.verdict == "failed" and call and call.error is None:
        scene = None  # asked again since, with success
    language = settings.language or seed.language
    passage = seed.passages[cell.passage]
    catalogue = load_lenses(f for f in settings.lens_folders if f.is_dir())
    lens = (catalogue | own_lenses(ledger)).get(cell.lens)
    facts = [Fact.model_validate(fact) for fact in ledger.fact("facts") or []]
    sent = ledger.prompt(cell.id)
    prompt = sent or _rendered(cell, seed, lens, settings, language, facts, ledger)
    attempts = ledger.attempts(cell.id)
    return Explanation(
        cell=cell,
        language=language,
        origin=seed.origin,
        question=seed.question,
        statement=seed.statement,
        passage=passage,
        passages=len(seed.passages),
        lens=lens if lens and prompt and lens.question.in_(language) in prompt else None,
        asked=None if cell.fact is None else _telling(facts, cell.fact, cell.direction),
        ancestors=tuple(_ancestors(cell.parent, scenes)),
        stance=prompt and from_text(prompt)[0],
        prompt=prompt,
        sent=sent is not None,
        call=call,
        attempts=tuple(attempts),
        usd=total_usd(attempts),
        verdict=scene.verdict if scene else None,
        meaning=_meaning(scene, call),
        judgement=_judgement(scene, call, scenes, language, settings, facts, ledger)
        if scene and call
        else None,
        places=tuple(_places(directory, cell.id)),
    )


def _find(name: str, cells: list[Cell], scenes: dict[str, Scene]) -> Cell:
    """The one cell that ``name`` means."""
    found = [cell for cell in cells if name in (cell.id, cell.lens)] or [
        cell for cell in cells if len(name) >= _LEAST_PREFIX and cell.id.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        known = ", ".join(
            f"{cell.id} (round {cell.round}, {cell.role}, {_state(scenes.get(cell.id))})"
            for cell in found
        )
        raise UsageError(f"{name!r} means {len(found)} scenes: give the id of one: {known}")
    if close := get_close_matches(name, {n for cell in cells for n in (cell.id, cell.lens)}, n=1):
        raise UnknownName("scene", name, close)
    raise UsageError(
        f"no scene {name!r}: give its id (see scenes.jsonl and rejected.jsonl), at least "
        f"{_LEAST_PREFIX} characters of it, or the name of its lens"
    )


def _state(scene: Scene | None) -> str:
    return scene.verdict if scene else "not judged"


def _meaning(scene: Scene | None, call: Call | None) -> str:
    if scene is not None:
        return MEANINGS[scene.verdict]
    if call is None:
        return "planned, not answered yet"
    return "answered, not judged yet" if call.error is None else "the call failed; not judged yet"


def _rendered(
    cell: Cell,
    seed: Seed,
    lens: Lens | None,
    settings: Settings,
    language: Language,
    facts: list[Fact],
    ledger: Ledger,
) -> str | None:
    """The prompt of a cell that was not asked yet; None where its makings are gone."""
    if lens is None:
        return None
    try:
        cast = Cast(
            seed=seed,
            language=language,
            lenses={lens.name: lens},
            roles=load_roles(settings.roles),
            forms=load_forms(),
            model="",
            parameters={},
            facts=facts,
            text_of=ledger.text,
        )
        return as_text(cast.messages(cell))
    except (DistillNetError, LookupError):
        return None


def _judgement(
    scene: Scene,
    call: Call,
    scenes: dict[str, Scene],
    language: Language,
    settings: Settings,
    facts: list[Fact],
    ledger: Ledger,
) -> Judgement:
    exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
    gates = tuple(_gates(scene, call, exam, language, settings))
    stopped_by = next((gate for gate in gates if gate.state == "stopped"), None)
    now = stopped_by.gives if stopped_by else "accepted"
    stop = stopped_by.name if stopped_by else None
    return Judgement(
        scene=scene,
        gates=gates,
        verdict_now=now if gates else scene.verdict,
        leaks=next(i.id for i in exam if leaks([i], scene.text)) if stop == "leak" else None,
        nearest=_relative(scenes[scene.nearest], scene.gates["cosine"]) if scene.nearest else None,
        overlaps=_overlapping(scene, scenes.values()) if stop == "overlap" else None,
        neighbours=tuple(_neighbours(scene.id, scenes, ledger)),
        tells=tuple(_telling(facts, number, direction) for number, direction in scene.tells),
        contradicts=tuple(facts[number].statement for number in scene.contradicts),
        angle=_angle(scene.id, scenes, settings, ledger),
    )


def _telling(facts: list[Fact], number: int, direction: Direction) -> Telling:
    return Telling(fact=number, statement=facts[number].statement, direction=direction)


def _ancestors(parent: str | None, scenes: dict[str, Scene]) -> Iterator[Ancestor]:
    while parent is not None:
        scene = scenes[parent]
        yield Ancestor(
            id=scene.id,
            lens=scene.lens,
            role=scene.role,
            depth=scene.depth,
            begins=_beginning(scene.text),
        )
        parent = scene.parent


def _angle(id: str, scenes: dict[str, Scene], settings: Settings, ledger: Ledger) -> Angle | None:
    labels = ledger.angles()
    if id not in labels:
        return None
    ((nearest, likeness),) = ledger.select(
        "SELECT nearest, probability FROM angles WHERE id = ?", id
    )
    return Angle(
        number=labels[id],
        others=[*labels.values()].count(labels[id]) - 1,
        nearest=_relative(scenes[nearest], likeness) if nearest else None,
        measure="probability" if settings.embeddings == "use" else "cosine",
    )


def _gates(
    scene: Scene, call: Call, exam: list[Item], language: Language, settings: Settings
) -> Iterator[Gate]:
    """The gates in their order; none where there was no answer to judge."""
    if scene.verdict == "failed":
        return
    thresholds = gates_for(
        settings.gates,
        scene.faithfulness,
        max_drift=settings.coverage.max_drift if scene.depth else None,
    )
    leak = Check("leak", "gives away the exam", "leak", leaks(exam, scene.text))
    against = bool(scene.contradicts) and scene.faithfulness == "literal"
    faithful = Check("faithful", "contradicts the seed", "unfaithful", against)
    stopped = False
    for check in (*checks(call, scene.text, scene.gates, language, thresholds), leak, faithful):
        yield Gate(
            name=check.name,
            what=check.what,
            gives=check.gives,
            number=check.number,
            bound=check.bound,
            threshold=check.threshold,
            state="not asked" if stopped else "stopped" if check.objects else "passed",
        )
        stopped = stopped or check.objects


def _relative(scene: Scene, likeness: float) -> Relative:
    return Relative(
        id=scene.id,
        lens=scene.lens,
        role=scene.role,
        verdict=scene.verdict,
        likeness=likeness,
        begins=_beginning(scene.text),
    )


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _FIRST_CHARACTERS:
        return line
    return f"{line[:_FIRST_CHARACTERS].rsplit(' ', 1)[0]} ..."


def _overlapping(scene: Scene, scenes: Iterable[Scene]) -> Relative:
    """The accepted scene whose overlap is the number that the gate measured."""
    shares = [
        (overlap(scene.text, other.text), other)
        for other in scenes
        if other.verdict == "accepted" and other.id != scene.id
    ]
    measured = scene.gates["overlap"]
    share, other = min(shares, key=lambda pair: abs(pair[0] - measured))
    return _relative(other, share)


def _neighbours(id: str, scenes: dict[str, Scene], ledger: Ledger) -> Iterator[Relative]:
    """The scenes, of any verdict, whose vectors have the largest cosine to this one's."""
    vectors = ledger.vectors()
    own = vectors.pop(id, None)
    if own is None or not vectors:
        return
    ids = list(vectors)
    cosines = np.stack(list(vectors.values())) @ own
    for place in np.argsort(-cosines, kind="stable")[:_NEIGHBOURS]:
        yield _relative(scenes[ids[place]], float(cosines[place]))


def _places(directory: Path, id: str) -> Iterator[Place]:
    """Where the files of the run hold the scene."""
    # A quotation mark inside a text is escaped in JSON, and a text inside YAML is indented.
    in_json = f'"id": "{id}"'.encode()
    in_yaml = {f"- id: {quote}{id}{quote}".encode() for quote in ("", "'", '"')}
    for name in _FILES:
        path = directory / name
        if not path.is_file():
            continue
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if in_json in line if path.suffix == ".jsonl" else line.rstrip() in in_yaml:
                    yield Place(file=name, line=number)
