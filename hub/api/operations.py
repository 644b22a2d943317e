"""Turns a function into a documented route: one decorator per operation."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.context import Context
from hub.core.people.access import Principal
from hub.core.people.records import Role
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from protocol.ids import ADDRESS, COMMAND_ID, DEVICE_ID

JSON: Final = "application/json"
PREFIX: Final = "/api/v1"

Body = TypeVar("Body")

NOBODY: Final = Principal(scope="", name="", role=Role.GUEST)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of a path that the client fills in.

    Attributes:
        is_strict: Whether only what fits the pattern leads here, since another path has a word in
            this place.
    """

    name: str
    pattern: str
    description: str
    example: str
    is_strict: bool = False

    @property
    def place(self) -> str:
        """How it stands in the router."""
        return f"{{{self.name}:{self.pattern.strip('^$')}}}" if self.is_strict else self.braced

    @property
    def braced(self) -> str:
        """How it stands in a path."""
        return f"{{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Query:
    """What a client may put behind the `?`; the operation itself judges it.

    Attributes:
        schema: As OpenAPI has it; an array may be given several times.
    """

    name: str
    schema: Mapping[str, object]
    description: str


DEVICE: Final = Parameter("id", rf"^{DEVICE_ID}$", "Id of a device.", "air-purifier-0001")
COMMAND: Final = Parameter(
    "id", rf"^{COMMAND_ID}$", "What you called a command, or its id on the wire.", "phone-7f3a"
)
ACTION: Final = Parameter(
    "action", rf"^{ADDRESS}$", "Address of an action, `service.action`.", "filter.reset"
)
RULE: Final = Parameter(
    "id", r"^ECO-[A-Z]{2,16}-[0-9]{3}$", "Id of a rule of the protocol.", "ECO-VALUE-002"
)

NOTIFICATION: Final = Parameter("id", r"^[0-9]{1,15}$", "Number of a notification.", "1000001")

ROOM: Final = Parameter("id", r"^room-[0-9a-f]{8}$", "Id of a room.", "room-7f3a91c2")
FLOOR: Final = Parameter("id", r"^floor-[0-9a-f]{8}$", "Id of a floor.", "floor-7f3a91c2")
GROUP: Final = Parameter("id", r"^group-[0-9a-f]{8}$", "Id of a group.", "group-7f3a91c2")
SCENE: Final = Parameter("id", r"^scene-[0-9a-f]{8}$", "Id of a scene.", "scene-7f3a91c2")
AUTOMATION: Final = Parameter(
    "id",
    r"^automation-[0-9a-f]{8}$",
    "Id of an automation.",
    "automation-7f3a91c2",
    is_strict=True,
)
UNDO: Final = Parameter(
    "id", r"^undo-[0-9a-f]{8}$", "What an activation calls the way back.", "undo-7f3a91c2"
)

CERTIFICATE: Final = Parameter("id", r"^[0-9a-f]{64}$", "Id of a certificate.", "6a78db95" * 8)

EVERYWHERE: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.MISDIRECTED_REQUEST,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Malformed, of a foreign origin, compressed, for another host, and what is the hub's own fault."""

WITH_TOKEN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})

WITH_BODY: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that an operation gives when all is well.

    Attributes:
        schema: A class of `models`; None when the content is no JSON, or there is none.
        media: Types that the content may have; none when there is no content.
        leads_to: Name of an operation, and where its `id` stands in the content.
    """

    status: int
    description: str
    schema: object | None = None
    media: tuple[str, ...] = (JSON,)
    leads_to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Call(Generic[Body]):
    """One request that has passed the gate.

    Attributes:
        asks: Who sends it; `NOBODY` where an operation is open and no good token was given.
        body: The checked body; None where the operation has none.
    """

    context: Context
    request: web.Request
    asks: Principal
    body: Body

    @property
    def scope(self) -> str:
        """What commands of who asks are known by."""
        return self.asks.scope

    @property
    def person(self) -> str:
        """Whose favourites are meant: the person's, or those of the machine's own token."""
        return self.asks.person or self.asks.scope

    @property
    def sight(self) -> Sight:
        """What of the home exists for who asks."""
        return self.context.home.people.sights.of(self.asks)

    def path(self, parameter: Parameter) -> str:
        """Return what the client filled in."""
        return self.request.match_info[parameter.name]

    def queries(self, query: Query) -> list[str]:
        """Return what stands behind the `?` under a name, in its order."""
        return self.request.query.getall(query.name, [])


Handler = Callable[[Call[Body]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path, with all that OpenAPI says of it.

    Attributes:
        path: The whole path, parameters in braces.
        body: Checks the request body; None when there is none.
        problems: Statuses of its problems beyond those that follow from the rest.
        right: What a caller needs at least; its handler asks for more where the body does.
        is_http: Whether it is plain HTTP; a WebSocket has no place in OpenAPI's paths.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str
    tag: str
    handler: Handler[Any]  # the decorator pairs it with the `body` that it takes
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...]
    body: TypeAdapter[Any] | None
    problems: frozenset[int]
    right: Right
    is_http: bool
    queries: tuple[Query, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is served without a token."""
        return self.right is Right.OPEN

    @property
    def place(self) -> str:
        """The path as the router has it."""
        place = self.path
        for parameter in self.parameters:
            place = place.replace(parameter.braced, parameter.place)
        return place

    @property
    def problem_statuses(self) -> frozenset[int]:
        """All statuses of its problems."""
        found = set(self.problems | EVERYWHERE)
        if not self.is_open:
            found |= WITH_TOKEN
        if self.body is not None:
            found |= WITH_BODY
        if self.parameters:
            found.add(HTTPStatus.NOT_FOUND)
        return frozenset(int(status) for status in found)


@dataclass(slots=True)
class Routes:
    """The operations of one module."""

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def operation(  # noqa: PLR0913 - one keyword for each thing that OpenAPI says
        self,
        method: str,
        path: str,
        *answers: Answer,
        right: Right,
        parameters: tuple[Parameter, ...] = (),
        body: TypeAdapter[Body] | None = None,
        problems: frozenset[int] | set[int] = frozenset(),
        is_http: bool = True,
        queries: tuple[Query, ...] = (),
    ) -> Callable[[Handler[Body]], Handler[Body]]:
        """Serve a function at `method` and `path`, which is below the API's prefix.

        The function's name becomes the operation's id, its docstring summary and description.
        `right` has no default: an operation that does not say who may use it is none.
        """

        def register(handler: Handler[Body]) -> Handler[Body]:
            summary, _, description = (handler.__doc__ or "").partition("\n\n")
            operation = Operation(
                method=method,
                path=path if path == "/metrics" else PREFIX + path,
                name=getattr(handler, "__name__", ""),
                summary=" ".join(summary.split()).removesuffix("."),
                description=" ".join(description.split()),
                tag=self.tag,
                handler=handler,
                answers=answers,
                parameters=parameters,
                body=body,
                problems=frozenset(problems),
                right=right,
                is_http=is_http,
                queries=queries,
            )
            self.operations.append(operation)
            return handler

        return register
