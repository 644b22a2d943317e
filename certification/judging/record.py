"""A transcript taken apart: what each kind of line says, in the order of the lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from certification.judging.stalls import Stall
from certification.judging.traffic import Link, Packet, Publish, read_packet, read_publish
from certification.transcript.file import Line, Transcript, TranscriptError
from certification.transcript.line_forms import check_form


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What the harness was about to do."""

    line: int
    at_ns: int
    name: str
    args: Mapping[str, Any]


@dataclass(slots=True)
class HookRun:
    """Something that was done to the device from outside.

    Attributes:
        wanted: The address or child that the hook was to bring about; empty where none.
        ended_line, ended_ns: None while it runs.
        answer: What it told, as JSON.
    """

    line: int
    at_ns: int
    name: str
    wanted: str = ""
    is_missing: bool = False
    ended_line: int | None = None
    ended_ns: int | None = None
    exit: int | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether it ran and said that it went well."""
        return self.ended_ns is not None and not self.is_missing and not self.exit


@dataclass(frozen=True, slots=True)
class Call:
    """One half of a call of the join API; `is_in` says that the device asks."""

    line: int
    at_ns: int
    is_in: bool
    number: int
    fields: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        """What was sent, as far as it is an object."""
        body = self.fields.get("body")
        return body if isinstance(body, Mapping) else {}

    @property
    def is_grant(self) -> bool:
        """Whether this lets the device into the home."""
        return not self.is_in and self.number == 2 and self.fields.get("status") == 200


@dataclass(frozen=True, slots=True)
class Span:
    """A scenario from its begin to its end; `outcome` is `done` or why it was given up."""

    name: str
    line: int
    at_ns: int
    ended_line: int
    ended_ns: int
    outcome: str = ""


@dataclass(slots=True)
class Record:
    """All lines of a run by what they say."""

    run: Mapping[str, Any]
    end_ns: int
    last_line: int
    links: dict[int, Link] = field(default_factory=dict)
    ups: list[Publish] = field(default_factory=list)
    downs: list[Publish] = field(default_factory=list)
    stimuli: list[Stimulus] = field(default_factory=list)
    hooks: list[HookRun] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    adverts: list[Line] = field(default_factory=list)
    decoys: list[Line] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    _seen: dict[bytes, int] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Add what a line says; a kind that is not known says nothing."""
        reader = _READERS.get(line.kind)
        if reader is not None:
            reader(self, line)

    def opened(self, line: Line) -> None:
        """Add a connection."""
        n = line.fields["link"]
        self.links[n] = Link(n, line.n, line.at_ns)

    def closed(self, line: Line) -> None:
        """End a connection."""
        link = self.links[line.fields["link"]]
        link.closed_line, link.closed_ns = line.n, line.at_ns
        link.by, link.how = line.fields["by"], line.fields["how"]

    def packet(self, line: Line) -> None:
        """Add a packet, and the message in it."""
        packet = read_packet(line)
        self.links[packet.link].packets.append(packet)
        if packet.type == "PUBLISH":
            self._publish(read_publish(line), packet)

    def stimulus(self, line: Line) -> None:
        """Add what the harness was about to do."""
        self.stimuli.append(
            Stimulus(line.n, line.at_ns, line.fields["name"], line.fields.get("args", {}))
        )

    def hook(self, line: Line) -> None:
        """Begin or end a hook."""
        told, name = line.fields, line.fields["name"]
        if told.get("phase") != "end":
            wanted = told.get("wanted") or ""
            missing = bool(told.get("missing"))
            self.hooks.append(HookRun(line.n, line.at_ns, name, wanted, missing))
            return
        run = next((h for h in reversed(self.hooks) if h.name == name and h.ended_ns is None), None)
        if run is not None:
            run.ended_line, run.ended_ns, run.exit = line.n, line.at_ns, told.get("exit")
            answer = told.get("answer")
            run.answer = answer if isinstance(answer, Mapping) else {}

    def http(self, line: Line) -> None:
        """Add half of a call."""
        is_in = line.fields["way"] == "in"
        self.calls.append(Call(line.n, line.at_ns, is_in, line.fields["call"], line.fields))

    def advert(self, line: Line) -> None:
        """Add an advert."""
        self.adverts.append(line)

    def decoy(self, line: Line) -> None:
        """Add a call of a hub that is none."""
        self.decoys.append(line)

    def scenario(self, line: Line) -> None:
        """Begin or end a scenario."""
        told, name = line.fields, line.fields["name"]
        if told["phase"] == "begin":
            self.spans.append(Span(name, line.n, line.at_ns, self.last_line, self.end_ns))
            return
        for place in range(len(self.spans) - 1, -1, -1):
            if self.spans[place].name == name:
                outcome = str(told.get("outcome", ""))
                ended = replace(self.spans[place], ended_line=line.n, ended_ns=line.at_ns)
                self.spans[place] = replace(ended, outcome=outcome)
                return

    def stall(self, line: Line) -> None:
        """Add a time in which the harness stood still."""
        earlier_ns = self.stalls[-1][1] if self.stalls else 0
        self.stalls.append((max(earlier_ns, line.at_ns - line.fields["late_ns"]), line.at_ns))

    def _publish(self, publish: Publish, packet: Packet) -> None:
        if not packet.is_in:
            self.downs.append(publish)
            return
        key = publish.topic.encode() + b"\0" + publish.payload
        first = self._seen.get(key)
        is_later = first is not None and first != packet.link
        is_counted = publish.topic.endswith(_COUNTED)
        is_again = publish.qos == 1 and (bool(packet.decoded["dup"]) or (is_later and is_counted))
        if publish.qos == 1:
            self._seen.setdefault(key, packet.link)
        self.ups.append(replace(publish, is_again=is_again))


def read_record(transcript: Transcript) -> Record:
    """Take a transcript apart.

    Raises:
        TranscriptError: A line has not the fields of its kind.
    """
    first, last = transcript.lines[0], transcript.lines[-1]
    record = Record(first.fields, last.at_ns, last.n)
    for line in transcript.lines:
        check_form(line)
        try:
            record.take(line)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise TranscriptError(line.n, f"its fields are not those of `{line.kind}`") from None
    return record


_COUNTED: Final = ("/event", "/ack")
"""Topics on which the same payload over another connection can only be the same message."""

_READERS: Final[Mapping[str, Callable[[Record, Line], None]]] = {
    "opened": Record.opened,
    "closed": Record.closed,
    "packet": Record.packet,
    "stimulus": Record.stimulus,
    "hook": Record.hook,
    "http": Record.http,
    "advert": Record.advert,
    "decoy": Record.decoy,
    "scenario": Record.scenario,
    "stall": Record.stall,
}
