"""How a group is: what its members share, what they show, and which of them lag behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from hub.core.arrangement.errors import NotAlikeError
from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.receipts import is_same
from hub.core.records import CommandRecord
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence
from protocol.product_model import Property
from protocol.receipt import Status

REACHABLE: Final = frozenset({Presence.ONLINE, Presence.ASLEEP})

Switched = Literal["on", "off", "mixed", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a group was told last.

    Attributes:
        values: Value by address.
        commands: The command of each member, None where it was refused; others were not told.
    """

    values: Mapping[str, Scalar]
    commands: Mapping[DeviceId, CommandId | None]


class Common(NamedTuple):
    """A property that all members have.

    Attributes:
        value: What those that can be reached show; None where they differ or show nothing.
        is_mixed: Whether they differ.
    """

    value: Scalar
    is_mixed: bool


class Lag(NamedTuple):
    """A member that does not show what it was told.

    Attributes:
        wanted, value: What it was told, and what it shows.
        reason: Of its receipt, or how far that has come; `refused` where there is none.
    """

    device: DeviceId
    address: Address
    wanted: Scalar
    value: Scalar
    reason: str


class GroupState(NamedTuple):
    """A group as its members make it.

    Attributes:
        switch: The switch by which each of them is on or off; None if they have none in common.
        switched: What it shows; None without one.
        unreachable: Members whose values count for nothing now.
    """

    switch: Address | None
    switched: Switched | None
    properties: Mapping[Address, Common]
    lagging: tuple[Lag, ...]
    unreachable: tuple[DeviceId, ...]


def shared(members: Iterable[Device]) -> tuple[Address, ...]:
    """Return the addresses that can be set of all members, in the order of the first one's spec.

    Members whose product spec is not here yet do not count; values have to be of one JSON type.
    """
    products = [member.product for member in members if member.product]
    if not products:
        return ()
    first, *others = products
    return tuple(
        address
        for address, part in first.properties.items()
        if part.is_writable
        and all(
            address in other.writable and _type(other.properties[address]) == _type(part)
            for other in others
        )
    )


def check_alike(members: Sequence[Device]) -> None:
    """Refuse members that share nothing that can be set.

    Raises:
        NotAlikeError: Names the first one that shares nothing with all before it.
    """
    known = [member for member in members if member.product]
    for count in range(1, len(known) + 1):
        if not shared(known[:count]):
            raise NotAlikeError([known[count - 1].id])


def state(members: Sequence[Device], asked: Asked | None, commands: Commands) -> GroupState:
    """Return how a group is now."""
    heard = [member for member in members if member.presence in REACHABLE]
    readable = [a for a in shared(members) if all(_shows(member, a) for member in members)]
    properties = {address: _common(heard, address) for address in readable}
    switch = next((a for a in readable if _is_switch(members, a)), None)
    return GroupState(
        switch=switch,
        switched=None if switch is None else _switched(properties[switch]),
        properties=properties,
        lagging=tuple(_lagging(members, readable, asked, commands)),
        unreachable=tuple(m.id for m in members if m.presence not in REACHABLE),
    )


def _type(part: Property) -> str:
    return "number" if part.is_number else part.format


def _shows(member: Device, address: Address) -> bool:
    return member.product is None or address in member.product.readable


def _is_switch(members: Sequence[Device], address: Address) -> bool:
    """Whether each member is on or off by this: a display can be on while its fan is not."""
    parts = [member.product.properties[address] for member in members if member.product]
    return all(part.format == "bool" and part.ui.is_primary for part in parts)


def _common(heard: Iterable[Device], address: Address) -> Common:
    shown = [_value(member, address) for member in heard]
    known = [value for value in shown if value is not None]
    if not known or not all(is_same(value, known[0]) for value in known):
        return Common(None, is_mixed=bool(known))
    return Common(known[0], is_mixed=False)


def _switched(common: Common) -> Switched:
    if common.is_mixed:
        return "mixed"
    if common.value is None:
        return "unknown"
    return "on" if common.value else "off"


def _lagging(
    members: Sequence[Device], addresses: Sequence[Address], asked: Asked | None, commands: Commands
) -> Iterable[Lag]:
    for member in members:
        for address in addresses:
            wish = _wish(member, address, asked, commands)
            value = _value(member, address)
            if wish is not None and (value is None or not is_same(value, wish[0])):
                yield Lag(member.id, address, wish[0], value, wish[1])


def _wish(
    member: Device, address: Address, asked: Asked | None, commands: Commands
) -> tuple[Scalar, str] | None:
    """Return what a member was told last and why it may not have done it; None if it has."""
    desired = member.desired.get(address)
    if desired is not None:
        return desired.value, _reason(commands.get(desired.command))
    if asked is None or address not in asked.values or member.id not in asked.commands:
        return None
    command = asked.commands[member.id]
    if command is None:
        return asked.values[address], "refused"
    record = commands.get(command)
    if record is None or record.status not in _UNDONE:
        return None
    return asked.values[address], _reason(record)


_UNDONE: Final = frozenset({Status.REJECTED, Status.EXPIRED, Status.FAILED})


def _reason(record: CommandRecord | None) -> str:
    if record is None:
        return "unknown"
    return record.reason or str(record.status)


def _value(member: Device, address: Address) -> Scalar:
    reported = member.reported.get(address)
    return reported.value if reported else None
