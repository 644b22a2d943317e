"""Letting devices in: window, proof, broker credentials and register, as one step."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, Protocol

from hub.broker import Broker, BrokerError, ProvisionError, hash_password, new_password
from hub.clock import Clock
from hub.core.activity import AuditCode, Entry, Kind, Particulars
from hub.core.asker import By
from hub.core.errors import DeviceUnknownError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord, DropDevice, Save, SaveAudit, SaveDevice
from hub.joining import Joined, JoinProofError, JoinUncertifiedError, JoinWindow
from hub.pipeline import Pipeline
from hub.store import CredentialRecord, DropCredential, SaveCredential, StoreError, Write
from protocol.ids import DeviceId
from protocol.joining import BrokerAddress, JoinChallenge, JoinGrant, JoinProof, JoinRequest

log = logging.getLogger(__name__)

EVERYWHERE: Final = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

BROKER_WITHIN_S: Final = 3.0
"""How long a join waits for a broker that is (re)starting; a device hangs up after 4 s or more."""


class Auditor(Protocol):
    """What writes down who was let in, and who was not; see `hub.activity`."""

    def audit(
        self, kind: Kind, by: By | None, told: Particulars, *, device: DeviceId | None, text: str
    ) -> Entry:
        """Return an entry that is still to be kept."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Show entries that are durable."""

    async def note_refused(self, code: AuditCode, what: str) -> None:
        """Write down a wrong code, unless they come too fast."""


