"""The two calls of joining, against a hub's door that behaves and one that does not."""

import socket
from collections.abc import Iterator

import pytest

from protocol.ids import DeviceId
from protocol.joining import BrokerAddress
from simulators.errors import (
    FalseHubError,
    HubBusyError,
    HubNotFoundError,
    JoinError,
    UsageError,
    WindowClosedError,
    WrongCodeError,
)
from simulators.joiner import Newcomer, check_code, check_url, is_url, join, place_of
from tests.simulators.doors import CODE, HUB, PASSWORD, Door

NEWCOMER = Newcomer(DeviceId("bench-lamp-0001"), "bench", "bench-lamp")


@pytest.fixture
def door() -> Iterator[Door]:
    with Door(broker_port=18_830) as opened:
        yield opened


def test_device_that_knows_the_code_gets_its_credentials(door: Door) -> None:
    credentials = join(door.url, NEWCOMER, CODE)
    assert (credentials.device, credentials.hub, credentials.url) == (
        NEWCOMER.device,
        HUB,
        door.url,
    )
    assert (credentials.host, credentials.port) == ("127.0.0.1", 18_830)
    assert credentials.password == PASSWORD
    assert PASSWORD not in repr(credentials)


def test_broker_on_another_host_is_taken_from_the_grant(door: Door) -> None:
    door.changes["broker"] = BrokerAddress(host="10.0.0.9", port=1883)
    assert join(door.url, NEWCOMER, CODE).host == "10.0.0.9"


def test_wrong_code_is_refused_by_the_hub(door: Door) -> None:
    with pytest.raises(WrongCodeError):
        join(door.url, NEWCOMER, "87654321")
    assert door.joined == []


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "ECO-JOIN-002", WindowClosedError),
        (403, "ECO-JOIN-003", WrongCodeError),
        (403, "join-session-unknown", HubBusyError),
        (429, "join-busy", HubBusyError),
        (403, "something-new", JoinError),
        (500, "", FalseHubError),
    ],
)
def test_refusal_of_the_hub_is_told_as_what_it_is(
    door: Door, status: int, code: str, error: type[JoinError]
) -> None:
    door.refusals.append((status, code))
    with pytest.raises(error) as caught:
        join(door.url, NEWCOMER, CODE)
    assert type(caught.value) is error
    assert caught.value.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"proof": "0" * 64},
        {"hub": "hub-other"},
        {"user": "bench-lamp-0002"},
        {"client_id": "bench-lamp-0002"},
        {"broker": BrokerAddress(host=None, port=8883, tls=True)},
    ],
)
def test_grant_of_a_hub_that_proves_nothing_is_not_used(
    door: Door, changes: dict[str, object]
) -> None:
    door.changes.update(changes)
    with pytest.raises(FalseHubError):
        join(door.url, NEWCOMER, CODE)


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff\xfe", b"<html>", b"[" * 10_000, b"0" * 100_000])
def test_answer_that_is_not_a_hubs_is_told_as_such(door: Door, raw: bytes) -> None:
    door.raw = raw
    with pytest.raises(FalseHubError, match="is no hub"):
        join(door.url, NEWCOMER, CODE)


def test_absent_hub_is_told_with_its_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(HubNotFoundError, match=url):
            join(url, NEWCOMER, CODE)


@pytest.mark.parametrize("text", ["12345678", "1234-5678", " 1234 5678"])
def test_code_is_read_as_people_write_it(text: str) -> None:
    assert check_code(text) == CODE


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "abcdefgh"])
def test_code_of_another_form_is_wrong_usage_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_code(text)
    assert caught.value.exit_code == 2
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://10.0.0.2:8321", "http://10.0.0.2:8321"),
        ("http://10.0.0.2:8321/api/v1/", "http://10.0.0.2:8321"),
        ("https://home.example", "https://home.example"),
        ("10.0.0.2", "http://10.0.0.2:8321"),
        ("10.0.0.2:9000", "http://10.0.0.2:9000"),
        ("localhost", "http://localhost:8321"),
        ("[::1]:8321", "http://[::1]:8321"),
    ],
)
def test_url_is_completed(text: str, url: str) -> None:
    assert is_url(text)
    assert check_url(text) == url


@pytest.mark.parametrize("text", ["ftp://home:1", "http://", "http://home:port", "http://home:0"])
def test_url_that_is_none_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        check_url(text)


def test_id_of_a_hub_is_no_url() -> None:
    assert not is_url("hub-0badc0de")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://10.0.0.2:8321", ("10.0.0.2", 8321)),
        ("http://home", ("home", 80)),
        ("https://home", ("home", 443)),
        ("http://[::1]:9", ("::1", 9)),
    ],
)
def test_place_of_a_url(url: str, place: tuple[str, int]) -> None:
    assert place_of(url) == place
