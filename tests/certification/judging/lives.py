"""Lives of good devices, as transcripts: every rule for devices is kept in one of them."""

from collections.abc import Callable

from certification.transcript import packets
from tests.certification.judging.scene import CHILD, Scene, product

ON, LEVEL, MODE, LABEL = "acme:main.on", "acme:main.level", "acme:main.mode", "acme:main.label"
HEAT, BLINK, PRESSED = "acme:main.heat", "acme:main.blink", "acme:main.pressed"
HOOKS = (
    *("power_cycle", "factory_reset", "button", "second_unit", "new_firmware"),
    *("sensor_lost", "child_lost", "child_removed"),
)
OLD_MS = 1_000_000_000_000
NONCES = ("0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3")

Step = Callable[[Scene], Scene]


def begun(**changes: object) -> Scene:
    """Return a device that has joined, connected and told its product spec."""
    scene = Scene(hooks=HOOKS, **changes)  # type: ignore[arg-type]
    scene.advert().join(NONCES[0], is_false=True).wait(2)
    return scene.join(NONCES[1]).wait(1).hello().interview().wait(1)


def over(scene: Scene) -> Scene:
    """Let time pass in which the device shows that it is alive."""
    return scene.wait(3).ping().wait(3).ping()


def commanded(scene: Scene) -> Scene:
    """Send commands of every kind, and let the device answer as it should."""
    scene.set("c.1", {ON: True, LEVEL: 55}).wait(0.05).ack("c.1", "received")
    scene.wait(0.1).ack("c.1").state({ON: True, LEVEL: 55}, cause="c.1").wait(2)
    scene.set("c.2", {LEVEL: 200, ON: False}).wait(0.05)
    scene.ack("c.2", "rejected", error={"code": "ECO-VALUE-002"}).wait(3)
    scene.ask("g.1").wait(0.1).state().wait(1)
    scene.set("c.1", {ON: True, LEVEL: 55}).wait(0.05).ack("c.1").wait(2)
    scene.act("c.3").wait(0.05).ack("c.3", results={"done": 3}).wait(1)
    scene.act("c.4", epoch=scene.epoch + 1).wait(0.05).ack("c.4", "expired").wait(1)
    scene.set("c.5", {ON: False}, flags={"retain": True}).wait(3).ping().wait(1)
    scene.set("c.6", {ON: False}, ttl_ms=1).wait(0.05).ack("c.6", "expired").wait(3)
    scene.set("c.7", {MODE: 1}).set("c.8", {MODE: 2}).wait(0.05).ack("c.7").ack("c.8")
    scene.state({MODE: 1}, cause="c.7").state({MODE: 2}, cause="c.8").wait(2)
    scene.set("c.9", {MODE: 0}).wait(0.05).ack("c.9", "busy", retry_after_ms=500).wait(1)
    scene.set("c.10", {MODE: 1}, eco_next=1).done("c.10", {MODE: 1}).wait(2)
    scene.set("c.11", {ON: False}, expires_at_ms=OLD_MS).wait(0.05)
    return scene.ack("c.11", "expired").wait(3)


def called(scene: Scene) -> Scene:
    """Send births, verdicts and what cannot be read."""
    for number in range(5):
        name = f"hub.5.{number}"
        scene.birth(name, spread_s=1.0, **({"eco_next": 1} if number == 4 else {}))
        scene.wait(0.1 + 0.2 * number).introduce(birth=name).wait(3)
    scene.birth("hub.5.4", spread_s=1.0).wait(4).ping()
    scene.birth("hub.4.1", epoch=4).wait(0.1).introduce(birth="hub.4.1").wait(4)
    for _ in range(3):
        scene.verdict().wait(0.1)
    scene.wait(3).ping().tell("update", {"version": "9"}).wait(3).ping()
    scene.ask("r.1", "rest").wait(3).ping()
    return scene.tell("command", b"{nonsense").wait(3).ping()


def handled(scene: Scene) -> Scene:
    """Do by hand what changes a property, and what makes an event."""
    scene.hook("button", ON).state({ON: not scene.values[ON]}).wait(2)
    scene.hook("button", PRESSED).event().wait(12)
    return scene.hook("sensor_lost", HEAT).wait(0.1).state({HEAT: None}).wait(2)


def heartbeat(scene: Scene) -> Scene:
    """Let ten minutes pass."""
    for _ in range(18):
        scene.wait(29.9).ping()
    return scene.state().wait(1)


def reconnected(scene: Scene) -> Scene:
    """Break the connection, refuse it six times, refuse the password, say goodbye."""
    scene.close().behave(withhold=["CONNACK"])
    for wait_s in (1.2, 2.6, 3.9, 9.0, 15.0, 40.0):
        scene.wait(wait_s).dial(code=None).wait(1).close()
    scene.behave().wait(55).dial(code=5).close("device", "fin").wait(50).hello().wait(3)
    scene.verdict(rule="ECO-ORDER-001", min_epoch=scene.epoch + 2).wait(0.1)
    scene.epoch += 2
    scene.introduce().wait(3).hook("stop").presence("offline", reason="shutdown").leave()
    return scene.wait(1)