class Admission:
    """Holds the join window and the broker credentials of all devices.

    Attributes:
        joining: Devices whose proof was right and that are not let in yet; the window may have
            closed behind them.
    """

    def __init__(  # noqa: PLR0913 - composition: each part is made elsewhere and handed in
        self,
        hub: Hub,
        clock: Clock,
        pipeline: Pipeline,
        broker: Broker,
        check: Callable[[Joined], None],
        *,
        auditor: Auditor,
        inherit: Callable[[DeviceId, DeviceId], Awaitable[None]],
    ) -> None:
        """Make one that lets nobody in yet.

        Args:
            hub: The core.
            clock: Tells the core's time.
            pipeline: Carries out what the core decides.
            broker: Is told of credentials.
            check: Raises JoinUncertifiedError for a device that may not join this home, although
                its proof was right.
            auditor: Writes down who was let in, and who was not.
            inherit: Called with a device that was replaced, and who has taken its place.
        """
        self._check, self._auditor, self._inherit = check, auditor, inherit
        self._by: By | None = None
        self.window = JoinWindow(hub.name)
        self.joining = 0
        self._hub, self._clock, self._pipeline = hub, clock, pipeline
        self._broker = broker
        self._credentials: dict[DeviceId, str] = {}

    def restore(self, credentials: Mapping[DeviceId, str]) -> None:
        """Take up the password hashes that the store held."""
        self._credentials = dict(credentials)
        self._broker.set_credentials(self._credentials)

    def open_window(
        self,
        code: str,
        duration_s: float,
        devices: int,
        replaces: DeviceId | None = None,
        by: By | None = None,
    ) -> None:
        """Let devices join that know `code`, for a while.

        Args:
            code: Setup code of the device, eight digits.
            duration_s: How long, seconds.
            devices: After so many have joined the window closes.
            replaces: A device whose place the next one takes.
            by: Who wants it.

        Raises:
            DeviceUnknownError: There is no device to replace.
            JoinError: The code has another form.
        """
        if replaces is not None and replaces not in self._hub.devices:
            raise DeviceUnknownError(replaces)
        self.window.open(code, self._clock.now_s(), duration_s, devices, replaces)
        self._by = by

    def begin(self, request: JoinRequest) -> JoinChallenge:
        """Answer a device that wants to join.

        Raises:
            JoinError: The window is closed, or too many are at it.
        """
        now_s = self._clock.now_s()
        return self.window.begin(request, secrets.token_hex(16), secrets.token_hex(16), now_s)

    async def finish(self, proof: JoinProof) -> JoinGrant:
        """Let the device in whose proof is right, with credentials of its own.

        Raises:
            JoinError: The proof is wrong, its time is over, or its product may not join.
            StoreError: The device could not be kept; nothing of it is left.
            BrokerError: The broker could not be told of it; it may try again.
        """
        try:
            joined = self.window.finish(proof, self._clock.now_s())
        except JoinProofError:
            await self._auditor.note_refused("setup-code-wrong", "setup code")
            raise
        self.joining += 1
        try:
            self._check(joined)
            grant = await self._let_in(joined)
        except (BrokerError, StoreError, JoinUncertifiedError) as error:
            if not joined.is_repeat:
                self.window.give_back(proof.session, self._clock.now_s(), error.what, error.remedy)
            raise
        else:
            self.window.settle(proof.session, self._clock.now_s())
            return grant
        finally:
            self.joining -= 1

    async def _let_in(self, joined: Joined) -> JoinGrant:
        """Keep the device, tell the broker of it, and only then let it in."""
        await self._check_broker()
        password = new_password()
        hashed = await asyncio.to_thread(hash_password, password)
        record = self._record(joined)
        await self._keep(record, joined.replaces, hashed)
        known = self._credentials  # not looked at earlier: others join meanwhile
        before = {one: known[one] for one in (joined.device, joined.replaces) if one in known}
        self._credentials[joined.device] = hashed
        if joined.replaces and joined.replaces != joined.device:
            self._credentials.pop(joined.replaces, None)
        self._broker.set_credentials(self._credentials)
        try:
            await self._broker.provision(joined.device, password)
        except BrokerError:
            await self._undo(joined.device, joined.replaces, before)
            raise
        told = Particulars("device-in", {"product": joined.product})
        entry = self._auditor.audit(
            "join", self._by, told, device=joined.device, text=joined.product
        )
        admitted = self._hub.admit(record, joined.replaces, self._clock.now_s())
        admitted.saves.append(SaveAudit(entry))
        self._pipeline.push(admitted)
        self._auditor.keep([entry])
        if joined.replaces and joined.replaces != joined.device:
            await self._inherit(joined.replaces, joined.device)
        return JoinGrant(
            hub=self._hub.name,
            proof=joined.hub_proof,
            broker=self._broker_address(),
            user=joined.device,
            client_id=joined.device,
            password=password,
        )

    async def _check_broker(self) -> None:
        """Find out before anything is changed whether the broker can be told of a newcomer.

        Raises:
            ProvisionError: It is not there, and does not come soon.
        """
        if not await self._broker.wait_ready(BROKER_WITHIN_S):
            state = self._broker.state
            raise ProvisionError(f"no device can be let in now: {state.detail}", state.remedy)

    async def _undo(
        self, device: DeviceId, replaces: DeviceId | None, before: Mapping[DeviceId, str]
    ) -> None:
        """Keep what was kept before a device and the one it replaces were changed."""
        saves: list[Save] = []
        writes: list[Write] = []
        for one in dict.fromkeys([device, replaces or device]):
            known, stored = self._hub.devices.get(one), before.get(one)
            self._credentials.pop(one, None)
            if stored is not None:
                self._credentials[one] = stored
                writes.append(SaveCredential(CredentialRecord(one, stored)))
            else:
                writes.append(DropCredential(one))
            saves.append(SaveDevice(known.record) if known else DropDevice(one))
        self._broker.set_credentials(self._credentials)
        await self._pipeline.carry_out(Outcome(saves=saves), writes)

    def _broker_address(self) -> BrokerAddress:
        """Say where a device finds the broker; without a host it is where it found the hub."""
        access, host = self._broker.access, self._broker.state.host
        is_anywhere = host in EVERYWHERE
        return BrokerAddress(
            host=None if is_anywhere else host, port=access.port, tls=access.is_tls
        )

    def introduce(self, device: DeviceId, vendor: str, product: str, driver: str) -> None:
        """Let a device in that the owner has named in the settings of a driver."""
        now_s, known = self._clock.now_s(), self._hub.devices.get(device)
        if known is None:
            record = DeviceRecord(
                device,
                name=product,
                joined_at_s=now_s,
                driver=driver,
                vendor=vendor,
                product=product,
                mode=self._hub.mode,
            )
            self._pipeline.push(self._hub.admit(record, None, now_s))
        elif known.record.driver != driver:
            log.warning("%s is reached by %s, not by %s", device, known.record.driver, driver)

    async def shut_out(self, device: DeviceId) -> None:
        """Take a device's credentials away; returns when the broker has cut it off."""
        self._credentials.pop(device, None)
        self._broker.set_credentials(self._credentials)
        try:
            await self._broker.provision(device, None)
        except BrokerError as error:
            log.warning("%s may still reach the broker: %s; %s", device, error, error.remedy)

    def _record(self, joined: Joined) -> DeviceRecord:
        return DeviceRecord(
            joined.device,
            name=joined.product or joined.device,
            joined_at_s=self._clock.now_s(),
            vendor=joined.vendor,
            product=joined.product,
            mode=self._hub.mode,
        )

    async def _keep(self, record: DeviceRecord, replaces: DeviceId | None, hashed: str) -> None:
        writes: list[Write] = [SaveCredential(CredentialRecord(record.id, hashed))]
        if replaces and replaces != record.id:
            writes.append(DropCredential(replaces))
        await self._pipeline.carry_out(self._hub.invite(record, replaces), writes)
