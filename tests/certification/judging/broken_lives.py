"""Lives of devices that break one rule each, and what they break with it."""

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from certification.transcript import packets
from protocol.product import digest
from protocol.topics import BIRTH
from tests.certification.judging.lives import (
    HEAT,
    HOOKS,
    LEVEL,
    MODE,
    NONCES,
    ON,
    PRESSED,
    Step,
    begun,
    bring,
    gateway,
    over,
)
from tests.certification.judging.scene import CHILD, ID, STARTED_MS, VALUES, Scene, part, product

SECRET = "acme:main.secret"


class Bad(NamedTuple):
    """How a rule is broken.

    Attributes:
        also: Rules that break with it.
    """

    scene: Callable[[], Scene]
    also: tuple[str, ...] = ()


def then(step: Step, *also: str, **changes: Any) -> Bad:
    """Return a device that was good until it did this."""
    return Bad(lambda: over(step(begun(**changes))), also)


def payload(raw: bytes, *also: str) -> Bad:
    """Return a device that publishes this as a state."""
    return then(lambda s: s.say("state", raw), *also)


def reports(*also: str, **values: Any) -> Bad:
    """Return a device that reports these values."""
    named = {f"acme:main.{name}": value for name, value in values.items()}
    return then(lambda s: s.state(named), *also)


def declares(spec: Any, *also: str, raw: bytes | None = None) -> Bad:
    """Return a device with this product spec."""

    def scene() -> Scene:
        found = Scene(spec=spec)
        found.values = {}
        if raw is not None:
            found.spec = raw
        return over(found.join().wait(1).hello().interview())

    return Bad(scene, also)


def joins(step: Step, *also: str) -> Bad:
    """Return a device that does this before it ever connects, and is good from then on."""
    return Bad(lambda: over(step(Scene(hooks=HOOKS)).wait(1).hello()), also)


def dials(*also: str, **changes: Any) -> Bad:
    """Return a device that connects in this way."""
    return Bad(lambda: over(Scene().join().wait(1).hello(**changes)), also)


def again(step: Step, *also: str, **changes: Any) -> Bad:
    """Return a device whose connection was cut, and that then did this."""
    return then(lambda s: step(s.close().wait(3)), *also, **changes)


