"""Hubs are found by what they say of themselves on the network."""

import subprocess
import sys

from ecohub_client import find_hubs
from protocol.advert import HubAdvert
from tests.hub.discovery.test_mdns import new_id, running, until

LOOPBACK = ["127.0.0.1"]


async def test_a_hub_that_advertises_itself_is_found() -> None:
    own_id = new_id("hub")
    async with running() as discovery:
        discovery.advertise(HubAdvert(own_id, 1883, https=8443), 8321, "127.0.0.1")
        await until(lambda: any(probe.heard_itself_s for probe in discovery.probes()))
        found = {hub.id: hub for hub in await find_hubs(2.0, LOOPBACK)}
    assert found[own_id].urls == ("http://127.0.0.1:8321",)
    assert found[own_id].secure_urls == ("https://127.0.0.1:8443",)


def test_the_client_alone_loads_nothing_of_the_hub() -> None:
    script = "import sys, ecohub_client; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    loaded = done.stdout.split()
    assert "aiohttp" in loaded
    others = {"hub", "protocol", "drivers", "simulators", "certification", "pydantic", "zeroconf"}
    assert not others & set(loaded)
