"""`ecohub set` and `ecohub call`: commands, with their receipts as they advance."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.follow import Steps, Wish, check, follow
from hub.cli.lookup import find_device, product_of
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import print_json
from hub.cli.values import read_assignments
from protocol.ids import Address
from protocol.product import Value
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import Receipt

Expires = Annotated[
    float | None,
    typer.Option(
        "--expires-in",
        min=1,
        max=604_800,
        help="Seconds the command may wait for delivery; 10, or longer for one that sleeps.",
    ),
]


def set_properties(
    device: DeviceText,
    values: Annotated[list[str], typer.Argument(metavar="ADDRESS=VALUE...")],
    *,
    expires_in_s: Expires = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Set properties of a device, all of them or none, and see the receipt advance.

    Values are on/off, numbers, texts, or the names of choices: `ecohub set purifier fan.level=2
    purifier.mode=manual`. `ecohub show DEVICE` lists what may be set.
    """

    def wish(device_id: str, product: CompiledProduct) -> Wish:
        settable: dict[str, Value] = {
            str(address): value
            for address, value in product.properties.items()
            if address in product.writable
        }
        return Wish(device_id, read_assignments(values, settable, "property"), None, expires_in_s)

    asyncio.run(_command(find_access(hub, token), device, wish, as_json=as_json))


def call(  # noqa: PLR0913 - one argument per option
    device: DeviceText,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="Such as filter.reset.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE...]")] = None,
    *,
    expires_in_s: Expires = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Run an action of a device and see the receipt advance."""

    def wish(device_id: str, product: CompiledProduct) -> Wish:
        declared = product.actions.get(Address(action))
        if declared is None:
            there_are = ", ".join(product.actions) or "none"
            raise WordingError(f"there is no action {action!r}", f"there are: {there_are}")
        known: Mapping[str, Value] = {value.name: value for value in declared.arguments}
        given = read_assignments(arguments or [], known, "argument")
        return Wish(device_id, given, action, expires_in_s)

    asyncio.run(_command(find_access(hub, token), device, wish, as_json=as_json))


async def _command(
    access: Access,
    text: str,
    make_wish: Callable[[str, CompiledProduct], Wish],
    *,
    as_json: bool,
) -> None:
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        view = await client.api.show_device(found["id"])
        wish = make_wish(view["id"], product_of(view))
        receipt = await follow(client, wish, _silent if as_json else Steps())
    if as_json:
        print_json(receipt)
    check(receipt)


def _silent(_: "Receipt") -> None:
    """Say nothing: programs are told the end."""
