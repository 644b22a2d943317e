"""A world with gateways and the children behind them."""

import json

from hub.core.outcome import Outcome
from protocol.ids import DeviceId
from protocol.messages import Announce, Sleep, SpecReference
from protocol.product import digest
from tests.hub.core.world import DOCUMENT, FULL, SHA, World

GATEWAY = DeviceId("gateway-0001")
ATTIC = DeviceId("gateway-0002")
BAND = DeviceId("band-0001")
SENSOR = DeviceId("sensor-0001")
SLEEP = Sleep(interval_s=600)

GATEWAY_DOCUMENT = json.dumps(
    {
        "eco": "1.0",
        "vendor": "acme",
        "product": "gate-1",
        "version": 1,
        "class": "gateway",
        "title": {"en": "Gateway"},
        "services": [
            {
                "name": "gateway",
                "title": {"en": "Gateway"},
                "properties": [
                    {
                        "name": "children",
                        "title": {"en": "Children"},
                        "format": "uint16",
                        "range": [0, 1024, 1],
                        "access": ["read", "notify"],
                    }
                ],
            }
        ],
    }
).encode()


class House(World):
    """The moves of well-behaved gateways; children are told of through them."""

    def start(self, gateway: DeviceId = GATEWAY) -> None:
        """Let a gateway join and come up for the first time, product spec included."""
        self.join(gateway)
        self.up(gateway)
        self.answer_spec(gateway, GATEWAY_DOCUMENT)
        self.state({"gateway.children": 0}, full=True, device=gateway)

    def up(self, gateway: DeviceId = GATEWAY) -> None:
        """Boot a gateway and let it announce itself."""
        self.boot(gateway)
        self.connections[gateway] = 1
        self.announce(gateway)

    def again(self, gateway: DeviceId = GATEWAY) -> None:
        """Connect a gateway anew in the same boot."""
        self.connections[gateway] += 1
        self.announce(gateway)

    def announce(self, device: DeviceId = GATEWAY, **changes: object) -> Outcome:
        """Announce a gateway as one, and a child as a lamp."""
        if device in self.gateways or device not in {GATEWAY, ATTIC}:
            return super().announce(device, **changes)
        spec = SpecReference(sha256=digest(GATEWAY_DOCUMENT), bytes=len(GATEWAY_DOCUMENT))
        return super().announce(device, **{"product": "gate-1", "spec": spec} | changes)

    def child(
        self,
        child: DeviceId = BAND,
        gateway: DeviceId = GATEWAY,
        *,
        sleep: Sleep | None = None,
        status: str | None = "online",
        is_new_boot: bool = True,
    ) -> None:
        """Announce a child as a gateway does that can speak for it."""
        self.gateways[child] = gateway
        if is_new_boot:
            self.boot(child)
        self.connections[child] = self.connections[gateway]
        self.announce(child, sleep=sleep)
        if status is not None:
            self.say(status, device=child)
        if status == "online":
            self.state(FULL, full=True, device=child)

    def as_child(self, child: DeviceId, gateway: DeviceId, **changes: object) -> Announce:
        """Return an announce of a child, for those who lie about it."""
        fields: dict[str, object] = {
            "vendor": "acme",
            "product": "lamp-1",
            "serial": f"sn-{child}",
            "hardware": "A",
            "firmware": "1.0.0",
            "protocol": "1.0",
            "epoch": 1,
            "connection": self.connections[gateway],
            "spec": SpecReference(sha256=SHA, bytes=len(DOCUMENT)),
        }
        return Announce.model_validate(fields | changes)

    def reach(self, device: DeviceId) -> tuple[str, str]:
        """Return presence and reason of a device."""
        return self.device(device).presence.value, self.device(device).reason

    def rules(self, device: DeviceId) -> list[str]:
        """Return the rules that a device has broken, each once, in the order of the first."""
        return list(dict.fromkeys(rule for rule, _ in self.device(device).violations))

    def forget_told(self) -> None:
        """Look only at what comes from now on."""
        for told in (self.events, self.sent, self.saves, self.strays):
            told.clear()


def house_with(*children: DeviceId, sleepers: tuple[DeviceId, ...] = ()) -> House:
    """Return a house with one gateway and children behind it that are online."""
    house = House()
    house.start()
    for child in children:
        house.child(child, sleep=SLEEP if child in sleepers else None)
        house.answer_spec(child)
        house.state(FULL, full=True, device=child)
    house.forget_told()
    return house
