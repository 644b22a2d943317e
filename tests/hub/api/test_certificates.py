"""Certificates in a home: who may join, how a device is shown, and what people are told."""

import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certification.papers.certificate import Certificate
from hub.certificates import keeper
from hub.clock import Clock
from hub.config import AdmissionSettings
from hub.core.records import DeviceRecord
from protocol.ids import DeviceId
from protocol.joining import proof
from tests.alongside import alongside
from tests.certification.reports import SPEC
from tests.hub.api.bench import PURIFIER, ROUTER, Bench, Json, bench
from tests.hub.certificates.papers import STRANGER, TODAY, Office, made

HERE = "/api/v1/certificates"
CODE, NONCE = "1234-5678", "ab" * 16
NEW = DeviceId("newcomer-0001")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_EVERY_S", 0.02)


def of(record: DeviceRecord, **more: Any) -> Certificate:
    """Return the certificate of a device that tells this."""
    told = {"hardware": record.hardware, "spec_sha256": record.spec_sha256 or SPEC, **more}
    return made(record.product, record.firmware, record.vendor, **told)


@asynccontextmanager
async def house(folder: Path, settings: AdmissionSettings) -> AsyncIterator[Bench]:
    """A home whose broker runs, so that devices can join."""
    async with bench(folder, admission=settings) as home, alongside(home.home.broker.run()):
        assert await home.home.broker.wait_ready(10)
        yield home


async def join(home: Bench, status: int, vendor: str = "Acme", product: str = "p-7") -> Json:
    """Join with the right code and return the answer to the proof."""
    await home.ask("POST", "/api/v1/join/window", {"code": CODE})
    asked = {"device": NEW, "vendor": vendor, "product": product, "nonce": NONCE}
    challenge = await home.ask("POST", "/api/v1/join", asked)
    told = proof("device", "12345678", NONCE, challenge["nonce"], NEW)
    body = {"session": challenge["session"], "proof": told}
    return await home.ask("POST", "/api/v1/join", body, status=status)


async def notices(home: Bench) -> list[str]:
    told = (await home.get("/api/v1/notifications"))["notifications"]
    return [one["text"] for one in told if one["kind"] == "certificate"]


async def state(home: Bench) -> Json:
    return (await home.get(f"/api/v1/devices/{PURIFIER}"))["certificate"]


async def put(home: Bench, content: bytes, status: int = 200) -> Json:
    return await home.ask("POST", HERE, {"certificate": content.decode()}, status=status)


async def test_where_only_certified_products_join_another_one_does_not(office: Office) -> None:
    paper = made("p-7")
    office.list(paper)
    async with house(office.folder, office.settings(policy="certified")) as home:
        refusal = await join(home, 403)
        assert refusal["code"] == "not-certified"
        assert "there is no certificate of Acme p-7" in refusal["detail"]
        assert "ecohub certificates add" in refusal["remedy"]
        await join(home, 403)
        assert await notices(home) == ["It was not let in: there is no certificate of Acme p-7"]
        assert NEW not in home.home.hub.devices
        assert (await home.get("/api/v1/join/window"))["devices_left"] == 1
        assert (await put(home, paper.content()))["status"] == "valid"
        await join(home, 403, product="p-8")
        await join(home, 403, vendor="acme")
        assert (await join(home, 200))["user"] == NEW
        assert NEW in home.home.hub.devices


async def test_a_certificate_of_a_lower_level_does_not_do(office: Office) -> None:
    paper = made("p-7")
    office.list(paper)
    settings = office.settings(policy="certified", level=3)
    async with house(office.folder, settings) as home:
        await put(home, paper.content())
        refusal = await join(home, 403)
        assert "certified at level 2, and this home asks for 3" in refusal["detail"]


async def test_an_open_home_asks_nobody(tmp_path: Path) -> None:
    async with house(tmp_path, AdmissionSettings()) as home:
        assert (await join(home, 200))["user"] == NEW
        told = await home.get(HERE)
        assert (told["policy"], told["certificates"], told["registry"]) == ("open", [], None)


async def test_a_device_is_shown_as_its_certificate_says_and_changes_are_told(
    office: Office,
) -> None:
    async with bench(office.folder, admission=office.settings()) as home:
        await home.bring(PURIFIER)
        record = home.home.hub.devices[PURIFIER].record
        assert (await state(home))["status"] == "none"
        own = of(record)
        other = of(replace(record, firmware="0.9"))
        office.list(other)
        await put(home, other.content())
        shown = await state(home)
        assert (shown["status"], shown["firmware_certified"]) == ("firmware_differs", "0.9")
        assert shown["firmware_running"] == record.firmware
        drifted = f"Its certificate: certified is 0.9, running is {record.firmware}"
        assert await notices(home) == [drifted]
        office.list(own)
        await put(home, own.content())
        shown = await state(home)
        assert (shown["status"], shown["level"], shown["certificate"]) == ("valid", 2, own.id)
        office.revoke(own)
        found = home.home.certificates
        device = home.home.hub.devices[PURIFIER]
        await home.until(lambda: found.standing(device).status == "revoked", "revoked")
        assert "it burns" in (await state(home))["why"]
        assert (await notices(home))[0] == f"Its certificate: revoked on {TODAY}: it burns"
        assert device.presence.value == "online"


async def test_an_expired_one_is_told_once_over_restarts(office: Office) -> None:
    long_ago = TODAY - datetime.timedelta(days=40)
    async with bench(office.folder, admission=office.settings()) as home:
        await home.bring(PURIFIER)
        record = home.home.hub.devices[PURIFIER].record
        late = of(record, issued=long_ago)
        office.list(late)
        await put(home, late.content())
        assert (await state(home))["status"] == "expired"
        (told,) = await notices(home)
        assert "counted until" in told
        home.home.certificates._told.clear()
        await put(home, late.content())
        assert await notices(home) == [told]


