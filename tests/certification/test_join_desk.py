"""The join desk lets a device in as SPEC.md says, or plays the false hub, and writes no secret."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession

import certification.recorder.join_desk
from certification.recorder.join_desk import KEPT_BYTES, Home, JoinDesk, Manners
from certification.transcript.file import Writer
from protocol.ids import DeviceId
from protocol.joining import JOIN_PATH, is_proof, proof
from tests.certification.devices import DEVICE

CODE = "1234-5678"
NONCE = "00112233445566778899aabbccddeeff"
ASKED = {"device": DEVICE, "product": "socket-1", "vendor": "acme", "nonce": NONCE}


@dataclass
class Hall:
    """A desk, and somebody who calls it."""

    desk: JoinDesk
    session: ClientSession
    file: io.BytesIO
    admitted: dict[str, str] = field(default_factory=dict)
    url: str = ""

    async def call(self, body: object) -> tuple[int, Any]:
        async with self.session.post(self.url + JOIN_PATH, json=body) as answer:
            return answer.status, json.loads(await answer.text())

    async def prove(self, challenge: dict[str, str], code: str = CODE) -> tuple[int, Any]:
        mine = proof("device", code, NONCE, challenge["nonce"], DeviceId(DEVICE))
        return await self.call({"session": challenge["session"], "proof": mine})

    def told(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.file.getvalue().splitlines()]
        return [line for line in lines if line["kind"] == "http"]


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    file = io.BytesIO()
    admitted: dict[str, str] = {}
    desk = JoinDesk(Writer(file, lambda: 0), Home("hub-3f2a", CODE, 1883, admitted.__setitem__))
    async with ClientSession() as session:
        hall = Hall(desk, session, file, admitted)
        hall.url = f"http://127.0.0.1:{await desk.start()}"
        try:
            yield hall
        finally:
            await desk.stop()


async def test_a_device_that_knows_the_code_is_let_in(hall: Hall) -> None:
    status, challenge = await hall.call(ASKED)
    assert status == 200
    assert challenge["hub"] == "hub-3f2a"
    status, grant = await hall.prove(challenge)
    assert status == 200
    expected = proof("hub", CODE, NONCE, challenge["nonce"], DeviceId(DEVICE))
    assert is_proof(grant["proof"], expected)
    assert grant["broker"] == {"host": None, "port": 1883, "tls": False}
    assert hall.admitted == {DEVICE: grant["password"]}
    told = hall.told()
    assert [(line["way"], line["call"], line.get("status")) for line in told] == [
        ("in", 1, None),
        ("out", 1, 200),
        ("in", 2, None),
        ("out", 2, 200),
    ]
    assert told[0]["body"] == ASKED
    assert told[2]["proof_ok"] is True
    assert told[3]["body"]["user"] == DEVICE


async def test_nothing_that_leads_to_the_code_or_password_is_written(hall: Hall) -> None:
    _, challenge = await hall.call({**ASKED, "product": "1234-5678", "vendor": "12345678"})
    _, grant = await hall.prove(challenge)
    mine = proof("device", CODE, NONCE, challenge["nonce"], DeviceId(DEVICE))
    told = hall.file.getvalue().decode()
    for secret in (CODE, "12345678", mine, grant["proof"], grant["password"]):
        assert secret not in told
    assert "*" * 64 in told


async def test_a_wrong_code_ends_the_attempt(hall: Hall) -> None:
    _, challenge = await hall.call(ASKED)
    status, problem = await hall.prove(challenge, "8765-4321")
    assert (status, problem["code"]) == (403, "ECO-JOIN-003")
    assert hall.told()[2]["proof_ok"] is False
    status, problem = await hall.prove(challenge)
    assert (status, problem["code"]) == (403, "join-session-unknown")
    assert hall.admitted == {}


async def test_a_right_proof_may_come_twice_and_ends_the_earlier_password(hall: Hall) -> None:
    _, challenge = await hall.call(ASKED)
    _, first = await hall.prove(challenge)
    _, second = await hall.prove(challenge)
    assert first["password"] != second["password"]
    assert hall.admitted == {DEVICE: second["password"]}


async def test_a_closed_window_and_a_busy_hub(hall: Hall) -> None:
    hall.desk.behave(Manners(is_open=False))
    status, problem = await hall.call(ASKED)
    assert (status, problem["code"]) == (403, "ECO-JOIN-002")
    hall.desk.behave(Manners(is_busy=True))
    status, problem = await hall.call(ASKED)
    assert (status, problem["code"]) == (429, "join-busy")
    hall.desk.behave()
    assert (await hall.call(ASKED))[0] == 200
    lines = [json.loads(line) for line in hall.file.getvalue().splitlines()]
    stimuli = [line["args"] for line in lines if line["kind"] == "stimulus"]
    assert stimuli == [{"is_open": False}, {"is_busy": True}, {}]


async def test_a_false_hub_cannot_prove_itself_and_its_password_opens_nothing(hall: Hall) -> None:
    hall.desk.behave(Manners(is_false=True))
    _, challenge = await hall.call(ASKED)
    status, grant = await hall.prove(challenge)
    assert status == 200
    assert not is_proof(
        grant["proof"], proof("hub", CODE, NONCE, challenge["nonce"], DeviceId(DEVICE))
    )
    assert hall.admitted == {}
    last = hall.told()[-1]
    assert last["is_false"] is True
    assert grant["password"] not in hall.file.getvalue().decode()


async def test_a_late_answer_is_late(hall: Hall) -> None:
    hall.desk.behave(Manners(delay_s=0.2))
    began_s = asyncio.get_running_loop().time()
    assert (await hall.call(ASKED))[0] == 200
    assert asyncio.get_running_loop().time() - began_s >= 0.2


async def test_an_answer_may_be_nonsense(hall: Hall) -> None:
    hall.desk.behave(Manners(body="[]"))
    assert await hall.call(ASKED) == (200, [])
    assert hall.told()[-1]["body"] == "[]"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ({}, "device"),
        ({**ASKED, "nonce": "00"}, "nonce"),
        ({**ASKED, "more": 1}, "more"),
        ({**ASKED, "vendor": 7}, "vendor"),
        ({"session": "q0Zk3vT5w8YbN1xR"}, "proof"),
        ({"session": [], "proof": 7}, "session"),
    ],
)
async def test_a_body_of_another_form_is_refused_and_kept(
    hall: Hall, body: object, path: str
) -> None:
    status, problem = await hall.call(body)
    assert (status, problem["code"], problem["path"]) == (422, "body-invalid", path)
    assert hall.told()[0]["body"] == body


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b"NaN"])
async def test_a_body_that_is_no_json_is_refused_and_kept(hall: Hall, raw: bytes) -> None:
    async with hall.session.post(hall.url + JOIN_PATH, data=raw) as answer:
        assert answer.status == 422
    assert isinstance(hall.told()[0]["body"], str)


async def test_calls_that_lead_elsewhere_are_written_down(hall: Hall) -> None:
    async with hall.session.get(hall.url + "/metrics") as answer:
        assert answer.status == 404
    async with hall.session.post(hall.url + JOIN_PATH, data=b"x" * 70_000) as answer:
        assert answer.status == 413
    told = [line["body"] for line in hall.told() if line["way"] == "in"]
    assert told == [{"method": "GET", "path": "/metrics"}, {"method": "POST", "path": JOIN_PATH}]


async def test_bytes_that_are_no_http_end_quietly(
    hall: Hall, capfd: pytest.CaptureFixture[str]
) -> None:
    port = int(hall.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01 no http at all\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert b" 400 " in answer
    assert capfd.readouterr() == ("", "")


async def test_attempts_that_are_never_ended_do_not_add_up(hall: Hall) -> None:
    _, first = await hall.call(ASKED)
    for _ in range(256):
        _, last = await hall.call(ASKED)
    assert (await hall.prove(first))[0] == 403
    assert (await hall.prove(last))[0] == 200


async def test_a_long_body_is_refused_and_its_beginning_kept(hall: Hall) -> None:
    status, _ = await hall.call({**ASKED, "vendor": "x" * 10_000})
    assert status == 422
    assert len(hall.told()[0]["body"]) == KEPT_BYTES


async def test_a_flood_of_calls_fills_no_disk(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certification.recorder.join_desk, "MOST_CALLS", 10)
    for _ in range(12):
        async with hall.session.post(hall.url + JOIN_PATH, json=ASKED) as answer:
            pass
    assert answer.status == 429
    assert len(hall.told()) == 20
