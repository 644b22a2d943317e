"""How phones come to the home: through a window that is open for a while, or by an invite."""

from collections.abc import Sequence
from dataclasses import replace

from hub.clock import Clock
from hub.core.asker import By
from hub.core.people.errors import CodeWrongError
from hub.core.people.records import (
    DropInvite,
    Invite,
    InviteId,
    Offer,
    PeopleSave,
    PersonId,
    Role,
    SessionId,
)
from hub.core.people.window import Paired, PairingStatus, PairingWindow
from hub.people import tokens
from hub.people.ledger import Auditor, Ledger
from hub.people.tokens import Tokens


class Pairing:
    """Lets phones in that know a code."""

    def __init__(self, ledger: Ledger, clock: Clock, auditor: Auditor) -> None:
        self._ledger, self._clock, self._auditor = ledger, clock, auditor
        self._register = ledger.register
        self._window = PairingWindow()
        self._opener: PersonId | None = None

    def open_window(self, offer: Offer, duration_s: float, by: PersonId | None = None) -> str:
        """Let one phone come for a while; return the code that it has to know.

        It closes when who has opened it is no owner any more.

        Raises:
            PersonUnknownError: It is for somebody who is not here.
            PersonNameTakenError: It is for somebody new, with the name of somebody who is here.
        """
        self._register.check(offer)
        code, self._opener = tokens.new_window_code(), by
        self._window.open(code, self._as_now(offer), self._clock.now_s(), duration_s)
        return code

    def close_window(self) -> None:
        """Let nobody come through the window any more."""
        self._window.close()

    def take(self, _: Sequence[PeopleSave]) -> None:
        """Take in a change of who belongs to the home."""
        if self._opener is None:
            return
        opener = self._register.people.get(self._opener)
        if opener is None or opener.role is not Role.OWNER:
            self.close_window()

    def window(self) -> PairingStatus:
        """Return how the pairing window is."""
        return self._window.status(self._clock.now_s())

    async def invite(self, offer: Offer, by: By, lasts_s: float) -> tuple[Invite, str]:
        """Return an invite and its code, which is shown this once.

        Raises:
            RequestError: It is for nobody, or there are too many.
            StoreError: It could not be kept.
        """
        offer = self._as_now(offer)
        code, now_s = tokens.new_invite_code(), self._clock.now_s()
        invite_id = InviteId(tokens.new_name("invite-"))
        who = by.name if by.type == "person" else ""
        inviter = PersonId(by.id) if by.type == "person" else None
        ends_s = now_s + lasts_s
        invite = Invite(invite_id, offer, tokens.digest(code), who, now_s, ends_s, inviter)
        async with self._ledger.changing:
            await self._ledger.write(self._register.invite(invite, now_s), by)
        return invite, code

    def invited(self, code: str) -> Invite:
        """Return the invite that a code is for, which stays good.

        Raises:
            CodeWrongError: There is none; a window's code is not looked at, nor counted as a guess.
        """
        found = self._register.invited(tokens.digest(tokens.heard(code)), self._clock.now_s())
        if found is None:
            raise CodeWrongError
        return found

    async def take_back(self, invite: InviteId, by: By) -> None:
        """Make an invite worthless.

        Raises:
            InviteUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            await self._ledger.write(self._register.take_back(invite), by)

    async def pair(self, code: str, name: str | None, device: str) -> Tokens:
        """Let a phone in that knows the code of the window or of an invite.

        Args:
            code: As somebody typed it.
            name: What somebody new is called; a name that was given with the offer comes first,
                unless somebody has taken it since.
            device: What the phone is called.

        Raises:
            RequestError: It does not come in.
            StoreError: It could not be kept; the code is still good.
        """
        async with self._ledger.changing:
            now_s = self._clock.now_s()
            try:
                offer, invite = self._offered(tokens.heard(code), now_s)
            except CodeWrongError:
                await self._auditor.note_refused("pairing-code-wrong", "pairing code")
                raise
            person_id = PersonId(tokens.new_name("person-"))
            person = self._register.newcomer(offer, name, person_id, now_s)
            session_id = SessionId(tokens.new_name(tokens.SESSION_PREFIX))
            session, given = tokens.begin(person, session_id, device, now_s)
            used = [DropInvite(invite.id)] if invite else []
            by = By("person", person.id, person.name, device)
            await self._ledger.write([*self._register.enter(person, session), *used], by)
            if invite is None:
                self._window.admit(Paired(person.id, person.name, session_id, device))
            return given

    def _as_now(self, offer: Offer) -> Offer:
        """Return an offer with the role that somebody who is here already has."""
        if offer.person is None:
            return offer
        return replace(offer, role=self._register.person(offer.person).role)

    def _offered(self, code: str, now_s: float) -> tuple[Offer, Invite | None]:
        if len(code) == 8 and code.isascii() and code.isdigit():
            return self._window.try_code(code, now_s), None
        invite = self._register.invited(tokens.digest(code), now_s)
        if invite is None:
            raise CodeWrongError
        return invite.offer, invite
