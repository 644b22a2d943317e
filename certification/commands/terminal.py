"""What a command of certification says on the terminal, and how it asks a person."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TypeVar

from certification.errors import CertifyError
from protocol.errors import printable

INTERRUPTED = 2
"""Exit code of a run that somebody has ended: nothing can be said."""

LINE = 400
"""Longest line that is printed, in characters."""


WIDEST: Final = 100
"""Columns of text at most: longer lines are hard to read."""

T = TypeVar("T")


def width() -> int:
    """Return how many columns text may have here: 80 where there is no terminal."""
    return max(40, min(WIDEST, shutil.get_terminal_size().columns))


def guarded(work: Callable[[], int], *, as_json: bool) -> int:
    """Do the work of a command and return its exit code; errors become words."""
    try:
        return work()
    except CertifyError as error:
        show_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        tell("interrupted: what was recorded is no whole transcript, and nothing is judged")
        return INTERRUPTED


def ended(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result; SIGTERM and SIGHUP end it as Ctrl-C does.

    Raises:
        KeyboardInterrupt: It was ended from outside; what it had started is ended, too.
    """

    async def run() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, task.cancel)
        return await work

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@contextmanager
def interruptible() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end what is done in the block as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, interrupt) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, meant in before.items():
            signal.signal(one, meant)


def show_error(error: CertifyError, *, as_json: bool) -> None:
    """Say on stderr what is wrong and what mends it."""
    if as_json:
        report = {"code": error.code, "detail": error.text, "remedy": error.remedy}
        sys.stderr.write(json.dumps({"error": report}, ensure_ascii=False) + "\n")
        return
    tell(f"error: {error.text}")
    if error.remedy:
        tell(f"   → {error.remedy}")


def tell(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(printable(text, LINE) + "\n")
    sys.stderr.flush()


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on one line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(printable(text, LINE) + "\n")
    sys.stdout.flush()


async def ask(question: str, timeout_s: float) -> bool:
    """Ask the person at the terminal to do something; false when they skip it or do not answer."""
    tell(f"please {question}; then Enter (s and Enter: skip; {timeout_s:.0f} s)")
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not answered.done():
            answered.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        async with asyncio.timeout(timeout_s):
            answer = await answered
    except TimeoutError:
        tell("no answer: skipped")
        return False
    finally:
        loop.remove_reader(sys.stdin)
    return answer.endswith("\n") and not answer.strip().lower().startswith("s")
