"""What the hub counts, for Prometheus: plain numbers on the hot path, families at each scrape."""

from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from hub.core.events import (
    Event,
    EventHappened,
    ReceiptChanged,
    ValuesReported,
    ViolationFound,
)
from hub.home import Home
from protocol.ids import CommandId, DeviceId

LATENCY_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Upper bounds of the one histogram: one per device blocks the loop for 41 ms a scrape at 300."""


COUNTED_KEPT: Final = 4096
"""Ended commands that are remembered, to count each once."""


class Metrics:
    """Counts what goes over the bus; each hub has its own registry.

    Attributes:
        streams: Phones on the stream now.
        stream_bytes: Bytes written to them.
        coalesced: Changes that were not told to a slow phone because later ones overtook them.
        requests: Answers of the API by status.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self.streams = self.stream_bytes = self.coalesced = 0
        self.requests: Counter[int] = Counter()
        self._reports = self._events = 0
        self._violations: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()
        self._counted: OrderedDict[CommandId, None] = OrderedDict()
        self._latencies = [0] * (len(LATENCY_BUCKETS_S) + 1)
        self._latency_sum_s = 0.0
        self._messages = _Total()
        self._missed = _Total()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Families(self))

    def take(self, event: Event) -> None:
        """Count an event; a listener of the bus."""
        kind = type(event)
        if kind is ValuesReported:
            self._reports += 1
        elif isinstance(event, ReceiptChanged):
            self._take_receipt(event)
        elif isinstance(event, ViolationFound):
            self._violations[event.violation.rule] += 1
        elif kind is EventHappened:
            self._events += 1

    def text(self) -> bytes:
        """Return all families in Prometheus' text format."""
        return generate_latest(self._registry)

    def families(self) -> Iterator[Metric]:
        """Yield all families as they are now."""
        yield from self._messages_families()
        yield from self._command_families()
        yield from self._api_families()
        yield from self._state_families()

    def _take_receipt(self, event: ReceiptChanged) -> None:
        record = event.record
        if not record.is_final or record.id in self._counted:
            return
        self._counted[record.id] = None  # an ended command may be saved once more
        if len(self._counted) > COUNTED_KEPT:
            self._counted.popitem(last=False)
        self._ended[record.status] += 1
        taken_s = record.history[-1].at_s - record.created_at_s
        self._latencies[bisect_left(LATENCY_BUCKETS_S, taken_s)] += 1
        self._latency_sum_s += taken_s

    def _messages_families(self) -> Iterator[Metric]:
        devices = self._home.hub.devices
        messages = self._messages.grown({d.id: d.messages for d in devices.values()})
        missed = self._missed.grown({d.id: d.missed for d in devices.values()})
        yield _counter("messages", "Messages of devices taken in, refused ones included.", messages)
        yield _counter("missed_messages", "Gaps in the devices' sequence numbers.", missed)
        unheard = self._home.hub.unheard
        yield _counter("unheard_messages", "Messages dropped before they were read.", unheard)
        yield _counter("reports", "Reports of values that were accepted.", self._reports)
        yield _counter("events", "Events that devices told.", self._events)
        help_text = "Broken rules of the protocol by rule id."
        yield _counters("violations", help_text, "rule", self._violations)

    def _command_families(self) -> Iterator[Metric]:
        help_text = "Commands that have ended, by final status."
        yield _counters("commands", help_text, "status", self._ended)
        bounds = [*map(str, LATENCY_BUCKETS_S), "+Inf"]
        yield HistogramMetricFamily(
            "ecohub_receipt_seconds",
            "Time from acceptance to the end of a command.",
            buckets=list(zip(bounds, accumulate(self._latencies), strict=True)),
            sum_value=self._latency_sum_s,
        )
        waiting = sum(1 for _ in self._home.hub.commands.open_ones())
        yield _gauge("open_commands", "Commands that have not ended.", waiting)

    def _api_families(self) -> Iterator[Metric]:
        by_status = Counter({str(status): n for status, n in self.requests.items()})
        yield _counters("requests", "Answers of the API by status.", "status", by_status)
        yield _gauge("streams", "Phones on the stream.", self.streams)
        yield _counter("stream_bytes", "Bytes written to phones.", self.stream_bytes)
        help_text = "Changes not told to slow phones because later ones overtook them."
        yield _counter("coalesced", help_text, self.coalesced)

    def _state_families(self) -> Iterator[Metric]:
        devices = self._home.hub.devices.values()
        by_presence = GaugeMetricFamily(
            "ecohub_devices", "Devices by presence.", labels=["presence"]
        )
        for presence, count in Counter(str(device.presence) for device in devices).items():
            by_presence.add_metric([presence], count)
        yield by_presence
        yield _gauge("broker_ready", "1 while the broker works.", self._home.broker.state.is_ready)
        denied = sum(self._home.broker.denied.values())
        yield _counter("denied_publishes", "Publishes that the broker's rights forbade.", denied)
        store = self._home.store
        yield _counter("store_transactions", "Transactions on the disk.", store.transactions)
        yield _gauge("store_failing", "1 while nothing can be kept.", store.trouble is not None)
        size_bytes = self._home.history.size_bytes
        yield _gauge("history_bytes", "Bytes of the history's files.", size_bytes)
        yield _gauge("link_up", "1 while the hub hears its devices.", self._home.hub.is_linked)
        up_s = self._home.clock.now_s() - self._home.started_s
        yield _gauge("uptime_seconds", "Since when the hub runs.", up_s)


class _Total:
    """A sum over devices that does not fall when one of them leaves."""

    def __init__(self) -> None:
        self._last: Mapping[DeviceId, int] = {}
        self._total = 0

    def grown(self, counts: Mapping[DeviceId, int]) -> int:
        """Return the total after each device's count has become as given."""
        self._total += sum(max(0, n - self._last.get(d, 0)) for d, n in counts.items())
        self._last = counts
        return self._total


class _Families(Collector):
    """Lets a registry collect what `Metrics` has counted."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Yield all families."""
        return self._metrics.families()


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(f"ecohub_{name}", help_text, value=value)


def _counters(name: str, help_text: str, label: str, values: Counter[str]) -> Metric:
    family = CounterMetricFamily(f"ecohub_{name}", help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ecohub_{name}", help_text, value=value)
