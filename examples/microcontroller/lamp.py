"""A dimmable lamp that speaks ECO/1 on a microcontroller, in MicroPython."""

import gc
import json
import os
import random
import time

import requests
from binascii import hexlify

import board
import eco
from mqtt import Link
from payload import read

ID, SERIAL, VENDOR, PRODUCT = "example-lamp-00c0ffee", "00C0FFEE", "example", "lamp-1"
VERSIONS = {"hardware": "A", "firmware": "1.0.0", "protocol": "1.0"}
with open("product.json", "rb") as file:
    SPEC = file.read()
SPEC_HASH = eco.sha256(SPEC)
RATE_PER_S = json.loads(SPEC)["rate_per_s"]
BURST = (
    5 * RATE_PER_S
)  # and half the rate after it: never more than ten seconds of it in ten seconds
TICK_MS = 20


def fault(address, value):
    """Return the rule that a value to be set would break; None where it breaks none."""
    if address == "light.on":
        is_right = isinstance(value, bool)
    elif address == "light.brightness":
        is_right = type(value) is int
    else:
        return "ECO-CMD-001"
    if not is_right:
        return "ECO-VALUE-006" if value is None else "ECO-VALUE-001"
    return "ECO-VALUE-002" if address == "light.brightness" and not 1 <= value <= 100 else None


def join(hub, code):
    """Section 17: prove that we know the code, let the hub prove it too, and return its grant."""
    nonce = hexlify(os.urandom(16)).decode()
    asked = post(hub, {"device": ID, "vendor": VENDOR, "product": PRODUCT, "nonce": nonce})
    mine, its = [eco.proof(code, role, ID, nonce, asked["nonce"]) for role in ("device", "hub")]
    grant = post(hub, {"session": asked["session"], "proof": mine})
    if grant["proof"] != its:
        raise OSError("the hub does not know the setup code")
    return grant


def post(hub, body):
    answer = requests.post(hub + "/api/v1/join", json=body, timeout=10)
    try:
        if answer.status_code != 200:
            raise OSError(f"the hub says {answer.status_code} to the join")
        return answer.json()
    finally:
        answer.close()


