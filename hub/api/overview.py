"""Operations on the hub as a whole: what it is, how it is, what it counts."""

from collections import Counter

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import TypeAdapter

from hub.api.bodies import ChangeHub, TellPlace
from hub.api.entitled import visible
from hub.api.hub_models import HealthReport, HubReport, Part, PlaceShown
from hub.api.operations import Answer, Body, Call, Routes
from hub.api.replies import empty_reply, json_reply, text_reply
from hub.core.activity import AuditCode, Particulars
from hub.core.people.access import has_right
from hub.core.people.rights import Right
from hub.core.records import Place
from hub.discovery.interfaces import interfaces, reachable_addresses
from hub.health import PartHealth
from protocol.version import PROTOCOL

routes = Routes("Hub")


@routes.operation("GET", "/hub", Answer(200, "The hub.", HubReport), right=Right.SEE)
async def show_hub(call: Call[None]) -> web.Response:
    """Show which hub this is, since when it runs, and what it has to do."""
    return json_reply(_report(call))


@routes.operation(
    "PATCH",
    "/hub",
    Answer(200, "The hub as it is now.", HubReport),
    body=TypeAdapter(ChangeHub),
    right=Right.HUB,
)
async def change_hub(call: Call[ChangeHub]) -> web.Response:
    """Change how strictly devices are judged: those that join from now on, or all.

    It holds over restarts, before what hub.toml says.
    """
    body, home = call.body, call.context.home
    told = Particulars("mode-of-all" if body.of_all else "mode-of-new", {"mode": body.mode})
    entry = home.activity.audit("setting", call.asks.by, told, text=f"mode = {body.mode}")
    await home.enforcing.set_mode(body.mode, entry, of_all=body.of_all)
    home.activity.keep([entry])
    return json_reply(_report(call))


@routes.operation(
    "PUT",
    "/hub/place",
    Answer(200, "The hub as it is now.", HubReport),
    body=TypeAdapter(TellPlace),
    right=Right.HUB,
)
async def tell_place(call: Call[TellPlace]) -> web.Response:
    """Tell the hub where on earth the home is, so that it knows when the sun rises and sets.

    It holds at once and over restarts, before what hub.toml says, and is told to owners alone.
    """
    await _move(call, Place(call.body.latitude, call.body.longitude), "place-told")
    return json_reply(_report(call))


@routes.operation(
    "DELETE",
    "/hub/place",
    Answer(204, "The hub knows no place.", media=()),
    right=Right.HUB,
)
async def forget_place(call: Call[None]) -> web.Response:
    """Have the hub forget where the home is, and what hub.toml says of it.

    Automations that need the sun stay, with a problem that says so, and wait.
    """
    await _move(call, None, "place-forgotten")
    return empty_reply()


async def _move(call: Call[Body], place: Place | None, code: AuditCode) -> None:
    """Have the home be there; the audit tells that it was changed, and not where it is."""
    home = call.context.home
    text = code.replace("-", " ")
    entry = home.activity.audit("setting", call.asks.by, Particulars(code), text=text)
    await home.automating.move(place, entry)
    home.activity.keep([entry])


def _report(call: Call[Body]) -> HubReport:
    home, clock = call.context.home, call.context.home.clock
    broker = home.broker.state
    devices = visible(call)
    presences = Counter(str(device.presence) for device in devices)
    open_ones = (c for c in home.hub.commands.open_ones() if call.sight.of(c.device))
    is_trusted = has_right(call.asks, Right.ARRANGE)
    return {
        "id": home.hub_id,
        "name": home.settings.hub.name,
        "version": call.context.version,
        "protocol": str(PROTOCOL),
        "epoch": home.epoch,
        "mode": home.hub.mode,
        "started_at": clock.iso(home.started_s),
        "now": clock.iso(clock.now_s()),
        "is_time_synced": clock.is_synced,
        "has_place": home.automating.place is not None,
        "place": _place_shown(call),
        "broker": {
            "name": broker.kind,
            "status": "ok" if broker.is_ready else "degraded",
            "detail": broker.detail if is_trusted else "",
            "remedy": broker.remedy if is_trusted else "",
        },
        "devices": {"total": len(devices), "by_presence": dict(presences)},
        "open_commands": sum(1 for _ in open_ones),
        "streams": call.context.metrics.streams,
        "join_at": [
            f"{host}:{call.context.port()}"
            for host in reachable_addresses(home.settings.api.host, interfaces())
        ],
    }


def _place_shown(call: Call[Body]) -> PlaceShown | None:
    place = call.context.home.automating.place
    if place is None or not has_right(call.asks, Right.HUB):
        return None
    return {"latitude": place.latitude, "longitude": place.longitude}


@routes.operation("GET", "/health", Answer(200, "How it is.", HealthReport), right=Right.OPEN)
async def show_health(call: Call[None]) -> web.Response:
    """Show whether the hub works.

    Needs no token; with one it says what is wrong with a part and what mends it.
    """
    health = call.context.home.health()
    is_known = has_right(call.asks, Right.ARRANGE)
    parts = [_part(part, is_known=is_known) for part in health.parts]
    return json_reply(HealthReport(status=health.status, parts=parts))


@routes.operation(
    "GET",
    "/metrics",
    Answer(200, "All metrics in Prometheus' text format.", media=("text/plain",)),
    right=Right.HUB,
)
async def show_metrics(call: Call[None]) -> web.Response:
    """Show what the hub counts, for Prometheus."""
    return text_reply(call.context.metrics.text(), CONTENT_TYPE_LATEST)


def _part(part: PartHealth, *, is_known: bool) -> Part:
    shown = Part(name=part.name, status=part.status)
    if is_known:
        shown["detail"], shown["remedy"] = part.detail, part.remedy
        if part.said is not None:
            shown["code"], shown["parameters"] = part.said.code, dict(part.said.parameters)
    return shown
