"""The rows of `ecohub bench`, with the budgets of the design and what each leaves out."""

from collections.abc import Mapping
from typing import Final

from benchmarks.rows import Budget, Kind

_BURST: Final = (
    "the devices' side of the wire: packets are made in advance, by 100 connections of one process"
)

KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "ingest": (
        Kind(
            "ingest",
            "reports/s",
            "A burst of 20,000 reports of 3 values from 100 devices, from the first one sent to the"
            " last one seen by a phone, history on; none may be lost or refused.",
            "gmqtt subscribed to the same burst, without a hub, until it has all",
            f"{_BURST}; the phone's own work: it is told the latest"
            " of each value once it lags, and only looks for the last report",
            Budget(">=", 0.50, "ratio"),
        ),
        Kind(
            "ingest_cpu",
            "ms/report",
            "Processor time of the hub's process, all threads, during that burst.",
            "the same of the process in which gmqtt drains it",
            "the broker's own time; the twins' way to the disk every 5 s, when it falls outside",
            Budget("<=", 0.03),
        ),
    ),
    "report": (
        Kind(
            "report_p50",
            "ms",
            "From a device's send to the phone's receive, at 100 reports/s; median.",
            "the same reports to a bare gmqtt subscriber",
            "the network: all of it is on loopback",
            Budget("<=", 0.6),
        ),
        Kind(
            "report_p99",
            "ms",
            "The same; 99 of 100 are faster.",
            "the same reports to a bare gmqtt subscriber",
            "as above",
            Budget("<=", 2.0),
        ),
    ),
    "command": (
        Kind(
            "command_p50",
            "ms",
            "A set over the WebSocket, one at a time, until its receipt is `confirmed`: made"
            " durable, sent, acked twice, shown by a state; median.",
            "one request and one answer over the same broker at QoS 1, TCP_NODELAY at both ends",
            "the network; what a device needs to do the thing",
            Budget("<=", 2.0, "ratio"),
        ),
        Kind(
            "command_p99",
            "ms",
            "The same; 99 of 100 are faster.",
            "99 of 100 bare requests are faster",
            "as above",
            Budget("<=", 5.0, "ratio"),
        ),
    ),
    "commands": (
        Kind(
            "commands_websocket",
            "commands/s",
            "Sets over one WebSocket, 50 at a time over 100 devices, each until `confirmed`.",
            "bare requests and answers, 50 at a time",
            "the network; what a device needs to do the thing",
            Budget(">=", 6_000),
        ),
        Kind(
            "commands_rest",
            "commands/s",
            "PATCH over 50 connections, each until its receipt, `confirmed`, is back.",
            "bare requests and answers, 50 at a time",
            "as above; new connections: they are kept alive",
            Budget(">=", 2_000),
        ),
    ),
    "flood": (
        Kind(
            "flood_p50",
            "ms",
            "The same as report_p50, while one more device says 10,000 reports a second where it"
            " may say 100.",
            "the same hub without the flood, just before",
            "the broker's own limits: it takes what it is given",
            Budget("<=", 2.0, "ratio"),
        ),
        Kind(
            "flood_p99",
            "ms",
            "The same; 99 of 100 are faster.",
            "the same hub without the flood, just before",
            "as above",
        ),
    ),
    "phones": (
        Kind(
            "phones_p50",
            "ms",
            "The same as report_p50 with 50 phones more on the stream, until the last of them has"
            " the report; median.",
            "the same with one phone, just before",
            "the phones' own processors: all are one process",
        ),
        Kind(
            "phones_p99",
            "ms",
            "The same; 99 of 100 are faster.",
            "99 of 100 with one phone are faster",
            "as above",
        ),
        Kind(
            "return_whole",
            "s",
            "200 phones that come in the same moment and know nothing, as after a restart of the"
            " hub: until the last has a snapshot of 100 devices of 30 values each.",
            "",
            "the network; TLS",
        ),
        Kind(
            "return_resumed",
            "s",
            "The same of phones that know where they were, as after a break of the Wi-Fi: until the"
            " last is told that it goes on.",
            "",
            "as above",
        ),
    ),
    "together": (
        Kind(
            "together_skew",
            "ms",
            "One request with `execute_at` for ten devices: from the first of them that has its"
            " command to the last; median of 20.",
            "",
            "the network; what a device needs to do the thing",
        ),
        Kind(
            "together_worst",
            "ms",
            "The same; the worst of the 20.",
            "",
            "as above",
        ),
        Kind(
            "together_late",
            "ms",
            "From the moment that was asked for to the first device's command; the worst of 20.",
            "",
            "as above; that the clocks differ: devices and hub have one",
        ),
    ),
    "growth": (
        Kind(
            "growth_cpu",
            "ms/report",
            "Processor time of the hub by report with 1,000 devices, 4 reports of each at a time.",
            "the same with 10 devices, 40 reports of each",
            f"{_BURST}; of few devices the phone is told less",
        ),
        Kind(
            "growth_command",
            "ms",
            "A set over the WebSocket until `confirmed`, with 1,000 devices; median of 200.",
            "the same with 10 devices",
            "as above",
        ),
    ),
    "embedded": (
        Kind(
            "embedded_ingest",
            "reports/s",
            "A burst of 1,000 reports from 20 devices over the broker that the hub brings along.",
            "",
            "a bare limit: nobody runs that broker for its speed",
        ),
        Kind(
            "embedded_command_p50",
            "ms",
            "A set over the WebSocket until `confirmed`, over that broker; median of 200.",
            "",
            "as above",
        ),
    ),
    "arrival": (
        Kind(
            "arrival",
            "s",
            "5,000 simulated devices of one process that have joined before, from the start of that"
            " process until the hub has all of them online and their values.",
            "",
            "joining, which is once in a life: about 50 devices a second",
            Budget("<=", 60.0),
        ),
        Kind(
            "arrival_cpu",
            "ms/device",
            "Processor time of the hub's process for each of them.",
            "",
            "the broker's and the devices' own time",
        ),
    ),
    "restart": (
        Kind(
            "restart_ready",
            "s",
            "A hub with 1,000 devices of 30 values each, from its start until it serves all of them"
            " and its broker and link work.",
            "",
            "the devices' coming back",
            Budget("<=", 2.0),
        ),
        Kind(
            "restart_memory",
            "MB",
            "Memory of that hub (RSS of its process) after it has served all twins once.",
            "the same hub without a device",
            "the broker: a process of its own; what live traffic adds",
            Budget("<=", 120.0),
        ),
        Kind(
            "device_memory",
            "kB",
            "The difference of the two by device.",
            "",
            "as above",
        ),
    ),
    "history": (
        Kind(
            "history_written",
            "MB/day",
            "Bytes that the history hands to the system to write, its journal and SQLite's own"
            " included, of 100 devices that report every 10 s what has changed and every 10 min all"
            " they know; some hours of it, times 24 by the hours.",
            "",
            "what the system makes of it: whole pages, and the file system's own writes; the twins,"
            " which the store writes",
            Budget("<=", 20.0),
        ),
        Kind(
            "history_point",
            "bytes",
            "A recorded value in the file, once its hour is sealed.",
            "",
            "the frame of a row in SQLite; the five minutes and hours made of it",
        ),
        Kind(
            "history_cpu",
            "ms/report",
            "Processor time of such a report in the history's thread, writing and sealing too.",
            "",
            "the one list append in the hub's loop",
        ),
        Kind(
            "history_week",
            "ms",
            "A chart of 500 points of a week of one property that was told every 10 s, in a home of"
            " 100 devices: read, gathered, shown as JSON.",
            "",
            "HTTP and the loop",
            Budget("<=", 200.0),
        ),
    ),
}
"""Rows by the measurement that gives them."""
