"""What a device needs a person for: batteries, consumables, silence, and rules that it breaks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from hub.core.device import Device
from hub.core.inbox import Inbox
from hub.core.outcome import Outcome
from hub.core.quarantine import OF_THE_LINK
from hub.core.records import NoticeKind, SaveDevice
from protocol.ids import Address, DeviceId
from protocol.presence import Presence
from protocol.validator import CompiledProduct

LOOK_EVERY_S: Final = 60.0
"""How often all devices are looked at; a report by itself costs nothing."""

AWAY_S: Final = 86_400.0
"""So long nobody may have heard of a device before people are told."""

RULES_EVERY_S: Final = 86_400.0
"""How often people are told of a device in warn mode that it goes on breaking rules."""

RULES_NAMED: Final = 3
"""So many rules stand in the text of a notice."""

CARRIED: Final = frozenset({"wearable", "earphones", "power_bank"})
"""Classes of what people take along: that it is away says nothing."""


class Supply(NamedTuple):
    """A percentage that runs down.

    Attributes:
        low: People are told at this or less.
        fine: Then not again before it was this or more: values waver.
        charging: While this is true, people know already.
    """

    address: Address
    kind: NoticeKind
    low: float
    fine: float
    charging: Address | None


_RUNS_DOWN: Final[tuple[tuple[re.Pattern[str], NoticeKind, float, float], ...]] = (
    (re.compile(r"(^|[._:])battery(\.level)?$"), "battery", 15.0, 25.0),
    (re.compile(r"\.life$"), "worn", 10.0, 20.0),
    (re.compile(r"^tank\.level$"), "empty", 10.0, 20.0),
)
"""Standard addresses (`battery.level`, `case.battery`, `filter.life`, `brush.life`...), in percent:
when it is low, and when it is fine again."""


def supplies(product: CompiledProduct) -> Iterator[Supply]:
    """Yield what of a product runs down, by standard addresses and units."""
    for address, part in product.properties.items():
        if part.unit != "percent" or not part.is_readable:
            continue
        for pattern, kind, low, fine in _RUNS_DOWN:
            if pattern.search(address):
                charging = Address(f"{address.rpartition('.')[0]}.charging")
                known = charging if charging in product.properties else None
                yield Supply(address, kind, low, fine, known)
                break


class Needs:
    """Looks at all devices now and then; what was told outlives a restart with the device."""

    def __init__(self, devices: Mapping[DeviceId, Device], inbox: Inbox) -> None:
        self._devices, self._inbox = devices, inbox
        self._looked_s: float | None = None

    def look(self, now_s: float, out: Outcome, *, is_linked: bool) -> None:
        """Make notices of what has come to be, once each.

        Args:
            now_s: The core's clock.
            out: Where effects go.
            is_linked: Whether devices can reach the hub: else nobody can be missed.
        """
        if self._looked_s is None:
            self._looked_s = now_s
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        for device in self._devices.values():
            before = device.record
            self._look_at_rules(device, now_s, out)
            if device.presence in _HEARD:
                self._look_at_supplies(device, now_s, out)
                device.record = replace(device.record, is_missed=False)
            elif is_linked:
                self._miss(device, now_s, out)
            if device.record != before:
                out.saves.append(SaveDevice(device.record))

    def _look_at_supplies(self, device: Device, now_s: float, out: Outcome) -> None:
        if device.product is None:
            return
        low = list(device.record.low)
        for supply in supplies(device.product):
            told = device.reported.get(supply.address)
            value = told.value if told else None
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if supply.address in low:
                if value >= supply.fine:
                    low.remove(supply.address)
            elif value <= supply.low and not _is_charging(device, supply):
                low.append(supply.address)
                title = device.product.properties[supply.address].title["en"]
                text = f"{device.record.name}: {title} is at {value:g} %"
                self._inbox.add(supply.kind, device.id, text, now_s, out, supply.address)
        if tuple(low) != device.record.low:
            device.record = replace(device.record, low=tuple(low))

    def _look_at_rules(self, device: Device, now_s: float, out: Outcome) -> None:
        """Tell of rules that are only noted: in strict mode a device is shut out, and that told."""
        record, told_s = device.record, device.record.rules_told_at_s
        is_told = told_s is not None and now_s - told_s < RULES_EVERY_S
        if record.mode != "warn" or is_told:
            return
        counts = device.violations.values()
        broken = [one for one in counts if told_s is None or one.last_s > told_s]
        rules = sorted({one.violation.rule for one in broken} - OF_THE_LINK)
        if rules:
            device.record = replace(record, rules_told_at_s=now_s)
            more = " and more" if len(rules) > RULES_NAMED else ""
            named = ", ".join(rules[:RULES_NAMED]) + more
            text = f"{record.name} breaks rules, which is only noted: {named}"
            self._inbox.add("rules", device.id, text, now_s, out)

    def _miss(self, device: Device, now_s: float, out: Outcome) -> None:
        record = device.record
        if record.is_missed or not _is_missable(device, self._devices):
            return
        times = [told.at_s for told in device.reported.values()]
        heard_s = max([*times, record.joined_at_s])
        if now_s - heard_s >= AWAY_S:
            device.record = replace(record, is_missed=True)
            text = f"{record.name}: nothing was heard of it for a day"
            self._inbox.add("away", device.id, text, now_s, out)


_HEARD: Final = frozenset({Presence.ONLINE, Presence.ASLEEP})


def _is_missable(device: Device, devices: Mapping[DeviceId, Device]) -> bool:
    """Say whether people want to know that a device is away; of a gateway's children it is."""
    if device.presence is not Presence.UNREACHABLE:
        return False
    if device.product is not None and device.product.spec.device_class in CARRIED:
        return False
    gateway = devices.get(device.record.gateway) if device.record.gateway else None
    return gateway is None or gateway.presence in _HEARD


def _is_charging(device: Device, supply: Supply) -> bool:
    told = device.reported.get(supply.charging) if supply.charging else None
    return told is not None and told.value is True
