"""Writes transcripts as a run would, packet by packet, for the tests of the judge.

A `Scene` is a device and a harness at once: what it says goes through the real codec, packets and
writer, and its clock stands still until `wait`.
"""

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

from certification.judging.judge import judge
from certification.judging.judgement import Judgement
from certification.recorder import outgoing
from certification.recorder.outgoing import Message
from certification.transcript import packets
from certification.transcript.file import Transcript, Writer, parse
from certification.transcript.properties import encode_properties
from protocol.mqtt import Kind, encode, text
from protocol.product import digest
from protocol.topics import BIRTH

ID = "acme-thing-00c0ffee"
CHILD = "acme-bulb-00000001"
CODE = "1234-5678"
STARTED_MS = 1_790_000_000_000
GRANTED = "m2Vb0s4nJx7Kq1Ty9RwE"

_VALUES = ["read", "notify", "write"]


def part(name: str, form: str, **fields: Any) -> dict[str, Any]:
    """Return a value of a product spec."""
    return {"name": name, "title": {"en": name}, "format": form, **fields}


def product(**changes: Any) -> dict[str, Any]:
    """Return a product spec with something of everything."""
    choices = [{"value": n, "name": f"m{n}", "title": {"en": str(n)}} for n in range(3)]
    service = {
        "name": "acme:main",
        "title": {"en": "Main"},
        "properties": [
            part("on", "bool", access=_VALUES),
            part("level", "uint8", range=[0, 100, 5], access=_VALUES),
            part("mode", "uint8", enum=choices, access=_VALUES),
            part("label", "string", max_length=8, access=_VALUES),
            part("heat", "float", range=[-40, 125, 0], access=["read", "notify"]),
            part("secret", "string", max_length=8, access=["write"]),
        ],
        "actions": [
            {
                "name": "blink",
                "title": {"en": "Blink"},
                "arguments": [part("times", "uint8", range=[1, 9, 1])],
                "results": [part("done", "uint8")],
            }
        ],
        "events": [
            {"name": "pressed", "title": {"en": "Pressed"}, "arguments": [part("long", "bool")]}
        ],
    }
    return {
        "eco": "1.0",
        "vendor": "acme",
        "product": "thing-1",
        "version": 1,
        "title": {"en": "Thing"},
        "services": [service],
        **changes,
    }


VALUES: Mapping[str, Any] = {
    "acme:main.on": False,
    "acme:main.level": 50,
    "acme:main.mode": 0,
    "acme:main.label": "a",
    "acme:main.heat": 21.5,
}
_CONNECT: Mapping[str, Any] = {
    "client": ID,
    "user": ID,
    "clean": True,
    "keepalive_s": 30,
    "will": {},
    "will_flags": 0x2C,
    "will_topic": f"eco/1/{ID}/presence",
    "properties": {},
}
"""A good CONNECT; the flags of its will are: there is one, QoS 1, retained."""

FEATURES: Mapping[str, bool] = {
    "sleeper": False,
    "gateway": False,
    "commands": True,
    "actions": True,
    "events": True,
    "notify": True,
    "mqtt5": False,
    "time_synced": False,
}


