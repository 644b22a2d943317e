"""Sections 12 and 13: which commands of a hub the plug carries out, and how it answers them."""

import re
from typing import Any

FORMS: dict[str, dict[str, type]] = {  # fields without which an order cannot be carried out
    "set": {"ttl_ms": int, "values": dict},
    "action": {"ttl_ms": int, "action": str, "epoch": int},
}
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,95}")
NAME = r"([a-z][a-z0-9_]{0,31}:)?[a-z][a-z0-9_]{0,31}"
ADDRESS = re.compile(rf"{NAME}\.{NAME}")
DONE, BUSY = {"status": "done"}, {"status": "busy", "retry_after_ms": 1000}
REMEMBERED = 32
Fields = dict[str, Any]


def is_id(name: object) -> bool:
    return isinstance(name, str) and ID.fullmatch(name) is not None


def is_order(command: Fields) -> bool:
    """Say whether it is one of the commands that want an ack."""
    return command.get("type") in list(FORMS) and is_id(command.get("id"))


class Orders:
    """The orders of a hub, and the answers that the last of them got."""

    def __init__(self) -> None:
        self.answers: dict[str, Fields] = {}

    def answer(self, order: Fields, epoch: int, age_s: float, busy: bool) -> tuple[Fields, bool]:
        """Return the ack for an order, and whether it is to be carried out."""
        if order["id"] in self.answers:
            return self.answers[order["id"]], False
        if busy:
            return BUSY, False
        refused = refusal(order, epoch, age_s)
        self.answers[order["id"]] = refused or DONE
        self.answers = dict(list(self.answers.items())[-REMEMBERED:])
        return refused or DONE, refused is None


def refusal(order: Fields, epoch: int, age_s: float) -> Fields | None:
    """Return the ack of an order that is not to be carried out; None for one that is."""
    for field, form in FORMS[order["type"]].items():
        if type(order.get(field)) is not form:  # `isinstance` takes true for an integer
            return rejected("ECO-MSG-003" if field in order else "ECO-MSG-001")
    is_set = order["type"] == "set"
    if age_s * 1000 > order["ttl_ms"] or (not is_set and order["epoch"] != epoch):
        return {"status": "expired"}
    return no_set(order["values"]) if is_set else no_action(order)


def no_action(order: Fields) -> Fields | None:
    if order["action"] != "outlet.reset_energy":
        return rejected("ECO-CMD-003")
    return rejected("ECO-CMD-004") if order.get("arguments") else None


def no_set(values: Fields) -> Fields | None:
    if not values:
        return rejected("ECO-CMD-009")
    if not all(map(ADDRESS.fullmatch, values)):
        return rejected("ECO-MSG-003")  # an ack could not repeat such an address
    faults = {address: fault(address, value) for address, value in values.items()}
    items = [{"address": a, "error": {"code": code}} for a, code in faults.items() if code]
    return {"status": "rejected", "items": items[:64]} if items else None


def fault(address: str, value: object) -> str | None:
    """Return the rule that a value to be set would break."""
    if address in ("outlet.power_w", "outlet.energy_wh"):
        return "ECO-CMD-002"
    if address != "outlet.on":
        return "ECO-CMD-001"
    if value is None:
        return "ECO-VALUE-006"
    return None if isinstance(value, bool) else "ECO-VALUE-001"


def rejected(code: str) -> Fields:
    return {"status": "rejected", "error": {"code": code}}
