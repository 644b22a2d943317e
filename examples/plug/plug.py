"""A smart plug that speaks ECO/1, written from protocol/SPEC.md alone.

It needs Python 3.11 and `pip install paho-mqtt`, and runs as

    python examples/plug/plug.py --hub http://HUB:PORT --code 1234-5678

The code is for the first time only, while the owner's joining window is open. `kill -USR1 PID`
presses the button on the plug, `kill -USR2 PID` switches on a heater that is too much for it, and
SIGTERM switches the plug off. What it has to remember is in one file (`--memory`): to delete that
is the factory reset. `--time-scale 0.1` makes long waits ten times shorter, for certification.
"""

import argparse
import base64
import hashlib
import json
import logging
import math
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hardware import Hardware, Memory
from joining import NotNowError, join
from payload import read

SPEC = Path(__file__).with_name("product.json").read_bytes()
SPEC_HASH = hashlib.sha256(SPEC).hexdigest()
MODEL = {"vendor": "example", "product": "plug-1"}
VERSIONS = {"hardware": "A", "firmware": "1.0.0", "protocol": "1.0"}
RATE_PER_S = json.loads(SPEC)["rate_per_s"]
NEEDED: dict[str, dict[str, type]] = {
    "set": {"ttl_ms": int, "values": dict},
    "action": {"ttl_ms": int, "action": str, "epoch": int},
}
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,95}")
NAME = r"([a-z][a-z0-9_]{0,31}:)?[a-z][a-z0-9_]{0,31}"
ADDRESS = re.compile(rf"{NAME}\.{NAME}")
Fields = dict[str, Any]
log = logging.getLogger("plug")


def rejected(code: str) -> Fields:
    return {"status": "rejected", "error": {"code": code}}


