"""mDNS: advertises the hub and lists what it hears; hints only, and no host it names is dialled.

Multicast can be taken away at any time: then `state` says what hinders and what mends it, it is
tried again with back-off, and the rest of the hub goes on.
"""

import asyncio
import errno
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from zeroconf import (  # type: ignore[attr-defined]  # the DNS* names have no other public place
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    Error,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hub.clock import Clock
from hub.config import DiscoverySettings
from hub.discovery.interfaces import Interface, holding, interfaces, reachable_addresses
from hub.discovery.sightings import Evidence, Probe, Sighting
from hub.discovery.state import DiscoveryState, Schedule, hindrance, notice, standing
from protocol.advert import DEVICE_TYPE, HUB_TYPE, DeviceAdvert, HubAdvert
from protocol.errors import ViolationError, printable

__all__ = ["Discovery", "DiscoveryState", "Probe", "Sighting"]

RETRY_S: Final = (5.0, 60.0)
"""First and longest wait before mDNS is tried again."""

TICK_S: Final = 1.0
"""How often is looked whether interfaces have changed, an answer is due, or a question."""

PENDING_LIMIT: Final = 64
"""Adverts whose parts are waited for; further ones wait for the next question."""

LOOK_UPS: Final = 3
QUESTION_LIMIT: Final = 16
"""Adverts asked for in one packet, once a second at most."""

TXT_LIMIT: Final = 16
ADDRESS_LIMIT: Final = 8

_PTR: Final = 12
_SRV: Final = 33
_TXT: Final = 16
_INTERNET: Final = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """What is advertised: the particulars, and where."""

    advert: HubAdvert
    port: int
    bound_to: str

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the hub."""
        return self.bound_to == "localhost" or self.bound_to.startswith("127.")


class Discovery:
    """The hub's mDNS: `run` does all the work, the rest reads and asks.

    Args:
        open_link: Opens mDNS on interfaces named by their addresses; may raise OSError.
        retry_s: First and longest wait before it is opened again.

    Attributes:
        state: How it stands; for health, doctor and people.
    """

    def __init__(
        self,
        settings: DiscoverySettings,
        clock: Clock,
        open_link: Callable[[list[str]], AsyncZeroconf] = AsyncZeroconf,
        retry_s: tuple[float, float] = RETRY_S,
    ) -> None:
        self._settings, self._clock = settings, clock
        self._open_link, self._retry_s = open_link, retry_s
        self._evidence = Evidence()
        self._place: _Place | None = None
        self._nudge = asyncio.Event()
        self._is_ask_wanted = False
        self.state = DiscoveryState("starting" if settings.enabled else "off")

    def advertise(self, advert: HubAdvert, port: int, bound_to: str = "0.0.0.0") -> None:  # noqa: S104 - the API's default
        """Say from now on where the hub's API is.

        Args:
            advert: Who the hub is, and whether a device may join it now.
            port: Port of the API.
            bound_to: The address that the API is bound to; it decides which ones are advertised.
        """
        self._place = _Place(advert, port, bound_to)
        self._nudge.set()

    def ask(self) -> None:
        """Ask the network anew, soon; what is heard shows in `seen` within a second or two."""
        self._is_ask_wanted = True
        self._nudge.set()

    def seen(self) -> list[Sighting]:
        """Return the adverts heard, the last one first."""
        return self._evidence.sightings.all()

    def probes(self) -> list[Probe]:
        """Return when was asked and answered, by interface."""
        return self._evidence.probes()

    @property
    def turned_away(self) -> int:
        """Adverts not looked at because too many came at once."""
        return self._evidence.gate.turned_away

    def notices(self) -> list[str]:
        """Return what the owner should know of the network: other hubs on it."""
        own = self._place.advert.id if self._place else None
        return [notice(s, own) for s in self.seen() if s.kind == "hub" and not s.said_goodbye]

    async def run(self) -> None:
        """Advertise and listen until cancelled; what hinders is told by `state` and tried again."""
        if not self._settings.enabled:
            return
        wait_s, longest_s = self._retry_s
        while True:
            try:
                await self._serve()
                wait_s = self._retry_s[0]
            except (OSError, Error) as error:
                self.state = await asyncio.to_thread(hindrance, error)
                _log.warning("mDNS does not work: %s; %s", self.state.detail, self.state.remedy)
                await asyncio.sleep(wait_s)
                wait_s = min(longest_s, wait_s * 2)

    async def _serve(self) -> None:
        """Serve on the interfaces there are now; returns when they have changed."""
        places = _chosen(self._settings.interfaces, self._place)
        if not places:
            raise OSError(errno.ENODEV, "no interface with an IPv4 address is up")
        link = self._open_link([place.address for place in places])
        try:
            await link.zeroconf.async_wait_for_start()
            ear = _Ear(link.zeroconf, self._evidence, self._clock, places)
            link.zeroconf.async_add_listener(ear, None)
            herald = _Herald(link, places)
            await self._keep(ear, herald, places)
        finally:
            await link.async_close()

    async def _keep(self, ear: "_Ear", herald: "_Herald", places: tuple[Interface, ...]) -> None:
        schedule = Schedule(self._clock.now_s())
        while _chosen(self._settings.interfaces, self._place) == places:
            self._nudge.clear()
            now_s = self._clock.now_s()
            if self._evidence.gate.settle(now_s):
                ear.clear()
                self._is_ask_wanted = True
            if schedule.is_due(now_s) or self._is_ask_wanted:
                self._is_ask_wanted = False
                ear.ask(now_s)
            ear.look_up(now_s)
            await herald.tell(self._place, now_s, ear)
            self.state = herald.standing(self._evidence.probes(), now_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._nudge.wait()


class _Herald:
    """Advertises the hub on one open link."""

    def __init__(self, link: AsyncZeroconf, places: tuple[Interface, ...]) -> None:
        self._link, self._places = link, places
        self._told: _Place | None = None
        self._name: str | None = None
        self._told_s: float | None = None

    async def tell(self, place: _Place | None, now_s: float, ear: "_Ear") -> None:
        """Advertise `place` unless that is done, and tell `ear` which name is the hub's own."""
        if place is None or place == self._told:
            return
        info = self._info(place)
        ear.own = info.name
        if self._name is None:
            done = await self._link.async_register_service(info, allow_name_change=True)
            self._told_s = now_s
        else:
            done = await self._link.async_update_service(info)
        await done
        ear.own = self._name = info.name
        self._told = place

    def standing(self, probes: list[Probe], now_s: float) -> DiscoveryState:
        """Say how it stands, from whether the hub's own advert has come back."""
        told_for_s = None if self._told_s is None else now_s - self._told_s
        return standing(self._places, probes, told_for_s)

    def _info(self, place: _Place) -> AsyncServiceInfo:
        own_id = place.advert.id
        return AsyncServiceInfo(
            HUB_TYPE,
            self._name or f"{own_id}.{HUB_TYPE}",
            port=place.port,
            properties=dict(place.advert.encode()),
            server=f"{own_id}.local.",
            parsed_addresses=list(reachable_addresses(place.bound_to, self._places)),
        )


class _Ear(RecordUpdateListener):
    """Hears the records on one open link, takes the adverts among them, and asks for more.

    Attributes:
        own: Full name of the hub's own service.
    """

    def __init__(
        self, zc: Zeroconf, evidence: Evidence, clock: Clock, places: tuple[Interface, ...]
    ) -> None:
        self.own: str | None = None
        self._zc, self._evidence, self._clock, self._places = zc, evidence, clock, places
        self._changed: dict[str, None] = {}
        self._pending: dict[str, int] = {}

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Note which services a packet tells of; the cache does not have its records yet."""
        for update in records:
            record, is_known = update.new, update.old is not None
            if isinstance(record, DNSPointer):
                if record.name.lower() in _KINDS:
                    self._hear(record.alias, is_gone=record.is_expired(now), is_known=is_known)
            elif record.type in {_SRV, _TXT} and not is_known and _kind(record.name):
                self._changed[record.name] = None

    def async_update_records_complete(self) -> None:
        """Take what has changed, now that the cache has it."""
        changed, self._changed = self._changed, {}
        now_s = self._clock.now_s()
        for name in changed:
            if name == self.own or not self._evidence.gate.passes(now_s):
                continue
            if not self._take(name, now_s) and len(self._pending) < PENDING_LIMIT:
                self._pending.setdefault(name, 0)

    def ask(self, now_s: float) -> None:
        """Ask who is there, without naming those known: their answers are the evidence."""
        places = {place.name: place.address for place in self._places}
        self._evidence.ask(places, now_s)
        self._send(*((kind, _PTR) for kind in _KINDS))

    def clear(self) -> None:
        """Empty the library's cache after a flood.

        A full one throws out what expires first, and that is what real devices say of their place:
        120 s, where a rogue name may say 75 minutes. Nobody new would be found until then.
        """
        cache = self._zc.cache
        for name in cache.names():
            cache.async_remove_records(cache.entries_with_name(name))

    def look_up(self, now_s: float) -> None:
        """Take adverts whose parts have arrived meanwhile, and ask for what is still missing."""
        for name, tries in list(self._pending.items()):
            del self._pending[name]
            if not self._take(name, now_s) and tries < LOOK_UPS:
                self._pending[name] = tries + 1
        names = list(self._pending)[:QUESTION_LIMIT]
        if names:
            self._send(*((name, kind) for name in names for kind in (_SRV, _TXT)))

    def _send(self, *questions: tuple[str, int]) -> None:
        out = DNSOutgoing(0)
        for name, kind in questions:
            out.add_question(DNSQuestion(name, kind, _INTERNET))
        self._zc.async_send(out)

    def _hear(self, name: str, *, is_gone: bool, is_known: bool) -> None:
        now_s = self._clock.now_s()
        if name == self.own:
            self._evidence.hear_itself(now_s)
        elif is_gone:
            self._evidence.sightings.take_leave(name)
        elif not (is_known and self._evidence.hear_again(name, now_s)):
            self._changed[name] = None

    def _take(self, name: str, now_s: float) -> bool:
        kind = _kind(name)
        try:
            info = AsyncServiceInfo(kind, name)
        except Error:
            return True
        if not info.load_from_cache(self._zc):
            return False
        self._evidence.take(name, _sighting(kind, info, self._places, now_s))
        return True


_KINDS: Final[Mapping[str, Literal["device", "hub"]]] = {DEVICE_TYPE: "device", HUB_TYPE: "hub"}


def _kind(name: str) -> str:
    """Return the browsed service type that a full name ends with, or an empty text."""
    ending = name.lower()
    return next((kind for kind in _KINDS if ending.endswith(f".{kind}")), "")


def _sighting(
    kind: str, info: AsyncServiceInfo, places: tuple[Interface, ...], now_s: float
) -> Sighting:
    addresses = tuple(info.parsed_addresses()[:ADDRESS_LIMIT])
    told = list(info.decoded_properties.items())[:TXT_LIMIT]
    txt = {printable(key, 32): printable(value or "", 200) for key, value in told}
    own_id, problem = "", ""
    try:
        own_id = (HubAdvert if kind == HUB_TYPE else DeviceAdvert).decode(txt).id
    except ViolationError as error:
        problem = str(error)
    on = (holding(address, places) for address in addresses)
    return Sighting(
        kind=_KINDS[kind],
        name=printable(info.name.removesuffix(f".{kind}"), 64),
        device_id=own_id,
        host=addresses[0] if addresses else "",
        port=info.port or 0,
        addresses=addresses,
        interface=next((place.name for place in on if place), None),
        first_s=now_s,
        last_s=now_s,
        txt=txt,
        problem=problem,
    )


def _chosen(wanted: tuple[str, ...], place: _Place | None) -> tuple[Interface, ...]:
    """Return the interfaces that are up and wanted by name or address; all when none is named.

    A hub that serves this machine only is told of on this machine only: at 127.0.0.1 any other one
    would find itself.
    """
    up = interfaces()
    if place is not None and place.is_local:
        return tuple(i for i in up if i.is_loopback)
    return tuple(i for i in up if not wanted or i.name in wanted or i.address in wanted)
