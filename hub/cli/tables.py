"""Devices as tables for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table
from rich.text import Text

from hub.cli.values import shown_value
from hub.cli.wording import age, asker, presence, seconds_since, until
from protocol.errors import ViolationError, printable
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import Property, parse_product
from protocol.units import UNITS
from protocol.validator import CompiledProduct, compile_product
from protocol.value_check import allowed

if TYPE_CHECKING:
    from ecohub_client.shapes import BrokenRule, DeviceSummary, DeviceView, TwinProperty, TwinValue

VALUES_SHOWN: Final = 4
"""Values of a device that a list shows; all of them stand in `ecohub show`."""


def table(*columns: str) -> Table:
    """Return an empty table of the house's look."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def plain(text: object, style: str = "", limit: int = 120) -> Text:
    """Return text from elsewhere so that a terminal neither obeys it nor marks it up."""
    return Text(printable(str(text), limit), style)


def device_table(
    devices: "Iterable[DeviceSummary]",
    products: Mapping[str, CompiledProduct] | None = None,
    now: datetime | None = None,
) -> Table:
    """Return the devices with presence, values and ages; names only where somebody gave one.

    Args:
        devices: As the API lists them.
        products: By device id; where a product is known, values have units and the order of it.
        now: For ages; the system's time if left out.
    """
    now = now or datetime.now(UTC)
    listed = behind_gateways(devices)
    are_named = any(device["name"] != device["product"] for device in listed)
    made = table("device", *(["name"] if are_named else []), "presence", "values", "heard")
    for column in made.columns[:-2]:
        column.no_wrap = True
    for device in listed:
        state = presence(device["presence"]["status"])
        state.append(f" {age(seconds_since(device['presence']['since'], now))}", "dim")
        if wakes_at := device["presence"].get("next_wake_at"):
            state.append(f", wakes {until(wakes_at, now)}", "dim")
        values = _values(device["twin"], (products or {}).get(device["id"]))
        heard = age(_latest(device["twin"], now))
        name = [plain(device["name"], "bold")] if are_named else []
        mark = Text("└ " if device.get("gateway") else "", "dim")
        made.add_row(mark.append(plain(device["id"], "bold")), *name, state, values, heard)
    return made


def behind_gateways(devices: "Iterable[DeviceSummary]") -> "list[DeviceSummary]":
    """Return the devices in their order, each child right behind its gateway."""
    listed = list(devices)
    known = {device["id"] for device in listed}
    children: dict[str, list[DeviceSummary]] = {}
    for device in listed:
        if (gateway := device.get("gateway")) in known and gateway is not None:
            children.setdefault(gateway, []).append(device)
    leaders = [device for device in listed if device.get("gateway") not in known]
    return [one for leader in leaders for one in (leader, *children.get(leader["id"], ()))]


def twin_table(device: "DeviceView") -> Table:
    """Return all values of a device with their ages and what is wanted of them."""
    product = product_of_spec(device["spec"])
    made = table("property", "value", "age", "may be set to", "by")
    for address, one in device["twin"].items():
        declared = product.properties.get(Address(address)) if product else None
        made.add_row(
            plain(address),
            _value(one, declared),
            _age(one),
            plain(_settable(declared), "dim"),
            plain(_asker(one), "dim"),
        )
    return made


def violation_table(violations: "Sequence[BrokenRule]") -> Table:
    """Return the rules that a device broke, and how to mend it."""
    made = table("rule", "where", "times", "last", "what", "fix")
    for found in violations:
        made.add_row(
            Text(found["rule"], "red"),
            plain(f"{found['leaf'] or ''} {found['path']}".strip()),
            str(found["count"]),
            age(seconds_since(found["last_at"])),
            plain(found["detail"], limit=300),
            plain(found["fix"], limit=300),
        )
    return made


def product_of_spec(spec: "Mapping[str, object] | None") -> CompiledProduct | None:
    """Return a product spec ready for use; None when there is none that can be read."""
    if spec is None:
        return None
    try:
        return compile_product(parse_product(json.dumps(spec).encode()))
    except ViolationError:
        return None


def value_text(address: str, given: Scalar, product: CompiledProduct | None) -> str:
    """Return a value with its unit, as a person reads it."""
    declared = product.properties.get(Address(address)) if product else None
    return printable(shown_value(given, declared) + _unit(declared), 64)


def _values(twin: "Mapping[str, TwinValue]", product: CompiledProduct | None) -> Text:
    known = {str(a): p for a, p in product.properties.items() if a in twin} if product else {}
    ranked = sorted(known, key=lambda a: (not known[a].ui.is_primary, known[a].ui.rank))
    addresses = ranked or list(twin)
    shown = Text()
    for address in addresses[:VALUES_SHOWN]:
        shown.append(f"{' · ' if shown else ''}{printable(address, 40)} ", "dim")
        shown.append(value_text(address, twin[address]["value"], product))
    return shown


def _latest(twin: "Mapping[str, TwinValue]", now: datetime) -> float | None:
    ages = [a for a in (seconds_since(one["at"], now) for one in twin.values()) if a is not None]
    return min(ages, default=None)


def _value(one: "TwinProperty", declared: Property | None) -> Text:
    shown = plain(shown_value(one["value"], declared) + _unit(declared))
    desired = one.get("desired")
    if desired is not None:
        wanted = desired.get("value")
        text = "…" if wanted is None else shown_value(wanted, declared)
        shown.append(f" → {printable(text, 64)}", "cyan")
    return shown


def _age(one: "TwinProperty") -> Text:
    return Text(age(one["age_s"]), "yellow" if one["is_stale"] else "")


def _asker(one: "TwinProperty") -> str:
    cause = one.get("cause")
    return asker(cause["by"]) if cause else ""


def _settable(declared: Property | None) -> str:
    return allowed(declared) if declared is not None and declared.is_writable else ""


def _unit(declared: Property | None) -> str:
    unit = UNITS.get(declared.unit) if declared is not None and declared.unit else None
    return f" {unit.symbol}" if unit else ""
