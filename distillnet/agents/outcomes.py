"""What a request brought, as the ledger keeps it."""

from langchain_core.messages import AIMessage

from distillnet.errors import ModelAccessError, StorageError
from distillnet.models.faults import ModelFault
from distillnet.models.spending import Cost, cost
from distillnet.models.teachers import Price
from distillnet.records import Attempt, Call

NOTHING = Cost(0, 0, 0.0)
# More than any model takes: what claims more has not counted.
_MOST_TOKENS = 10**9


def answered(
    id: str, answer: AIMessage, *, limit: int, seconds: float, worst: Cost, price: Price | None
) -> tuple[Call, Cost]:
    """The call known as ``id``, and what it cost.

    A server that does not say what it counted may have counted the most: ``worst``.
    """
    metadata = answer.response_metadata
    reason = metadata.get("finish_reason") or metadata.get("stop_reason")
    counted = _counted(answer)
    read, written = counted or (0, 0)
    call = Call(
        cell=id,
        raw=str(answer.text),
        finish_reason=reason and str(reason),
        input_tokens=read,
        output_tokens=written,
        token_limit=limit,
        seconds=seconds,
    )
    return call, cost(read, written, price) if counted else worst


def failed(id: str, fault: ModelFault, *, limit: int, seconds: float) -> Call:
    """The call known as ``id``, given up."""
    return Call(
        cell=id,
        raw="",
        finish_reason=None,
        input_tokens=0,
        output_tokens=0,
        token_limit=limit,
        seconds=seconds,
        error=str(fault),
    )


def ended(number: int, id: str, outcome: str, spent: Cost, seconds: float) -> Attempt:
    return Attempt(
        number=number,
        cell=id,
        outcome=outcome,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        usd=spent.usd,
        seconds=seconds,
    )


def access_refused(model: str, fault: ModelFault) -> ModelAccessError:
    return ModelAccessError(
        f"{model} refused: {fault.said}. Mend the key or the quota, then resume; "
        "what was paid for is kept"
    )


def disk_full() -> StorageError:
    return StorageError(
        "the disk is full; the answers in flight were kept. Free some space, then resume"
    )


def _counted(answer: AIMessage) -> tuple[int, int] | None:
    """Tokens read and written; None where the server does not say, or says what cannot be."""
    if (usage := answer.usage_metadata) is None:
        return None
    counts = usage["input_tokens"], usage["output_tokens"]
    return counts if all(0 <= count <= _MOST_TOKENS for count in counts) else None
