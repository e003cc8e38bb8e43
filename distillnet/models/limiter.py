"""How many requests may be in flight: down at once when the server objects, slowly up again."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Limiter:
    """Additive increase, multiplicative decrease (Chiu and Jain, 1989) between 1 and ``most``.

    ``await slot()`` in the order of asking. ``objected`` halves the limit, or what of it was used
    since it was last halved (as RFC 5681 halves what is in flight: a limit that nobody came near
    says nothing), once for all requests that were in flight together, and holds every new request
    back for ``seconds``; after as many successes as the limit it rises by one. ``answered`` counts
    the successes, ``peak`` the requests that were in flight together at the busiest moment.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = most
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._successes = 0
        self._lowered = float("-inf")
        self._hold: asyncio.TimerHandle | None = None
        self.answered = self.peak = self._widest = 0
        self._busy = 0.0
        self._changed = time.monotonic()

    @property
    def busy_seconds(self) -> float:
        """For how long at least one request was in flight."""
        self._change(0)
        return self._busy

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """A place among the requests in flight; gives the moment it was had (monotonic s)."""
        await self._enter()
        try:
            yield time.monotonic()
        finally:
            self._change(-1)
            self._wake()

    def succeeded(self) -> None:
        self.answered += 1
        self._successes += 1
        if self._successes >= self.limit and self.limit < self._most:
            self._successes = 0
            self.limit += 1
            self._wake()

    def objected(self, started: float, seconds: float | None) -> None:
        """The request that had its slot at ``started`` was one too many, or was never answered."""
        self._successes = 0
        if started > self._lowered:
            # Of one alone it cannot be told how many would be too many: half of what is allowed.
            used = min(self.limit, self._widest) if self._widest > 1 else self.limit
            self.limit = max(1, used // 2)
            self._widest = 0
            self._lowered = time.monotonic()
        if seconds:
            loop = asyncio.get_running_loop()
            if self._hold is None or self._hold.when() < loop.time() + seconds:
                self._release()
                self._hold = loop.call_later(seconds, self.open)

    def open(self) -> None:
        """Holds nobody back any longer."""
        self._release()
        self._wake()

    def _release(self) -> None:
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None

    async def _enter(self) -> None:
        if self.in_flight < self.limit and self._hold is None:
            self._change(1)
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._change(-1)
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self.in_flight < self.limit and self._hold is None:
            place = self._waiting.popleft()
            if not place.done():
                self._change(1)
                place.set_result(None)

    def _change(self, by: int) -> None:
        now = time.monotonic()
        if self.in_flight:
            self._busy += now - self._changed
        self._changed = now
        self.in_flight += by
        self.peak = max(self.peak, self.in_flight)
        self._widest = max(self._widest, self.in_flight)
