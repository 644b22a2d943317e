"""Operations on what is around: what mDNS hears, and who may join."""

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.bodies import JoinCall, OpenWindow
from hub.api.network_models import (
    Advert,
    DiscoveryReport,
    JoinAnswer,
    JoinAttempt,
    Question,
    WindowState,
)
from hub.api.operations import Answer, Call, Routes
from hub.api.replies import json_reply
from hub.attempts import Attempt
from hub.clock import Clock
from hub.core.people.rights import Right
from hub.discovery.sightings import Probe, Sighting
from hub.home import Home
from protocol.ids import DeviceId
from protocol.joining import JoinProof

routes = Routes("Network")

_WINDOW = Answer(200, "The window as it is now.", WindowState)


@routes.operation(
    "GET", "/discovery", Answer(200, "What was heard.", DiscoveryReport), right=Right.ADMIT
)
async def show_discovery(call: Call[None]) -> web.Response:
    """Show which devices and hubs mDNS tells of, when the hub asked, and who answered where."""
    home, clock = call.context.home, call.context.home.clock
    state = home.discovery.state
    report: DiscoveryReport = {
        "status": state.status,
        "detail": state.detail,
        "remedy": state.remedy,
        "seen": [_advert(sighting, clock) for sighting in home.seen()],
        "questions": [_question(probe, clock) for probe in home.discovery.probes()],
    }
    return json_reply(report)


@routes.operation("GET", "/join/window", _WINDOW, right=Right.ADMIT)
async def show_window(call: Call[None]) -> web.Response:
    """Show whether devices may join now."""
    return json_reply(_window(call.context.home))


@routes.operation(
    "POST",
    "/join/window",
    _WINDOW,
    body=TypeAdapter(OpenWindow),
    problems={404, 409},
    right=Right.ADMIT,
)
async def open_window(call: Call[OpenWindow]) -> web.Response:
    """Let devices join for a while that know the setup code; a window open before is closed."""
    home, body = call.context.home, call.body
    replaces = None if body.replaces is None else DeviceId(body.replaces)
    admission, by = home.admission, call.asks.by
    admission.open_window(body.code, body.duration_s, body.devices, replaces, by)
    return json_reply(_window(home))


@routes.operation("DELETE", "/join/window", _WINDOW, right=Right.ADMIT)
async def close_window(call: Call[None]) -> web.Response:
    """Let nobody join any more."""
    call.context.home.admission.window.close()
    return json_reply(_window(call.context.home))


@routes.operation(
    "POST",
    "/join",
    Answer(200, "The hub's challenge, or the device's credentials.", JoinAnswer),
    body=TypeAdapter(JoinCall),
    problems={409, 429},
    right=Right.OPEN,
)
async def join(call: Call[JoinCall]) -> web.Response:
    """Join the home, as a device: in two calls, while the window is open.

    The first call gets a challenge; the second one proves that the device knows the setup code,
    and gets the hub's own proof and credentials for the broker. Five wrong proofs in all close the
    window.
    """
    admission = call.context.home.admission
    if isinstance(call.body, JoinProof):
        return json_reply(await admission.finish(call.body))
    return json_reply(admission.begin(call.body))


def _window(home: Home) -> WindowState:
    now_s = home.clock.now_s()
    status = home.admission.window.status(now_s)
    closes_at = home.clock.iso(now_s + status.closes_in_s) if status.is_open else None
    return {
        "is_open": status.is_open,
        "closes_at": closes_at,
        "devices_left": status.devices_left,
        "joining": home.admission.joining,
        "guesses_left": status.guesses_left,
        "replaces": status.replaces,
        "attempts": [_attempt(one, home.clock) for one in home.admission.window.attempts],
    }


def _attempt(attempt: Attempt, clock: Clock) -> JoinAttempt:
    return {
        "device": attempt.device,
        "product": attempt.product,
        "vendor": attempt.vendor,
        "step": attempt.step,
        "at": clock.iso(attempt.at_s),
        "detail": attempt.what,
        "remedy": attempt.remedy,
    }


def _advert(sighting: Sighting, clock: Clock) -> Advert:
    return {
        "kind": sighting.kind,
        "name": sighting.name,
        "device": sighting.device_id,
        "host": sighting.host,
        "port": sighting.port,
        "addresses": list(sighting.addresses),
        "interface": sighting.interface,
        "first_at": clock.iso(sighting.first_s),
        "last_at": clock.iso(sighting.last_s),
        "times": sighting.times,
        "txt": dict(sighting.txt),
        "said_goodbye": sighting.said_goodbye,
        "problem": sighting.problem,
    }


def _question(probe: Probe, clock: Clock) -> Question:
    return {
        "interface": probe.interface,
        "address": probe.address,
        "asked": probe.asked,
        "asked_at": _iso(probe.asked_s, clock),
        "answered": probe.answered,
        "answered_at": _iso(probe.answered_s, clock),
        "heard_itself_at": _iso(probe.heard_itself_s, clock),
    }


def _iso(at_s: float | None, clock: Clock) -> str | None:
    return None if at_s is None else clock.iso(at_s)
