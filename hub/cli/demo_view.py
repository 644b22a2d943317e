"""The demo's picture: every device on a line, as much of each as there is room for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from hub.cli.demo_places import kind_of, place_of
from hub.cli.readable import duration, pieces
from hub.cli.wording import PRESENCE_STYLES, seconds_since
from protocol.errors import printable
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary

NAME_WIDTH: Final = 20
WIDE: Final = 100
"""From this width on a child says behind which gateway it is; elsewhere its place shows it."""

FRESH_S: Final = 1.5
"""So long a value that has changed stands out."""

_SOFT: Final = frozenset({"online", "interviewing"})


@dataclass(slots=True)
class Sight:
    """What there is to see.

    Attributes:
        title: First line, left.
        devices: As the hub tells of them, in any order.
        products: By device id.
        hints: Last lines: what to do next.
        happened: What happened last, the newest last.
        changed: When a value was last seen to change, by device and address.
    """

    title: Text
    devices: Sequence["DeviceSummary"] = ()
    products: Mapping[str, CompiledProduct] = field(default_factory=dict)
    hints: Sequence[Text] = ()
    happened: Sequence[Text] = ()
    changed: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


def picture(sight: Sight, width: int, height: int, now: datetime | None = None) -> Text:
    """Return the picture: at most `height` lines, none longer than `width` cells.

    What does not fit goes in this order: empty lines, kinds' titles, what happened, devices.
    """
    now = now or datetime.now(UTC)
    ordered = _ordered(sight)
    blocks = [
        (kind, [_row(sight, device, width, now) for device in found]) for kind, found in ordered
    ]
    frame = [_head(sight, width), *sight.hints]
    rows = _fitting(blocks, sight.happened, height - len(frame))
    lines = [frame[0], *rows, *frame[1:]]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n", no_wrap=True).join(lines[:height])


def _fitting(
    blocks: Sequence[tuple[str, list[Text]]], happened: Sequence[Text], height: int
) -> list[Text]:
    rows = [row for _, found in blocks for row in found]
    titled = [line for kind, found in blocks for line in (Text(kind, "bold dim"), *found)]
    spaced = [
        line for kind, found in blocks for line in (Text(), Text(f" {kind}", "bold dim"), *found)
    ]
    last = [*happened, Text()] if happened else []
    one = last[-2:]
    for lines in (
        [*spaced, Text(), *last],
        [Text(), *titled, Text(), *one],
        [Text(), *rows, Text(), *one],
        [*rows, Text(), *one[:1]],
        rows,
    ):
        if len(lines) <= height:
            return lines
    more = len(rows) - height + 1
    return [*rows[: height - 1], Text(f"  … and {more} more: ecohub devices", "dim")]


def _ordered(sight: Sight) -> list[tuple[str, list["DeviceSummary"]]]:
    """Return the devices by kind; children follow their gateway."""
    children: dict[str, list[DeviceSummary]] = {}
    roots: list[DeviceSummary] = []
    ids = {device["id"] for device in sight.devices}
    for device in sorted(sight.devices, key=lambda d: (_place(sight, d), d["name"], d["id"])):
        gateway = gateway_of(device)
        if gateway in ids:
            children.setdefault(gateway, []).append(device)
        else:
            roots.append(device)
    kinds: dict[str, list[DeviceSummary]] = {}
    for device in roots:
        kind = kind_of(_class(sight, device))
        kinds.setdefault(kind, []).extend([device, *children.get(device["id"], [])])
    return list(kinds.items())


def gateway_of(device: "DeviceSummary") -> str:
    """Return the gateway that a device is behind; "" where it is behind none."""
    return device["gateway"] or ""


def _place(sight: Sight, device: "DeviceSummary") -> tuple[int, int]:
    return place_of(_class(sight, device))


def _class(sight: Sight, device: "DeviceSummary") -> str | None:
    product = sight.products.get(device["id"])
    return product.spec.device_class if product else None


def _head(sight: Sight, width: int) -> Text:
    counts: dict[str, int] = {}
    for device in sight.devices:
        status = device["presence"]["status"]
        counts[status] = counts.get(status, 0) + 1
    right = Text(f"{len(sight.devices)} devices: ", "dim")
    for number, (presence, count) in enumerate(sorted(counts.items(), key=lambda item: -item[1])):
        right.append(", " if number else "", "dim")
        right.append(f"{count} {presence}", PRESENCE_STYLES.get(presence, ""))
    gap = width - sight.title.cell_len - right.cell_len
    return Text.assemble(sight.title, " " * max(2, gap), right)


def _row(sight: Sight, device: "DeviceSummary", width: int, now: datetime) -> Text:
    status = device["presence"]["status"]
    is_child = bool(gateway_of(device))
    row = Text(no_wrap=True)
    row.append("  └ " if is_child else "  ", "dim")
    row.append("● ", PRESENCE_STYLES.get(status, ""))
    name = printable(device["name"], 40)
    row.append(_cut(name, NAME_WIDTH - (2 if is_child else 0)), "bold")
    row.append(" " * max(1, 4 + NAME_WIDTH + 1 - row.cell_len))
    note = _note(device, now, is_wide=width >= WIDE)
    room = width - row.cell_len - (note.cell_len + 2 if note else 0)
    row.append_text(_values(sight, device, room, now))
    if note:
        row.append(" " * max(2, width - row.cell_len - note.cell_len)).append_text(note)
    return row


def _note(device: "DeviceSummary", now: datetime, *, is_wide: bool) -> Text:
    """Return what is special about where a device is and how it can be reached."""
    presence = device["presence"]
    status, style = presence["status"], PRESENCE_STYLES.get(presence["status"], "")
    note = Text()
    if status == "asleep":
        note.append("asleep", style)
        wakes_at = presence.get("next_wake_at")
        if wakes_at is not None:
            left_s = -_past_s(wakes_at, now)
            text = f", wakes in {duration(left_s)}" if left_s >= 1 else ", due to wake"
            note.append(text, style)
    elif status not in _SOFT:
        note.append(f"{status} ({printable(presence['reason'], 20)})", style)
        note.append(f" {duration(seconds_since(presence['since'], now) or 0)}", "dim")
    elif status == "interviewing":
        note.append("introduces itself", style)
    gateway = gateway_of(device)
    if gateway and is_wide:
        note.append(" · " if note else "", "dim").append(f"behind {printable(gateway)}", "dim")
    elif status == "online" and (sleep := device["sleep"]) and not gateway:
        note.append(f"awake, sleeps {duration(sleep['interval_s'])} at a time", "dim")
    return note


def _values(sight: Sight, device: "DeviceSummary", room: int, now: datetime) -> Text:
    """Return the values that fit, whole ones only; those that changed just now stand out."""
    shown = Text()
    product = sight.products.get(device["id"])
    is_there = device["presence"]["status"] in _SOFT
    for piece in pieces(device["twin"], product) if product else ():
        label = f"{piece.label} " if piece.label else ""
        mark = " · " if shown else ""
        if shown.cell_len + cell_len(mark + label + piece.text) > room:
            break
        changed = sight.changed.get((device["id"], piece.address))
        is_fresh = changed is not None and (now - changed).total_seconds() < FRESH_S
        shown.append(mark, "dim").append(label, "dim")
        shown.append(piece.text, "bold cyan" if is_fresh else "" if is_there else "dim")
    return shown


def _past_s(moment: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(moment)).total_seconds()


def _cut(text: str, room: int) -> str:
    return text if cell_len(text) <= room else f"{text[: room - 1]}…"


def changes(
    before: Mapping[tuple[str, str], str], devices: Iterable["DeviceSummary"]
) -> tuple[dict[tuple[str, str], str], list[tuple[str, str]]]:
    """Return what all values are now, and which of them are not what they were `before`."""
    now = {
        (device["id"], address): str(one["value"])
        for device in devices
        for address, one in device["twin"].items()
    }
    return now, [key for key, text in now.items() if before.get(key, text) != text]
