"""Why a home is not arranged as somebody asks.

* RequestError
  - ArrangedUnknownError    floor-unknown, room-unknown...: there is none of that id
  - MentionUnknownError     mention-unknown: what was sent names something that is not there
  - NameTakenError          name-taken: another of the kind is called so
  - NotEmptyError           not-empty: something is still in it
  - ArrangedLimitError      limit-reached: there are as many as there may be
  - NotAlikeError           group-incompatible: the members share nothing that can be set
  - NothingShownError       nothing-to-capture: the devices show nothing that can be set
"""

from collections.abc import Sequence

from hub.core.arrangement.records import Kind
from hub.core.errors import RequestError
from protocol.errors import printable
from protocol.ids import DeviceId

NAMED_LIMIT = 8
"""So many names stand in the text of an error."""


class ArrangedUnknownError(RequestError):
    """There is none of that kind and id."""

    status = 404

    def __init__(self, kind: Kind, id_: str) -> None:
        super().__init__(f"no {kind} {printable(id_)} in this home", _REMEDIES[kind])
        self.code = f"{kind}-unknown"
        self.kind, self.id = kind, id_


class MentionUnknownError(RequestError):
    """What was sent names something that is not in this home."""

    code = "mention-unknown"
    status = 409

    def __init__(self, what: str, id_: str) -> None:
        remedy = f"name one that is there, or make the {what} first"
        super().__init__(f"no {what} {printable(id_)} in this home", remedy)
        self.what, self.id = what, id_


class NameTakenError(RequestError):
    """Another of the kind is called so; upper and lower case do not tell them apart."""

    code = "name-taken"
    status = 409

    def __init__(self, kind: Kind, name: str, holder: str) -> None:
        detail = f"another {kind} is called {printable(name)} already: {holder}"
        super().__init__(detail, "choose another name")
        self.kind, self.name, self.holder = kind, name, holder


class NotEmptyError(RequestError):
    """Something is still in it."""

    code = "not-empty"
    status = 409

    def __init__(self, kind: Kind, id_: str, within: Sequence[str]) -> None:
        named = ", ".join(within[:NAMED_LIMIT])
        more = f" and {len(within) - NAMED_LIMIT} more" if len(within) > NAMED_LIMIT else ""
        remedy = "put them somewhere else first"
        super().__init__(f"{kind} {id_} still holds {named}{more}", remedy)
        self.kind, self.id, self.within = kind, id_, tuple(within)


class ArrangedLimitError(RequestError):
    """There are as many as there may be."""

    code = "limit-reached"
    status = 409

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"more than {most} {what} are not kept", "remove some, or send less")
        self.what, self.most = what, most


class NotAlikeError(RequestError):
    """The members share no property that can be set, so the group could do nothing."""

    code = "group-incompatible"
    status = 409

    def __init__(self, odd: Sequence[DeviceId]) -> None:
        named = ", ".join(odd[:NAMED_LIMIT])
        detail = f"no property can be set of all: {named} shares none with those before"
        super().__init__(detail, "group devices that share a property, such as light.on")
        self.odd = tuple(odd)


class NothingShownError(RequestError):
    """The devices show nothing that could be set again."""

    code = "nothing-to-capture"
    status = 409

    def __init__(self, devices: Sequence[DeviceId]) -> None:
        named = ", ".join(devices[:NAMED_LIMIT])
        detail = f"nothing is known of {named} that could be set again"
        super().__init__(detail, "wait until their presence is online, or send steps")
        self.devices = tuple(devices)


_REMEDIES: dict[Kind, str] = {
    "floor": "list them: GET /api/v1/floors",
    "room": "list them: GET /api/v1/rooms",
    "group": "list them: GET /api/v1/groups",
    "scene": "list them: GET /api/v1/scenes",
    "automation": "list them: GET /api/v1/automations",
    "favourites": "list them: GET /api/v1/devices",
    "undo": "activate a scene: its answer names the way back, which is good once",
}
