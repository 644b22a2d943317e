"""Ways in: codes that run out, and codes that two use."""

import pytest

from hub.core.people.errors import CodeWrongError, PairingClosedError
from hub.people.people import People
from tests.hub.clocks import Times
from tests.hub.people.shelf import ADA, OWNER


async def test_an_invite_runs_out(people: People, times: Times) -> None:
    _, code = await people.pairing.invite(OWNER, ADA, 60.0)
    times.pass_(60.0)
    with pytest.raises(CodeWrongError):
        await people.pairing.pair(code, "Bo", "phone")


async def test_two_phones_with_one_code_are_one_phone(people: People) -> None:
    code = people.pairing.open_window(OWNER, 300.0)
    await people.pairing.pair(code, "Ada", "phone")
    with pytest.raises(PairingClosedError):
        await people.pairing.pair(code, "Bo", "phone")
