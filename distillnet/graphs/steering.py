"""``axis.yaml`` of a run: what is in force is written there, what was edited there is obeyed."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from distillnet.graphs.proposals import proposals
from distillnet.memory.ledger import Ledger
from distillnet.records import Lens
from distillnet.tools.axis import Axis, read_axis, write_axis

NAME = "axis.yaml"


class Steering:
    """The axis of a run, and the file in which a person changes it.

    ``axis`` is what the file said when the run was opened, or, where it was not edited, what was in
    force before.
    """

    def __init__(
        self,
        directory: Path,
        ledger: Ledger,
        lenses: Mapping[str, Lens],
        roles: Iterable[str],
        forms: Iterable[str],
    ) -> None:
        """Raises ConfigError for an edited file that cannot be obeyed."""
        self._path = directory / NAME
        self._ledger = ledger
        written = ledger.fact("axis") or {"axis": {}, "sha256": None}
        self._known = self._hash()
        if self._known is None or self._known == written["sha256"]:
            # Settings may have changed since, so names that are gone are no mistake here.
            self.axis = Axis.model_validate(written["axis"])
        else:
            self.axis = read_axis(self._path, lenses, roles, forms)

    def changes(self) -> list[Any]:
        """What a hand has changed: weights other than 1, and lenses that the critic did not write.

        Empty for a file that nobody edited, so that a run goes on where it was; after an edit it
        begins anew, and finds what was paid for in the ledger.
        """
        axis = self.axis
        proposed = proposals(self._ledger)
        own = [lens for lens in axis.lenses() if lens not in proposed]
        return [
            *(pair for pair in sorted(axis.weights().items()) if pair[1] != 1),
            *(lens.model_dump(mode="json") for lens in own),
        ]

    def write(self, axis: Axis) -> bool:
        """Brings the file up to date; False when it was edited meanwhile, and so left alone."""
        if self._hash() not in (None, self._known):
            return False
        write_axis(self._path, axis)
        self._known = self._hash()
        self._ledger.write_fact(
            "axis", {"axis": axis.model_dump(mode="json"), "sha256": self._known}
        )
        return True

    def _hash(self) -> str | None:
        if not self._path.is_file():
            return None
        return hashlib.sha256(self._path.read_bytes()).hexdigest()
