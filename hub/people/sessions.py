"""The phones of people: whose access token that is, new tokens for old, when seen, names, ends."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from hmac import compare_digest
from typing import Final, NamedTuple

from hub.clock import Clock
from hub.core.asker import By
from hub.core.people.access import Principal
from hub.core.people.errors import RefreshWrongError
from hub.core.people.records import DropSession, PeopleSave, SaveSession, Session, SessionId
from hub.core.people.register import UNUSED_S
from hub.people import tokens
from hub.people.ledger import Ledger
from hub.people.tokens import Tokens
from hub.store import StoreError

OLD_ACCESS_S: Final = 60.0
"""How long the access token before is good, for requests that are on their way."""

ANSWER_KEPT_S: Final = 120.0
"""So long a phone that lost the answer to a refresh gets it again, by the id of its request."""

SEEN_KEPT_EVERY_S: Final = 300.0
"""When phones were seen is kept for all together, so often and when the hub stops."""

_log = logging.getLogger(__name__)


class _Answer(NamedTuple):
    """The answer to a refresh, for who asks again."""

    refresh_sha256: str
    attempt: str
    tokens: Tokens
    until_s: float


class Sessions:
    """Knows phones by their tokens, renews these, and ends sessions."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self._register = ledger.register
        self._access: dict[str, tuple[SessionId, float]] = {}
        self._answers: dict[SessionId, _Answer] = {}
        self._seen_s: dict[SessionId, float] = {}

    def open(self) -> None:
        """Know the access tokens of the sessions of the last run."""
        for session in self._register.sessions.values():
            self._index(session)

    def check(self, plain: str) -> Principal | None:
        """Return whose access token this is, and see the phone by it; None if it is not good."""
        found = self._access.get(tokens.digest(plain))
        if found is None or self._clock.now_s() >= found[1]:
            return None
        return self.still(found[0])

    def still(self, scope: str) -> Principal | None:
        """Return whose a phone is that is here now, and see it by that; None once it has ended."""
        principal = self.principal(scope)
        if principal is not None:
            self._seen_s[SessionId(scope)] = self._clock.now_s()
        return principal

    def principal(self, scope: str) -> Principal | None:
        """Return who a session belongs to, as they are now; None once it has ended."""
        session = self._register.sessions.get(SessionId(scope))
        person = self._register.people.get(session.person) if session else None
        if session is None or person is None:
            return None
        return Principal.of(person, session.id, session.device)

    def seen_at_s(self, session: Session) -> float:
        """Return when a phone last sent a request or was on the stream; the core's clock."""
        return max(session.seen_at_s, self._seen_s.get(session.id, session.seen_at_s))

    async def run(self) -> None:
        """Keep when phones were seen, until cancelled; what was seen last as well."""
        try:
            while True:
                await asyncio.sleep(SEEN_KEPT_EVERY_S)
                await self.keep_seen()
        finally:
            await self.keep_seen()

    async def keep_seen(self) -> None:
        """Keep when phones were seen since the last time, all together.

        A disk that does not let it is no error: it is said in the log and tried the next time.
        """
        async with self._ledger.changing:
            saves: list[PeopleSave] = []
            for session in self._register.sessions.values():
                seen_at_s = self.seen_at_s(session)
                if seen_at_s > session.seen_at_s:
                    saves += self._register.renew(replace(session, seen_at_s=seen_at_s))
            try:
                await self._ledger.write(saves)
            except StoreError as error:
                _log.warning("when phones were seen is not kept: %s", error)

    async def refresh(self, plain: str, attempt: str | None) -> Tokens:
        """Return new tokens for a refresh token, which is worthless from then on.

        Who asks again under the same id, since the answer was lost, gets the same answer.

        Raises:
            RefreshWrongError: It is none, or was used before; that ends its session.
            StoreError: It could not be kept; the token is still good.
        """
        async with self._ledger.changing:
            given = tokens.read_refresh(plain)
            session = self._register.sessions.get(given.session) if given else None
            if given is None or session is None:
                raise RefreshWrongError
            if not compare_digest(tokens.digest(given.family), session.family_sha256):
                raise RefreshWrongError
            sha256 = tokens.digest(plain)
            if not compare_digest(sha256, session.refresh_sha256):
                return await self._again(session, sha256, attempt)
            return await self._renew(session, given.family, sha256, attempt)

    async def rename(self, session: SessionId, device: str) -> Session:
        """Give a phone another name, and return it.

        Raises:
            SessionUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            renamed = replace(self._register.session(session), device=device)
            await self._ledger.write(self._register.renew(renamed))
        return renamed

    async def end(self, session: SessionId, by: By) -> None:
        """End a session; its phone is cut off.

        Raises:
            SessionUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            await self._ledger.write(self._register.end(session), by)

    def take(self, saves: Sequence[PeopleSave]) -> None:
        """Take in a change of who belongs to the home."""
        ended = {save.id for save in saves if isinstance(save, DropSession)}
        for save in saves:
            if isinstance(save, SaveSession):
                self._index(save.record)
        if ended:
            self._access = {
                sha256: found for sha256, found in self._access.items() if found[0] not in ended
            }
            for session in ended:
                self._answers.pop(session, None)
                self._seen_s.pop(session, None)

    def _index(self, session: Session) -> None:
        self._access[session.access_sha256] = session.id, session.access_until_s

    async def _renew(
        self, session: Session, family: str, sha256: str, attempt: str | None
    ) -> Tokens:
        now_s = self._clock.now_s()
        if now_s - self.seen_at_s(session) >= UNUSED_S:
            await self._ledger.write(self._register.end(session.id))
            raise RefreshWrongError
        renewed, given = tokens.renew(session, self._register.person(session.person), family, now_s)
        await self._ledger.write(self._register.renew(renewed))
        self._retire(session.access_sha256, now_s)
        if attempt is not None:
            self._answers[session.id] = _Answer(sha256, attempt, given, now_s + ANSWER_KEPT_S)
        return given

    async def _again(self, session: Session, sha256: str, attempt: str | None) -> Tokens:
        """Answer a refresh token that was used before: the same again, or the session ends."""
        known = self._answers.get(session.id)
        if known is not None and self._clock.now_s() < known.until_s:
            is_same = compare_digest(known.refresh_sha256, sha256) and known.attempt == attempt
            if is_same:
                return known.tokens
        await self._ledger.write(self._register.end(session.id))
        raise RefreshWrongError(is_reused=True)

    def _retire(self, access_sha256: str, now_s: float) -> None:
        """Let an access token that has a follower end soon, and forget those that are over."""
        found = self._access.get(access_sha256)
        if found is not None:
            self._access[access_sha256] = found[0], min(found[1], now_s + OLD_ACCESS_S)
        self._access = {sha: found for sha, found in self._access.items() if now_s < found[1]}
