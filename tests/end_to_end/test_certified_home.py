"""A home that takes certified products only, from its hub.toml to a device that drifts."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.joining import JoinRefusedError, join, let_in
from tests.end_to_end.waiting import until
from tests.hub.certificates.papers import Office, made

pytestmark = pytest.mark.timeout(60)


async def status(hub: Hub, device: str) -> str:
    shown = await hub.api.get(f"/devices/{device}")
    return str(shown["certificate"]["status"])


async def has_notice(hub: Hub, text: str) -> bool:
    """Say whether exactly one notice of a certificate says so."""
    told = (await hub.api.get("/notifications"))["notifications"]
    return [one["kind"] for one in told if text in one["text"]] == ["certificate"]


async def health(hub: Hub) -> str:
    """Return what is wrong with the certificates of a hub."""
    parts = (await hub.api.get("/health"))["parts"]
    (told,) = [one for one in parts if one["name"] == "certificates"]
    assert told["status"] == "degraded"
    assert told["remedy"]
    return str(told["detail"])


async def test_only_a_certified_lamp_joins_and_stays_when_its_certificate_is_revoked(
    make_hub: MakeHub, tmp_path: Path
) -> None:
    office = Office(tmp_path)
    hub = make_hub(
        ADMISSION__POLICY="certified",
        ADMISSION__LEVEL="2",
        ADMISSION__REGISTRY=str(office.file),
        ADMISSION__KEYS=str(tmp_path / "registry.pub.pem"),
    )
    await hub.start()
    await hub.api.open_window(CODE, devices=1)
    with pytest.raises(JoinRefusedError) as refused:
        await join(hub.api, "lamp-0001")
    code, body = refused.value.answer
    assert (code, body["code"]) == (403, "not-certified")
    paper = made("lamp-1", "0.0.1", "acme")
    office.list(paper)
    earlier = office.file.read_bytes()
    brought = await hub.api.ask("POST", "/certificates", {"certificate": paper.content().decode()})
    assert brought.body["status"] == "valid"
    lamp = Lamp((await let_in(hub, "lamp-0001"))[0])
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        assert await status(hub, lamp.id) == "firmware_differs"
        await until(lambda: has_notice(hub, "certified is 0.0.1, running is"), "the drift")
        office.revoke(paper)

        async def is_revoked() -> bool:
            return await status(hub, lamp.id) == "revoked"

        await until(is_revoked, "the registry to be read")
        assert await hub.are_online(lamp)
        await hub.kill()
        office.file.write_bytes(earlier)  # put back while nobody looks
        await hub.start()
        await until(is_revoked, "the certificate after a restart")
        told = await health(hub)
        assert f"{office.file} is not used: line 2: 3 lines were known" in told
        await until(lambda: has_notice(hub, "it burns"), "the revocation")
        assert await has_notice(hub, "certified is 0.0.1, running is")
