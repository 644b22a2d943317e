"""The evidence of a run: a read-only view of its transcript for those who judge it.

Pure: what it says follows from the transcript alone. A view is of the device itself, or of one of
the children for which it speaks (`of`).
"""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

from certification.judging.record import Call, HookRun, Record, Span, Stimulus, read_record
from certification.judging.stalls import Stall
from certification.judging.traffic import NS, Link, Packet, Publish, Said
from certification.judging.violations import Sender, violations
from certification.transcript.file import Line, Transcript
from protocol.errors import Violation, ViolationError
from protocol.ids import DeviceId
from protocol.messages import Ack, ActionCommand, Announce, AnyMessage, Message, SpecPart
from protocol.product import digest, parse_product
from protocol.validator import CompiledProduct, compile_product

HARNESS_S: Final = 0.5
"""So much later than it has to come an answer may stand in the transcript: the harness' own delay
on a machine that has other things to do."""

JUST_NS: Final = NS // 50
"""What was read within this time after a stall may have waited for its end."""

_HARM: Final = frozenset(
    {
        *("withhold", "refuse_connect", "hang_up", "connack_delay_s", "certificate"),
        *("deny_publish", "deny_subscribe"),
    }
)
"""Behaviour of a broker that a device suffers from, by its name in the stimulus `behave`."""

M = TypeVar("M", bound=AnyMessage)


@dataclass(frozen=True, slots=True)
class Document:
    """A product spec as the device has sent it.

    Attributes:
        raw: Its bytes, or None while parts are missing.
        product: What it says, when it keeps every rule.
        violations: The rules that it breaks.
        lines: Where its parts stand.
    """

    sha256: str
    raw: bytes | None
    product: CompiledProduct | None
    violations: tuple[Violation, ...]
    lines: tuple[int, ...]


