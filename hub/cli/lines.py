"""Frames of the stream as lines for people."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from rich.text import Text

from hub.cli.client import Frame
from hub.cli.tables import plain, value_text
from hub.cli.wording import asker, presence, receipt_status, time_of_day
from protocol.errors import printable
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import (
        Coalesced,
        DeviceNow,
        Happened,
        NotificationNow,
        PresenceNow,
        ReceiptNow,
        Removed,
        Snapshot,
        Values,
        ViolationNow,
    )

Products = Mapping[str, CompiledProduct]


def lines_of(frame: Frame, products: Products) -> Iterable[Text]:
    """Return the lines that tell a frame: none for those that are for programs only."""
    tell = _TELLERS.get(str(frame.get("type")))
    return tell(frame, products) if tell else ()


def _values(told: Frame, products: Products) -> Iterator[Text]:
    frame = cast("Values", told)
    product = products.get(frame["device"])
    for address, one in frame["values"].items():
        line = _begin(frame["device"], one["at"]).append(f"{printable(address)} ")
        line.append(value_text(address, one["value"], product), "bold")
        who = asker(one["cause"]["by"]) if "cause" in one else ""
        if "cause" in frame:
            line.append(f"  by {who or printable(frame['cause'])}", "dim")
        yield line


def _presence(told: Frame, _: Products) -> Iterator[Text]:
    frame = cast("PresenceNow", told)
    state = frame["presence"]
    line = _begin(frame["device"], state["since"]).append(presence(state["status"]))
    yield line.append(f" ({printable(state['reason'])})", "dim")


def _event(told: Frame, _: Products) -> Iterator[Text]:
    frame = cast("Happened", told)
    line = _begin(frame["device"], frame["at"]).append(f"{printable(frame['event'])}!", "yellow")
    for name, value in frame["arguments"].items():
        line.append(f" {printable(name)}={printable(str(value))}")
    yield line


def _receipt(told: Frame, _: Products) -> Iterator[Text]:
    receipt = cast("ReceiptNow", told)["receipt"]
    line = _begin(receipt["device"], receipt["history"][-1]["at"])
    line.append(f"command {printable(receipt['id'])} ", "dim")
    line.append(receipt_status(receipt["status"]))
    yield line.append(f" {printable(receipt['reason'])}".rstrip(), "dim")


def _violation(told: Frame, _: Products) -> Iterator[Text]:
    frame = cast("ViolationNow", told)
    broken = frame["violation"]
    line = _begin(frame["device"]).append(f"breaks {printable(broken['rule'])} ", "red")
    line.append(f"at {printable(broken['path'])}: {printable(broken['detail'], 300)} ")
    yield line.append(f"({broken['count']} times)", "dim")


def _device(told: Frame, _: Products) -> Iterator[Text]:
    device = cast("DeviceNow", told)["device"]
    yield _begin(device["id"]).append(f"is here as {printable(device['name'])}", "cyan")


def _removed(told: Frame, _: Products) -> Iterator[Text]:
    yield _begin(cast("Removed", told)["device"]).append("has left the home", "yellow")


def _notification(told: Frame, _: Products) -> Iterator[Text]:
    notice = cast("NotificationNow", told)["notification"]
    if not notice["is_read"]:
        line = _begin(notice["device"] or "automation", notice["at"])
        yield line.append(f"⚠ {printable(notice['text'], 300)}", "bold yellow")


def _snapshot(told: Frame, _: Products) -> Iterator[Text]:
    devices = cast("Snapshot", told)["devices"]
    online = sum(device["presence"]["status"] == "online" for device in devices)
    yield Text(f"{len(devices)} devices, {online} online; Ctrl-C ends", "dim")


def _coalesced(told: Frame, _: Products) -> Iterator[Text]:
    yield Text(f"{cast('Coalesced', told)['dropped']} changes were overtaken by later ones", "dim")


def _begin(device: str, at: str | None = None) -> Text:
    moment = at or datetime.now(UTC).isoformat()
    return Text.assemble((f"{time_of_day(moment)} ", "dim"), plain(device, "cyan"), " ")


_TELLERS: Final[Mapping[str, Callable[[Frame, Products], Iterable[Text]]]] = {
    "values": _values,
    "presence": _presence,
    "event": _event,
    "receipt": _receipt,
    "violation": _violation,
    "device": _device,
    "removed": _removed,
    "notification": _notification,
    "snapshot": _snapshot,
    "coalesced": _coalesced,
}