def reborn(scene: Scene) -> Scene:
    """Cut the power, change the firmware, reset, and look at a second unit."""
    for name in ("start", "power_cycle", "new_firmware", "factory_reset"):
        scene.wait(1).hook(name).wait(1)
        scene.epoch, scene.connection = scene.epoch + 1, 0
        if name == "factory_reset":
            scene.join(NONCES[2])
        if name == "new_firmware":
            scene.renew(product(version=2))
            scene.dial().subscribe().introduce(firmware="1.1.0").interview()
        else:
            scene.hello()
        scene.wait(3).close("harness", "reset")
    answer = {"id": "acme-other", "serial": "2", "is_same_code": False, "children": ["x"]}
    return scene.hook("second_unit", answer=answer)


def plain() -> Scene:
    """Return the life of a device with a clock."""
    scene = Scene(hooks=HOOKS, features={"time_synced": True})
    scene.synced = True
    scene.advert().join(NONCES[0], is_false=True).wait(2)
    scene.join(NONCES[1]).wait(1).hello().interview().wait(1)
    for step in (commanded, called, handled, heartbeat, reconnected):
        step(scene)
    return over(reborn(scene).wait(1).hello())


def with_mqtt_5() -> Scene:
    """Return the life of a device that tries MQTT 5 first, and meets a broker without it."""
    scene = Scene(features={"mqtt5": True}).join().wait(1).behave(levels=[4])
    scene.dial(code=0x84, level=packets.MQTT_5).close("device", "fin").wait(2)
    return over(scene.hello().interview())


def sleeping() -> Scene:
    """Return the life of a sleeper."""
    scene = Scene(hooks=HOOKS, features={"sleeper": True})
    scene.sleep = {"interval_s": 60, "awake_s": 2}
    scene.join().wait(1)
    for number in range(3):
        scene.hello().interview().wait(0.5)
        if number:
            scene.ask(f"r.{number}", "rest").wait(0.3)
        else:
            scene.wait(2.1)
        scene.presence("asleep", reason="sleep").wait(0.1).leave().wait(50)
    return over(scene.hello())


def bring(scene: Scene, epoch: int) -> Scene:
    """Have a gateway announce its child."""
    own = scene.epoch
    scene.epoch = epoch
    scene.introduce_child()
    scene.epoch = own
    return scene


def keeping() -> Scene:
    """Return the life of a gateway with one child."""
    scene = gateway()
    scene.set("k.1", {ON: True}, child=CHILD).wait(0.05)
    scene.answer_child("k.1", {ON: True}).wait(3)
    scene.birth("hub.5.1").wait(0.1).introduce(birth="hub.5.1")
    bring(scene, 100).wait(8).ping()
    scene.hook("child_lost", CHILD)
    scene.child_presence("offline", 100, reason="lost").wait(1)
    scene.child_presence("online", 100).wait(1).hook("power_cycle").close("device", "reset")
    scene.epoch, scene.connection = 2, 0
    scene.wait(2).hello_gateway()
    bring(scene, 200).wait(8).ping().hook("child_removed", CHILD)
    scene.child_presence("offline", 200, reason="removed").wait(1)
    scene.ask("l.1", "leave", child=CHILD).wait(3).ping()
    scene.birth("hub.5.2").wait(0.1).introduce(birth="hub.5.2").wait(8).ping()
    answer = {"id": "acme-other", "serial": "2", "is_same_code": False, "children": ["x"]}
    return over(scene.hook("second_unit", answer=answer))


def gateway(**changes: object) -> Scene:
    """Return a gateway that has introduced itself and its child."""
    part = {"name": "children", "title": {"en": "Devices"}, "format": "uint8"}
    service = {
        "name": "gateway",
        "title": {"en": "Gateway"},
        "properties": [{**part, "access": ["read", "notify"]}],
    }
    spec = product(**{"class": "gateway", "services": [service]})
    features = {"gateway": True, "commands": False, "actions": False, "events": False}
    scene = Scene(hooks=HOOKS, features=features, spec=spec, **changes)  # type: ignore[arg-type]
    scene.values = {"gateway.children": 1}
    scene.child_values = {ON: False, LEVEL: 50, MODE: 0, LABEL: "a", HEAT: 20.0}
    scene.join().wait(1).hello_gateway().interview()
    return bring(scene, 100).interview_child().wait(8).ping()


GOOD: dict[str, Callable[[], Scene]] = {
    "plain": plain,
    "mqtt 5": with_mqtt_5,
    "sleeper": sleeping,
    "gateway": keeping,
}