class Lamp:
    """The device, in the order of its life: it boots, joins, connects, announces, works, obeys."""

    def __init__(self):
        self.memory, self.link = board.memory(), None
        self.keep(epoch=self.memory["epoch"] + 1)  # before any message can carry it
        self.connection, self.seq, self.told, self.births = 0, {}, {}, []
        self.orders = eco.Orders(fault, ("sensor.identify",))
        self.allowance, self.filled_ms, self.full_ms = BURST, time.ticks_ms(), 0
        board.shine(self.memory)

    def keep(self, **changes):
        self.memory.update(changes)
        board.keep(self.memory)

    def run(self):
        failures = 0
        while not board.is_off():
            try:
                failures += 1
                if self.memory["grant"] is None:
                    self.keep(grant=join(board.HUB, board.CODE))
                self.connect()
                failures = 0 if self.live() else failures
            except (OSError, ValueError, KeyError, IndexError) as error:
                print("not now:", error)
            finally:
                self.hang_up()
            self.rest(min(60, 2 ** min(failures + 1, 6)) * random.uniform(700, 1000) * board.SCALE)

    def rest(self, wait_ms):
        begun = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), begun) < wait_ms and not board.is_off():
            self.look_at_button()
            time.sleep_ms(TICK_MS)

    def connect(self):
        grant = self.memory["grant"]
        host = grant["broker"]["host"] or board.HUB.split("://")[-1].split(":")[0].split("/")[0]
        if grant["broker"]["tls"]:
            raise OSError("this example has no TLS")
        self.connection += 1
        self.is_announced = False
        self.link = Link(host, grant["broker"]["port"], max(1, int(30 * board.SCALE)))
        will = json.dumps(self.presence("offline", reason="lost"))
        self.link.open(grant["user"], grant["password"], topic("presence"), will)
        self.link.subscribe((topic("command"), topic("verdict"), "eco/1/hub/birth"))

    def live(self):
        """Live through the connection until it ends; return whether we had announced."""
        try:
            while not board.is_off():
                heard = self.link.step(TICK_MS)
                if heard:
                    self.hear(*heard)
                if self.link.is_subscribed and not self.is_announced:
                    self.announce()
                self.work()
            self.say_goodbye()
        except OSError as error:
            print("connection lost:", error)
        return self.is_announced

    def say_goodbye(self):
        self.say("presence", self.presence("offline", reason="shutdown"))
        begun = time.ticks_ms()
        while self.link.unacked and time.ticks_diff(time.ticks_ms(), begun) < 5000:
            self.link.step(TICK_MS)
        self.link.disconnect()

    def hang_up(self):
        if self.link:
            self.link.close()
            self.link = None

    def announce(self, birth=None):
        spec = {"sha256": SPEC_HASH, "bytes": len(SPEC)}
        about = {"vendor": VENDOR, "product": PRODUCT, "serial": SERIAL, "spec": spec}
        about.update(VERSIONS, connection=self.connection, birth=birth)
        self.say("announce", about)
        self.say("presence", self.presence("online"))
        self.report(True)
        self.is_announced = True

    def presence(self, status, reason=None):
        epoch, connection = self.memory["epoch"], self.connection
        return {"status": status, "epoch": epoch, "connection": connection, "reason": reason}

    def say(self, leaf, fields):
        fields["epoch"] = self.memory["epoch"]
        if leaf in ("state", "ack"):  # each of these counts its own messages
            self.seq[leaf] = fields["seq"] = self.seq.get(leaf, 0) + 1
        if leaf == "state":
            self.allowance -= 1
        is_kept, qos = leaf == "presence", 0 if leaf == "state" else 1
        self.link.publish(topic(leaf), json.dumps(fields).encode(), qos, is_kept)

    def report(self, is_full, asked=(), cause=None):
        """Publish what has changed, and what is asked for; or everything."""
        now = {"light.on": self.memory["on"], "light.brightness": self.memory["brightness"]}
        values = {a: v for a, v in now.items() if is_full or a in asked or v != self.told.get(a)}
        if values:
            self.told = now
            self.say("state", {"values": values, "full": is_full, "cause": cause})
        if is_full:
            self.full_ms = time.ticks_ms()

    def work(self):
        """Do what is due, between two messages."""
        now = time.ticks_ms()
        self.look_at_button()
        more = time.ticks_diff(now, self.filled_ms) * RATE_PER_S / 2000
        self.allowance, self.filled_ms = min(BURST, self.allowance + more), now
        if not self.is_announced:
            return
        for birth in self.births:
            if birth["due"] is not None and time.ticks_diff(now, birth["due"]) >= 0:
                birth["due"] = None
                self.announce(birth["id"])
        self.report(time.ticks_diff(now, self.full_ms) > 540_000 * board.SCALE)

    def look_at_button(self):
        if board.was_pressed():
            self.keep(on=not self.memory["on"])
            board.shine(self.memory)

    def hear(self, where, payload, is_retained):
        heard_ms = time.ticks_ms()
        gc.collect()  # now, so that what is free stays in large pieces
        fields = read(payload)
        if where == "eco/1/hub/birth":
            self.hear_birth(fields.get("id"), fields.get("spread_s"))
        elif where == topic("verdict"):
            print("verdict:", fields)
            self.heed(fields.get("min_epoch"))
        elif where == topic("command") and not is_retained:
            self.obey(fields, heard_ms)

    def hear_birth(self, name, spread_s):
        is_known = any(birth["id"] == name for birth in self.births)
        if eco.is_id(name) and not is_known and isinstance(spread_s, (int, float)):
            due = time.ticks_add(time.ticks_ms(), int(random.uniform(0, spread_s) * 1000))
            self.births = self.births[1 - eco.REMEMBERED :] + [{"id": name, "due": due}]

    def heed(self, min_epoch):
        """Go on in the epoch that the hub asks for (ECO-ORDER-007)."""
        if type(min_epoch) is int:
            if min_epoch > self.memory["epoch"]:
                self.keep(epoch=min_epoch)
                self.seq = {}
            self.announce()

    def obey(self, command, heard_ms):
        if command.get("type") == "state.get":
            self.report(True)
        elif command.get("type") == "spec.get" and command.get("sha256") == SPEC_HASH:
            part = eco.part(SPEC, command.get("offset"))
            if part:
                offset = command["offset"]
                self.say("spec", {"sha256": SPEC_HASH, "offset": offset, "part": part})
        elif eco.is_order(command) and self.allowance < 1:
            self.say("ack", {"id": command["id"], "status": "busy", "retry_after_ms": 1000})
        elif eco.is_order(command):
            age_ms = time.ticks_diff(time.ticks_ms(), heard_ms)
            ack, is_new = self.orders.answer(command, self.memory["epoch"], age_ms)
            if is_new:
                self.carry_out(command)
            self.say("ack", dict(ack, id=command["id"]))
            if is_new:
                self.report(False, command.get("values", ()), command["id"])

    def carry_out(self, order):
        if order["type"] == "action":
            board.blink()
        else:
            self.keep(**{address.split(".")[1]: v for address, v in order["values"].items()})
            board.shine(self.memory)


def topic(leaf):
    return f"eco/1/{ID}/{leaf}"


if __name__ == "__main__":
    board.start()
    Lamp().run()
