"""On a simulated clock, so that every order of beginnings and ends can be tried."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.models.budget import Budget, Caps
from distillnet.records import Spent
from tests.models.conftest import simulate


@dataclass(frozen=True)
class Request:
    """Reserves ``tokens`` and ``usd``, and then uses this ``share`` of them."""

    asked: float
    tokens: int
    usd: float
    share: float
    takes: float


@dataclass
class Account:
    """What was really used, kept apart from the budget."""

    budget: Budget
    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    in_flight: int = 0
    refused: list[Request] = field(default_factory=list)

    async def make(self, request: Request) -> None:
        await asyncio.sleep(request.asked)
        reserved = await self.budget.reserve(tokens=request.tokens, usd=request.usd)
        if reserved is None:
            self.refused.append(request)
            self.check_refusal(request)
            return
        self.calls += 1
        self.in_flight += 1
        await asyncio.sleep(request.takes)
        used = int(request.tokens * request.share), request.usd * request.share
        self.tokens, self.usd = self.tokens + used[0], self.usd + used[1]
        self.in_flight -= 1
        self.budget.settle(reserved, tokens=used[0], usd=used[1])
        self.check_caps()

    def check_caps(self) -> None:
        caps = self.budget.caps
        assert caps.calls is None or self.calls <= caps.calls
        assert caps.tokens is None or self.tokens <= caps.tokens
        assert caps.usd is None or self.usd <= caps.usd * (1 + 1e-6)

    def check_refusal(self, request: Request) -> None:
        """Nothing that fits is refused, nor what may fit once others have ended."""
        caps = self.budget.caps
        lacking = {
            "calls": caps.calls is not None and self.calls >= caps.calls,
            "tokens": caps.tokens is not None and self.tokens + request.tokens > caps.tokens,
            "usd": caps.usd is not None and self.usd + request.usd > caps.usd * (1 - 1e-6),
        }
        assert self.budget.over is not None and lacking[self.budget.over]
        assert self.budget.over == "calls" or not self.in_flight


def account(**caps: float) -> Account:
    # Caps on calls and tokens are whole numbers, those on dollars are not; keywords have one type.
    return Account(Budget(Caps(**caps), Spent()))  # type: ignore[arg-type]


def run(kept: Account, requests: Sequence[Request]) -> None:
    async def together() -> None:
        await asyncio.gather(*(kept.make(request) for request in requests))

    simulate(together())


REQUESTS = st.lists(
    st.builds(
        Request,
        asked=st.floats(0, 5),
        tokens=st.integers(0, 300),
        usd=st.floats(0, 0.3),
        share=st.floats(0, 1),
        takes=st.floats(0, 5),
    ),
    max_size=12,
)


def cap(values: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.one_of(st.none(), values)


@given(
    REQUESTS,
    st.builds(
        Caps,
        calls=cap(st.integers(1, 12)),
        tokens=cap(st.integers(1, 1000)),
        usd=cap(st.floats(0.001, 1)),
    ),
)
def test_no_cap_is_ever_exceeded_and_what_fits_is_let_through(
    requests: list[Request], caps: Caps
) -> None:
    async def make() -> Account:
        kept = Account(Budget(caps, Spent()))
        await asyncio.gather(*(kept.make(request) for request in requests))
        return kept

    kept = simulate(make())
    assert kept.calls + len(kept.refused) == len(requests)
    assert (kept.budget.over is None) == (not kept.refused)


@given(REQUESTS)
def test_what_fits_together_is_never_refused(requests: list[Request]) -> None:
    kept = account(
        calls=len(requests),
        tokens=sum(request.tokens for request in requests),
        usd=sum(request.usd for request in requests),
    )
    run(kept, requests)
    assert kept.refused == [] and kept.calls == len(requests)


def test_it_waits_while_a_request_in_flight_may_give_back() -> None:
    """Each reserves 60 of 100 tokens and uses 30: one at a time, three have room."""
    kept = account(tokens=100)
    run(kept, [Request(0, 60, 0.0, 0.5, 1.0)] * 4)
    assert (kept.tokens, kept.calls, len(kept.refused)) == (60, 2, 2)
    assert kept.budget.over == "tokens"


def test_what_can_never_fit_is_refused_at_once() -> None:
    async def ask() -> tuple[object, float]:
        budget = Budget(Caps(tokens=100), Spent())
        start = asyncio.get_running_loop().time()
        refused = await budget.reserve(tokens=101, usd=0.0)
        return refused, asyncio.get_running_loop().time() - start

    assert simulate(ask()) == (None, 0.0)


def test_the_cap_on_requests_gives_nothing_back() -> None:
    """So nobody waits for it: a request that cost nothing was made all the same."""

    async def ask() -> str | None:
        budget = Budget(Caps(calls=1), Spent())
        first = await budget.reserve(tokens=1, usd=0.0)
        assert first is not None
        assert await budget.reserve(tokens=1, usd=0.0) is None  # while the first is in flight
        budget.settle(first, tokens=0, usd=0.0)
        assert await budget.reserve(tokens=1, usd=0.0) is None
        return budget.over

    assert simulate(ask()) == "calls"


@pytest.mark.parametrize(
    ("caps", "over"),
    [
        (Caps(calls=40), "calls"),
        (Caps(tokens=1000), "tokens"),
        (Caps(usd=0.5), "usd"),
        (Caps(minutes=3), "minutes"),
        (Caps(calls=41, tokens=1001, usd=0.6, minutes=4), None),
        (Caps(), None),
    ],
)
def test_what_earlier_sessions_used_counts(caps: Caps, over: str | None) -> None:
    async def ask() -> str | None:
        spent = Spent(calls=40, input_tokens=600, output_tokens=400, usd=0.5)
        budget = Budget(caps, spent, minutes=3.5)
        reserved = await budget.reserve(tokens=1, usd=0.1)
        assert (reserved is None) == (over is not None)
        return budget.over

    assert simulate(ask()) == over


def test_minutes_pass_and_those_who_wait_are_then_refused() -> None:
    async def ask() -> str | None:
        budget = Budget(Caps(minutes=200.0, tokens=100), Spent(), minutes=150.0)
        assert budget.seconds_left() == pytest.approx(3000, abs=60)
        first = await budget.reserve(tokens=100, usd=0.0)
        assert first is not None
        waiting = asyncio.create_task(budget.reserve(tokens=1, usd=0.0))
        await asyncio.sleep(2000)
        assert budget.seconds_left() == pytest.approx(1000, abs=60)
        assert budget.minutes_used() == pytest.approx(150 + 2000 / 60, abs=1)
        await asyncio.sleep(2000)
        assert budget.seconds_left() == 0
        budget.settle(first, tokens=0, usd=0.0)
        assert await waiting is None
        return budget.over

    assert simulate(ask()) == "minutes"


def test_without_a_cap_on_minutes_no_time_is_set() -> None:
    async def left() -> float | None:
        return Budget(Caps(calls=1), Spent()).seconds_left()

    assert simulate(left()) is None


def test_one_who_gives_up_waiting_takes_nothing() -> None:
    async def ask() -> object:
        budget = Budget(Caps(calls=2, tokens=100), Spent())
        first = await budget.reserve(tokens=100, usd=0.0)
        assert first is not None
        waiting = asyncio.create_task(budget.reserve(tokens=100, usd=0.0))
        await asyncio.sleep(1)
        waiting.cancel()
        budget.settle(first, tokens=0, usd=0.0)
        return await budget.reserve(tokens=100, usd=0.0)

    assert simulate(ask()) is not None


@pytest.mark.parametrize(
    ("cap", "sentence"),
    [
        ("calls", "the cap of 4,000 requests is reached"),
        ("tokens", "the cap of 2,500,000 tokens is reached"),
        ("usd", "the cap of 0.25 dollars is reached"),
        ("minutes", "the cap of 90 minutes is reached"),
    ],
)
def test_a_cap_is_said_in_words(cap: str, sentence: str) -> None:
    budget = Budget(Caps(calls=4_000, tokens=2_500_000, usd=0.25, minutes=90.0), Spent())
    assert budget.sentence(cap) == sentence
