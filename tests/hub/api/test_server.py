import asyncio
import json
import re
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from openapi_spec_validator import validate

from hub.api import connections
from hub.api.connections import Connections
from hub.api.gate import Gate
from hub.api.server import OPERATIONS, Api, ApiStartError
from hub.api.shell import read_shell
from hub.clock import Clock
from tests.hub.api.bench import DOCUMENT, PURIFIER, Bench, bench, check

SET = f"/api/v1/devices/{PURIFIER}/properties"
BODY = {"properties": {"fan.level": 2}}


async def raw(home: Bench, *chunks: bytes) -> tuple[int, dict[str, object]]:
    """Send bytes as they are and read one answer, whose content is a problem."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.api.port)
    for chunk in chunks:
        writer.write(chunk)
        await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    content = json.loads(await reader.readexactly(int(length[1])))
    writer.close()
    check({"$ref": "#/components/schemas/Problem"}, content)
    assert "application/problem+json" in head
    return int(head.split()[1]), content


async def test_the_document_is_valid_and_says_no_default(home: Bench) -> None:
    document = await home.get("/api/v1/openapi.json")
    validate(document)
    assert document["openapi"].startswith("3.1.")
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "default" not in operation["responses"]


async def test_the_documents_need_a_token_and_their_page_does_not(home: Bench) -> None:
    nobody = {"Authorization": ""}
    for name in ("openapi", "asyncapi"):
        await home.problem("GET", f"/api/v1/{name}.json", 401, headers=nobody)
    assert 'id="token"' in await home.ask("GET", "/api/v1/docs", headers=nobody)


async def test_every_route_is_documented(home: Bench) -> None:
    document = await home.get("/api/v1/openapi.json")
    documented = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    documented |= {("GET", path) for path in document["x-stream"]["paths"]}
    assert home.api._runner is not None
    router = home.api._runner.app.router
    served = {
        (route.method, route.resource.canonical) for route in router.routes() if route.resource
    }
    pages = [*read_shell(), "/trust", "/trust/{name}", "/trust/ecohub.{ending}"]
    app = {(method, path) for path in pages for method in ("GET", "HEAD")}
    assert served - app == documented


def test_every_operation_says_what_it_does() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))
    for operation in OPERATIONS:
        assert operation.summary
        assert operation.answers


def test_every_path_parameter_is_declared_with_its_pattern() -> None:
    for operation in OPERATIONS:
        declared = [parameter.name for parameter in operation.parameters]
        assert re.findall(r"\{([a-z]+)\}", operation.path) == declared
        for parameter in operation.parameters:
            assert re.fullmatch(parameter.pattern, parameter.example)


def test_requests_allow_no_field_that_is_not_declared() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for operation in OPERATIONS:
        if operation.body is None:
            continue
        body = DOCUMENT["paths"][operation.path][operation.method.lower()]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        assert body["required"]
        for ref in re.findall(r"schemas/(\w+)", json.dumps(schema)):
            assert schemas[ref]["additionalProperties"] is False


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api", "/api/v1", "/api/v1/", "/api/v2/devices", "/%00"]
)
async def test_a_path_that_does_not_exist_is_a_problem(home: Bench, path: str) -> None:
    assert (await home.problem("GET", path, 404))["code"] == "path-unknown"


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "TRACE", "PUT", "PROPFIND"])
async def test_a_method_that_is_not_served_is_a_problem(home: Bench, method: str) -> None:
    told = await home.problem(method, "/api/v1/devices", 405)
    assert told["code"] == "method-not-allowed"


async def test_allow_names_the_methods_of_the_path(home: Bench) -> None:
    async with home.session.put(f"{home.url}/api/v1/devices/{PURIFIER}") as response:
        assert response.headers["Allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "ECO-CODEC-003"),
        (b"{", "ECO-CODEC-003"),
        (b"[]", "ECO-CODEC-004"),
        (b"null", "ECO-CODEC-004"),
        (b"\xff\xfe{}", "ECO-CODEC-002"),
        (b'{"properties": {"fan.level": NaN}}', "ECO-CODEC-006"),
        (b'{"properties": {"fan.level": 1e999}}', "ECO-CODEC-006"),
        (b'{"properties": {"fan.level": 9007199254740993}}', "ECO-CODEC-007"),
        (b'{"properties": {"fan.level": 1, "fan.level": 2}}', "ECO-CODEC-008"),
        (b'{"properties": {"fan.level": "\\ud800"}}', "ECO-CODEC-009"),
        (b'{"a":' * 20 + b"1" + b"}" * 20, "ECO-CODEC-005"),
    ],
)
async def test_a_body_that_is_no_json_object_breaks_a_rule(
    home: Bench, body: bytes, code: str
) -> None:
    await home.bring(PURIFIER)
    assert (await home.problem("PATCH", SET, 400, body=body))["code"] == code


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "properties"),
        ({"properties": {}}, "properties"),
        ({"properties": []}, "properties"),
        ({"properties": {"fan": 2}}, "properties"),
        ({"properties": {"fan.level": None}}, "properties.fan.level"),
        ({"properties": {"fan.level": [2]}}, "properties.fan.level"),
        ({**BODY, "wait_s": 31}, "wait_s"),
        ({**BODY, "wait_s": "2"}, "wait_s"),
        ({**BODY, "expires_in_s": 0}, "expires_in_s"),
        ({**BODY, "expires_in_s": True}, "expires_in_s"),
        ({**BODY, "id": ""}, "id"),
        ({**BODY, "id": "x" * 65}, "id"),
        ({**BODY, "id": "a/b"}, "id"),
        ({**BODY, "wait": 1}, "wait"),
    ],
)
async def test_a_body_with_a_wrong_field_names_it(home: Bench, body: object, path: str) -> None:
    told = await home.problem("PATCH", SET, 422, body=body)
    assert told["code"] == "body-invalid"
    assert told["path"].startswith(path)


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/json-patch+json"])
async def test_a_body_of_another_type_is_refused(home: Bench, media: str) -> None:
    told = await home.problem("PATCH", SET, 415, body=b"{}", headers={"Content-Type": media})
    assert told["code"] == "not-json"


async def test_a_body_that_is_too_large_is_refused(home: Bench) -> None:
    body = json.dumps({"properties": {"wifi.ssid": "x" * 70_000}}).encode()
    assert (await home.problem("PATCH", SET, 413, body=body))["code"] == "body-too-large"


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(home: Bench) -> None:
    head = (
        "POST /api/v1/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Content-Length: 10000000\r\n\r\n"
    )
    status, content = await raw(home, head.encode())
    assert (status, content["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    "request_line",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        b"\x16\x03\x01\r\n",
    ],
)
async def test_what_is_no_http_is_answered_with_a_problem(home: Bench, request_line: bytes) -> None:
    status, content = await raw(home, request_line)
    assert (status, content["code"]) == (400, "http-malformed")


async def test_a_client_that_asks_first_is_told_to_go_on(home: Bench) -> None:
    async with home.session.post(f"{home.url}/api/v1/join", json={}, expect100=True) as response:
        assert response.status == 422


async def test_a_mistake_of_the_hub_is_told_without_its_details(
    home: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(home.home, "health", fail)
    told = await home.problem("GET", "/api/v1/health", 500)
    assert told["code"] == "internal-error"
    assert "secret" not in json.dumps(told)
    assert "secret of the inside" in caplog.text


async def test_a_phone_that_leaves_as_its_stream_opens_is_no_mistake_of_the_hub(
    home: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def leave(gate: Gate, request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()

    with monkeypatch.context() as patch:
        patch.setattr(Gate, "check_headers", leave)
        with pytest.raises(aiohttp.ClientError):
            await home.session.ws_connect(f"{home.url}/api/v1/stream")
    await home.get("/api/v1/health")
    assert caplog.text == ""


async def test_a_port_that_is_taken_is_told_with_who_has_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        async with bench(tmp_path) as home:
            settings = home.home.settings
            api = settings.api.model_copy(update={"port": port})
            object.__setattr__(home.home, "settings", settings.model_copy(update={"api": api}))
            with pytest.raises(ApiStartError, match=rf"{port} is taken by .*pytest|python"):
                await Api(home.home).open()


async def test_a_silent_connection_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.server.HEADERS_WITHIN_S", 0.2)
    async with bench(tmp_path) as home:
        for first in (b"", b"GET /api/v1/health HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"):
            reader, writer = await asyncio.open_connection("127.0.0.1", home.api.port)
            writer.write(first)
            assert await reader.read() == b""
            writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.dispatch.BODY_WITHIN_S", 0.1)
    head = (
        "POST /api/v1/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Content-Length: 50\r\n\r\n{"
    )
    status, content = await raw(home, head.encode())
    assert (status, content["code"]) == (408, "body-late")


async def test_beyond_the_limit_the_oldest_stranger_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 50)
    monkeypatch.setattr(Connections.__init__, "__defaults__", (50,))
    async with bench(tmp_path) as home:
        held = [await asyncio.open_connection("127.0.0.1", home.api.port) for _ in range(120)]
        await home.get("/api/v1/devices")
        first_reader, _ = held[0]
        with pytest.raises(ConnectionError):
            await _read_all(first_reader)
        assert len(home.api._connections) <= 50
        for _, writer in held:
            writer.close()


async def _read_all(reader: asyncio.StreamReader) -> None:
    if await reader.read() == b"":
        raise ConnectionResetError


async def test_a_client_that_reads_nothing_is_cut_off(home: Bench) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", home.api.port, limit=1024)
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {home.token}\r\n\r\n"
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(f"GET /api/v1/rules HTTP/1.1\r\n{head}".encode() * 400)
    held = home.api._connections
    await home.until(lambda: any(one.writing_paused for one in held._all), "writing paused")
    now_s = Clock().now_s()
    held.sweep(now_s)
    assert len(held) == 1
    held.sweep(now_s + 16)
    await home.until(lambda: len(held) == 0, "cut off")
    writer.transport.abort()


async def test_stopping_ends_requests_that_wait(tmp_path: Path) -> None:
    async with bench(tmp_path) as home:
        await home.bring(PURIFIER)
        home.air.deaf.add(PURIFIER)
        waiting = asyncio.create_task(home.ask("PATCH", SET, {**BODY, "wait_s": 30}))
        await home.until(lambda: list(home.home.hub.commands.open_ones()), "accepted")
    with pytest.raises(Exception, match=r"disconnected|reset|Session is closed"):
        await waiting