class Scene:
    """A run as it goes on; each method is something that happens now.

    Args:
        hooks: Those that the run has.
        features: What the declaration says besides `FEATURES`.
        spec: The product spec of the device.
    """

    def __init__(
        self,
        *,
        hooks: tuple[str, ...] = (),
        features: Mapping[str, bool] | None = None,
        spec: Mapping[str, Any] | None = None,
        scale: float = 1.0,
        level: int = 3,
    ) -> None:
        self.now_ns = 0
        self._file = io.BytesIO()
        self.writer = Writer(self._file, lambda: self.now_ns, [CODE, GRANTED])
        self.spec = json.dumps(spec or product()).encode()
        self.epoch, self.connection, self.link, self.level = 1, 0, 0, packets.MQTT_3
        self.seqs: dict[str, int] = {}
        self.values: dict[str, Any] = dict(VALUES)
        self.child_values: dict[str, Any] = {}
        self.child_spec = json.dumps(product()).encode()
        self.synced = False
        self.sleep: dict[str, int] | None = None
        self._number = 0
        self.writer.write(
            "run",
            format=1,
            protocol="1.0",
            tool="ecohub 0",
            catalogue="c" * 64,
            declaration=self._declaration(features or {}),
            seed=7,
            scale=scale,
            level=level,
            broker="scripted",
            started_ms=STARTED_MS,
            hooks=list(hooks),
        )

    def _declaration(self, features: Mapping[str, bool]) -> dict[str, Any]:
        return {
            "device": {"id": ID, "vendor": "acme", "product": "thing-1", "firmware": "1.0.0"},
            "features": {**FEATURES, **features},
        }

    # What is seen at the end.

    def end(self) -> Transcript:
        """Return the whole transcript."""
        self.writer.end()
        return parse(self._file.getvalue())

    def judged(self) -> Judgement:
        """Return what is said of it."""
        return judge(self.end())

    # Time and the harness.

    def wait(self, s: float) -> "Scene":
        """Let time pass."""
        self.now_ns += round(s * 1e9)
        return self

    def stall(self, s: float) -> "Scene":
        """Let time pass in which the harness does not get to run."""
        self.wait(s).writer.write("stall", late_ns=round(s * 1e9))
        return self

    def stimulus(self, name: str, **args: Any) -> "Scene":
        """Note what the harness is about to do."""
        self.writer.write("stimulus", name=name, args=args)
        return self

    def behave(self, **deviations: Any) -> "Scene":
        """Let the broker misbehave; without any deviation it is well again."""
        return self.stimulus("behave", **deviations)

    def hook(self, name: str, wanted: str = "", **fields: Any) -> "Scene":
        """Run a hook to its end."""
        self.writer.write(
            "hook", name=name, phase="begin", **({"wanted": wanted} if wanted else {})
        )
        self.wait(0.1)
        self.writer.write("hook", name=name, phase="end", exit=0, **fields)
        return self

    def http(self, way: str, call: int, body: Any, **fields: Any) -> "Scene":
        """Note half of a call of the join API."""
        self.writer.write(
            "http", hub=fields.pop("hub", "hub-1"), way=way, call=call, body=body, **fields
        )
        return self

    def advert(self, **txt: str) -> "Scene":
        """Note an advert of the device."""
        said = {"id": ID, "v": "1.0", "product": "thing-1", "class": "", "join": "yes", **txt}
        self.writer.write("advert", instance=ID, txt=said, port=80, host="thing.local.")
        return self

    def join(self, nonce: str = "0" * 31 + "1", **fields: Any) -> "Scene":
        """Join a hub; `fields` change what is noted of the second call and its answer."""
        self._number += 1
        session = f"session-{self._number:012}"
        asked = {"device": ID, "product": "thing-1", "vendor": "acme", "nonce": nonce}
        late_s, proof_ok = fields.pop("late_s", 0.1), fields.pop("proof_ok", True)
        hub = fields.pop("hub", "hub-1")
        self.http("in", 1, {**asked, **fields.pop("asked", {})}, hub=hub)
        answer = {"hub": hub, "nonce": "f" * 32, "session": session}
        self.http("out", 1, answer, status=200, hub=hub).wait(late_s)
        self.http("in", 2, {"session": session, "proof": "*" * 64}, proof_ok=proof_ok, hub=hub)
        return self.http("out", 2, {"hub": hub}, status=200 if proof_ok else 403, hub=hub, **fields)

    # The wire.

    def packet(self, way: str, raw: bytes) -> "Scene":
        """Note a packet."""
        said = packets.decode(raw, self.level)
        fields = {"link": self.link, "way": way, "raw": said.raw, "type": said.type}
        self.writer.write("packet", **fields, decoded=dict(said.fields))
        return self

    def dial(self, code: int | None = 0, **changes: Any) -> "Scene":
        """Open a connection and send CONNECT; `code` is that of the CONNACK, None for none."""
        self.link += 1
        self.connection += 1
        self.level = changes.pop("level", packets.MQTT_3)
        self.writer.write("opened", link=self.link, peer_is_local=True)
        self.packet("in", self._connect(**changes))
        if code is not None:
            self.packet("out", outgoing.connack(self.level, code))
        return self

    def _connect(self, **changes: Any) -> bytes:
        told = {**_CONNECT, **changes}
        said = {"status": "offline", "epoch": self.epoch, "connection": self.connection}
        payload = json.dumps({**said, "reason": "lost", **told["will"]}).encode()
        is_new = self.level == packets.MQTT_5
        bits = 0xC0 | told["will_flags"] | 2 * told["clean"]
        head = text("MQTT") + bytes((self.level, bits)) + told["keepalive_s"].to_bytes(2)
        body = (encode_properties(told["properties"]) if is_new else b"") + text(told["client"])
        if told["will_flags"]:
            body += (b"\0" if is_new else b"") + text(told["will_topic"])
            body += len(payload).to_bytes(2) + payload
        return encode(Kind.CONNECT, 0, head + body + text(told["user"]) + text("x" * 20))

    def subscribe(self, *filters: str) -> "Scene":
        """Subscribe to what a device has to, or to something else."""
        wanted = filters or (f"eco/1/{ID}/command", f"eco/1/{ID}/verdict", BIRTH)
        body = b"".join(text(each) + b"\1" for each in wanted)
        props = b"\0" if self.level == packets.MQTT_5 else b""
        self.packet("in", encode(Kind.SUBSCRIBE, 2, b"\0\1" + props + body))
        return self.packet("out", outgoing.suback(self.level, 1, [1] * len(wanted)))

    def close(self, by: str = "harness", how: str = "cut") -> "Scene":
        """End the connection."""
        self.writer.write("closed", link=self.link, by=by, how=how)
        return self

    def say(self, leaf: str, said: Any, *, child: str = "", **flags: Any) -> "Scene":
        """Publish from the device; `said` is a message, or bytes as they are."""
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        topic = flags.pop("topic", f"eco/1/{ID}/{child + '/' if child else ''}{leaf}")
        flags.setdefault("qos", 0 if leaf == "state" else 1)
        number = (self.link * 1000 + len(self.writer.lines)) % 65535 + 1
        packet_id = number if flags["qos"] else None
        self.packet("in", outgoing.publish(self.level, Message(topic, payload, **flags), packet_id))
        if packet_id and not flags.get("dup"):
            self.packet("out", outgoing.puback(self.level, packet_id))
        return self

    def tell(self, leaf: str, said: Any, *, child: str = "", **flags: Any) -> "Scene":
        """Publish to the device."""
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        topic = BIRTH if leaf == "birth" else f"eco/1/{ID}/{child + '/' if child else ''}{leaf}"
        flags.setdefault("qos", 1)
        number = 9 if flags["qos"] else None
        message = Message(topic, payload, **flags)
        return self.packet("out", outgoing.publish(self.level, message, number))

    # What a good device says.

    def announce(self, *, child: str = "", **changes: Any) -> "Scene":
        """Publish an announce."""
        said: dict[str, Any] = {
            "vendor": "acme",
            "product": "thing-1",
            "serial": child or "00C0FFEE",
            "hardware": "A",
            "firmware": "1.0.0",
            "protocol": "1.0",
            "epoch": self.epoch,
            "connection": self.connection,
            "spec": {"sha256": digest(self.spec), "bytes": len(self.spec)},
        }
        said |= {"is_time_synced": True} if self.synced else {}
        said |= {"sleep": self.sleep} if self.sleep else {}
        return self.say("announce", {**said, **changes}, child=child)

    def presence(self, status: str = "online", *, child: str = "", **changes: Any) -> "Scene":
        """Publish a presence."""
        said = {"status": status, "epoch": self.epoch, "connection": self.connection}
        retain = changes.pop("retain", not child)
        return self.say("presence", {**said, **changes}, child=child, retain=retain)

    def seq(self, leaf: str, child: str = "") -> int:
        """Return the next number of a leaf."""
        key = f"{child}/{leaf}/{self.epoch}"
        self.seqs[key] = self.seqs.get(key, 0) + 1
        return self.seqs[key]

    def state(self, values: Mapping[str, Any] | None = None, **changes: Any) -> "Scene":
        """Publish a state, a full one if no values are given."""
        child, flags = changes.pop("child", ""), changes.pop("flags", {})
        is_full = values is None
        self.values.update(values or {})
        seq = self.seq("state", child)
        said = {"epoch": self.epoch, "seq": seq, "values": self.values if is_full else values}
        said |= {"full": True} if is_full else {}
        said |= {"time_ms": STARTED_MS + self.now_ns // 1_000_000} if self.synced else {}
        return self.say("state", {**said, **changes}, child=child, **flags)

    def event(self, name: str = "acme:main.pressed", **changes: Any) -> "Scene":
        """Publish an event."""
        said = {"epoch": self.epoch, "seq": self.seq("event"), "event": name}
        return self.say("event", {**said, "arguments": {"long": True}, **changes})

    def ack(self, named: str, status: str = "done", **changes: Any) -> "Scene":
        """Publish an ack."""
        child = changes.pop("child", "")
        said = {"epoch": self.epoch, "seq": self.seq("ack", child), "id": named, "status": status}
        return self.say("ack", {**said, **changes}, child=child)

    def introduce(self, **announced: Any) -> "Scene":
        """Publish announce, presence and full state."""
        return self.announce(**announced).presence().state()

    def hello(self, **dialled: Any) -> "Scene":
        """Connect, subscribe, introduce."""
        return self.dial(**dialled).subscribe().introduce()

    def interview(self, *, child: str = "", spec: bytes | None = None) -> "Scene":
        """Ask for the product spec and get it."""
        document = self.spec if spec is None else spec
        sha256 = digest(self.spec)
        asked = {"type": "spec.get", "id": f"g.{len(self.writer.lines)}", "ttl_ms": 5000}
        self.tell("command", {**asked, "sha256": sha256, "offset": 0}, child=child)
        piece = base64.b64encode(document).decode()
        said = {"epoch": self.epoch, "sha256": sha256, "offset": 0, "part": piece}
        return self.say("spec", said, child=child)

    def renew(self, spec: Mapping[str, Any]) -> "Scene":
        """Have another product spec from now on."""
        self.spec = json.dumps(spec).encode()
        return self

    # What a good gateway says.

    def hello_gateway(self) -> "Scene":
        """Connect, subscribe for itself and for children, introduce itself."""
        below = (f"eco/1/{ID}/+/command", f"eco/1/{ID}/+/verdict")
        own = (f"eco/1/{ID}/command", f"eco/1/{ID}/verdict", BIRTH)
        return self.dial().subscribe(*own, *below).introduce()

    def child_announce(self, child: str = CHILD, **changes: Any) -> "Scene":
        """Publish the announce of a child."""
        spec = {"sha256": digest(self.child_spec), "bytes": len(self.child_spec)}
        return self.announce(child=child, spec=spec, **changes)

    def introduce_child(self, **announced: Any) -> "Scene":
        """Publish announce, presence and full state of the child."""
        return self.child_announce(**announced).presence(child=CHILD).child_state()

    def child_presence(self, status: str, epoch: int, **changes: Any) -> "Scene":
        """Publish a presence of the child."""
        return self.presence(status, child=CHILD, epoch=epoch, **changes)

    def child_state(self, **changes: Any) -> "Scene":
        """Publish a full state of the child."""
        said = {"epoch": self.epoch, "seq": self.seq("state", CHILD), "full": True}
        return self.say("state", {**said, "values": self.child_values, **changes}, child=CHILD)

    def interview_child(self, epoch: int = 100) -> "Scene":
        """Ask for the product spec of the child and get it."""
        sha256 = digest(self.child_spec)
        asked = {"type": "spec.get", "id": "g.child", "ttl_ms": 5000}
        self.tell("command", {**asked, "sha256": sha256, "offset": 0}, child=CHILD)
        piece = base64.b64encode(self.child_spec).decode()
        said = {"epoch": epoch, "sha256": sha256, "offset": 0, "part": piece}
        return self.say("spec", said, child=CHILD)

    def answer_child(self, named: str, values: Mapping[str, Any]) -> "Scene":
        """Answer a `set` for the child as a good gateway does."""
        own, self.epoch = self.epoch, 100
        self.ack(named, child=CHILD)
        self.child_state(cause=named, values={**self.child_values, **values})
        self.epoch = own
        return self

    # What a harness asks.

    def set(self, named: str, values: Mapping[str, Any], **changes: Any) -> "Scene":
        """Send a `set`."""
        child, flags = changes.pop("child", ""), changes.pop("flags", {})
        said = {"type": "set", "id": named, "ttl_ms": 10_000, "values": values}
        self.stimulus("set", id=named, values=values)
        return self.tell("command", {**said, **changes}, child=child, **flags)

    def done(self, named: str, values: Mapping[str, Any]) -> "Scene":
        """Answer a `set` as a good device does."""
        return self.wait(0.05).ack(named).state(values, cause=named)

    def act(self, named: str, **changes: Any) -> "Scene":
        """Send an `action`."""
        said = {"type": "action", "id": named, "ttl_ms": 10_000, "action": "acme:main.blink"}
        self.stimulus("action", id=named)
        arguments = {"epoch": self.epoch, "arguments": {"times": 3}}
        return self.tell("command", {**said, **arguments, **changes})

    def ask(self, named: str, kind: str = "state.get", **changes: Any) -> "Scene":
        """Send a command without fields of its own."""
        child = changes.pop("child", "")
        self.stimulus(kind, id=named)
        said = {"type": kind, "id": named, "ttl_ms": 10_000}
        return self.tell("command", {**said, **changes}, child=child)

    def birth(self, named: str, epoch: int = 5, spread_s: float = 0.0, **more: Any) -> "Scene":
        """Send a birth."""
        said = {"id": named, "hub": "hub-1", "epoch": epoch, "time_ms": 1_790_000_000_000}
        return self.tell("birth", {**said, "spread_s": spread_s, **more})

    def verdict(self, **more: Any) -> "Scene":
        """Send a verdict."""
        said = {"rule": "ECO-VALUE-002", "leaf": "state", "path": "values.x", "sample": "1"}
        return self.tell("verdict", {**said, "text": "t", "fix": "f", "count": 1, **more}, qos=0)

    def ping(self) -> "Scene":
        """Show that the device is alive."""
        return self.packet("in", encode(Kind.PINGREQ, 0, b"")).packet("out", b"\xd0\x00")

    def leave(self) -> "Scene":
        """Send DISCONNECT and end the connection."""
        self.packet("in", encode(Kind.DISCONNECT, 0, b""))
        return self.close("device", "disconnect")
