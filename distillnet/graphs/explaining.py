"""How one scene came about: from the seed to its verdict and its place in the data set.

Everything is read from the run directory. No model, key or network is needed and nothing is
written, so that a run can be explained while it goes on.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from distillnet.agents.planner import Cast
from distillnet.agents.prompts import as_text, from_text
from distillnet.agents.registry import load_roles
from distillnet.config import Settings
from distillnet.errors import DistillNetError, UnknownName, UsageError
from distillnet.graphs.explanation import MEANINGS, Ancestor, Explanation, Place
from distillnet.graphs.judging import beginning, judgement, tellings
from distillnet.graphs.proposals import own_lenses
from distillnet.graphs.reading import read_ledger
from distillnet.memory.ledger import Ledger
from distillnet.models.spending import total_usd
from distillnet.records import Call, Cell, Fact, Language, Lens, Scene, Seed
from distillnet.tools.lenses import load_forms, load_lenses

_LEAST_PREFIX = 4
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
        asked=None
        if cell.fact is None
        else next(tellings(facts, [(cell.fact, cell.direction)]), None),
        ancestors=tuple(_ancestors(cell.parent, scenes)),
        stance=prompt and from_text(prompt)[0],
        prompt=prompt,
        sent=sent is not None,
        call=call,
        attempts=tuple(attempts),
        usd=total_usd(attempts),
        verdict=scene.verdict if scene else None,
        meaning=_meaning(scene, call),
        judgement=judgement(scene, call, scenes, language, settings, facts, ledger)
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


def _ancestors(parent: str | None, scenes: dict[str, Scene]) -> Iterator[Ancestor]:
    while parent is not None:
        scene = scenes[parent]
        yield Ancestor(
            id=scene.id,
            lens=scene.lens,
            role=scene.role,
            depth=scene.depth,
            begins=beginning(scene.text),
        )
        parent = scene.parent


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
