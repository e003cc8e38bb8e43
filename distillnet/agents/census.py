"""What the coverage critic counts: scenes by lens, role, angle and fact, up to a round.

Everything is one statement over indices of the ledger, so that a round costs little however many
scenes there are. Scenes of later rounds are left out: a repeated run finds them in the ledger, and
must come to the same decisions.
"""

from collections import Counter
from dataclasses import dataclass

from distillnet.memory.ledger import Ledger
from distillnet.records import Direction
from distillnet.tools.bandit import Arm, Tally

# The scene that opened each angle.
_OPENED = """
    opened AS (
        SELECT angle, min(place) AS place FROM scenes JOIN angles USING (id)
        WHERE round <= ?1 GROUP BY angle
    )"""


@dataclass(frozen=True)
class Census:
    """Of the accepted scenes up to ``round``."""

    ledger: Ledger
    round: int

    def by_lens(self) -> Counter[str]:
        """How many scenes each lens has."""
        rows = self.ledger.select(
            "SELECT lens, count(*) FROM scenes WHERE round <= ? AND verdict = 'accepted'"
            " GROUP BY lens",
            self.round,
        )
        return Counter(dict(rows))

    def calls(self) -> int:
        """All answers, accepted or not."""
        return self.asked().total()

    def asked(self) -> Counter[str]:
        """How many answers each role gave, accepted or not."""
        rows = self.ledger.select(
            "SELECT role, count(*) FROM scenes WHERE round <= ? GROUP BY role", self.round
        )
        return Counter(dict(rows))

    def deepest(self) -> int:
        """The largest depth that was asked for."""
        ((depth,),) = self.ledger.select(
            "SELECT coalesce(max(depth), 0) FROM scenes WHERE round <= ?", self.round
        )
        return int(depth)

    def gain(self, calls: int) -> float | None:
        """New angles a call, of the last rounds that made ``calls`` together.

        Cells that were to tell a given fact do not count. None where there was no other.
        """
        rows = self.ledger.select(
            f"""
            WITH {_OPENED}
            SELECT count(*), count(opened.angle) FROM scenes LEFT JOIN opened USING (place)
            WHERE round <= ?1 AND fact IS NULL GROUP BY round ORDER BY round DESC
            """,
            self.round,
        )
        made = found = 0
        for count, opened in rows:
            made, found = made + count, found + opened
            if made >= calls:
                break
        return found / made if made else None

    def verdicts(self) -> Counter[str]:
        """Of this round's scenes alone."""
        rows = self.ledger.select(
            "SELECT verdict, count(*) FROM scenes WHERE round = ? GROUP BY verdict", self.round
        )
        return Counter(dict(rows))

    def angle_sizes(self) -> list[int]:
        """How many scenes show each angle."""
        rows = self.ledger.select(
            "SELECT count(*) FROM scenes JOIN angles USING (id) WHERE round <= ?"
            " GROUP BY angle ORDER BY angle",
            self.round,
        )
        return [size for (size,) in rows]

    def new_angles(self) -> int:
        """Angles of this round that no earlier round saw."""
        ((count,),) = self.ledger.select(
            "SELECT count(*) FROM (SELECT min(round) AS first FROM scenes JOIN angles USING (id)"
            " WHERE round <= ? GROUP BY angle) WHERE first = ?",
            self.round,
            self.round,
        )
        return int(count)

    def told(self) -> dict[tuple[int, Direction], list[str]]:
        """Ids of the scenes that tell each fact, by direction."""
        rows = self.ledger.select(
            "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), scenes.id"
            " FROM scenes, json_each(tells)"
            " WHERE tells <> '[]' AND round <= ? AND verdict = 'accepted' ORDER BY place",
            self.round,
        )
        found: dict[tuple[int, Direction], list[str]] = {}
        for fact, direction, id in rows:
            found.setdefault((fact, direction), []).append(id)
        return found

    def tallies(self) -> dict[Arm, Tally]:
        """What each lens, role and depth has cost and found; tokens are read and written ones."""
        rows = self.ledger.select(
            f"""
            WITH {_OPENED}, spent AS (
                SELECT cell AS id, sum(input_tokens + output_tokens) AS tokens
                FROM attempts GROUP BY cell
            )
            SELECT lens, role, depth, count(*), coalesce(sum(tokens), 0),
                sum(verdict = 'accepted'), count(opened.angle)
            FROM scenes LEFT JOIN opened USING (place) LEFT JOIN spent USING (id)
            WHERE round <= ?1 GROUP BY lens, role, depth
            """,
            self.round,
        )
        return {
            Arm(lens, role, depth): Tally(
                calls=calls, tokens=tokens, accepted=accepted, new_angles=new
            )
            for lens, role, depth, calls, tokens, accepted, new in rows
        }

    def parents(self, depth: int, count: int) -> list[str]:
        """Up to ``count`` scenes of ``depth`` that opened an angle and were not looked at yet."""
        rows = self.ledger.select(
            f"""
            WITH {_OPENED}
            SELECT id FROM scenes JOIN opened USING (place) WHERE depth = ?2 AND id NOT IN (
                SELECT parent FROM scenes WHERE parent IS NOT NULL AND round <= ?1
            )
            ORDER BY place LIMIT ?3
            """,
            self.round,
            depth,
            count,
        )
        return [id for (id,) in rows]

    def tokens(self) -> int:
        """Tokens of the accepted answers, as their model counts them."""
        ((tokens,),) = self.ledger.select(
            "SELECT coalesce(sum(output_tokens), 0) FROM scenes JOIN calls ON cell = id"
            " WHERE round <= ? AND verdict = 'accepted'",
            self.round,
        )
        return int(tokens)
