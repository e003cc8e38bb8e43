"""What a request can cost at most, and what it did cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from distillnet.config import Settings
from distillnet.models.spec import describe_teacher
from distillnet.models.teachers import Price, price_of
from distillnet.records import Attempt

# A chat template adds a few tokens around each message.
_PER_MESSAGE = 16


@dataclass(frozen=True)
class Cost:
    """Tokens read and written, and US dollars; ``usd`` is None where the price is unknown."""

    input_tokens: int
    output_tokens: int
    usd: float | None

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def cost(input_tokens: int, output_tokens: int, price: Price | None) -> Cost:
    usd = None if price is None else price.usd(input_tokens, output_tokens)
    return Cost(input_tokens, output_tokens, usd)


def most(messages: Sequence[tuple[str, str]], limit: int, price: Price | None) -> Cost:
    """The most that a request can cost.

    A token of the tokenizers in use (byte-pair encoding over bytes, or with a fallback to bytes)
    is at least one byte of UTF-8, and no answer is longer than its ``limit``.
    """
    read = sum(len(text.encode("utf-8", "surrogatepass")) + _PER_MESSAGE for _, text in messages)
    return cost(read, limit, price)


def price_for(settings: Settings) -> Price | None:
    """The price of the settings' model: theirs, or the table's; None where neither knows it."""
    if settings.price is not None:
        return Price(
            input=settings.price.input,
            output=settings.price.output,
            as_of=date.today(),
            source="your settings",
        )
    return price_of(settings.model, base_url=describe_teacher(settings).url or None)


def batch_price(price: Price | None) -> Price | None:
    """``price`` through the provider's batch API; in full where no factor for that is known."""
    if price is None or (factor := price.batch_factor) is None:
        return price
    halved = {"input": price.input * factor, "output": price.output * factor, "batch_factor": None}
    return price.model_copy(update=halved)


def total_usd(attempts: Iterable[Attempt]) -> float | None:
    """What requests cost together; None where the price of one is unknown."""
    costs = [attempt.usd for attempt in attempts]
    known = [usd for usd in costs if usd is not None]
    return sum(known) if len(known) == len(costs) else None
