"""ECO-JOIN and ECO-DISC: how a device comes into a home, and what it tells by mDNS."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from certification.judging.evidence import Evidence, seconds
from certification.judging.record import Call
from certification.judging.rules.check import broken, judges, kept, unclear
from certification.judging.verdicts import Observation
from certification.transcript.file import Line
from protocol.advert import DeviceAdvert
from protocol.errors import ViolationError
from protocol.rules import rule

SECOND_CALL_S: Final = 60.0
SHORTEST_S: Final = 3.0
"""However short the waits of a build are, two calls and what lies between them take their time."""

_NONCE: Final = re.compile(r"[0-9a-f]{32}")
_URL: Final = re.compile(r"\w://|\bwww\.|\bhttps?\b", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"\*{4,}")
"""What a transcript shows of a secret."""

_TXT_KEYS: Final = ("id", "v", "product", "class", "join")


def _second_calls(e: Evidence) -> list[Call]:
    return [call for call in e.calls if call.is_in and call.number == 2]


def _first_calls(e: Evidence) -> list[Call]:
    return [call for call in e.calls if call.is_in and call.number == 1]


def _grants(e: Evidence) -> list[Call]:
    """Return the answers that let the device in, by a hub that knows the code."""
    return [call for call in e.calls if call.is_grant and not call.fields.get("is_false")]


def _proven(rule_id: str, e: Evidence) -> Iterator[Observation]:
    for call in _second_calls(e):
        is_right = bool(call.fields.get("proof_ok"))
        what = f"its proof of the setup code is {'right' if is_right else 'wrong'}"
        yield Observation(is_right, (call.line,), what, rule(rule_id).text, "proof")


judges("ECO-JOIN-003", "the second call of a join")(partial(_proven, "ECO-JOIN-003"))


@judges("ECO-JOIN-001", "a join that the device has proven by its setup code")
def has_a_code_of_eight_digits(e: Evidence) -> Iterator[Observation]:
    """Tell of proofs that were made of 8 digits: the harness takes no other code."""
    right = [call for call in _second_calls(e) if call.fields.get("proof_ok")]
    yield from kept(right, "proofs made of a setup code of 8 digits")


@judges("ECO-JOIN-004", "two joins, or one whose nonce is of another form")
def nonces_are_new(e: Evidence) -> Iterator[Observation]:
    """Judge form and newness of the device's nonces."""
    known: dict[str, Call] = {}
    calls = _first_calls(e)
    for call in calls:
        nonce = str(call.body.get("nonce"))
        if _NONCE.fullmatch(nonce) is None:
            yield broken((call.line,), f"the nonce is {nonce}", "32 lower-case hex digits", "nonce")
        elif nonce in known:
            what = "the nonce is that of an earlier attempt"
            lines = (known[nonce].line, call.line)
            yield broken(lines, what, rule("ECO-JOIN-004").text, "nonce")
        known[nonce] = call
    if len(known) == len(calls) > 1:
        yield from kept(calls, "attempts, each with a nonce of its own")
    elif calls and len(known) == len(calls):
        yield unclear((calls[0].line,), "there was only one attempt to join")


@judges("ECO-JOIN-006", "a grant with a wrong proof, and what the device does with it")
def checks_the_hub(e: Evidence) -> Iterator[Observation]:
    """Judge that no CONNECT follows a grant of a hub that did not know the code."""
    for call in e.calls:
        if not (call.is_grant and call.fields.get("is_false")):
            continue
        after = [each for each in e.calls if each.is_in and each.line > call.line]
        real = next((each for each in _grants(e) if each.line > call.line), None)
        end_ns = real.at_ns if real else e.end_ns
        used = next((c for c in e.connects if call.at_ns < c.at_ns < end_ns), None)
        expected = rule("ECO-JOIN-006").text
        if used is not None:
            what = "it connected with what a hub without the setup code had granted"
            yield broken((call.line, used.line), what, expected)
        elif after:
            what = "it did not use the grant with the wrong proof, and asked again"
            yield Observation(True, (call.line, after[0].line), what, expected)
        else:
            yield unclear((call.line,), "nothing shows that it was alive after the false grant")


@judges("ECO-JOIN-007", "a CONNECT after a join, with another hub or broker in sight")
def connects_to_its_hub_alone(e: Evidence) -> Iterator[Observation]:
    """Judge that connections come after a grant, and none to a hub that it did not join."""
    yield from _shuns_the_decoy(e)
    grants = _grants(e)
    if not grants:
        return
    first = grants[0]
    promised = [call.at_ns for call in e.calls if call.is_grant]
    early = [c for c in e.connects if c.at_ns < min(promised)]
    for each in early:
        yield broken((each.line, first.line), "it connected before it had joined", "not before")
    later = [c for c in e.connects if c.at_ns > first.at_ns]
    if not early:
        yield from kept(later, "CONNECTs, each to the broker of the hub that it has joined")


def _shuns_the_decoy(e: Evidence) -> Iterator[Observation]:
    """Judge the time in which another hub was in sight."""
    for span in e.scenarios("decoy_hub"):
        called = [c for c in e.decoys if c.fields["is_mqtt"] and c.at_ns >= span.at_ns]
        alive = e.alive_after(span.ended_ns) or e.alive_after(span.at_ns)
        expected = rule("ECO-JOIN-007").text
        if called:
            what = f"it sent a CONNECT to {called[0].fields['hub']}, which it has not joined"
            yield broken((span.line, called[0].n), what, expected)
        elif alive is not None and span.outcome == "done":
            what = "another hub was in sight, and it did not call it"
            yield Observation(True, (span.line, span.ended_line, alive), what, expected)


