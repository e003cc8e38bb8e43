"""What the coverage critic counts: scenes by lens, role, angle and fact, up to a round."""

import json
from collections import Counter
from dataclasses import dataclass, replace

from distillnet.memory.ledger import SURE, Ledger
from distillnet.records import Direction
from distillnet.tools.bandit import Arm, Tally

_WRITTEN = """
    coalesce(
        (SELECT nullif(json_extract(call, '$.output_tokens'), 0) FROM calls WHERE cell = id),
        length(json_extract(scene, '$.text')) / 4
    )
"""
_ROWS = f"""
    SELECT id, round, verdict, angle, probability,
        json_extract(scene, '$.lens'), json_extract(scene, '$.role'),
        json_extract(scene, '$.depth'), json_extract(scene, '$.passage'),
        json_extract(scene, '$.parent'),
        json_extract(scene, '$.fact'), json_extract(scene, '$.tells'),
        (SELECT sum(input_tokens + output_tokens) FROM attempts WHERE cell = id), {_WRITTEN}
    FROM scenes LEFT JOIN angles USING (id)
    WHERE round > ? AND round <= ? ORDER BY round, place
"""
# The pluses keep SQLite from going through all accepted ones.
_HELD = f"""
    SELECT coalesce(sum({_WRITTEN}), 0) FROM scenes
    WHERE round > ? AND +place <= ? AND +verdict = 'accepted'
"""


@dataclass(frozen=True)
class _Round:
    """``seeking`` answers were not to tell a given fact; ``found`` of them opened an angle."""

    accepted: int = 0
    seeking: int = 0
    found: int = 0
    new_angles: int = 0


class Census:
    """Of the judged scenes up to a round, each of which is read once.

    Scenes of later rounds are left out: a repeated run finds them in the ledger, and must come to
    the same decisions. So ``advance`` costs what the new rounds hold, however many scenes there
    are.
    """

    round: int
    verdicts: Counter[str]
    """Of the last round alone."""
    by_lens: Counter[str]
    """How many accepted scenes each lens has."""
    asked: Counter[str]
    """How many answers each role gave, accepted or not."""
    sizes: Counter[int]
    """How many accepted scenes show each angle."""
    opened_by: dict[int, str]
    """The lens whose scene was the first to show each angle."""
    shown: dict[str, set[int]]
    """The angles that each lens's accepted scenes show."""
    told: dict[tuple[int, Direction], list[str]]
    """Ids of the accepted scenes that tell each fact, by direction."""
    tallies: dict[Arm, Tally]
    """What each lens, role and depth has cost and found; tokens are read and written ones."""
    passage_of: dict[str, int]
    """The passage of the seed that each scene that opened an angle goes back to."""
    tokens: int
    """Of the accepted answers, as their model counts them; a quarter of the characters where it
    does not."""
    deepest: int
    """The largest depth that was asked for."""
    reached: int
    """The largest depth that has an accepted scene."""

    def __init__(self, ledger: Ledger, round: int = 0) -> None:
        self._ledger = ledger
        self._clear()
        self.advance(round)

    def _clear(self) -> None:
        self.round = self.tokens = self.deepest = self.reached = 0
        self.verdicts, self.by_lens, self.asked = Counter(), Counter(), Counter()
        self.sizes, self.told, self.tallies, self.passage_of = Counter(), {}, {}, {}
        self.opened_by, self.shown, self._own = {}, {}, set[str]()
        self._rounds: dict[int, _Round] = {}
        self._opened: dict[int, list[str]] = {}
        self._parents: set[str] = set()

    def advance(self, round: int) -> None:
        """Reads on up to ``round``; begins anew when that is an earlier one."""
        if round == self.round:
            return
        if round < self.round:
            self._clear()
        self.verdicts = Counter()
        for row in self._ledger.select(_ROWS, self.round, round):
            self._read(*row, last=round)
        self.round = round

    def _read(
        self,
        id: str,
        round: int,
        verdict: str,
        angle: int | None,
        probability: float | None,
        lens: str,
        role: str,
        depth: int,
        passage: int,
        parent: str | None,
        fact: int | None,
        tells: str | None,
        spent: int | None,
        written: int | None,
        *,
        last: int,
    ) -> None:
        accepted = verdict == "accepted"
        opens = accepted and angle is not None and angle not in self.sizes
        self.verdicts[verdict] += round == last
        self.asked[role] += 1
        self.deepest = max(self.deepest, depth)
        if parent is not None:
            self._parents.add(parent)
        arm = Arm(lens, role, depth)
        tally = self.tallies.get(arm, Tally(calls=0, tokens=0, accepted=0, new_angles=0))
        self.tallies[arm] = replace(
            tally,
            calls=tally.calls + 1,
            tokens=tally.tokens + (spent or 0),
            accepted=tally.accepted + accepted,
            new_angles=tally.new_angles + opens,
        )
        seen = self._rounds.get(round, _Round())
        self._rounds[round] = _Round(
            seen.accepted + accepted,
            seen.seeking + (fact is None),
            seen.found + (opens and fact is None),
            seen.new_angles + opens,
        )
        if not accepted:
            return
        self.by_lens[lens] += 1
        self.reached = max(self.reached, depth)
        self.tokens += written or 0
        if angle is not None:
            self.sizes[angle] += 1
            self.opened_by.setdefault(angle, lens)
            self.shown.setdefault(lens, set()).add(angle)
            if opens or (probability or 0.0) < SURE:
                self._own.add(lens)
        if opens:
            self._opened.setdefault(depth, []).append(id)
            self.passage_of[id] = passage
        for number, direction in json.loads(tells or "[]"):
            self.told.setdefault((number, direction), []).append(id)

    @property
    def new_angles(self) -> int:
        """Angles of the last round that no earlier round saw."""
        return self._rounds.get(self.round, _Round()).new_angles

    def repeats(self, lens: str) -> list[str]:
        """The earlier lenses that showed all that the scenes of ``lens`` show, in order.

        None where one of its scenes was the first to show its angle, or likelier than not shows
        another than the one it was given.
        """
        if lens in self._own:
            return []
        first = (self.opened_by[angle] for angle in sorted(self.shown.get(lens, ())))
        return list(dict.fromkeys(first))

    @property
    def silent_rounds(self) -> int:
        """How many of the last rounds brought no accepted scene."""
        last = sorted(self._rounds, reverse=True)
        return next((n for n, round in enumerate(last) if self._rounds[round].accepted), len(last))

    def gain(self, calls: int) -> float | None:
        """New angles a call, of the last rounds that made ``calls`` together.

        Cells that were to tell a given fact do not count. None where there were fewer others.
        """
        made = found = 0
        for round in sorted(self._rounds, reverse=True):
            made += self._rounds[round].seeking
            found += self._rounds[round].found
            if made >= calls:
                break
        return found / made if made >= calls else None

    def later_tokens(self, place: int) -> int:
        """``tokens`` of the later rounds, of cells up to ``place`` in the ledger."""
        ((tokens,),) = self._ledger.select(_HELD, self.round, place)
        return int(tokens)

    def parents(self, depth: int, count: int) -> list[str]:
        """Up to ``count`` scenes of ``depth`` that opened an angle and were not looked at yet."""
        opened = (id for id in self._opened.get(depth, []) if id not in self._parents)
        return [id for _, id in zip(range(count), opened, strict=False)]
