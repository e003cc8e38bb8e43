"""On a simulated clock, so that hours cost nothing and every order of events can be tried."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distillnet.models.limiter import Limiter
from tests.models.conftest import simulate


@dataclass
class Client:
    """Asks a limiter for slots and notes who had one when."""

    limiter: Limiter
    most: int
    entered: list[tuple[int, float]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    started: float = field(default_factory=lambda: time.monotonic())

    async def request(self, number: int, seconds: float, *, objection: float | None = None) -> None:
        """Takes ``seconds``; then fails, with ``objection`` as Retry-After, or succeeds."""
        self.asked.append(number)
        async with self.limiter.slot() as had:
            assert 1 <= self.limiter.in_flight <= self.most
            self.entered.append((number, time.monotonic() - self.started))
            await asyncio.sleep(seconds)
            if objection is None:
                self.limiter.succeeded()
            else:
                self.limiter.objected(had, objection)

    async def requests(self, count: int, *, objection: float | None = None) -> None:
        await asyncio.gather(*(self.request(n, 1.0, objection=objection) for n in range(count)))

    def times(self) -> list[float]:
        return [at for _, at in self.entered]


def client(most: int) -> Client:
    return Client(Limiter(most), most)


async def all_slots(limiter: Limiter) -> bool:
    """Whether as many slots as the limit can be had at the same time."""
    together = asyncio.Barrier(limiter.limit)

    async def take() -> None:
        async with limiter.slot():
            await together.wait()

    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(take() for _ in range(limiter.limit))), 3600)
        return True
    return False


REQUEST = st.tuples(
    st.floats(0, 5),  # asked for at
    st.floats(0, 5),  # takes
    st.one_of(st.none(), st.floats(0, 30)),  # objection
    st.one_of(st.none(), st.floats(0, 40)),  # cancelled at
)


@given(st.integers(1, 5), st.lists(REQUEST, max_size=14))
# Timers of a loop may end a little early.
@example(1, [(0.0, 0.0, 2e-11, None)])
def test_whatever_happens_all_have_their_turn_in_order_and_no_slot_is_lost(
    most: int, plan: list[tuple[float, float, float | None, float | None]]
) -> None:
    async def run() -> None:
        clients, tasks = client(most), []

        async def one(number: int) -> None:
            asked, takes, objection, _ = plan[number]
            await asyncio.sleep(asked)
            await clients.request(number, takes, objection=objection)

        for number, (_, _, _, cancelled) in enumerate(plan):
            tasks.append(asyncio.create_task(one(number)))
            if cancelled is not None:
                asyncio.get_running_loop().call_later(cancelled, tasks[-1].cancel)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        done = [
            result is None or (cancelled is not None and type(result) is asyncio.CancelledError)
            for (*_, cancelled), result in zip(plan, results, strict=True)
        ]
        assert all(done)
        had = dict(clients.entered)
        times = [had[number] for number in clients.asked if number in had]
        assert times == sorted(times)
        assert clients.limiter.in_flight == 0
        assert await all_slots(clients.limiter)

    simulate(run())


def test_it_halves_once_for_all_that_were_in_flight_together() -> None:
    async def run() -> list[int]:
        clients, limits = client(9), []
        for _ in range(5):
            limits.append(clients.limiter.limit)
            await clients.requests(clients.limiter.limit, objection=0.0)
            await asyncio.sleep(1)
        return limits

    assert simulate(run()) == [9, 4, 2, 1, 1]


def test_it_halves_what_was_used_of_a_limit_that_nobody_came_near() -> None:
    async def run() -> list[int]:
        clients, limits = client(32), []
        for at_once in (6, 3, 1):
            await clients.requests(at_once, objection=0.0)
            await asyncio.sleep(1)
            limits.append(clients.limiter.limit)
        alone = client(32)
        await alone.request(0, 1.0, objection=0.0)
        return [*limits, alone.limiter.limit]

    assert simulate(run()) == [3, 1, 1, 16]


def test_it_rises_by_one_after_as_many_successes_as_the_limit_and_never_over_the_most() -> None:
    async def run() -> list[int]:
        clients, limits = client(4), []
        await clients.requests(4, objection=0.0)
        await asyncio.sleep(1)
        for _ in range(12):
            limits.append(clients.limiter.limit)
            await clients.request(0, 0.0)
        return limits

    assert simulate(run()) == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]


def test_it_says_how_busy_it_was() -> None:
    async def run() -> list[float]:
        clients = client(3)
        await clients.requests(5)
        await asyncio.sleep(100)
        await clients.request(5, 1.0, objection=0.0)
        limiter = clients.limiter
        return [limiter.answered, limiter.peak, limiter.busy_seconds]

    assert simulate(run()) == pytest.approx([5, 3, 3.0])


def test_an_objection_begins_the_count_of_successes_anew() -> None:
    async def run() -> int:
        clients = client(8)
        await clients.request(0, 1.0, objection=0.0)
        for _ in range(3):
            await clients.request(0, 1.0)
        await clients.request(0, 1.0, objection=0.0)
        await clients.request(0, 1.0)
        return clients.limiter.limit

    assert simulate(run()) == 2


def test_every_new_request_is_held_back_as_long_as_the_server_asked() -> None:
    async def run() -> list[float]:
        clients = client(2)
        await asyncio.gather(
            clients.request(0, 1.0, objection=60.0),
            clients.request(1, 2.0, objection=10.0),
            *(clients.request(number, 1.0) for number in range(2, 5)),
        )
        return clients.times()

    # The limit is 1 by then, and 2 again after the first success.
    assert simulate(run()) == pytest.approx([0, 0, 61, 62, 62])


def test_a_new_request_waits_behind_those_held_back() -> None:
    async def run() -> list[int]:
        clients = client(1)
        await clients.request(0, 1.0, objection=5.0)
        early = asyncio.create_task(clients.request(1, 1.0))
        await asyncio.sleep(5.0)
        await asyncio.gather(early, clients.request(2, 1.0))
        return [number for number, _ in clients.entered]

    assert simulate(run()) == [0, 1, 2]


def test_opened_it_holds_nobody_back() -> None:
    async def run() -> list[float]:
        clients = client(2)
        await clients.requests(2, objection=3600.0)
        waiting = asyncio.gather(*(clients.request(number, 1.0) for number in range(2)))
        await asyncio.sleep(2)
        clients.limiter.open()
        await waiting
        return clients.times()

    assert simulate(run()) == pytest.approx([0, 0, 3, 4])


@pytest.mark.parametrize("given_first", [False, True])
def test_a_waiter_that_is_cancelled_takes_no_slot_with_it(given_first: bool) -> None:
    async def run() -> bool:
        clients = client(1)
        async with clients.limiter.slot():
            waiter = asyncio.create_task(clients.request(1, 1.0))
            await asyncio.sleep(0.5)
            if not given_first:
                waiter.cancel()
        # The slot has been given to the waiter, who has not run since.
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert clients.entered == [] and clients.limiter.in_flight == 0
        return await all_slots(clients.limiter)

    assert simulate(run())


def test_it_knows_for_how_long_and_how_many_were_in_flight() -> None:
    async def script() -> Limiter:
        limiter = Limiter(2)
        clients = Client(limiter, 2)
        await clients.requests(3)  # two for a second, then one for another
        await asyncio.sleep(30)
        await clients.request(3, 1.0, objection=5.0)
        return limiter

    limiter = simulate(script())
    assert limiter.busy_seconds == pytest.approx(3.0)
    assert limiter.peak == 2
    assert limiter.answered == 3