class Plug:
    """The device, in the order of its life: it boots, connects, announces, works, obeys, leaves."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.hub, self.code, self.serial = options.hub, options.code, options.serial
        self.id, self.scale = f"example-plug-{self.serial.lower()}", options.time_scale
        self.memory = Memory(options.memory)
        self.hardware = Hardware(self.memory)
        self.connection, self.is_announced = 0, False
        self.seq: Counter[str] = Counter()
        self.answers: dict[str, Fields] = {}  # the ack that each of the last 32 commands got
        self.births: dict[str, float] = {}  # when to answer each birth; infinity: that is done
        self.sent: deque[float] = deque(maxlen=10 * RATE_PER_S)  # when states and events went out
        self.told: Fields = {}  # the values as the hub has them
        self.off = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: self.off.set())

    @property
    def epoch(self) -> int:
        return int(self.memory["epoch"])

    def run(self) -> None:
        self.memory.save(epoch=self.epoch + 1)  # before any message can carry it
        failures = 0
        while not self.off.is_set():
            least_s = 0.0
            try:
                if self.memory["grant"] is None:
                    self.memory.save(grant=join(self.hub, self.id, self.code, **MODEL))
                failures = 0 if self.connect() else failures + 1
            except NotNowError as refusal:
                log.info("not let in: %s", refusal)
                failures, least_s = failures + 1, refusal.wait_s
            except OSError as error:
                log.info("no broker: %s", error)
                failures += 1
            wait_s = min(60, 2 ** min(failures + 1, 6)) * random.uniform(0.7, 1.0) * self.scale
            until = time.monotonic() + max(wait_s, least_s)
            while (left_s := until - time.monotonic()) > 0 and not self.off.wait(min(left_s, 0.1)):
                self.hardware.work()
        self.memory.save()

    def connect(self) -> bool:
        """Live through one connection; return whether the broker took the device in."""
        grant, self.connection = self.memory["grant"], self.connection + 1
        self.client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, grant["client_id"], protocol=mqtt.MQTTv311
        )
        client.username_pw_set(grant["user"], grant["password"])
        if grant["broker"]["tls"]:
            client.tls_set()
        lost = json.dumps(self.presence("offline", reason="lost"))
        client.will_set(self.topic("presence"), lost, qos=1, retain=True)
        topics = (self.topic("command"), self.topic("verdict"), "eco/1/hub/birth")
        client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in topics]) and None
        client.on_subscribe = lambda *_: self.announce()
        client.on_message = lambda _, __, message: self.hear(message, read(message.payload))
        host = grant["broker"]["host"] or urlsplit(self.hub).hostname
        client.connect(host, grant["broker"]["port"], keepalive=math.ceil(30 * self.scale))
        if isinstance(wire := client.socket(), socket.socket):
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not self.off.is_set() and client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS:
            self.work()
        if was_in := self.is_announced:
            self.leave()
        return was_in

    def announce(self, **birth: str) -> None:
        spec = {"sha256": SPEC_HASH, "bytes": len(SPEC)}
        numbers = {"serial": self.serial, "connection": self.connection}
        self.say("announce", **MODEL, **VERSIONS, **numbers, spec=spec, **birth)
        self.say("presence", **self.presence("online"))
        self.report(full=True)
        self.is_announced = True

    def presence(self, status: str, **more: str) -> Fields:
        return {"status": status, "epoch": self.epoch, "connection": self.connection, **more}

    def topic(self, leaf: str) -> str:
        return f"eco/1/{self.id}/{leaf}"

    def say(self, leaf: str, **fields: Any) -> mqtt.MQTTMessageInfo:
        if leaf in ("state", "event", "ack"):  # each of these counts its own messages
            self.seq[leaf] += 1
            fields["seq"] = self.seq[leaf]
        if leaf in ("state", "event"):
            self.sent.append(time.monotonic())
        qos, text = 0 if leaf == "state" else 1, json.dumps({"epoch": self.epoch, **fields})
        return self.client.publish(self.topic(leaf), text, qos, retain=leaf == "presence")

    def report(self, *asked: str, full: bool = False, **cause: str) -> None:
        """Publish what has changed, and what is asked for; or everything."""
        now = self.hardware.values()
        values = {a: v for a, v in now.items() if full or a in asked or v != self.told.get(a)}
        if values:
            self.told = now
            self.say("state", values=values, full=full, **cause)
        if full:
            self.full_at = time.monotonic() + 540 * self.scale

    def work(self) -> None:
        """Do what is due, between two messages."""
        self.hardware.work()
        if not self.is_announced:
            return
        for _ in range(self.hardware.overloads):
            self.say("event", event="outlet.overload")
        self.hardware.overloads = 0
        for birth in [name for name, due in self.births.items() if due <= time.monotonic()]:
            self.births[birth] = math.inf
            self.announce(birth=birth)
        self.report(full=time.monotonic() >= self.full_at)

    def hear(self, message: mqtt.MQTTMessage, fields: Fields) -> None:
        leaf, given = message.topic.rpartition("/")[2], fields.get("id")
        name = given if isinstance(given, str) and ID.fullmatch(given) else ""
        if leaf == "birth" and name and name not in self.births:
            spread_s = fields.get("spread_s")
            longest_s = spread_s if isinstance(spread_s, (int, float)) else 0
            self.births[name] = time.monotonic() + random.uniform(0, longest_s)
        if leaf == "verdict":
            log.warning("verdict: %s", fields)
            self.heed(fields.get("min_epoch"))
        if leaf == "command" and name and not message.retain:
            self.obey(fields, name, time.monotonic() - message.timestamp)

    def heed(self, min_epoch: object) -> None:
        """Go on in the epoch that the hub asks for (ECO-ORDER-007)."""
        if type(min_epoch) is not int:
            return
        if min_epoch > self.epoch:
            self.memory.save(epoch=min_epoch)
            self.seq.clear()
        self.announce()

    def obey(self, command: Fields, name: str, age_s: float) -> None:
        kind, offset = str(command.get("type")), command.get("offset")
        if kind == "state.get":
            self.report(full=True)
        elif kind == "spec.get":
            self.send_part(command.get("sha256"), offset)
        elif kind in NEEDED and name in self.answers:
            self.say("ack", id=name, **self.answers[name])
        elif kind in NEEDED and self.has_said_enough():
            self.say("ack", id=name, status="busy", retry_after_ms=1000)
        elif kind in NEEDED:
            self.carry_out(command, name, age_s)

    def send_part(self, sha256: object, offset: object) -> None:
        if sha256 == SPEC_HASH and type(offset) is int and 0 <= offset < len(SPEC):
            part = base64.b64encode(SPEC[offset : offset + 8192]).decode()
            self.say("spec", sha256=SPEC_HASH, offset=offset, part=part)

    def has_said_enough(self) -> bool:
        """Return whether the state that a command brings would be above our `rate_per_s`."""
        return len(self.sent) == self.sent.maxlen and time.monotonic() - self.sent[0] < 10

    def carry_out(self, command: Fields, name: str, age_s: float) -> None:
        answer = self.refusal(command, age_s)
        asked = command.get("values", ["outlet.energy_wh"])
        if answer is None and command["type"] == "set":
            self.hardware.set(asked)
        elif answer is None:
            self.hardware.reset_energy()
        self.answers[name] = answer or {"status": "done"}
        self.answers = dict(list(self.answers.items())[-32:])
        self.say("ack", id=name, **self.answers[name])
        if answer is None:
            self.report(*asked, cause=name)

    def refusal(self, command: Fields, age_s: float) -> Fields | None:
        """Return the ack of a command that is not to be carried out; None for one that is."""
        for field, form in NEEDED[command["type"]].items():
            if type(command.get(field)) is not form:  # `isinstance` takes true for an integer
                return rejected("ECO-MSG-003" if field in command else "ECO-MSG-001")
        if age_s * 1000 > command["ttl_ms"]:
            return {"status": "expired"}
        is_action = command["type"] == "action"
        return self.no_action(command) if is_action else self.no_set(command["values"])

    def no_action(self, command: Fields) -> Fields | None:
        if command["epoch"] != self.epoch:
            return {"status": "expired"}
        if command["action"] != "outlet.reset_energy":
            return rejected("ECO-CMD-003")
        return rejected("ECO-CMD-004") if command.get("arguments") else None

    def no_set(self, values: Fields) -> Fields | None:
        if not values:
            return rejected("ECO-CMD-009")
        if not all(map(ADDRESS.fullmatch, values)):
            return rejected("ECO-MSG-003")  # an ack could not repeat such an address
        faults = {a: self.hardware.fault(a, v) for a, v in values.items()}
        items = [{"address": a, "error": {"code": code}} for a, code in faults.items() if code]
        return {"status": "rejected", "items": items[:64]} if items else None

    def leave(self) -> None:
        """End an announced connection: if on purpose, say goodbye and wait for its PUBACK."""
        self.is_announced = False
        if not self.off.is_set():
            return
        said = self.say("presence", **self.presence("offline", reason="shutdown"))
        patience = time.monotonic() + 5
        while not said.is_published() and time.monotonic() < patience:
            self.client.loop(0.1)
        self.client.disconnect()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(description="A smart plug that speaks ECO/1.")
    parser.add_argument("--hub", default=os.environ.get("ECOHUB_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--code", default=os.environ.get("ECOHUB_CODE", ""), help="to join with")
    parser.add_argument("--serial", default="00C0FFEE", help="the number on the plug")
    parser.add_argument("--memory", type=Path, default=Path("plug-memory.json"))
    parser.add_argument("--time-scale", type=float, default=1.0, help="factor for long waits")
    Plug(parser.parse_args()).run()
