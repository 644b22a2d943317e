"""Operations by which phones come to the home: the pairing window, invites, tokens."""

from aiohttp import web
from pydantic import TypeAdapter

from hub.api import qr
from hub.api.gate import without_port
from hub.api.operations import Answer, Body, Call, Parameter, Routes
from hub.api.people_bodies import LookAtInvite, OpenPairing, Pair, RefreshTokens, SendInvite
from hub.api.people_models import (
    InviteList,
    InviteLook,
    InviteSent,
    PairedShown,
    PairingOpened,
    PairingState,
    TokensGiven,
)
from hub.api.people_views import grant_shown, invite_shown, person_shown, places, role_name
from hub.api.replies import empty_reply, json_reply
from hub.clock import Clock
from hub.core.people.records import INVITE_ID, InviteId, Role
from hub.core.people.rights import Right
from hub.discovery.interfaces import outside
from hub.home import Home
from hub.people.tokens import Tokens, spoken

routes = Routes("Pairing")

INVITE = Parameter("id", rf"^{INVITE_ID}$", "Id of an invite.", "invite-0123456789ab")

_TOKENS = Answer(200, "What the phone carries from now on.", TokensGiven)
_WINDOW = Answer(200, "The window as it is now.", PairingState)


@routes.operation(
    "POST", "/pair", _TOKENS, body=TypeAdapter(Pair), problems={404, 409}, right=Right.OPEN
)
async def pair(call: Call[Pair]) -> web.Response:
    """Bring a phone to the home, with the code of the pairing window or of an invite.

    A code is good once. Five wrong ones close the window.
    """
    body, home = call.body, call.context.home
    given = await home.people.pairing.pair(body.code, body.person, body.device)
    return json_reply(_given(given, home.clock))


@routes.operation(
    "POST",
    "/sessions/refresh",
    _TOKENS,
    body=TypeAdapter(RefreshTokens),
    problems={401},
    right=Right.OPEN,
)
async def refresh_tokens(call: Call[RefreshTokens]) -> web.Response:
    """Get new tokens for a refresh token, which is worthless from then on.

    One that comes a second time was stolen, or its answer got lost. Which of the two is told by
    `id`: without the same one as before, the session ends.
    """
    body, home = call.body, call.context.home
    given = await home.people.sessions.refresh(body.refresh, body.id)
    return json_reply(_given(given, home.clock))


@routes.operation("GET", "/pair/window", _WINDOW, right=Right.PEOPLE)
async def show_pairing(call: Call[None]) -> web.Response:
    """Show whether a phone may come now, and who came through the window last."""
    return json_reply(_window(call.context.home))


@routes.operation(
    "POST",
    "/pair/window",
    Answer(200, "The window, with its code.", PairingOpened),
    body=TypeAdapter(OpenPairing),
    problems={404, 409},
    right=Right.PEOPLE,
)
async def open_pairing(call: Call[OpenPairing]) -> web.Response:
    """Let one phone come for a while; a window that is open already makes way."""
    home = call.context.home
    offer, asks = call.body.offer(Role.OWNER), call.asks
    code = home.people.pairing.open_window(offer, call.body.duration_s, asks.person)
    link = _link(call, code)
    opened: PairingOpened = {
        **_window(home),
        "code": spoken(code),
        "link": link,
        "qr": qr.rows(link),
    }
    return json_reply(opened)


@routes.operation("DELETE", "/pair/window", _WINDOW, right=Right.PEOPLE)
async def close_pairing(call: Call[None]) -> web.Response:
    """Let no phone come through the window any more; invites stay good."""
    call.context.home.people.pairing.close_window()
    return json_reply(_window(call.context.home))


@routes.operation(
    "GET", "/invites", Answer(200, "Those that are out.", InviteList), right=Right.PEOPLE
)
async def list_invites(call: Call[None]) -> web.Response:
    """List the invites that are out; an invite is gone once somebody has come by it."""
    home, now_s = call.context.home, call.context.home.clock.now_s()
    found = home.people.register.invites.values()
    shown = [invite_shown(one, home.clock) for one in found if now_s < one.expires_at_s]
    return json_reply(InviteList(invites=shown))


