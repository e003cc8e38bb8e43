"""A scripted model that knows exactly K angles on its subject: the truth that a coverage loop
estimates.
"""

import hashlib
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, cycle, repeat
from random import Random
from typing import Literal, NamedTuple

from distillnet.testing import angle_frames as frames
from distillnet.testing.angle_words import ADJECTIVES, NOUNS, VERBS

MOST_ANGLES = 10_000
# Five sentences tell them all: 2 nouns and a verb are the claim's, the rest stand in the others.
_NOUNS, _VERBS, _ADJECTIVES = 8, 5, 4
_BODIES = (frames.CLAIMS, frames.MENTIONS, frames.POINTS, frames.MENTIONS, frames.POINTS)
_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[^\W_]+")


class Angle(NamedTuple):
    """The words of a point; its claim: the first noun does the first verb to the second noun."""

    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    adjectives: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        return {*self.nouns, *self.verbs, *self.adjectives}


class KnownAngles:
    """Answers a prompt with one of ``count`` angles (2 to 10,000), worded anew for every prompt.

    Angle and wording depend on the prompt and ``random_seed`` alone. An answer is English; it has
    ``words`` words or more, and as many as tell all of its angle: about 75. ``subject`` is a phrase
    of a few words, which most sentences name. ``draw`` says how often each angle comes: all alike,
    or angle k with weight 1 / (k + 1). ``told`` counts the answers by angle, from 0. Raises
    ValueError for another ``count``.

    >>> model = KnownAngles(3, subject="freedom and necessity")
    >>> model.angle_of(model("What is freedom?")) in model.told
    True
    """

    def __init__(
        self,
        count: int,
        *,
        subject: str,
        words: int = 60,
        draw: Literal["uniform", "zipf"] = "uniform",
        random_seed: int = 17,
    ) -> None:
        if not 2 <= count <= MOST_ANGLES:
            raise ValueError(f"between 2 and {MOST_ANGLES} angles can be known, not {count}")
        self.told: Counter[int] = Counter()
        self._asked: Counter[str] = Counter()
        self._subject, self._words, self._random_seed = subject, words, random_seed
        self._angles = _angles(count, set(_words(subject)), _random("angles", random_seed))
        weights = (1.0 if draw == "uniform" else 1 / (k + 1) for k in range(count))
        self._shares = list(accumulate(weights))
        self._of_word: dict[str, list[int]] = {}
        for k, angle in enumerate(self._angles):
            for word in angle.words:
                self._of_word.setdefault(word, []).append(k)

    def __call__(self, prompt: str) -> str:
        rng = _random(prompt, self._random_seed)
        k = bisect(self._shares, rng.random() * self._shares[-1], hi=len(self._shares) - 1)
        self.told[k] += 1
        return self._worded(self._angles[k], rng)

    def sample(self, prompt: str) -> str:
        """Like a model that samples: asked again, the same prompt gets another answer."""
        self._asked[prompt] += 1
        return self(f"{prompt}\n{self._asked[prompt]}")

    def angle_of(self, text: str) -> int | None:
        """The angle whose words are all in ``text``, as they are in an answer; None without one."""
        said = set(_words(text))
        found = Counter(k for word in said for k in self._of_word.get(word, ()))
        for k, _ in found.most_common(1):
            if self._angles[k].words <= said:
                return k
        return None

    def _worded(self, angle: Angle, rng: Random) -> str:
        supply = _supply(self._subject, angle, rng)
        bodies = cycle([_shuffled(table, rng) for table in _BODIES])
        openers, tails = _shuffled(frames.OPENERS, rng), _shuffled(frames.TAILS, rng)
        sentences: list[str] = []
        spoken: list[str] = []
        while len(spoken) < self._words or not angle.words <= set(spoken):
            body = next(next(bodies))
            frame = f"{next(openers)} {body}" if len(sentences) % 2 else f"{body}, {next(tails)}"
            sentence = _SLOT.sub(lambda slot: next(supply[slot[1]]), frame)
            sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
            spoken += _words(sentence)
        rng.shuffle(sentences)
        return " ".join(sentences)


def _angles(count: int, taken: set[str], rng: Random) -> list[Angle]:
    """``count`` angles of words none of which is ``taken``."""
    nouns, verbs, adjectives = (
        [word for word in table if word not in taken] for table in (NOUNS, VERBS, ADJECTIVES)
    )
    return [
        Angle(
            nouns=tuple(rng.sample(nouns, _NOUNS)),
            verbs=tuple(rng.sample(verbs, _VERBS)),
            adjectives=tuple(rng.sample(adjectives, _ADJECTIVES)),
        )
        for _ in range(count)
    ]


def _supply(subject: str, angle: Angle, rng: Random) -> dict[str, Iterator[str]]:
    """What is put into the slots of one answer, one after another."""
    return {
        "subject": repeat(subject),
        "doer": repeat(angle.nouns[0]),
        "act": repeat(angle.verbs[0]),
        "aim": repeat(angle.nouns[1]),
        "noun": _shuffled(angle.nouns[2:], rng),
        "verb": _shuffled(angle.verbs[1:], rng),
        "adjective": _shuffled(angle.adjectives, rng),
        "person": cycle(rng.sample(frames.PEOPLE, 2)),
        "place": cycle(rng.sample(frames.PLACES, 2)),
        "time": cycle(rng.sample(frames.TIMES, 3)),
    }


def _shuffled(items: Sequence[str], rng: Random) -> Iterator[str]:
    """All items in a random order, then in another, without end."""
    while True:
        yield from rng.sample(items, len(items))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _random(text: str, random_seed: int) -> Random:
    key = f"{random_seed} {text}".encode(errors="surrogatepass")
    return Random(hashlib.sha256(key).digest())