def spec_with(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a product spec with these properties."""
    service = {"name": "acme:x", "title": {"en": "X"}, "properties": list(parts), **more}
    return product(services=[service])


def _readable(name: str = "a", form: str = "bool", **more: Any) -> dict[str, Any]:
    return part(name, form, **{"access": ["read"], **more})


def _reports_as(said: dict[str, Any]) -> bytes:
    return json.dumps({"epoch": 1, "seq": 2, **said}).encode()


def _waits(*waits_s: float) -> Step:
    def step(scene: Scene) -> Scene:
        scene.close().behave(withhold=["CONNACK"])
        for wait_s in waits_s:
            scene.wait(wait_s).dial(code=None).wait(1).close()
        return scene.behave().wait(waits_s[-1]).hello()

    return step


def _sleeper(part_of: Step, *also: str, **announced: Any) -> Bad:
    def scene() -> Scene:
        found = Scene(hooks=HOOKS, features={"sleeper": True})
        found.sleep = announced.get("sleep", {"interval_s": 60, "awake_s": 2})
        found.join().wait(1).hello().interview().wait(2.5)
        return part_of(found)

    return Bad(scene, also)


def _asleep(scene: Scene) -> Scene:
    return scene.presence("asleep", reason="sleep").wait(0.1)


def _keeper(step: Step, *also: str) -> Bad:
    return Bad(lambda: over(step(gateway())), also)


def _unadopted(step: Step, *also: str, **changes: Any) -> Bad:
    """Return a gateway that does this in place of introducing itself and its child."""

    def scene() -> Scene:
        found = gateway()
        return over(step(found.close().wait(3)))

    return Bad(scene, also)


def _flood(scene: Scene) -> Scene:
    for number in range(60):
        scene.wait(0.1).state({HEAT: 20.0 + number / 10})
    return scene


def _drawn_badly(scene: Scene) -> Scene:
    for number in range(6):
        scene.birth(f"hub.5.{number}", spread_s=1.0).wait(0.02)
        scene.introduce(birth=f"hub.5.{number}").wait(4)
    return scene


def _argues(scene: Scene) -> Scene:
    for _ in range(4):
        scene.verdict().wait(0.05).state({HEAT: 21.5}).wait(0.05)
    return scene


def _power_cycled(after: Step) -> Step:
    def step(scene: Scene) -> Scene:
        scene.hook("power_cycle").close("device", "reset").wait(1)
        scene.connection = 0
        return after(scene)

    return step


def _reset(after: Step) -> Step:
    def step(scene: Scene) -> Scene:
        scene.hook("factory_reset").close("device", "reset").wait(1)
        scene.epoch, scene.connection = 2, 0
        return after(scene)

    return step


def _next_boot(scene: Scene) -> Scene:
    scene.epoch += 1
    return scene.hello()


def _renewed(spec: dict[str, Any], **announced: Any) -> Step:
    def step(scene: Scene) -> Scene:
        scene.hook("new_firmware").close("device", "reset").wait(2)
        scene.epoch, scene.connection = 2, 0
        scene.renew(spec)
        scene.values = {a: v for a, v in VALUES.items() if a in _addresses(spec)}
        return scene.hello(**announced).interview()

    return step


def _addresses(spec: dict[str, Any]) -> set[str]:
    return {f"{s['name']}.{p['name']}" for s in spec["services"] for p in s["properties"]}


def _lacking(name: str) -> dict[str, Any]:
    spec = product(version=2)
    (service,) = spec["services"]
    service["properties"] = [p for p in service["properties"] if p["name"] != name]
    return spec


def _other_children(scene: Scene) -> Scene:
    answer = {"id": "b", "serial": "2", "is_same_code": False, "children": [CHILD]}
    return scene.hook("second_unit", answer=answer)


def _second(**told: Any) -> Bad:
    answer = {"id": "acme-other", "serial": "2", "is_same_code": False, **told}
    return then(lambda s: s.hook("second_unit", answer=answer))


def _crowd_of(scene: Scene, number: int, pause_s: float = 0.0) -> Scene:
    for place in range(number):
        said = {**_child_announce(scene), "serial": str(place)}
        scene.wait(pause_s).say("announce", said, child=f"acme-bulb-{place:08}a")
    return scene


def _child_announce(scene: Scene) -> dict[str, Any]:
    spec = {"sha256": digest(scene.child_spec), "bytes": len(scene.child_spec)}
    said = {"vendor": "acme", "product": "thing-1", "serial": "x", "hardware": "A"}
    said |= {"firmware": "1", "protocol": "1.0"}
    return {**said, "epoch": 100, "connection": scene.connection, "spec": spec}


def _left(scene: Scene) -> Scene:
    return scene.ask("l.1", "leave", child=CHILD).wait(1)


_FILTERS = (f"eco/1/{ID}/command", f"eco/1/{ID}/verdict", BIRTH)
_BELOW = (f"eco/1/{ID}/+/command", f"eco/1/{ID}/+/verdict")


def _hasty(scene: Scene) -> Scene:
    return scene.presence(child=CHILD, epoch=100).wait(0.01)


def _second_boot(scene: Scene) -> Scene:
    scene.epoch = 2
    return scene


def _joined_as(scene: Scene, own_id: str) -> Scene:
    return scene.join(NONCES[2], asked={"device": own_id}).wait(1).hello()


def _older(scene: Scene) -> Scene:
    scene.birth("hub.5.1").wait(0.1).introduce(birth="hub.5.1").wait(4)
    return scene.birth("hub.4.1", epoch=4).wait(15)


def _turned(scene: Scene) -> dict[str, Any]:
    return {**scene.values, ON: not scene.values[ON]}


def _clocked(ahead_ms: int) -> Scene:
    """Return a device whose clock is this far off."""
    scene = Scene(features={"time_synced": True}).join().wait(1)
    scene.synced = True
    scene.dial().subscribe().announce().presence().interview()
    return scene.state(time_ms=STARTED_MS + ahead_ms).wait(1)


def _late(scene: Scene) -> Scene:
    scene.set("c.1", {ON: True}, expires_at_ms=1_000_000_000_000)
    return scene.done("c.1", {ON: True})


def _insisting(scene: Scene) -> Scene:
    for wait_s in (1, 2.5, 3.5, 9, 20):
        scene.dial(code=0x84, level=packets.MQTT_5).close("device", "fin").wait(wait_s)
    return scene


def _aliased(scene: Scene) -> Scene:
    scene.dial(level=packets.MQTT_5).subscribe().introduce()
    properties = {"topic_alias": 1}
    return scene.say("state", b"{}", topic="", properties=properties)


def _altered(scene: Scene) -> Scene:
    """Send another product spec than the one announced, of the same length."""
    scene.hello()
    return scene.interview(spec=scene.spec.replace(b"Thing", b"thing"))


def _from_the_start(scene: Scene) -> Scene:
    sha256 = digest(scene.spec)
    asked = {"type": "spec.get", "id": "g.1", "ttl_ms": 5000, "sha256": sha256}
    piece = base64.b64encode(scene.spec[:9]).decode()
    scene.tell("command", {**asked, "offset": 9})
    said = {"epoch": 1, "sha256": sha256, "offset": 0, "part": piece}
    return scene.say("spec", said).wait(9)


def _says_for_child(values: dict[str, Any], **changes: Any) -> Step:
    def step(scene: Scene) -> Scene:
        scene.epoch = 100
        scene.child_state(values={**scene.child_values, **values}, **changes)
        scene.epoch = 1
        return scene

    return step


def _child_gateway() -> Scene:
    scene = gateway()
    scene.child_spec = scene.spec
    scene.child_values = {"gateway.children": 0}
    scene.epoch = 101
    scene.introduce_child().interview_child(101)
    scene.epoch = 1
    return over(scene)


_TWO_IN_ONE = b'{"epoch":1,"seq":2,"seq":3,"values":{}}'
_DEEP = b'{"epoch":1,"seq":2,"values":{"a":' + b"[" * 8 + b"]" * 8 + b"}}"

BAD: dict[str, Bad] = {
    # What a message shows alone.
    "ECO-CODEC-001": payload(b'{"epoch":1,"seq":2,"values":{},"x":"' + b"x" * 17000 + b'"}'),
    "ECO-CODEC-002": payload(b'{"epoch":1,"seq":2,"values":{"a":"\xff"}}'),
    "ECO-CODEC-003": payload(b'{"epoch":1,"seq":2,"values":{},}'),
    "ECO-CODEC-004": payload(b"[1]"),
    "ECO-CODEC-005": payload(_DEEP),
    "ECO-CODEC-006": payload(b'{"epoch":1,"seq":2,"values":{"a":1e999}}'),
    "ECO-CODEC-007": payload(b'{"epoch":1,"seq":2,"values":{"a":18446744073709551615}}'),
    "ECO-CODEC-008": payload(_TWO_IN_ONE),
    "ECO-CODEC-009": payload(b'{"epoch":1,"seq":2,"values":{"a":"\\ud800"}}'),
    "ECO-MSG-001": payload(b'{"epoch":1,"values":{}}'),
    "ECO-MSG-002": then(lambda s: s.state({ON: True}, colour="red")),
    "ECO-MSG-003": payload(b'{"epoch":1,"seq":"2","values":{}}'),
    "ECO-MSG-004": then(lambda s: s.say("command", {"type": "rest", "id": "x", "ttl_ms": 1})),
    "ECO-MSG-005": then(lambda s: s.state({ON: True}, flags={"qos": 1})),
    "ECO-MSG-006": then(lambda s: s.state({ON: True}, flags={"retain": True})),
    "ECO-TOPIC-001": then(lambda s: s.say("", {}, topic=f"eco/1/{ID}/diary")),
    "ECO-TOPIC-002": then(lambda s: s.say("", {}, topic="eco/1/Big/state")),
    "ECO-TOPIC-003": then(lambda s: s.say("", {}, topic="eco/1/hub/state")),
    "ECO-VALUE-001": reports(on=1),
    "ECO-VALUE-002": reports(level=105),
    "ECO-VALUE-003": reports(level=52),
    "ECO-VALUE-004": reports(mode=7),
    "ECO-VALUE-005": reports(label="far too long"),
    "ECO-VERSION-001": Bad(lambda: over(Scene().join().dial().subscribe().introduce(protocol="1"))),
    "ECO-VERSION-002": Bad(
        lambda: over(Scene().join().dial().subscribe().introduce(protocol="2.0"))
    ),
    "ECO-STATE-001": reports(colour=1),
    "ECO-STATE-002": reports(secret="1234"),
    "ECO-STATE-003": then(lambda s: s.state({ON: True}, full=True)),
    "ECO-EVENT-001": then(lambda s: s.event("acme:main.sneezed", arguments={})),
    "ECO-EVENT-002": then(lambda s: s.event(arguments={})),
    "ECO-CHILD-002": then(lambda s: s.say("state", _reports_as({"values": {}}), child=CHILD)),
    # How it connects.
    "ECO-MQTT-001": Bad(lambda: Scene().join().dial().wait(9).ping()),
    "ECO-MQTT-002": Bad(
        lambda: _insisting(Scene(features={"mqtt5": True}).join().wait(1)), ("ECO-MQTT-001",)
    ),
    "ECO-MQTT-003": Bad(
        lambda: over(_aliased(Scene(features={"mqtt5": True}).join())), ("ECO-TOPIC-001",)
    ),
    "ECO-MQTT-004": dials(clean=False),
    "ECO-MQTT-005": dials(client="another-thing"),
    "ECO-MQTT-007": dials(keepalive_s=600),
    "ECO-MQTT-008": then(lambda s: s.close().wait(0.1).hello()),
    "ECO-MQTT-009": then(_waits(1.5, 1.1, 1.9, 1.2, 1.6)),
    "ECO-MQTT-010": then(_waits(1, 2, 4, 8, 16)),
    "ECO-MQTT-011": Bad(
        lambda: over(Scene().join().dial().subscribe(f"eco/1/{ID}/command").introduce())
    ),
    "ECO-JOIN-014": then(lambda s: s.close().wait(2).dial(code=5).close().wait(2).join(NONCES[2])),
    "ECO-PRESENCE-001": dials(will_flags=0),
    "ECO-PRESENCE-002": again(lambda s: s.dial().subscribe().announce().state()),
    "ECO-PRESENCE-003": then(lambda s: s.leave().wait(2).hello()),
    "ECO-ANNOUNCE-001": again(lambda s: s.dial().subscribe().presence().introduce()),
    "ECO-ANNOUNCE-002": again(lambda s: s.dial().subscribe().introduce(serial="2")),
    "ECO-ANNOUNCE-003": then(_drawn_badly),
    "ECO-ANNOUNCE-004": then(lambda s: s.birth("hub.5.1").wait(0.1).introduce()),
    "ECO-ANNOUNCE-005": then(
        lambda s: s.hook("new_firmware").wait(1).close("device", "reset").wait(2).hello()
    ),
    "ECO-ANNOUNCE-006": _second(serial="00C0FFEE"),
    "ECO-TOPIC-004": then(_reset(lambda s: _joined_as(s, "acme-another-one"))),
    "ECO-TOPIC-005": _second(id=ID),
    # Order.
    "ECO-ORDER-001": then(_power_cycled(lambda s: s.hello()), "ECO-ORDER-003"),
    "ECO-ORDER-002": then(lambda s: s.state({ON: True}, seq=1)),
    "ECO-ORDER-003": again(
        lambda s: s.dial(will={"connection": 1}).subscribe().introduce(connection=1)
    ),
    "ECO-ORDER-004": then(lambda s: s.state({ON: True}, seq=9)),
    "ECO-ORDER-005": Bad(
        lambda: over(Scene().join().dial().subscribe().announce().presence().state(seq=5))
    ),
    "ECO-ORDER-006": then(lambda s: s.state({ON: True}, epoch=7)),
    "ECO-ORDER-007": then(lambda s: s.verdict(rule="ECO-ORDER-001", min_epoch=9).wait(15)),
    "ECO-ORDER-008": then(_older, "ECO-ANNOUNCE-003"),
    # States, events, time.
    "ECO-STATE-004": again(lambda s: s.dial().subscribe().announce().presence()),
    "ECO-STATE-005": then(
        lambda s: s.hook("button", ON).wait(9).ask("g.1").wait(0.1).state(_turned(s), full=True)
    ),
    "ECO-STATE-006": then(lambda s: s.wait(400).ping().wait(300).ping()),
    "ECO-STATE-007": then(
        lambda s: s.set("c.1", {ON: True}).wait(0.01).state({ON: True}).done("c.1", {ON: True})
    ),
    "ECO-STATE-008": then(lambda s: s.set("c.1", {ON: True}).wait(0.1).ack("c.1")),
    "ECO-STATE-009": then(
        lambda s: (
            s.set("c.1", {ON: True})
            .done("c.1", {ON: True})
            .wait(3)
            .hook("button", ON)
            .state({ON: False}, cause="c.1")
        )
    ),
    "ECO-STATE-010": then(lambda s: s.hook("sensor_lost", HEAT).wait(0.1).state({HEAT: 0.0})),
    "ECO-STATE-011": then(lambda s: s.ask("g.1").wait(5)),
    "ECO-RATE-001": then(_flood),
    "ECO-EVENT-003": then(lambda s: s.hook("button", PRESSED).wait(3).event()),
    "ECO-EVENT-004": then(lambda s: s.hook("button", PRESSED).event().wait(1).event()),
    "ECO-TIME-001": then(lambda s: s.state({ON: True}, time_ms=1_790_000_002_000)),
    "ECO-TIME-002": Bad(lambda: over(_clocked(315_360_000_000))),
    "ECO-TIME-003": Bad(lambda: over(_clocked(1_790_000_000 - 1_790_000_000_000))),
    # Commands.
    "ECO-ACK-001": then(lambda s: s.ack("c.99")),
    "ECO-ACK-002": then(
        lambda s: (
            s.set("c.1", {ON: True})
            .done("c.1", {ON: True})
            .ack("c.1", "rejected", error={"code": "acme:no"})
        )
    ),
    "ECO-ACK-003": then(lambda s: s.set("c.1", {ON: True}).wait(1.6).done("c.1", {ON: True})),
    "ECO-ACK-004": then(lambda s: s.act("c.1").wait(0.1).ack("c.1", "received").wait(20)),
    "ECO-ACK-005": then(lambda s: s.act("c.1").wait(0.1).ack("c.1", "rejected")),
    "ECO-ACK-006": then(lambda s: s.act("c.1").wait(0.1).ack("c.1", results={})),
    "ECO-CMD-005": then(
        lambda s: s.set("c.1", {ON: True}, flags={"retain": True}).done("c.1", {ON: True})
    ),
    "ECO-CMD-006": then(
        lambda s: (
            s.set("c.1", {ON: True, LEVEL: 200})
            .wait(0.1)
            .ack("c.1", "rejected", error={"code": "ECO-VALUE-002"})
            .state({ON: True})
        )
    ),
    "ECO-CMD-007": then(
        lambda s: (
            s.set("c.1", {ON: True})
            .done("c.1", {ON: True})
            .wait(1)
            .set("c.2", {ON: False})
            .done("c.2", {ON: False})
            .wait(1)
            .set("c.1", {ON: True})
            .done("c.1", {ON: True})
        )
    ),
    "ECO-CMD-008": then(
        lambda s: s.act("c.1", ttl_ms=1, epoch=1).wait(0.9).ack("c.1", results={"done": 1}),
    ),
    "ECO-CMD-010": then(lambda s: s.set("c.1", {ON: True}).wait(0.1).ack("c.1", "busy")),
    "ECO-CMD-011": then(
        lambda s: (
            s.set("c.1", {LEVEL: 200}).wait(0.1).ack("c.1", "rejected", error={"code": "acme:no"})
        )
    ),
    "ECO-CMD-012": Bad(lambda: over(_late(_clocked(0)))),
    "ECO-CMD-014": then(
        lambda s: (
            s.set("c.1", {MODE: 1})
            .set("c.2", {MODE: 2})
            .wait(0.1)
            .ack("c.2")
            .state({MODE: 2}, cause="c.2")
            .ack("c.1")
            .state({MODE: 1}, cause="c.1")
        )
    ),
    "ECO-CMD-017": then(lambda s: s.act("c.1", epoch=2).wait(0.1).ack("c.1", results={"done": 1})),
    # What it has to bear.
    "ECO-MSG-007": then(
        lambda s: s.tell("command", b"{").wait(0.1).close("device", "fin").wait(2).hello()
    ),
    "ECO-VERDICT-004": then(_argues),
    "ECO-UPDATE-001": then(
        lambda s: s.tell("update", {"version": "9"}).wait(0.1).announce().state()
    ),
    "ECO-VERSION-003": then(lambda s: s.birth("hub.5.1", eco_next=1).wait(5), "ECO-ANNOUNCE-003"),
    "ECO-VERSION-004": then(
        lambda s: (
            s.set("c.1", {ON: True}, eco_next=1)
            .wait(0.1)
            .ack("c.1", "rejected", error={"code": "ECO-MSG-002"})
        )
    ),
    # Joining.
    "ECO-JOIN-003": joins(lambda s: s.join(NONCES[0], proof_ok=False).join(NONCES[1])),
    "ECO-JOIN-004": joins(lambda s: s.join(NONCES[0], proof_ok=True).join(NONCES[0])),
    "ECO-JOIN-006": joins(
        lambda s: (
            s.join(NONCES[0], is_false=True).wait(1).dial(code=4).close().wait(2).join(NONCES[1])
        )
    ),
    "ECO-JOIN-007": Bad(lambda: over(Scene().hello().join().wait(1))),
    "ECO-JOIN-008": then(_power_cycled(lambda s: _next_boot(s.join(NONCES[2]).wait(1)))),
    "ECO-JOIN-009": then(_reset(lambda s: s.hello())),
    "ECO-JOIN-012": _second(is_same_code=True),
    "ECO-JOIN-013": joins(lambda s: s.join(late_s=66)),
    "ECO-DISC-001": joins(lambda s: s.advert(join="no").join()),
    "ECO-DISC-002": joins(lambda s: s.advert(id="").join()),
    "ECO-DISC-003": joins(lambda s: s.advert(more="http://192.0.2.1/").join()),
    # The product spec.
    "ECO-SPEC-001": declares(None, raw=json.dumps({"a": json.loads("[" * 20 + "]" * 20)}).encode()),
    "ECO-SPEC-003": declares(spec_with({"name": "a"})),
    "ECO-SPEC-004": declares(product(**{"class": "light"})),
    "ECO-SPEC-005": declares(spec_with(_readable(form="float", unit="horsepower"))),
    "ECO-SPEC-006": declares(spec_with(_readable(range=[0, 1, 1]))),
    "ECO-SPEC-007": declares(spec_with(_readable(), _readable())),
    "ECO-SPEC-008": declares(spec_with({**_readable(), "title": {"zh": "x"}})),
    "ECO-SPEC-012": declares(
        product(services=[{"name": "mine", "title": {"en": "M"}, "properties": [_readable()]}]),
        "ECO-STATE-003",
    ),
    "ECO-SPEC-016": declares(spec_with(_readable(access=["notify"]))),
    "ECO-SPEC-017": declares(spec_with(_readable(form="uint8", access=["read", "write"]))),
    "ECO-SPEC-018": declares(
        spec_with(*(_readable(f"t{n}", "string", max_length=1000) for n in range(5))),
        "ECO-STATE-003",
    ),
    "ECO-SPEC-002": Bad(lambda: over(_altered(Scene().join().wait(1)))),
    "ECO-SPEC-009": Bad(lambda: over(_from_the_start(Scene().join().wait(1).hello()))),
    "ECO-SPEC-010": then(
        _renewed(_lacking("label")),
    ),
    "ECO-SPEC-011": then(_renewed(product(title={"en": "Thing!"}))),
    # Sleepers.
    "ECO-SLEEP-003": _sleeper(
        lambda s: over(_asleep(s).leave().wait(9).hello()), "ECO-SLEEP-009", sleep=None
    ),
    "ECO-SLEEP-004": _sleeper(lambda s: over(_asleep(s).leave().wait(200).hello())),
    "ECO-SLEEP-005": _sleeper(
        lambda s: _asleep(
            _asleep(s).leave().wait(9).dial().subscribe().announce().presence().wait(3)
        ).leave(),
        "ECO-STATE-004",
    ),
    "ECO-SLEEP-006": _sleeper(lambda s: over(_asleep(s.state()).leave().wait(9).hello())),
    "ECO-SLEEP-007": _sleeper(lambda s: over(_asleep(s).close("device", "fin").wait(9).hello())),
    "ECO-SLEEP-008": _sleeper(
        lambda s: over(_asleep(s.ask("r.1", "rest").wait(4)).leave().wait(9).hello())
    ),
    "ECO-SLEEP-009": then(lambda s: _asleep(s).wait(1).presence()),
    "ECO-SLEEP-010": _sleeper(
        lambda s: over(_asleep(s.ask("r.1", "rest").ack("r.1")).leave().wait(9).hello())
    ),
    # Gateways.
    "ECO-CHILD-003": _keeper(lambda s: s.presence(child=CHILD, epoch=100, retain=True)),
    "ECO-CHILD-004": _unadopted(lambda s: bring(s.hello(), 101)),
    "ECO-CHILD-005": _keeper(_says_for_child({LEVEL: 200})),
    "ECO-CHILD-006": _unadopted(
        lambda s: bring(_hasty(s.dial().subscribe(*_FILTERS, *_BELOW)).introduce(), 101)
    ),
    "ECO-CHILD-007": _unadopted(lambda s: s.hello_gateway().wait(9)),
    "ECO-CHILD-008": _keeper(lambda s: _crowd_of(s, 60)),
    "ECO-CHILD-009": _keeper(lambda s: s.say("presence", {}, topic=f"eco/1/{ID}/BIG/presence")),
    "ECO-CHILD-010": _keeper(lambda s: _crowd_of(s, 64, 0.1)),
    "ECO-CHILD-011": _keeper(_other_children),
    "ECO-CHILD-012": _keeper(
        lambda s: bring(_left(s).birth("hub.5.1").wait(0.1).introduce(birth="hub.5.1"), 101).wait(6)
    ),
    "ECO-CHILD-013": _keeper(
        lambda s: _left(s).presence("offline", child=CHILD, epoch=100, reason="removed")
    ),
    "ECO-CHILD-014": _keeper(
        _power_cycled(lambda s: bring(_second_boot(s).hello_gateway(), 100).wait(6))
    ),
    "ECO-CHILD-015": _keeper(lambda s: s.presence(child=CHILD, epoch=100, connection=9)),
    "ECO-CHILD-016": _keeper(lambda s: s.hook("child_lost", CHILD).wait(301)),
    "ECO-CHILD-017": _keeper(lambda s: s.hook("child_removed", CHILD).wait(301)),
    "ECO-CHILD-018": Bad(_child_gateway),
}