@routes.operation(
    "POST",
    "/invites",
    Answer(201, "The invite, with its code.", InviteSent),
    body=TypeAdapter(SendInvite),
    problems={404, 409},
    right=Right.PEOPLE,
)
async def send_invite(call: Call[SendInvite]) -> web.Response:
    """Let one phone come by a code or a link that you pass on.

    The code is shown this once; it is good once, until it expires or is taken back.
    """
    home, body = call.context.home, call.body
    offer = body.offer(Role.GUEST)
    invite, code = await home.people.pairing.invite(offer, call.asks.by, body.expires_in_s)
    shown, link = invite_shown(invite, home.clock), _link(call, code)
    sent: InviteSent = {**shown, "code": spoken(code), "link": link, "qr": qr.rows(link)}
    return json_reply(sent, 201)


@routes.operation(
    "POST",
    "/pair/look",
    Answer(200, "What it is for.", InviteLook),
    body=TypeAdapter(LookAtInvite),
    problems={403},
    right=Right.OPEN,
)
async def look_at_invite(call: Call[LookAtInvite]) -> web.Response:
    """Tell what an invite is for, before anybody comes by it. Codes of the window tell nothing."""
    home = call.context.home
    invite = home.people.pairing.invited(call.body.code)
    offer = invite.offer
    known = home.people.register.people.get(offer.person) if offer.person else None
    look: InviteLook = {
        "home": home.settings.hub.name,
        "by": invite.by or None,
        "role": role_name(offer.role),
        "name": known.name if known else offer.name,
        "is_known": known is not None,
        "grants": [grant_shown(grant) for grant in offer.grants],
        "places": places(home, offer.grants),
        "expires_at": home.clock.iso(invite.expires_at_s),
    }
    return json_reply(look)


@routes.operation(
    "DELETE",
    "/invites/{id}",
    Answer(204, "It is worthless now.", media=()),
    parameters=(INVITE,),
    right=Right.PEOPLE,
)
async def take_back_invite(call: Call[None]) -> web.Response:
    """Take an invite back."""
    await call.context.home.people.pairing.take_back(InviteId(call.path(INVITE)), call.asks.by)
    return empty_reply()


def _given(given: Tokens, clock: Clock) -> TokensGiven:
    return {
        "person": person_shown(given.person, clock, is_all_told=True),
        "session": given.session,
        "access": given.access,
        "refresh": given.refresh,
        "expires_s": given.expires_s,
    }


def _window(home: Home) -> PairingState:
    clock, status = home.clock, home.people.pairing.window()
    closes_at = clock.iso(clock.now_s() + status.closes_in_s) if status.is_open else None
    found = status.paired
    paired: PairedShown | None = None
    if found is not None:
        paired = {
            "person": found.person,
            "name": found.name,
            "session": found.session,
            "device": found.device,
        }
    return {
        "is_open": status.is_open,
        "closes_at": closes_at,
        "guesses_left": status.guesses_left,
        "role": None if status.offer is None else role_name(status.offer.role),
        "person": None if status.offer is None else status.offer.person,
        "paired": paired,
    }


def _link(call: Call[Body], code: str) -> str:
    """Return where the app opens with a code; behind the `#`, so that no log gets to see it.

    It is plain http where https goes by the hub's own authority, which a new phone cannot know yet,
    and names the hub as other machines reach it, even to who asks on the hub's own.
    """
    home, scheme, host = call.context.home, call.request.scheme, call.request.host
    if scheme == "https" and home.tls.kind == "auto":
        scheme, host = "http", f"{without_port(host)}:{call.context.port()}"
    url = outside(f"{scheme}://{host}", home.settings.api.host)
    return f"{url}/#pair={spoken(code)}"
