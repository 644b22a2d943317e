import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.broker import find_mosquitto
from hub.cli import checks
from hub.cli.checks import (
    check_broker,
    check_certificates,
    check_clock,
    check_folder,
    check_multicast,
    check_packages,
    check_port,
    check_python,
)
from hub.cli.checks_https import check_https
from hub.cli.checks_hub import check_devices, check_strangers
from hub.clock import Clock
from hub.config import ApiSettings, BrokerSettings, HubSettings, Settings
from hub.tls.keeper import Tls
from tests.hub.certificates.papers import Office
from tests.hub.cli.command_line import at, ecohub
from tests.hub.cli.fake_hub import FakeHub


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_python_and_packages_of_this_installation_are_fine() -> None:
    assert check_python().status == "ok"
    assert check_packages().status == "ok"


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "requires", lambda _: ["aiohttp>=3", "no-such-package<2"])
    found = check_packages()
    assert (found.status, found.detail) == ("wrong", "missing: no-such-package")


def test_folder_that_is_not_there_yet_is_fine_where_it_can_be_made(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "a" / "b").status == "ok"
    assert not (tmp_path / "a").exists()


def test_folder_that_is_a_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = check_folder(tmp_path / "file")
    assert found.status == "wrong"
    assert "ECOHUB_DATA" in found.remedy


def test_folder_without_room_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert "no room left" in check_folder(tmp_path).detail


def test_taken_port_is_wrong_and_says_who_has_it(taken: int) -> None:
    found = check_port("api port", "127.0.0.1", taken)
    assert found.status == "wrong"
    assert "pid" in found.detail
    assert found.remedy


def test_free_port_is_fine() -> None:
    assert check_port("api port", "127.0.0.1", 0).status == "ok"


def test_a_registry_that_cannot_be_used_is_wrong_before_a_hub_runs(tmp_path: Path) -> None:
    office = Office(tmp_path)
    settings = Settings(hub=HubSettings(data_dir=tmp_path), admission=office.settings())
    assert [one.status for one in check_certificates(settings)] == ["ok"]
    office.file.write_bytes(office.file.read_bytes()[:-9])
    (found,) = check_certificates(settings)
    assert found.status == "wrong"
    assert str(office.file) in found.detail
    assert "anew" in found.remedy
    assert list(tmp_path.glob("registry-seen-*")) == []


def test_embedded_broker_is_a_note_when_mosquitto_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "find_mosquitto", lambda _: None)
    assert check_broker(BrokerSettings()).status == "note"
    assert check_broker(BrokerSettings(kind="mosquitto")).status == "wrong"
    assert check_broker(BrokerSettings(kind="embedded")).status == "ok"


@pytest.mark.mosquitto
@pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
def test_mosquitto_is_found() -> None:
    assert "mosquitto" in check_broker(BrokerSettings()).detail


def test_multicast_is_looked_at_on_each_interface() -> None:
    found = list(check_multicast())
    assert any("lo (127.0.0.1)" in check.detail for check in found)


def test_taken_mdns_port_is_wrong_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(_: str) -> bool:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(checks, "multicast_returns", taken)
    (found, *_) = [check for check in check_multicast() if check.name == "multicast"]
    assert found.status == "wrong"
    assert "5353 is taken by" in found.detail


def test_multicast_that_does_not_come_back_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "multicast_returns", lambda _: False)
    assert all(c.status == "wrong" for c in check_multicast() if c.name == "multicast")


def test_clock_that_was_never_set_is_wrong() -> None:
    assert check_clock(86_400.0).status == "wrong"
    assert check_clock(1_800_000_000.0).status == "ok"


def test_devices_that_are_not_online_are_named() -> None:
    fake = FakeHub()
    devices = fake.answers["devices"]["devices"]
    assert check_devices(devices).status == "ok"
    devices[0]["presence"]["status"] = "unreachable"
    found = check_devices(devices)
    assert (found.status, devices[0]["id"] in found.detail) == ("note", True)
    assert "ecohub join" in check_devices([]).remedy


async def test_port_on_which_no_broker_answers_lets_nobody_in(taken: int) -> None:
    assert (await check_strangers(1)).status == "ok"
    assert taken


async def test_doctor_asks_the_hub_that_is_named(hub: FakeHub) -> None:
    ended = await at(hub, "doctor", "--json")
    checks_by_name = {check["name"]: check for check in ended.document["checks"]}
    assert checks_by_name["hub: broker"]["status"] == "ok"
    assert checks_by_name["devices"]["detail"] == "all 4 are online"


async def test_part_of_the_hub_that_is_degraded_is_wrong_and_doctor_ends_with_1(
    hub: FakeHub,
) -> None:
    part = hub.answers["health"]["parts"][1]
    part |= {"status": "degraded", "detail": "the broker is gone", "remedy": "start it"}
    ended = await at(hub, "doctor")
    assert ended.code == 1
    assert "the broker is gone" in ended.out
    assert "→ start it" in ended.out


def test_wrong_settings_are_a_finding_and_the_rest_is_looked_at_all_the_same(
    tmp_path: Path,
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("[api]\nport = 70000\n")
    ended = ecohub("doctor", "--config", str(file), "--json")
    assert ended.code == 1
    found = json.loads(ended.out)["checks"]
    assert "hub.toml:2" in found[0]["detail"]
    assert {"python", "clock"} <= {check["name"] for check in found}


def https_of(folder: Path, **api: object) -> list[tuple[str, str]]:
    """Return status and detail of what doctor finds of https, the port left aside."""
    found = ApiSettings.model_validate({"port": 0, **api})
    settings = Settings(hub=HubSettings(data_dir=folder), api=found)
    return [(one.status, one.detail) for one in check_https(settings) if one.name == "https"]


async def test_the_authority_is_looked_at_before_a_hub_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert https_of(tmp_path) == [("ok", "its authority is made at the first start")]
    await Tls(ApiSettings(), tmp_path, Clock(), "hub-1").look()
    [(status, detail)] = https_of(tmp_path)
    assert status == "ok"
    assert "until" in detail
    monkeypatch.setattr("time.time", lambda: 1_000.0)
    assert "clock was never set" in https_of(tmp_path)[0][1]
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    assert https_of(tmp_path)[0][0] == "wrong"
    (tmp_path / "tls" / "authority.pem").write_text("cut")
    assert https_of(tmp_path)[0][0] == "wrong"


def test_files_for_https_that_are_not_there_are_wrong(tmp_path: Path) -> None:
    [(status, detail)] = https_of(tmp_path, certificate=str(tmp_path / "chain.pem"))
    assert status == "wrong"
    assert "chain.pem" in detail


def test_https_that_is_off_is_a_note(tmp_path: Path) -> None:
    assert https_of(tmp_path, tls="off")[0][0] == "note"
