"""Several pieces of work at once, each in a process of its own."""

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    at_once: int,
    on_done: Callable[[int, Result], None],
) -> dict[int, Result]:
    """``work(task)`` for each task, ``at_once`` of them at a time; the results by number.

    Where a process dies, as one without memory does, the results that were not there yet are
    missing. An interrupt ends all processes, and so does the end of this one, however it comes.
    ``work``, tasks and results must be picklable, and a program that comes here guarded by
    ``if __name__ == "__main__"``.
    """
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(
        at_once,
        # A process that has used a GPU cannot be forked.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(at_once,),
    )
    done: dict[int, Result] = {}
    try:
        running = {pool.submit(work, task): number for number, task in enumerate(tasks)}
        for future in as_completed(running):
            number = running[future]
            done[number] = future.result()
            on_done(number, done[number])
    except BrokenProcessPool:
        pass
    except BaseException:
        # The pool itself would wait for what it has begun.
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return done


def _begin(at_once: int) -> None:
    """In each process: its share of the cores, an end with its parent, no word on the terminal."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Read by torch when it is first imported.
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // at_once))
    # Ctrl-C reaches all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Notices to the libraries' own developers.
    warnings.filterwarnings("ignore", category=FutureWarning)


def _end_with_parent() -> None:
    """A parent that was killed can end nobody: a process that is at work would go on with it."""
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)
