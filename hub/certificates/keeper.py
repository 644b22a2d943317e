"""Keeps the certificates of a home in view: who may join, how devices stand, what to tell."""

import asyncio
import datetime
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hub.certificates.shelf import Reader, Refused, Shelf, Trace
from hub.certificates.standing import Standing, Today, Told, shortfall, standing
from hub.clock import Clock
from hub.config import AdmissionSettings
from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.health import PartHealth, part
from hub.joining import Joined, JoinUncertifiedError
from hub.pipeline import Pipeline
from hub.sayings import Saying, say
from protocol.ids import DeviceId

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
"""How soon a file that has changed is seen, and a device that tells another firmware."""

_TOLD: Final = frozenset(
    {"expired", "revoked", "firmware_differs", "hardware_differs", "spec_differs"}
)
"""What people are told of in any home; where only certified products join, of every shortfall."""

_REMEDY: Final = (
    "Ask its vendor for a certificate that counts and bring it with ecohub certificates add; "
    'or let everybody join: policy = "open" in [admission] of hub.toml.'
)


class Certificates:
    """Holds what the certificates of a home say; files are read in a thread, decisions made here.

    Nobody who is in is thrown out: what does not count any more is shown and told.
    """

    def __init__(
        self,
        settings: AdmissionSettings,
        reader: Reader,
        hub: Hub,
        clock: Clock,
        pipeline: Pipeline,
    ) -> None:
        self.shelf = Shelf()
        self.reader = reader
        self._settings = settings
        self._hub, self._clock, self._pipeline = hub, clock, pipeline
        self._trace: Trace | None = None
        self._day: Today | None = None
        self._changed: set[DeviceId] = set()
        self._told: dict[DeviceId, Standing] = {}
        self._looking = asyncio.Lock()

    @property
    def today(self) -> Today:
        """The day (UTC) by which certificates are judged."""
        wall_s = self._clock.wall_s(self._clock.now_s())
        date = datetime.datetime.fromtimestamp(wall_s, datetime.UTC).date()
        return self.shelf.day(date, is_set=self._clock.is_synced)

    def standing(self, device: Device) -> Standing:
        """Return how a device stands now; before its announce, how its product does."""
        record = device.record
        told = Told(
            record.vendor,
            record.product,
            record.hardware or None,
            record.firmware or None,
            record.spec_sha256,
        )
        return standing(self.shelf.papers, told, self.today)

    def health(self) -> PartHealth:
        """Return whether all files of certificates, keys and the registry can be used."""
        shelf = self.shelf
        if shelf.refused:
            return part("certificates", _first_of(shelf.refused), is_ok=False)
        if self._settings.policy == "certified" and not self._settings.keys:
            return part("certificates", say("no-key-believed"), is_ok=False)
        if not shelf.is_kept:
            return part("certificates", say("registry-not-kept"), is_ok=False)
        count = len(shelf.papers)
        untrusted = sum(bool(paper.untrusted) for paper in shelf.papers)
        said = say("certificates-one") if count == 1 else say("certificates", count=count)
        if untrusted:
            said = say("certificates-untrusted", count=count, untrusted=untrusted)
        return part("certificates", said, is_ok=True)

    def check_join(self, joined: Joined) -> None:
        """See that a device that has proved itself is of a product that may join this home.

        Its firmware, hardware and product spec are not known before its announce: then a
        difference is told, and no more.

        Raises:
            JoinUncertifiedError: It may not; people are told.
        """
        if self._settings.policy == "open":
            return
        found = standing(self.shelf.papers, Told(joined.vendor, joined.product), self.today)
        why = shortfall(found, self._settings.level)
        if why:
            self._tell(joined.device, f"It was not let in: {why}")
            raise JoinUncertifiedError(f"This home takes certified products only: {why}", _REMEDY)

    def note(self, device: DeviceId) -> None:
        """Note that a device has told who it is."""
        self._changed.add(device)

    async def run(self) -> None:
        """Look at files, day and devices until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Read the files if they have changed, and tell people what has become worse."""
        async with self._looking:
            trace = await asyncio.to_thread(self.reader.trace)
            is_other = trace != self._trace or not self.shelf.is_kept
            if is_other:
                await self._read()
                self._trace = trace
        changed, self._changed = self._changed, set()
        if is_other or self._day != self.today:  # or the clock has been set
            self._day = self.today
            changed = set(self._hub.devices)
        for device in sorted(changed):
            self._judge(device)

    async def _read(self) -> None:
        before = self.shelf
        self.shelf = await asyncio.to_thread(self.reader.read, before)
        for one in self.shelf.refused:
            if one not in before.refused:
                log.warning("%s is not used: %s", one.file, one.why)

    async def add(self, content: bytes) -> str:
        """Put a certificate into the folder and return the name of its file there.

        Raises:
            PaperError: It is none.
            OSError: It cannot be written.
        """
        name = await asyncio.to_thread(self.reader.put, content)
        await self.look()
        return name

    async def remove(self, certificate: str) -> bool:
        """Take a certificate out of the folder; returns whether there was one of this id.

        Raises:
            OSError: It cannot be taken out.
        """
        names = [name for name, paper in self.shelf.files if paper.id == certificate]
        await asyncio.to_thread(self.reader.drop, names)
        await self.look()
        return bool(names)

    def _judge(self, device: DeviceId) -> None:
        known = self._hub.devices.get(device)
        if known is None:
            self._told.pop(device, None)
            return
        found = self.standing(known)
        if self._told.get(device) == found or not self._clock.is_synced:
            return
        self._told[device] = found
        why = self._worth_telling(found) if known.record.firmware else ""
        if why:
            self._tell(device, f"Its certificate: {why}")

    def _worth_telling(self, found: Standing) -> str:
        if self._settings.policy == "certified":
            return shortfall(found, self._settings.level)
        return found.why if found.status in _TOLD else ""

    def _tell(self, device: DeviceId, text: str) -> None:
        """Make a notice, unless the same is in the inbox already: over restarts, too."""
        if any(n.device == device and n.text == text for n in self._hub.inbox.notices.values()):
            return
        out = Outcome()
        self._hub.inbox.add("certificate", device, text, self._clock.now_s(), out)
        self._pipeline.push(out)


def _first_of(refused: Sequence[Refused]) -> Saying:
    """Return what is said of the first file, and how many more there are like it."""
    first, more = refused[0], len(refused) - 1
    if not more:
        return first.said
    return replace(
        first.said, parameters={**first.said.parameters, "file": f"{first.file} (+{more})"}
    )
