"""Interpretations by angle: the accepted scenes of a run that are nearest to a question."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from distillnet.config import Settings
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.reading import read_ledger
from distillnet.memory.embed import Vectors, open_embedder
from distillnet.records import Record, Scene

Names = str | Sequence[str] | None
"""Values of one field of a scene, of which any will do; none of them: whatever the value."""


class Match(Record):
    """An accepted scene, and its cosine to the question by the run's own embeddings."""

    score: float
    scene: Scene


class SceneSearch:
    """The accepted scenes of a run as they are when it is opened, for any number of questions.

    The cosines are exact, from the vectors in the ledger, so that a search index that a run is
    writing to is left alone.
    """

    def __init__(self, directory: Path, settings: Settings, wanted: Mapping[str, Names]) -> None:
        """``wanted`` holds names by the field of ``Scene``; a scene must have one of each.

        Raises UnknownName for a name that no accepted scene has, UsageError for a run without
        accepted scenes or without a ledger, StorageError for a ledger that cannot be read.
        """
        self._embed = open_embedder(settings.embeddings)
        with read_ledger(directory) as ledger:
            scenes, vectors = ledger.scenes(accepted=True), ledger.vectors(accepted=True)
        if not scenes:
            raise UsageError(
                f"no scene is accepted yet in {str(directory)!r}: distillnet resume {directory}"
            )
        self._scenes = [scene for scene in scenes if scene.id in vectors]
        for field, names in wanted.items():
            chosen = _as_tuple(names)
            known = {str(getattr(scene, field)) for scene in scenes}
            for name in chosen:
                if name not in known:
                    raise UnknownName(f"accepted scene with {field}", name, known)
            if chosen:
                self._scenes = [scene for scene in self._scenes if getattr(scene, field) in chosen]
        self._vectors: Vectors = np.array([vectors[s.id] for s in self._scenes], np.float32)

    def nearest(self, question: str, k: int) -> list[Match]:
        """The ``k`` scenes, or as many as there are, of largest cosine, the largest first.

        Raises UsageError for a question without words and for a ``k`` below 1.
        """
        if k < 1:
            raise UsageError("a search gives at least 1 scene: -k 1")
        if not question.strip():
            raise UsageError("no words in the question")
        if not self._scenes:
            return []
        # Bytes of an argument that are no UTF-8 arrive as lone surrogates.
        (asked,) = self._embed([question.encode("utf-8", "replace").decode()])
        cosines = self._vectors @ asked
        best = np.argsort(-cosines, kind="stable")[:k]
        return [Match(score=float(cosines[i]), scene=self._scenes[i]) for i in best]


def _as_tuple(names: Names) -> tuple[str, ...]:
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)
