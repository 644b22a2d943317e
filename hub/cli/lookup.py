"""Finds the device, or the person, that somebody means."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from hub.cli.errors import RefusedError, WordingError
from protocol.product import parse_product
from protocol.validator import CompiledProduct, compile_product

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary, DeviceView, PersonShown


def find_device(text: str, devices: "Sequence[DeviceSummary]") -> "DeviceSummary":
    """Return the device that `text` names: by id, name, or a part of either.

    Raises:
        WordingError: None, or more than one, is named so.
    """
    wanted = text.casefold()
    for found in (
        [d for d in devices if d["id"] == text],
        [d for d in devices if d["name"].casefold() == wanted],
        [d for d in devices if _begins(d, wanted)],
        [d for d in devices if wanted in d["id"] or wanted in d["name"].casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(d["id"] for d in found[:8])
            raise WordingError(f"{text!r} names {len(found)} devices", f"say which one: {ids}")
    raise WordingError(f"there is no device {text!r}", _hint(text, devices))


def find_person(text: str, people: "Sequence[PersonShown]") -> "PersonShown":
    """Return the person that `text` names: by id, or by name.

    Raises:
        WordingError: None, or more than one, is named so.
    """
    wanted = text.casefold()
    found = [p for p in people if p["id"] == text or p["name"].casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(person["id"] for person in found)
        raise WordingError(f"{text!r} names {len(found)} people", f"say which one: {ids}")
    raise WordingError(f"there is no person {text!r}", "see who is here: ecohub people")


def product_of(device: "DeviceView") -> CompiledProduct:
    """Return the product of a device.

    Raises:
        RefusedError: The hub does not hold its product spec yet.
    """
    spec = device["spec"]
    if spec is None:
        raise RefusedError(
            f"{device['id']} cannot be commanded: it is {device['presence']['status']}, and its "
            "product spec is not known yet",
            "wait until it is online: ecohub devices",
            "device-not-ready",
        )
    return compile_product(parse_product(json.dumps(spec).encode()))


def _begins(device: "DeviceSummary", wanted: str) -> bool:
    return device["id"].startswith(wanted) or device["name"].casefold().startswith(wanted)


def _hint(text: str, devices: "Sequence[DeviceSummary]") -> str:
    if not devices:
        return "no device has joined yet: ecohub join"
    names = [name for device in devices for name in (device["id"], device["name"])]
    close = get_close_matches(text, names, 1)
    return f"did you mean {close[0]}?" if close else "see which there are: ecohub devices"
