"""Hard caps on requests, tokens, US dollars and minutes.

The most that a request can cost is reserved before it starts and given back when it ends, so that
the requests in flight together cannot pass a cap.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from distillnet.records import Spent

# Of a cap in dollars; sums of floats differ in the last digits.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Caps:
    """None = no cap."""

    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Reservation:
    tokens: int
    usd: float


@dataclass
class Budget:
    """``spent`` is what the run used before, ``minutes`` for how long it was worked at."""

    caps: Caps
    spent: Spent
    minutes: float = 0.0
    over: str | None = None
    """The cap that refused a request: calls, tokens, usd or minutes."""
    _calls: int = field(init=False)
    _tokens: int = field(init=False)
    _usd: float = field(init=False)
    _in_flight: int = field(default=0, init=False)
    _given_back: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _opened: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        self._calls, self._tokens, self._usd = self.spent.calls, self.spent.tokens, self.spent.usd

    async def reserve(self, *, tokens: int, usd: float) -> Reservation | None:
        """Room for a request that costs at most this; waits for requests in flight to end.

        None when there is no such room and nothing in flight can give any back: ``over`` is set.
        """
        wanted = Reservation(tokens, usd)
        while (lacking := self._lacking(wanted)) is not None:
            if lacking in ("calls", "minutes") or not self._in_flight:
                self.over = lacking
                return None
            self._given_back.clear()
            await self._given_back.wait()
        self._hold(wanted)
        return wanted

    def reserve_first(self, wanted: Sequence[Reservation]) -> int:
        """Room for requests that are sent together; how many of them, from the first, have it.

        ``over`` is set when not even the first has.
        """
        for place, reservation in enumerate(wanted):
            if (lacking := self._lacking(reservation)) is not None:
                self.over = self.over if place else lacking
                return place
            self._hold(reservation)
        return len(wanted)

    def adopt(self) -> None:
        """A request that ``spent`` holds at its most is still in flight and will be settled."""
        self._in_flight += 1

    def settle(self, reservation: Reservation, *, tokens: int, usd: float) -> None:
        """Books what the request cost in the place of what was reserved for it."""
        self._book(tokens=tokens - reservation.tokens, usd=usd - reservation.usd)
        self._in_flight -= 1
        self._given_back.set()

    def _hold(self, reservation: Reservation) -> None:
        self._book(tokens=reservation.tokens, usd=reservation.usd)
        self._calls += 1
        self._in_flight += 1

    def _book(self, *, tokens: int, usd: float) -> None:
        self._tokens += tokens
        self._usd += usd

    def sentence(self, cap: str) -> str:
        """``cap`` in words: "the cap of 40 requests is reached"."""
        units = {"calls": "requests", "tokens": "tokens", "usd": "dollars", "minutes": "minutes"}
        return f"the cap of {getattr(self.caps, cap):,.15g} {units[cap]} is reached"

    def minutes_used(self) -> float:
        return self.minutes + (time.monotonic() - self._opened) / 60

    def seconds_left(self) -> float | None:
        """Until the cap in minutes; None without one."""
        if self.caps.minutes is None:
            return None
        return 60 * max(0.0, self.caps.minutes - self.minutes_used())

    def _lacking(self, wanted: Reservation) -> str | None:
        caps = self.caps
        if caps.calls is not None and self._calls >= caps.calls:
            return "calls"
        if caps.minutes is not None and self.minutes_used() >= caps.minutes:
            return "minutes"
        if caps.tokens is not None and self._tokens + wanted.tokens > caps.tokens:
            return "tokens"
        if caps.usd is not None and self._usd + wanted.usd > caps.usd * (1 + _ROUNDING):
            return "usd"
        return None
