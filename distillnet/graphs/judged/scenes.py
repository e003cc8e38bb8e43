"""The accepted scenes of which judges say through which lens they look."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, islice, zip_longest

from distillnet.agents.discriminator import Written
from distillnet.config import Settings
from distillnet.graphs.proposals import own_lenses
from distillnet.memory.ledger import Ledger
from distillnet.records import Language, Scene
from distillnet.tools.lenses import load_lenses


def scenes_to_tell_apart(
    ledger: Ledger, settings: Settings, language: Language, *, limit: int
) -> tuple[list[Written], dict[str, str]]:
    """Up to ``limit`` scenes, of each lens in turn; and the question of each lens that has some.

    Neither, where fewer than two lenses have an accepted scene. A lens of the user's own that is
    gone is left out.
    """
    lenses = load_lenses(f for f in settings.lens_folders if f.is_dir()) | own_lenses(ledger)
    by_lens: dict[str, list[Scene]] = defaultdict(list)
    for scene in ledger.scenes(accepted=True):
        if scene.lens in lenses:
            by_lens[scene.lens].append(scene)
    if len(by_lens) < 2:
        return [], {}
    chosen = islice(_in_turn(list(by_lens.values())), limit)
    written = [Written(id=scene.id, text=scene.text, source=scene.lens) for scene in chosen]
    return written, {name: lenses[name].question.in_(language) for name in by_lens}


def _in_turn(groups: Sequence[Sequence[Scene]]) -> chain[Scene]:
    turns = zip_longest(*groups)
    return chain.from_iterable([s for s in turn if s is not None] for turn in turns)
