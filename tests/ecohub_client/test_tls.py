"""https with the hub's own CA: who is given it talks, who is not does not."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from certification.recorder.certificates import Certificates, make_certificates
from ecohub_client import Hub, UnreachableError
from tests.drivers.cable import Cable
from tests.hub.api.bench import PLUG, Bench


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("keys")
    return make_certificates(folder, "127.0.0.1", datetime.datetime.now(datetime.UTC))


@pytest.fixture
async def secure(home: Bench, certificates: Certificates) -> AsyncIterator[Cable]:
    """A cable that takes the TLS off."""
    line = Cable(home.api.port, certificates.contexts["good"])
    await line.mend()
    yield line
    await line.cut()


async def test_who_has_the_ca_talks_and_hears(
    home: Bench, secure: Cable, certificates: Certificates, tmp_path: Path
) -> None:
    await home.bring(PLUG)
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(certificates.authority)
    url = f"https://127.0.0.1:{secure.port}"
    async with Hub(url, token=home.token, ca_file=ca_file) as hub, asyncio.timeout(20):
        assert (await hub.set(PLUG, {"outlet.on": True}))["status"] == "confirmed"
        assert (await anext(hub.live()))["type"] == "snapshot"


async def test_who_has_not_does_not(home: Bench, secure: Cable) -> None:
    async with Hub(f"https://127.0.0.1:{secure.port}", token=home.token) as hub:
        with pytest.raises(UnreachableError, match="ertificate"):
            await hub.api.list_devices()
