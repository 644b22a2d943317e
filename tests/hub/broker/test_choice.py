"""Which broker the settings give, and what is said when they give none."""

import asyncio
import json
import stat
import sys
from pathlib import Path

import pytest

from hub import broker as brokers
from hub.broker import (
    BrokerSettingsError,
    MosquittoMissingError,
    ProvisionError,
    hash_password,
    make_broker,
)
from hub.broker.contract import Broker, Login
from hub.broker.probe import ask, knock
from hub.config import BrokerSettings
from tests.alongside import alongside
from tests.hub.broker.conftest import READY_S, Scene, device

NOWHERE = "mqtt://127.0.0.1:9"


def settings(**fields: object) -> BrokerSettings:
    return BrokerSettings.model_validate(fields)


def external(scene: Scene, *command: str) -> Broker:
    access = scene.broker.access
    url = f"mqtt://{access.host}:{access.port}"
    fields = {"kind": "external", "url": url, "user": access.user, "password": access.password}
    return make_broker(settings(**fields, provision_command=command), Path("unused"))


def test_auto_takes_mosquitto_where_it_is(tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text("#!/bin/sh\n")
    program.chmod(stat.S_IRWXU)
    made = make_broker(settings(executable=program, port=0), tmp_path)
    assert made.state.kind == "mosquitto"


def test_auto_takes_the_embedded_broker_where_there_is_no_mosquitto(tmp_path: Path) -> None:
    made = make_broker(settings(executable=tmp_path / "none", port=0, host="0.0.0.0"), tmp_path)  # noqa: S104 - what is asked for
    assert made.state.kind == "embedded"
    assert made.access.host == "127.0.0.1"


def test_mosquitto_that_is_missing_is_said_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(MosquittoMissingError) as caught:
        make_broker(settings(kind="mosquitto", executable=tmp_path / "none"), tmp_path)
    assert "apt install mosquitto" in caught.value.remedy


def test_mosquitto_is_found_where_the_path_does_not_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(brokers, "_PLACES", ("/bin",))
    monkeypatch.setattr(brokers, "_NAME", "sh")
    assert brokers.find_mosquitto() == Path("/bin/sh")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - what is asked for
def test_a_broker_on_all_addresses_is_reached_by_the_hub_on_loopback(
    tmp_path: Path, host: str
) -> None:
    made = make_broker(settings(kind="mosquitto", executable="/bin/true", host=host), tmp_path)
    assert made.access.host in {"127.0.0.1", "::1"}
    assert made.access.port == 1883


@pytest.mark.parametrize("url", [None, "mqtt://host:70000"])
def test_an_external_broker_needs_a_url(tmp_path: Path, url: str | None) -> None:
    with pytest.raises(BrokerSettingsError, match="url") as caught:
        make_broker(settings(kind="external", url=url), tmp_path)
    assert "[broker] url" in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "port", "is_tls"),
    [("mqtt://h", 1883, False), ("mqtts://h", 8883, True), ("mqtts://h:99", 99, True)],
)
def test_an_external_url_says_port_and_tls(
    tmp_path: Path, url: str, port: int, is_tls: bool
) -> None:
    access = make_broker(settings(kind="external", url=url), tmp_path).access
    assert (access.port, access.is_tls) == (port, is_tls)


async def test_an_external_broker_that_lets_the_hub_in_is_ready(scene: Scene) -> None:
    broker = external(scene)
    async with alongside(broker.run()):
        assert await broker.wait_ready(READY_S)
        assert broker.state.kind == "external"


async def test_an_external_broker_that_is_not_there_is_said() -> None:
    broker = make_broker(settings(kind="external", url=NOWHERE), Path("unused"))
    async with alongside(broker.run()):
        assert not await broker.wait_ready(0.2)
        assert "127.0.0.1:9" in broker.state.detail
        assert "[broker] url" in broker.state.remedy


async def test_the_command_gets_device_and_password_on_its_input_alone(
    scene: Scene, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    code = f"import sys; open({str(kept)!r}, 'a').write(repr(sys.argv[1:]) + sys.stdin.read())"
    broker = external(scene, sys.executable, "-c", code)
    await broker.provision(device(1), 's"ecret')
    await broker.provision(device(1), None)
    lines = (await asyncio.to_thread(kept.read_text)).splitlines()
    assert [json.loads(line.removeprefix("[]")) for line in lines] == [
        {"action": "add", "device": device(1), "password": 's"ecret'},
        {"action": "remove", "device": device(1)},
    ]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), "nobody creates the user"),
        (("/nowhere/command",), "cannot be run"),
        ((sys.executable, "-c", "import sys; sys.exit('no room')"), "no room"),
    ],
)
async def test_a_device_that_cannot_be_provisioned_is_said_with_a_remedy(
    scene: Scene, command: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ProvisionError, match=words) as caught:
        await external(scene, *command).provision(device(1), "secret")
    assert "secret" not in str(caught.value)
    assert caught.value.remedy


async def test_asking_says_why_a_broker_lets_nobody_in(scene: Scene) -> None:
    access = scene.broker.access
    place = access.host, access.port
    assert await ask(*place, Login(access.user, access.password), 5) is None
    assert await ask(*place, Login("nobody-knows-me", "x"), 5) == "it refuses this user"
    assert await knock(*place, 5) is None
    assert "cannot be reached" in (await ask("127.0.0.1", 9, Login("u", "p"), 5) or "")
    assert "cannot be reached" in (await knock("127.0.0.1", 9, 5) or "")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"\x20\x00", b""])
async def test_what_is_no_broker_is_told_from_one(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await ask("127.0.0.1", port, Login("user", hash_password("x")), 5)
    assert said == "what answers there is no MQTT broker"


async def test_a_broker_that_does_not_answer_is_given_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await ask("127.0.0.1", port, Login("user", "x"), 0.05)
    assert said == "it does not answer within 0.05 s"
