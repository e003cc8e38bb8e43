"""Between threads and the event loop: waiting for a run, and stopping work that blocks."""

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Interrupted(Exception):
    """Raised inside a worker thread whose run was cancelled."""


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="distillnet", daemon=True).start()
    return loop


def wait_for(work: Coroutine[Any, Any, T], *, drain: Callable[[], int] = lambda: 0) -> T:
    """The result of ``work``, run on the one loop that all runs of this process share.

    The clients of model providers keep connections that belong to a loop, so a loop a run would
    break the second run; and in a notebook the caller's own loop is already running. When the
    caller is interrupted, ``drain`` is asked to end ``work`` softly; when that returns 0, nothing
    to wait for, or at a second interrupt, ``work`` is cancelled and its clean-up waited for.
    """
    ended = threading.Event()

    async def watched() -> T:
        try:
            return await work
        finally:
            ended.set()

    future = asyncio.run_coroutine_threadsafe(watched(), _loop())
    drained = False
    while True:
        try:
            return future.result()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not drained and drain():
                drained = True
                continue
            future.cancel()
            ended.wait()
            raise


async def interruptible(
    function: Callable[[Any, Callable[[Any], None]], T],
    argument: Any,
    emit: Callable[[Any], None],
) -> T:
    """``function(argument, emit)`` in a worker thread.

    When the run is cancelled, the function's next ``emit`` raises Interrupted, so that the process
    need not wait for a training to end.
    """
    stopping = threading.Event()

    def checked(event: Any) -> None:
        if stopping.is_set():
            raise Interrupted
        emit(event)

    try:
        return await asyncio.to_thread(function, argument, checked)
    except asyncio.CancelledError:
        stopping.set()
        raise