class Evidence:
    """What happened in a run.

    Attributes:
        child: Whose messages `said` and `told` return; None for those of the device itself.
        id: The device's id, as declared.
        scale: By which the device's long waits are multiplied.
    """

    def __init__(self, found: Transcript | Record, child: DeviceId | None = None) -> None:
        self._record = read_record(found) if isinstance(found, Transcript) else found
        self._said: dict[type[Message], tuple[Said[Any], ...]] = {}
        self._views: dict[DeviceId, Evidence] = {}
        self.child = child
        self.declaration: Mapping[str, Any] = self._record.run.get("declaration") or {}
        self.scale = float(self._record.run.get("scale", 1.0))
        self.id = DeviceId(str(self.declaration.get("device", {}).get("id", "")))

    @property
    def run(self) -> Mapping[str, Any]:
        """The first line: how the run was set up."""
        return self._record.run

    @property
    def end_ns(self) -> int:
        """When the run was over."""
        return self._record.end_ns

    @property
    def last_line(self) -> int:
        """Number of the last line."""
        return self._record.last_line

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All connections to the broker, the first first."""
        return tuple(self._record.links.values())

    @property
    def ups(self) -> Sequence[Publish]:
        """Everything that the device published, for itself and for children, readable or not."""
        return self._record.ups

    @property
    def downs(self) -> Sequence[Publish]:
        """Everything that was published to the device, readable or not."""
        return self._record.downs

    @property
    def calls(self) -> Sequence[Call]:
        """The calls of the join API, both halves."""
        return self._record.calls

    @property
    def adverts(self) -> Sequence[Line]:
        """What was seen by mDNS."""
        return self._record.adverts

    @property
    def decoys(self) -> Sequence[Line]:
        """The calls of the hub that no device has joined."""
        return self._record.decoys

    def scenarios(self, name: str) -> tuple[Span, ...]:
        """Return when a scenario ran."""
        return tuple(span for span in self._record.spans if span.name == name)

    @property
    def spans(self) -> Sequence[Span]:
        """All scenarios that ran."""
        return self._record.spans

    @property
    def stalls(self) -> Sequence[Stall]:
        """When the harness stood still, and the device perhaps with it."""
        return self._record.stalls

    def earliest_ns(self, at_ns: int) -> int:
        """Return when what was read at a time may have come: before a stall that had just ended."""
        place = bisect_right(self.stalls, (at_ns, at_ns))
        if place and at_ns - self.stalls[place - 1][1] <= JUST_NS:
            return self.stalls[place - 1][0]
        return at_ns

    def stimuli(self, *names: str) -> tuple[Stimulus, ...]:
        """Return what the harness did of these names, in their order."""
        return tuple(each for each in self._record.stimuli if each.name in names)

    def hooks(self, *names: str) -> tuple[HookRun, ...]:
        """Return the hooks of these names that ran and went well."""
        return tuple(each for each in self._record.hooks if each.name in names and each.is_done)

    def has_hook(self, name: str) -> bool:
        """Say whether the run was given a hook."""
        return name in self.run.get("hooks", ()) or bool(self.hooks(name))

    def of(self, child: DeviceId) -> "Evidence":
        """Return the view of a child's messages."""
        if child not in self._views:
            self._views[child] = Evidence(self._record, child)
        return self._views[child]

    @cached_property
    def children(self) -> tuple[DeviceId, ...]:
        """The children that the device has spoken for, as they came."""
        found = (up.where.child for up in self.ups if up.where and up.where.child)
        return tuple(dict.fromkeys(found))

    @cached_property
    def published(self) -> tuple[Publish, ...]:
        """What was published by the subject of this view, repeated packets left out."""
        return tuple(up for up in self.ups if self._is_own(up) and not up.is_again)

    def said(self, kind: type[M]) -> tuple[Said[M], ...]:
        """Return the readable messages of a kind from the subject of this view."""
        if kind not in self._said:
            self._said[kind] = tuple(_said(kind, self.published))
        return self._said[kind]

    def told(self, kind: type[M]) -> tuple[Said[M], ...]:
        """Return the readable messages of a kind to the subject of this view, or to all."""
        return tuple(_said(kind, (down for down in self.downs if self._is_own(down))))

    @cached_property
    def broken(self) -> tuple[tuple[Publish, Violation], ...]:
        """The rules that the subject's messages break, each message by itself."""
        actions = {each.message.id: each.message for each in self.told(ActionCommand)}
        return tuple(
            (publish, violation)
            for publish in self.published
            for violation in violations(publish, self._sender(publish), _action(publish, actions))
        )

    def unreadable(self, leaf: str, begin_ns: int, end_ns: int) -> Publish | None:
        """Return a message on a leaf within a time that breaks a rule of form, if there is one."""
        for up in self.published:
            if up.violation and begin_ns <= up.at_ns <= end_ns and up.topic.endswith(f"/{leaf}"):
                return up
        return None

    def alive_after(self, at_ns: int) -> int | None:
        """Return the first line after a time in which the device sent anything."""
        times, lines = self._signs
        place = bisect_right(times, at_ns)
        return lines[place] if place < len(lines) else None

    def is_harmed(self, begin_ns: int, end_ns: int) -> bool:
        """Say whether the broker misbehaved on purpose at any time in between."""
        return any(begin <= end_ns and end >= begin_ns for begin, end in self._harms)

    def is_disturbed(self, begin_ns: int, end_ns: int) -> bool:
        """Say whether it did, or the device was started, stopped or reset, in between."""
        runs = self.hooks("power_cycle", "factory_reset", "stop", "start", "new_firmware")
        spans = [(hook.at_ns, hook.ended_ns or self.end_ns) for hook in runs]
        is_handled = any(begin <= end_ns and end >= begin_ns for begin, end in spans)
        return is_handled or self.is_harmed(begin_ns, end_ns)

    def membership(self, at_ns: int) -> int:
        """Return how often the device had been let into a home by a time.

        With each join its hub forgets what it knew of its epochs (ECO-ORDER-009).
        """
        grants = (call for call in self.calls if call.is_grant and not call.fields.get("is_false"))
        return sum(call.at_ns <= at_ns for call in grants)

    def link(self, n: int) -> Link:
        """Return a connection by its number."""
        return self._record.links[n]

    def announced_at(self, at_ns: int) -> Said[Announce] | None:
        """Return the last announce of the subject up to a time."""
        found = self.said_announces
        place = bisect_right([each.at_ns for each in found], at_ns)
        return found[place - 1] if place else None

    @cached_property
    def said_announces(self) -> tuple[Said[Announce], ...]:
        """The announces of the subject."""
        return self.said(Announce)

    def product_at(self, at_ns: int) -> CompiledProduct | None:
        """Return the product by which the subject's messages of a time are judged."""
        announced = self.announced_at(at_ns)
        document = announced and self.documents.get(announced.message.spec.sha256)
        return document.product if document else None

    @cached_property
    def product(self) -> CompiledProduct | None:
        """The product that the subject announced last."""
        return self.product_at(self.end_ns)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The product specs that the subject has announced and sent, by their announced hash."""
        sizes = {a.message.spec.sha256: a.message.spec.bytes for a in self.said_announces}
        return {sha256: self._document(sha256, size) for sha256, size in sizes.items()}

    def seen(self, feature: str) -> bool | None:
        """Say whether a feature was seen on the wire; None when that could not be seen."""
        if feature == "mqtt5":
            return any(c.decoded.get("level") == 5 for c in self.connects)
        if feature == "mdns":
            return bool(self.adverts)
        if feature in {"sleeper", "time_synced"}:
            said = [each.message for each in self.said_announces]
            synced = feature == "time_synced"
            found = any(m.is_time_synced if synced else m.sleep is not None for m in said)
            return found if said else None
        return None if self.product is None else _has(self.product, feature)

    def declared(self, feature: str) -> bool | None:
        """Say what the declaration says about a feature; None when it does not say.

        It is about the device: of its children it says nothing.
        """
        if self.child is not None:
            return None
        found = self.declaration.get("features", {}).get(feature)
        return found if isinstance(found, bool) else None

    def holds(self, feature: str) -> bool | None:
        """Say whether a feature counts: when it is declared or was seen; None when unknown."""
        said, seen = self.declared(feature), self.seen(feature)
        if said or seen:
            return True
        return None if said is None and seen is None else False

    @cached_property
    def connects(self) -> tuple[Packet, ...]:
        """The CONNECTs that could be read."""
        return tuple(link.connect for link in self.links if link.connect is not None)

    def _sender(self, publish: Publish) -> Sender:
        announced = self.announced_at(publish.at_ns)
        protocol = announced.message.protocol if announced else ""
        return Sender(self.id, self.child, self.product_at(publish.at_ns), protocol)

    def _is_own(self, publish: Publish) -> bool:
        return (publish.where.child if publish.where else None) == self.child

    @cached_property
    def _signs(self) -> tuple[list[int], list[int]]:
        packets = [p for link in self.links for p in link.packets if p.is_in]
        packets.sort(key=lambda packet: packet.line)
        return [p.at_ns for p in packets], [p.line for p in packets]

    @cached_property
    def _harms(self) -> tuple[tuple[int, int], ...]:
        return tuple(
            (each.at_ns, self._well_again(each))
            for each in self.stimuli("behave", "close")
            if _HARM & each.args.keys() or each.args.get("how") == "stall"
        )

    def _well_again(self, stimulus: Stimulus) -> int:
        """Return when the broker behaves again, or the connection that it forgot has ended."""
        ends = [each.at_ns for each in self.stimuli("behave") if each.line > stimulus.line]
        if stimulus.name == "close":
            open_links = [link for link in self.links if link.is_open_at(stimulus.at_ns)]
            ends = [link.closed_ns for link in open_links if link.closed_ns is not None]
        return min(ends, default=self.end_ns)

    def _document(self, sha256: str, size: int) -> Document:
        parts: dict[int, bytes] = {}
        lines: list[int] = []
        for each in self.said(SpecPart):
            if each.message.sha256 == sha256 and each.message.offset not in parts:
                parts[each.message.offset] = part_bytes(each.message.part) or b""
                lines.append(each.line)
        raw = b""
        while len(raw) < size and parts.get(len(raw)):
            raw += parts[len(raw)]
        if len(raw) < size:
            return Document(sha256, None, None, (), tuple(lines))
        if digest(raw) != sha256:
            return Document(sha256, raw, None, (), tuple(lines))
        try:
            product = compile_product(parse_product(raw))
        except ViolationError as error:
            return Document(sha256, raw, None, error.violations, tuple(lines))
        return Document(sha256, raw, product, (), tuple(lines))


def part_bytes(part: str) -> bytes | None:
    """Return what a part of a product spec stands for, or None when it is no base64."""
    try:
        return base64.b64decode(part, validate=True)
    except (binascii.Error, ValueError):
        return None


def seconds(begin_ns: int, end_ns: int) -> float:
    """Return the seconds between two times of a transcript."""
    return (end_ns - begin_ns) / NS


def _said(kind: type[M], publishes: Sequence[Publish] | Iterator[Publish]) -> Iterator[Said[M]]:
    for publish in publishes:
        if publish.decoded is not None and isinstance(publish.decoded.message, kind):
            yield Said(publish.decoded.message, publish)


def _action(publish: Publish, actions: Mapping[str, ActionCommand]) -> ActionCommand | None:
    message = publish.decoded.message if publish.decoded else None
    return actions.get(message.id) if isinstance(message, Ack) else None


def _has(product: CompiledProduct, feature: str) -> bool | None:
    match feature:
        case "gateway":
            return product.spec.device_class == "gateway"
        case "commands":
            return bool(product.writable or product.actions)
        case "actions":
            return bool(product.actions)
        case "events":
            return bool(product.events)
        case "notify":
            return any("notify" in part.access for part in product.properties.values())
    return None
