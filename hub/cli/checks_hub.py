"""What doctor looks at on a hub that runs."""

import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from hub.broker import Login
from hub.broker.probe import ask
from hub.cli.access import Access
from hub.cli.checks import Check
from hub.cli.client import HubClient
from hub.cli.errors import CliError

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary

PROBE_WITHIN_S: Final = 3.0


async def of_hub(access: Access, mqtt_port: int | None) -> AsyncIterator[Check]:
    """Yield the checks of a running hub: its parts, its devices, and whom its broker lets in.

    Args:
        access: Of the hub.
        mqtt_port: Of its broker on this machine; None when it is not known.
    """
    try:
        async with HubClient(access) as client:
            hub = await client.api.show_hub()
            yield Check("hub", "ok", f"{hub['id']} serves {access.url} since {hub['started_at']}")
            for part in (await client.api.show_health())["parts"]:
                is_ok = part["status"] == "ok"
                detail = part.get("detail", "") or part["status"]
                remedy = "" if is_ok else part.get("remedy", "")
                yield Check(f"hub: {part['name']}", "ok" if is_ok else "wrong", detail, remedy)
            yield check_devices((await client.api.list_devices())["devices"])
            for advert in (await client.api.show_discovery())["seen"]:
                if advert["kind"] == "hub" and not advert["said_goodbye"]:
                    where = f"{advert['device'] or advert['name']} at {advert['host']}"
                    remedy = "a device belongs to the one it has joined"
                    yield Check("other hub", "note", f"{where} is on this network, too", remedy)
    except CliError as error:
        yield Check("hub", "wrong", error.text, error.remedy)
        return
    if mqtt_port is not None:
        yield await check_strangers(mqtt_port)


def check_devices(devices: "list[DeviceSummary]") -> Check:
    """Look whether all devices can be reached."""
    lost = [d["id"] for d in devices if d["presence"]["status"] not in {"online", "asleep"}]
    if not devices:
        return Check("devices", "ok", "none has joined yet", "let one in: ecohub join CODE")
    if lost:
        detail = f"{len(lost)} of {len(devices)} are not online: {', '.join(lost[:8])}"
        return Check("devices", "note", detail, "see why: ecohub show DEVICE")
    return Check("devices", "ok", f"all {len(devices)} are online")


async def check_strangers(port: int) -> Check:
    """Look whether the broker turns away who has not joined."""
    stranger = Login(f"stranger-{secrets.token_hex(4)}", secrets.token_hex(8))
    refusal = await ask("127.0.0.1", port, stranger, PROBE_WITHIN_S)
    if refusal is None:
        remedy = "stop it and let the hub run its own broker: ecohub run"
        return Check("strangers", "wrong", f"the broker at port {port} lets anybody in", remedy)
    return Check("strangers", "ok", "the broker lets nobody in who has not joined")
