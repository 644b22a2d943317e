"""A smart plug that speaks ECO/1 over MQTT 3.1.1, written from protocol/SPEC.md alone.

It needs Python 3.11 and paho-mqtt: `python plug.py --hub http://HUB:PORT --code 1234-5678`. The
code is for the first time only, while the owner's joining window is open. SIGTERM switches the plug
off; to delete its memory is the factory reset. `--time-scale 0.1` shortens its long waits.
"""

import argparse
import base64
import hashlib
import json
import math
import os
import random
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

from hardware import Hardware
from joining import join
from orders import Fields, Orders, is_id, is_order
from payload import read

SPEC = Path(__file__).with_name("product.json").read_bytes()
SPEC_HASH = hashlib.sha256(SPEC).hexdigest()
SERIAL, ID = "00C0FFEE", "example-plug-00c0ffee"
MODEL = {"vendor": "example", "product": "plug-1"}
VERSIONS = {"hardware": "A", "firmware": "1.0.0", "protocol": "1.0"}
ABOUT = {**MODEL, **VERSIONS, "serial": SERIAL, "spec": {"sha256": SPEC_HASH, "bytes": len(SPEC)}}
RATE_PER_S = json.loads(SPEC)["rate_per_s"]


class Plug:
    """The device, in the order of its life: it boots, joins, connects, announces, works, obeys."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.hub, self.code, self.scale = options.hub, options.code, options.time_scale
        self.hardware = Hardware(options.memory)
        self.memory = self.hardware.memory
        self.connection, self.is_announced = 0, False
        self.seq: Counter[str] = Counter()
        self.orders = Orders()
        self.births: dict[str, float] = {}  # when to answer the last 32; infinity: that is done
        self.events: list[str] = []  # what has happened, and has not been told yet
        self.sent = deque[float](maxlen=10 * RATE_PER_S)  # when states and events went out
        self.told: Fields = {}  # the values as the hub has them
        self.off = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: self.off.set())

    def run(self) -> None:
        self.hardware.save(epoch=self.memory["epoch"] + 1)  # before any message can carry it
        failures = 0
        while not self.off.is_set():
            try:
                if self.memory["grant"] is None:
                    self.hardware.save(grant=join(self.hub, ID, self.code, **MODEL))
                failures = 0 if self.connect() else failures + 1
            except (OSError, ValueError, LookupError) as error:
                print(f"not now: {error}", flush=True)
                failures += 1
            wait_s = min(60, 2 ** min(failures + 1, 6)) * random.uniform(0.7, 1)
            until = time.monotonic() + wait_s * self.scale
            while time.monotonic() < until and not self.off.wait(0.05):
                self.work()  # it is a plug without a hub, too

    def connect(self) -> bool:
        """Live through one connection; return whether the broker took the device in."""
        grant, self.connection = self.memory["grant"], self.connection + 1
        version = CallbackAPIVersion.VERSION2
        client = self.client = mqtt.Client(version, grant["client_id"], protocol=mqtt.MQTTv311)
        client.username_pw_set(grant["user"], grant["password"])
        if grant["broker"]["tls"]:
            client.tls_set()
        will = json.dumps(self.presence("offline", reason="lost"))
        client.will_set(f"eco/1/{ID}/presence", will, qos=1, retain=True)
        topics = (f"eco/1/{ID}/command", f"eco/1/{ID}/verdict", "eco/1/hub/birth")
        client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in topics]) and None
        client.on_subscribe = lambda *_: self.announce()
        client.on_message = lambda _, __, message: self.hear(message, read(message.payload))
        host = grant["broker"]["host"] or urlsplit(self.hub).hostname
        client.connect(host, grant["broker"]["port"], math.ceil(30 * self.scale))
        if isinstance(wire := client.socket(), socket.socket):
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not self.off.is_set() and client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS:
            self.work()
        was_in, self.is_announced = self.is_announced, False
        if was_in and self.off.is_set():
            self.say_goodbye()
        return was_in

    def announce(self, **birth: str) -> None:
        self.say("announce", **ABOUT, connection=self.connection, **birth)
        self.say("presence", **self.presence("online"))
        self.report(full=True)
        self.is_announced = True

    def presence(self, status: str, **more: str) -> Fields:
        epoch, connection = self.memory["epoch"], self.connection
        return {"status": status, "epoch": epoch, "connection": connection, **more}

    def say(self, leaf: str, **fields: Any) -> mqtt.MQTTMessageInfo:
        fields["epoch"] = self.memory["epoch"]
        if leaf in ("state", "event", "ack"):  # each of these counts its own messages
            self.seq[leaf] += 1
            fields["seq"] = self.seq[leaf]
        if leaf in ("state", "event"):
            self.sent.append(time.monotonic())
        qos, is_kept = 0 if leaf == "state" else 1, leaf == "presence"
        return self.client.publish(f"eco/1/{ID}/{leaf}", json.dumps(fields), qos, is_kept)

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
        self.events += self.hardware.work()
        if not self.is_announced:
            return
        while self.events:
            self.say("event", event=self.events.pop(0))
        for birth in [name for name, due in self.births.items() if due <= time.monotonic()]:
            self.births[birth] = math.inf
            self.announce(birth=birth)
        self.report(full=time.monotonic() >= self.full_at)

    def hear(self, message: mqtt.MQTTMessage, fields: Fields) -> None:
        leaf = message.topic.rpartition("/")[2]
        if leaf == "birth":
            self.hear_birth(fields.get("id"), fields.get("spread_s"))
        elif leaf == "verdict":
            print(f"verdict: {fields}", flush=True)
            self.heed(fields.get("min_epoch"))
        elif not message.retain:
            self.obey(fields, time.monotonic() - message.timestamp)

    def hear_birth(self, name: object, spread_s: object) -> None:
        if is_id(name) and name not in self.births and isinstance(spread_s, int | float):
            due = time.monotonic() + random.uniform(0, spread_s)
            self.births = dict([*self.births.items(), (str(name), due)][-32:])

    def heed(self, min_epoch: object) -> None:
        """Go on in the epoch that the hub asks for (ECO-ORDER-007)."""
        if type(min_epoch) is int:
            if min_epoch > self.memory["epoch"]:
                self.hardware.save(epoch=min_epoch)
                self.seq.clear()
            self.announce()

    def obey(self, command: Fields, age_s: float) -> None:
        if command.get("type") == "state.get":
            self.report(full=True)
        elif command.get("type") == "spec.get" and command.get("sha256") == SPEC_HASH:
            self.send_part(command.get("offset"))
        elif is_order(command):
            is_busy = len(self.sent) == self.sent.maxlen and time.monotonic() - self.sent[0] < 10
            answer, is_new = self.orders.answer(command, self.memory["epoch"], age_s, is_busy)
            asked = command.get("values", {"outlet.energy_wh": 0.0})
            if is_new:
                self.hardware.set(asked)
            self.say("ack", id=command["id"], **answer)
            if is_new:
                self.report(*asked, cause=command["id"])

    def send_part(self, offset: object) -> None:
        if type(offset) is int and 0 <= offset < len(SPEC):
            part = base64.b64encode(SPEC[offset : offset + 8192]).decode()
            self.say("spec", sha256=SPEC_HASH, offset=offset, part=part)

    def say_goodbye(self) -> None:
        said = self.say("presence", **self.presence("offline", reason="shutdown"))
        patience = time.monotonic() + 5
        while not said.is_published() and time.monotonic() < patience:
            self.client.loop(0.1)
        self.client.disconnect()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A smart plug that speaks ECO/1.")
    parser.add_argument("--hub", default=os.environ.get("ECOHUB_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--code", default=os.environ.get("ECOHUB_CODE", ""), help="to join with")
    parser.add_argument("--memory", type=Path, default=Path("plug-memory.json"))
    parser.add_argument("--time-scale", type=float, default=1.0, help="factor for long waits")
    os.umask(0o077)  # the memory holds a password
    Plug(parser.parse_args()).run()