@judges("ECO-JOIN-008", "a power cycle, and a CONNECT after it")
def keeps_its_credentials(e: Evidence) -> Iterator[Observation]:
    """Judge what comes first after each power cycle: a CONNECT, or a call to join anew."""
    for hook in e.hooks("power_cycle"):
        connect = next((c for c in e.connects if c.at_ns > hook.at_ns), None)
        join = next((c for c in _first_calls(e) if c.at_ns > hook.at_ns), None)
        expected = rule("ECO-JOIN-008").text
        if join is not None and (connect is None or join.at_ns < connect.at_ns):
            yield broken((hook.line, join.line), "it asks to join after a power cycle", expected)
        elif connect is not None and e.link(connect.link).is_accepted:
            what = "it connected after a power cycle without a new join"
            yield Observation(True, (hook.line, connect.line), what, expected)
        else:
            yield unclear((hook.line,), "it did not come back after the power cycle")


@judges("ECO-JOIN-009", "a factory reset, and what the device does after it")
def forgets_its_credentials(e: Evidence) -> Iterator[Observation]:
    """Judge what comes first after each factory reset: a call to join, or a CONNECT."""
    for hook in e.hooks("factory_reset"):
        began_ns = hook.ended_ns or hook.at_ns
        connect = next((c for c in e.connects if c.at_ns > began_ns), None)
        join = next((c for c in _first_calls(e) if c.at_ns > hook.at_ns), None)
        expected = rule("ECO-JOIN-009").text
        if connect is not None and (join is None or connect.at_ns < join.at_ns):
            what = "it connected after a factory reset without a new join"
            yield broken((hook.line, connect.line), what, expected)
        elif join is not None:
            what = "after a factory reset it has to join anew"
            yield Observation(True, (hook.line, join.line), what, expected)
        else:
            yield unclear((hook.line,), "it did not come back after the factory reset")


@judges("ECO-JOIN-012", "a second unit with a setup code of its own")
def codes_differ(e: Evidence) -> Iterator[Observation]:
    """Judge the setup code of a second unit, as the hook tells of it: the same or its own."""
    for hook in e.hooks("second_unit"):
        same = hook.answer.get("is_same_code")
        if isinstance(same, bool):
            what = f"the second unit has {'the same setup code' if same else 'another setup code'}"
            yield Observation(not same, (hook.line,), what, rule("ECO-JOIN-012").text)


@judges("ECO-JOIN-013", "the second call of a join")
def calls_again_in_time(e: Evidence) -> Iterator[Observation]:
    """Judge the time between the two calls of each attempt, by the declared scale."""
    begun: dict[str, Call] = {}
    for call in e.calls:
        session = str(call.body.get("session", ""))
        if call.number == 1 and not call.is_in and session:
            begun[session] = call
        elif call.number == 2 and call.is_in and session in begun:
            late_s = seconds(begun[session].at_ns, call.at_ns)
            what = f"the second call came {late_s:.3f} s after the first was answered"
            lines = (begun[session].line, call.line)
            limit_s = max(SHORTEST_S, SECOND_CALL_S * e.scale)
            yield Observation(late_s <= limit_s, lines, what, f"within {limit_s:g} s")


@judges("ECO-DISC-001", "adverts of the device while it waits to be let in")
def advertises_while_it_waits(e: Evidence) -> Iterator[Observation]:
    """Judge the adverts that came before the device was let in."""
    grants = _grants(e)
    for advert in e.adverts:
        txt = _txt(advert)
        is_waiting = not grants or advert.at_ns < grants[0].at_ns
        if is_waiting:
            missing = [key for key in _TXT_KEYS if key not in txt]
            told = ", ".join(f"{key}={value}" for key, value in sorted(txt.items()))
            is_kept = not missing and txt.get("join") == "yes"
            yield Observation(is_kept, (advert.n,), told, rule("ECO-DISC-001").text, "txt")


def _txt(advert: Line) -> dict[str, str]:
    return {str(key): value or "" for key, value in (advert.fields.get("txt") or {}).items()}


@judges("ECO-DISC-002", "an advert of the device")
def adverts_are_well_formed(e: Evidence) -> Iterator[Observation]:
    """Judge each advert as a hub reads it."""
    for advert in e.adverts:
        try:
            found = DeviceAdvert.decode(_txt(advert))
        except ViolationError as error:
            wrong = error.violation
            what = f"{wrong.path}: {wrong.detail}: {wrong.sample}"
            yield broken((advert.n,), what, rule("ECO-DISC-002").text, f"txt.{wrong.path}")
        else:
            yield Observation(True, (advert.n,), f"the advert of {found.id} has its keys")


@judges("ECO-DISC-003", "an advert of the device")
def adverts_hold_no_secret(e: Evidence) -> Iterator[Observation]:
    """Judge the values of each advert; what stands as `*` in a transcript was a secret."""
    for advert in e.adverts:
        txt = _txt(advert)
        secret = [key for key, value in txt.items() if _HIDDEN.search(value)]
        url = [key for key, value in txt.items() if _URL.search(value)]
        wrong = secret or url
        kind = "a secret" if secret else "a URL"
        what = f"{', '.join(wrong)} holds {kind}" if wrong else "the advert holds neither"
        yield Observation(not wrong, (advert.n,), what, rule("ECO-DISC-003").text, "txt")


@judges("ECO-DISC-004", "a join at a hub that was advertised nowhere")
def takes_the_address_by_hand(e: Evidence) -> Iterator[Observation]:
    """Judge that a join came to a hub of which the device cannot know by mDNS."""
    shown = {str(s.args.get("id")) for s in e.stimuli("hub advert") if s.args.get("is_advertised")}
    for call in _first_calls(e):
        if call.fields.get("hub") not in shown:
            what = "it came to a hub that had not been advertised"
            yield Observation(True, (call.line,), what, rule("ECO-DISC-004").text)
            return
