"""What can go wrong with an answer, by name, and a schedule of it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

TransportFault = Literal[
    "rate_limited",  # 429
    "server_error",  # 500
    "overloaded",  # 529
    "hang",  # silence, then the connection is closed
    "slow_drip",  # the head, then a byte now and then, then closed before the end
    "reset",  # TCP RST before any byte
    "cut_body",  # Content-Length promises more than is sent
    "html",  # an error page with status 200
    "invalid_json",  # JSON text cut before its end, under a true Content-Length
    "null_content",  # neither content nor refusal
    "empty_choices",
]
ContentFault = Literal[
    "length",  # cut off by the token limit, and said so
    "liar",  # cut off by the token limit, and "stop" claimed
    "refusal",  # in the message's own field; the content is null
    "content_filter",
    "off_language",  # an answer in another language than the prompt's
]
AccessFault = Literal[
    "unauthorized",  # 401; the body repeats the key
    "quota",  # 429 insufficient_quota
]
BatchFault = Literal["expired"]  # the row was not reached within the window of its batch
FaultName = TransportFault | ContentFault | AccessFault | BatchFault

TRANSPORT_FAULTS: tuple[TransportFault, ...] = get_args(TransportFault)
CONTENT_FAULTS: tuple[ContentFault, ...] = get_args(ContentFault)
_KNOWN = (*TRANSPORT_FAULTS, *CONTENT_FAULTS, *get_args(AccessFault), *get_args(BatchFault))


@dataclass(frozen=True)
class Fault:
    """What is sent instead of the good answer.

    ``retry_after`` is the Retry-After header of an error status, in seconds or as an HTTP date;
    ``seconds`` is how long ``hang`` and ``slow_drip`` last. Raises ValueError for another name.
    """

    name: FaultName
    retry_after: str | None = None
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.name not in _KNOWN:
            raise ValueError(f"no fault {self.name!r}: give one of {', '.join(_KNOWN)}")


Faults = Callable[[str, int], Fault | None]
"""(prompt, nth request of this prompt, from 0) -> what happens to it; None: a good answer."""


def mixed_faults(
    share: float,
    *,
    random_seed: int = 0,
    names: Sequence[FaultName] = TRANSPORT_FAULTS,
    at_most: int = 2,
    seconds: float = 5.0,
) -> Faults:
    """A schedule that fails each of a prompt's first ``at_most`` requests with chance ``share``.

    It depends on the prompt, ``nth`` and ``random_seed`` only. A client that tries again meets a
    little less than ``share`` in all (28 % at 0.3), as later requests are all served.
    ``seconds`` is how long ``hang`` and ``slow_drip`` last; ``rate_limited`` asks for 1 s.
    """

    def schedule(prompt: str, nth: int) -> Fault | None:
        if nth >= at_most:
            return None
        key = f"{random_seed} {nth} {prompt}".encode(errors="surrogatepass")
        chance, choice = divmod(int.from_bytes(hashlib.sha256(key).digest()), 2**128)
        if chance >= share * 2**128:
            return None
        name = names[choice % len(names)]
        return Fault(name, "1" if name == "rate_limited" else None, seconds)

    return schedule
