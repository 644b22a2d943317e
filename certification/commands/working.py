"""Processes that work for this one, and end with it however it ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, Protocol, TypeVar

from certification.commands import terminal

ORPHANED: Final = 3
"""Exit code of a worker whose parent is gone; nobody reads it."""

Given = TypeVar("Given")
Made = TypeVar("Made")


class Work(Protocol):
    """Does something with each of many things, several at a time; results come in their order."""

    def __call__(self, do: Callable[[Given], Made], things: Iterable[Given]) -> Iterator[Made]:
        """Begin, and return the results as they come."""


@contextmanager
def workers(number: int) -> Iterator[Work]:
    """Have so many processes work.

    A block that fails, and SIGINT, SIGTERM or SIGHUP, end them and what they have started. They
    are forks, so there must be no thread and no loop yet.
    """
    context = multiprocessing.get_context("fork")
    with (
        terminal.interruptible(),
        ProcessPoolExecutor(number, mp_context=context, initializer=_begin) as pool,
    ):
        try:
            yield lambda do, things: pool.map(partial(_until_interrupted, do), things)
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _begin() -> None:
    """Listen to the parent alone, which tells when to end; and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(ORPHANED)


def _until_interrupted(do: Callable[[Given], Made], given: Given) -> Made:
    try:
        return do(given)
    except KeyboardInterrupt:
        os._exit(terminal.INTERRUPTED)
