"""The client of the hub's API as commands use it: what goes wrong is told to a person."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Final

from ecohub_client import Hub, ProblemError, Stream, StreamClosedError, UnreachableError
from ecohub_client.exchange import TIMEOUT_S, Query
from ecohub_client.shapes import Only, ResumeFrom
from ecohub_client.stream import TOKEN_REFUSED
from hub.cli import errors
from hub.cli.access import Access
from hub.cli.errors import CliError, NotAuthorisedError, RefusedError

Frame = Mapping[str, object]
"""What the stream tells, of whatever kind."""

_ANOTHER_ONE: Final = "give another one with --token or ECOHUB_TOKEN"


class HubClient(Hub):
    """One hub; every call raises errors of `hub.cli.errors`."""

    def __init__(self, access: Access, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(access.url, token=access.token, timeout_s=timeout_s)

    @asynccontextmanager
    async def stream(
        self, resume: ResumeFrom | None = None, *, only: Only | None = None
    ) -> AsyncIterator[Stream]:
        """See `Hub.stream`; what breaks inside the block is told, too."""
        with told():
            async with super().stream(resume, only=only) as stream:
                yield stream

    async def history_csv(
        self, device: str, addresses: Sequence[str] = (), *, since: str | None = None
    ) -> AsyncIterator[bytes]:
        """See `Hub.history_csv`."""
        with told():
            async for chunk in super().history_csv(device, addresses, since=since):
                yield chunk

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        is_text: bool = False,
    ) -> object:
        with told():
            return await super()._ask(method, path, body, query=query, is_text=is_text)


@contextmanager
def told() -> Iterator[None]:
    """Turn errors of the client into those that a person can read."""
    try:
        yield
    except ProblemError as problem:
        raise refusal(problem) from problem
    except StreamClosedError as end:
        if end.code == TOKEN_REFUSED:
            raise NotAuthorisedError("the hub does not take the token", _ANOTHER_ONE) from end
        raise errors.UnreachableError(str(end), "see whether it runs: ecohub doctor") from end
    except UnreachableError as error:
        remedy = "see whether it runs: ecohub doctor\nor which hub runs where: ecohub discover"
        raise errors.UnreachableError(str(error), remedy) from error


def refusal(problem: ProblemError) -> CliError:
    """Return the error that a problem of the API is to a person."""
    more = [f"{item['path']}: {item['detail']}" for item in problem.errors[1:]]
    remedy = "\n".join(line for line in (problem.remedy, *more) if line)
    text, code = problem.detail, problem.code
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return NotAuthorisedError(text, remedy or _ANOTHER_ONE, code)
    return RefusedError(f"{text} ({code})" if code.startswith("ECO-") else text, remedy, code)