async def test_other_hardware_and_another_product_spec_are_told(office: Office) -> None:
    async with bench(office.folder, admission=office.settings()) as home:
        await home.bring(PURIFIER)
        record = home.home.hub.devices[PURIFIER].record
        for other, status in (
            (of(record, spec_sha256=SPEC), "spec_differs"),
            (of(record, hardware="r9"), "hardware_differs"),
        ):
            office.list(other)
            await put(home, other.content())
            shown = await state(home)
            assert shown["status"] == status
            assert (await notices(home))[0] == f"Its certificate: {shown['why']}"
            await home.ask("DELETE", f"{HERE}/{other.id}", status=204)
        assert (shown["hardware_certified"], shown["hardware_running"]) == ("r9", record.hardware)


async def test_what_cannot_be_used_is_in_the_health_of_the_hub_until_it_is_mended(
    office: Office,
) -> None:
    async with bench(office.folder, admission=office.settings()) as home:

        async def part() -> Json:
            parts = (await home.get("/api/v1/health"))["parts"]
            return next(one for one in parts if one["name"] == "certificates")

        paper = made(is_countersigned=False, key=STRANGER)
        await put(home, paper.content())
        assert await part() == {
            "name": "certificates",
            "status": "ok",
            "detail": "1 in all, 1 of them signed by nobody who is trusted",
            "remedy": "",
            "code": "certificates-untrusted",
            "parameters": {"count": 1, "untrusted": 1},
        }
        whole = office.file.read_bytes()
        office.file.write_bytes(whole[:-9])
        await home.home.certificates.look()
        shown = await part()
        assert shown["status"] == "degraded"
        assert shown["detail"].startswith(f"{office.file} is not used: line ")
        assert "bring the registry's file anew" in shown["remedy"]
        (unused,) = (await home.get(HERE))["unused"]
        assert (unused["file"], unused["remedy"]) == (str(office.file), shown["remedy"])
        office.file.write_bytes(whole)
        await home.home.certificates.look()
        assert (await part())["status"] == "ok"


async def test_a_home_that_nobody_can_join_says_so(tmp_path: Path) -> None:
    async with house(tmp_path, AdmissionSettings(policy="certified")) as home:
        (part,) = [one for one in home.home.health().parts if one.name == "certificates"]
        assert part.status == "degraded"
        assert "no key is believed" in part.detail
        assert "keys of [admission]" in part.remedy


async def test_what_a_clock_that_was_not_set_kept_back_is_told_once_it_is_set(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = TODAY - datetime.timedelta(days=40)
    is_set = False
    monkeypatch.setattr(Clock, "is_synced", property(lambda _: is_set))
    async with bench(office.folder, admission=office.settings()) as home:
        await home.bring(PURIFIER)
        late = of(home.home.hub.devices[PURIFIER].record, issued=long_ago)
        office.list(late)
        await put(home, late.content())
        # The registry's last change is later than the certificate, whatever the clock says.
        assert (await state(home))["status"] == "expired"
        assert await notices(home) == []
        is_set = True
        await home.home.certificates.look()
        (told,) = await notices(home)
        assert "counted until" in told


async def test_certificates_come_and_go(office: Office) -> None:
    paper, foreign = made(), made(key=STRANGER, is_countersigned=False)
    office.list(paper)
    async with bench(office.folder, admission=office.settings()) as home:
        for bad, code in ((b"{}", "certificate-form"), (paper.content()[:-1], "certificate-form")):
            refusal = await put(home, bad, 409)
            assert refusal["code"] == code
        await put(home, paper.content())
        assert (await put(home, paper.content()))["status"] == "valid"
        assert (await put(home, foreign.content()))["status"] == "untrusted"
        listed = await home.get(HERE)
        assert {one["id"] for one in listed["certificates"]} == {paper.id, foreign.id}
        assert listed["registry"]["lines"] == 2
        await home.ask("DELETE", f"{HERE}/{foreign.id}", status=204)
        gone = await home.problem("DELETE", f"{HERE}/{foreign.id}", 404)
        assert gone["code"] == "certificate-unknown"
        (Path(listed["folder"]) / "broken.json").write_text("{")
        await home.ask("DELETE", f"{HERE}/{paper.id}", status=204)
        listed = await home.get(HERE)
        assert listed["certificates"] == []
        assert listed["unused"][0]["file"].endswith("broken.json")


async def test_the_maker_learns_what_was_broken_and_not_by_whom(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.bring(ROUTER)
    home.report(PURIFIER, {"fan.level": 99, "nobody.knows": "anna"})
    home.report(ROUTER, {"router.clients": -7})
    devices = home.home.hub.devices
    for device in (PURIFIER, ROUTER):
        await home.until(lambda one=device: devices[one].violations, f"{device} seen")
    told = await home.get(f"/api/v1/devices/{PURIFIER}/violations/export")
    found = {one["path"]: one for one in told["violations"]}
    assert found["values.fan.level"]["rule"] == "ECO-VALUE-002"
    assert found["values.fan.level"]["sample"] == "99"
    assert found["values.nobody.knows"]["sample"] is None
    assert told["firmware"] == devices[PURIFIER].record.firmware
    assert told["certificate_status"] == "none"
    for secret in (PURIFIER, devices[PURIFIER].record.serial, "anna"):
        assert secret not in str(told)
    (private,) = (await home.get(f"/api/v1/devices/{ROUTER}/violations/export"))["violations"]
    assert (private["path"], private["sample"]) == ("values.router.clients", None)
    assert private["detail"] is None
    assert "-7" not in str(private)
