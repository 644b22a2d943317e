"""ECO-SLEEP: devices that are away most of the time."""

from collections.abc import Iterator
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.rules.check import broken, judges, kept, unclear
from certification.judging.traffic import Link, Said
from certification.judging.verdicts import Observation
from protocol.messages import Ack, Presence, Rest, State
from protocol.rules import rule

REST_S: Final = 1.0
SHORTEST_AWAKE_S: Final = 2.0
"""Below this, awake times are not scaled."""

EARLY_S: Final = 0.2
"""So much sooner than it was a falling asleep may look."""

LATE: Final = 1.1


def _asleep(e: Evidence) -> list[Said[Presence]]:
    return [each for each in e.said(Presence) if each.message.status == "asleep"]


@judges("ECO-SLEEP-003", "an announce", of_messages=True)
def announces_its_sleep(e: Evidence) -> Iterator[Observation]:
    """Judge that each announce of a sleeper says how long it sleeps."""
    wrong = [a for a in e.said_announces if a.message.sleep is None]
    for each in wrong:
        yield broken((each.line,), "an announce without sleep", rule("ECO-SLEEP-003").text, "sleep")
    if not wrong:
        yield from kept(e.said_announces, "announces with sleep")


@judges("ECO-SLEEP-004", "a sleep, and the CONNECT after it")
def wakes_in_time(e: Evidence) -> Iterator[Observation]:
    """Judge the time from each falling asleep to the next CONNECT, by the declared scale."""
    for each in _asleep(e):
        announced = e.announced_at(each.at_ns)
        if announced is None or announced.message.sleep is None:
            continue
        limit_s = announced.message.sleep.interval_s * e.scale
        after = next((c for c in e.connects if c.at_ns > each.at_ns), None)
        until_ns = after.at_ns if after else e.end_ns
        away_s = seconds(each.at_ns, until_ns)
        expected = f"a wake within {limit_s:g} s"
        if e.is_disturbed(each.at_ns, until_ns):
            yield unclear((each.line,), "it was switched off, or shut out, while it slept")
        elif after is not None:
            is_kept = away_s <= limit_s * LATE + HARNESS_S
            what = f"it slept {away_s:.3f} s"
            yield Observation(is_kept, (each.line, after.line), what, expected)
        elif away_s > limit_s * LATE + HARNESS_S:
            yield broken((each.line,), f"no wake for {away_s:.3f} s", expected)
        else:
            yield unclear((each.line,), "the run ended while it slept")


@judges("ECO-SLEEP-005", "a wake")
def tells_everything_at_each_wake(e: Evidence) -> Iterator[Observation]:
    """Judge what is said on each connection of a sleeper."""
    for link in e.links:
        announced = next((a for a in e.said_announces if a.link == link.n), None)
        if announced is None:
            continue
        online = any(p.message.status == "online" and p.link == link.n for p in e.said(Presence))
        full = any(s.message.full and s.link == link.n for s in e.said(State))
        missing = [n for n, is_there in (("online", online), ("full state", full)) if not is_there]
        end_ns = link.closed_ns or e.end_ns
        is_cut = link.by != "device" or e.is_disturbed(link.opened_ns, end_ns)
        unread = any(e.unreadable(leaf, link.opened_ns, end_ns) for leaf in ("presence", "state"))
        what = f"at its wake it did not say: {', '.join(missing)}" if missing else "it told all"
        is_kept: bool | None = not missing
        if missing and (is_cut or unread):
            is_kept = None
        yield Observation(is_kept, (announced.line,), what, rule("ECO-SLEEP-005").text)


@judges("ECO-SLEEP-006", "a sleep that no rest has brought about")
def stays_awake_long_enough(e: Evidence) -> Iterator[Observation]:
    """Judge the silence before each falling asleep that was not asked for."""
    for each in _asleep(e):
        announced = e.announced_at(each.at_ns)
        link = e.link(each.link)
        rests = [r for r in e.told(Rest) if r.link == link.n and r.line < each.line]
        if announced is None or announced.message.sleep is None or rests:
            continue
        least_s = _awake_s(announced.message.sleep.awake_s, e.scale)
        last = _last_message(link, each.line)
        silent_s = seconds(last[1], each.at_ns)
        what = f"it fell asleep {silent_s:.3f} s after the last message, without rest"
        expected = f"{least_s:g} s or more"
        lines = (last[0], each.line)
        yield Observation(silent_s >= least_s - EARLY_S, lines, what, expected)


def _awake_s(declared_s: float, scale: float) -> float:
    return min(declared_s, max(SHORTEST_AWAKE_S, declared_s * scale))


def _last_message(link: Link, before: int) -> tuple[int, int]:
    found = [p for p in link.packets if p.type == "PUBLISH" and p.line < before]
    return (found[-1].line, found[-1].at_ns) if found else (link.opened_line, link.opened_ns)


