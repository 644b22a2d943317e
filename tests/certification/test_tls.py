"""A broker with TLS: a device that checks certificates says nothing to the bad ones."""

import asyncio
import datetime
import io
import socket
import ssl
import time
from collections.abc import AsyncIterator

import pytest

from certification.recorder.behaviour import Behaviour, Certificate
from certification.recorder.broker import ScriptedBroker
from certification.recorder.certificates import Certificates, make_certificates
from certification.transcript.file import Writer
from protocol.mqtt import Connect, encode_connect
from tests.certification.conftest import Bench
from tests.certification.devices import DEVICE, PASSWORD

CONNECT = encode_connect(Connect(DEVICE, PASSWORD, 30))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("keys")
    made = make_certificates(folder, "127.0.0.1", datetime.datetime.now(datetime.UTC))
    assert list(folder.iterdir()) == []
    return made


@pytest.fixture
async def bench(certificates: Certificates) -> AsyncIterator[Bench]:
    writer = Writer(io.BytesIO(), time.monotonic_ns)
    broker = ScriptedBroker(writer, {DEVICE: PASSWORD}, tls=certificates)
    try:
        yield Bench(broker, writer, io.BytesIO(), await broker.start())
    finally:
        await broker.stop()


def checking(certificates: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificates.authority)


def knock(port: int, context: ssl.SSLContext) -> bytes:
    """Connect as a device does that waits for each byte, and return what answers its CONNECT."""
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        secure.sendall(CONNECT)
        return secure.recv(100)


async def test_behind_a_good_certificate_all_goes_on(
    bench: Bench, certificates: Certificates
) -> None:
    answer = await asyncio.to_thread(knock, bench.port, checking(certificates))
    assert answer == b"\x20\x02\x00\x00"
    await bench.seen("closed", by="device")
    kinds = [line.kind for line in bench.writer.lines]
    assert kinds == ["opened", "tls", "packet", "packet", "closed"]
    (told,) = bench.lines("tls")
    assert told.fields == {"link": 1, "certificate": "good", "ok": True, "version": "TLSv1.3"}


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("expired", "CERTIFICATE_EXPIRED"),
        ("wrong-name", "BAD_CERTIFICATE"),
        ("unknown-ca", "UNKNOWN_CA"),
    ],
)
async def test_a_device_that_checks_says_nothing_behind_a_bad_one(
    bench: Bench, certificates: Certificates, shown: Certificate, why: str
) -> None:
    bench.broker.behave(Behaviour(certificate=shown))
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(knock, bench.port, checking(certificates))
    await bench.seen("closed", by="device", how="reset")
    (told,) = bench.lines("tls")
    assert (told.fields["certificate"], told.fields["ok"]) == (shown, False)
    assert why in told.fields["why"]
    assert bench.lines("packet") == []


async def test_a_device_that_does_not_check_is_caught(bench: Bench) -> None:
    bench.broker.behave(Behaviour(certificate="expired"))
    careless = ssl.create_default_context()
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    await asyncio.to_thread(knock, bench.port, careless)
    await bench.seen("packet", way="in", type="CONNECT")
    assert bench.lines("tls")[0].fields["ok"] is True


async def test_a_device_that_speaks_no_tls_gets_none_of_it(bench: Bench) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(CONNECT)
    await bench.seen("tls", ok=False)
    await bench.seen("closed")
    assert bench.lines("packet") == []
    writer.close()
    await writer.wait_closed()


async def test_a_tls_link_can_be_cut(bench: Bench, certificates: Certificates) -> None:
    bench.broker.behave(Behaviour(withhold=frozenset({"CONNACK"})))
    knocking = asyncio.create_task(asyncio.to_thread(knock, bench.port, checking(certificates)))
    await bench.seen("packet", type="CONNECT")
    bench.broker.links[0].cut()
    assert await knocking == b""
    await bench.seen("closed", by="harness", how="cut")
