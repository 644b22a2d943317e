"""What ECO/1 makes of bytes, without a wire or a clock: proofs, and answers to orders."""

import hashlib
import re
from binascii import b2a_base64, hexlify

PART = 4096
"""Bytes of the product spec in one message; 8,192 would be allowed, and be more memory."""

REMEMBERED = 32
FORMS = {
    "set": {"ttl_ms": int, "values": dict},
    "action": {"ttl_ms": int, "action": str, "epoch": int},
}
NAME = "[a-z][a-z0-9_]*"
ADDRESS = re.compile("^(" + NAME + ":)?" + NAME + r"\.(" + NAME + ":)?" + NAME + "$")
ID = re.compile("^[A-Za-z0-9][A-Za-z0-9._:-]*$")


def sha256(data):
    return hexlify(hashlib.sha256(data).digest()).decode()


def proof(code, role, device, nonce, hub_nonce):
    """Return the HMAC-SHA256 of section 17, which MicroPython has no module for."""
    key = code.replace("-", "").replace(" ", "").encode()
    said = "\0".join(("ECO/1 join", role, device, nonce, hub_nonce)).encode()
    padded = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in padded]) + said).digest()
    return sha256(bytes([byte ^ 0x5C for byte in padded]) + inner)


def part(document, offset):
    """Return a part of the product spec as text; None beyond its end."""
    if type(offset) is not int or not 0 <= offset < len(document):
        return None
    return b2a_base64(document[offset : offset + PART]).decode().strip()


def is_id(name):
    return isinstance(name, str) and len(name) <= 96 and bool(ID.match(name))


def is_order(command):
    """Say whether it is one of the commands that want an ack."""
    kind = command.get("type")
    return isinstance(kind, str) and kind in FORMS and is_id(command.get("id"))


class Orders:
    """The orders of a hub to one product, and the answers that the last of them got.

    Args:
        faults: Returns for address and value the rule that this value would break, or None.
        actions: Addresses of the actions, which have no arguments.
    """

    def __init__(self, faults, actions):
        self.fault, self.actions, self.answers = faults, actions, []

    def answer(self, order, epoch, age_ms):
        """Return the ack for an order, and whether it is to be carried out."""
        for name, ack in self.answers:
            if name == order["id"]:
                return ack, False
        refused = self.refusal(order, epoch, age_ms)
        ack = refused or {"status": "done"}
        self.answers = self.answers[1 - REMEMBERED :] + [(order["id"], ack)]
        return ack, refused is None

    def refusal(self, order, epoch, age_ms):
        for field, form in FORMS[order["type"]].items():
            if type(order.get(field)) is not form:
                return rejected("ECO-MSG-003" if field in order else "ECO-MSG-001")
        is_set = order["type"] == "set"
        if age_ms > order["ttl_ms"] or (not is_set and order["epoch"] != epoch):
            return {"status": "expired"}
        return self.no_set(order["values"]) if is_set else self.no_action(order)

    def no_action(self, order):
        if order["action"] not in self.actions:
            return rejected("ECO-CMD-003")
        return rejected("ECO-CMD-004") if order.get("arguments") else None

    def no_set(self, values):
        if not values:
            return rejected("ECO-CMD-009")
        if not all(ADDRESS.match(address) for address in values):
            return rejected("ECO-MSG-003")
        found = [(address, self.fault(address, value)) for address, value in values.items()]
        items = [{"address": a, "error": {"code": code}} for a, code in found if code]
        return {"status": "rejected", "items": items[:64]} if items else None


def rejected(code):
    return {"status": "rejected", "error": {"code": code}}