@judges("ECO-SLEEP-007", "a sleep")
def leaves_in_order(e: Evidence) -> Iterator[Observation]:
    """Judge presence, PUBACK and DISCONNECT of each falling asleep, and that it is said at all."""
    said = {each.link: each for each in _asleep(e)}
    for link in e.links:
        if link.n in said:
            yield _parting(e, link, said[link.n])
        elif _is_silent_parting(e, link):
            what = f"connection {link.n} ended without presence asleep"
            line = link.closed_line or link.opened_line
            yield broken((line,), what, rule("ECO-SLEEP-007").text)


def _is_silent_parting(e: Evidence, link: Link) -> bool:
    """Say whether a sleeper went without a word, and nothing else had ended its connection."""
    if link.by != "device" or not any(a.link == link.n for a in e.said_announces):
        return False
    offline = any(p.message.status == "offline" and p.link == link.n for p in e.said(Presence))
    end_ns = link.closed_ns or e.end_ns
    unread = e.unreadable("presence", link.opened_ns, end_ns)
    return not offline and unread is None and not e.is_disturbed(link.opened_ns, end_ns)


def _parting(e: Evidence, link: Link, asleep: Said[Presence]) -> Observation:
    number = asleep.publish.packet.decoded.get("packet_id")
    after = [p for p in link.packets if p.line > asleep.line]
    puback = next((p for p in after if _answers(p.type, p.decoded.get("packet_id"), number)), None)
    parting = next((p for p in after if p.type == "DISCONNECT"), None)
    lines = (asleep.line, *(p.line for p in (puback, parting) if p is not None))
    expected = rule("ECO-SLEEP-007").text
    is_cut = link.by != "device" or e.is_disturbed(asleep.at_ns, link.closed_ns or e.end_ns)
    if is_cut and parting is None:
        return unclear(lines, "the connection ended before it could fall asleep")
    if parting is None:
        return broken(lines, "it fell asleep without DISCONNECT", expected)
    if puback is None or puback.line > parting.line:
        if e.is_harmed(asleep.at_ns, parting.at_ns):
            return unclear(lines, "the broker withheld the PUBACK")
        return broken(lines, "it sent DISCONNECT before the PUBACK", expected)
    return Observation(True, lines, "asleep, PUBACK, DISCONNECT", expected)


def _answers(kind: str, packet_id: object, number: object) -> bool:
    return kind == "PUBACK" and packet_id == number


@judges("ECO-SLEEP-008", "a rest")
def rests_when_told(e: Evidence) -> Iterator[Observation]:
    """Judge the time from each `rest` to falling asleep."""
    for rest in e.told(Rest):
        after = [p for p in _asleep(e) if p.line > rest.line and p.link == rest.link]
        late_s = seconds(rest.at_ns, after[0].at_ns if after else e.end_ns)
        expected = f"asleep within {REST_S:g} s"
        is_kept = bool(after) and late_s <= REST_S + HARNESS_S
        what = f"asleep {late_s:.3f} s after rest" if after else "it stayed awake after rest"
        lines = (rest.line, *(p.line for p in after[:1]))
        yield Observation(is_kept, lines, what, expected)


@judges("ECO-SLEEP-009", "a presence", of_messages=True)
def sleeps_only_as_announced(e: Evidence) -> Iterator[Observation]:
    """Judge that `asleep` is said by those alone who announced to sleep."""
    said = e.said(Presence)
    wrong = [each for each in _asleep(e) if _is_unannounced(e, each)]
    for each in wrong:
        what = "presence asleep, and the last announce had no sleep"
        yield broken((each.line,), what, rule("ECO-SLEEP-009").text, "status")
    if not wrong:
        yield from kept(said, "presences, none asleep without an announced sleep")


def _is_unannounced(e: Evidence, said: Said[Presence]) -> bool:
    announced = e.announced_at(said.at_ns)
    return announced is not None and announced.message.sleep is None


@judges("ECO-SLEEP-010", "a rest, and a sign of life after it", of_messages=True)
def does_not_ack_rest(e: Evidence) -> Iterator[Observation]:
    """Judge that no ack names a `rest`."""
    rests = {rest.message.id: rest for rest in e.told(Rest)}
    acks = [ack for ack in e.said(Ack) if ack.message.id in rests]
    for ack in acks:
        lines = (rests[ack.message.id].line, ack.line)
        what = f"rest was acked: {ack.message.status}"
        yield broken(lines, what, rule("ECO-SLEEP-010").text, "id")
    for rest in rests.values():
        alive = e.alive_after(rest.at_ns)
        if alive is not None and not acks:
            yield Observation(True, (rest.line, alive), "rest was not acked")


@judges("ECO-SLEEP-015", "a wake")
def may_wake_early(e: Evidence) -> Iterator[Observation]:
    """Tell of wakes; any time is fine."""
    for each in _asleep(e):
        after = next((c for c in e.connects if c.at_ns > each.at_ns), None)
        if after is not None:
            what = f"it woke after {seconds(each.at_ns, after.at_ns):.3f} s"
            yield Observation(True, (each.line, after.line), what)
