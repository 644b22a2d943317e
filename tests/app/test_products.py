"""Every catalogue product has a page on which everything it declares has a place."""

import json

import pytest

from protocol import products
from protocol.product import Property, parse_product
from tests.app.phone import Phone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

NAMES = sorted(products.names())


def parts(name: str) -> dict[str, Property | None]:
    """Return the parts of a product by address; None for what is no property."""
    spec = parse_product(products.document(name))
    found: dict[str, Property | None] = {}
    for service in spec.services:
        found |= {f"{service.name}.{one.name}": one for one in service.properties}
        found |= {f"{service.name}.{one.name}": None for one in service.actions}
        found |= {f"{service.name}.{one.name}": None for one in service.events}
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_each_part_of_a_product_has_its_place(name: str, phone: Phone) -> None:
    await phone.visit(f"{name}-0001")
    declared = parts(name)
    kinds = await phone.page.eval_on_selector_all(
        "[data-address]", "all => all.map((one) => [one.dataset.address, one.dataset.kind])"
    )
    assert len(kinds) == len(dict(kinds)), "a part stands twice"
    shown = dict(kinds)
    assert shown.keys() == declared.keys()
    for address, one in declared.items():
        if one is not None:
            assert (shown[address] == "sensor") is not one.is_writable, address
    await phone.stands_well()
    await phone.stands_large()


async def test_titles_are_told_in_the_readers_language(own_phone: Phone) -> None:
    await own_phone.go("settings")
    await own_phone.page.get_by_role("button", name="中文").click()
    await own_phone.visit("light-0001")
    titles = json.loads(products.document("light"))["services"]
    brightness = next(p for p in titles[0]["properties"] if p["name"] == "brightness")
    assert (
        await own_phone.part("light.brightness").get_by_role("slider").get_attribute("aria-label")
        == (brightness["title"]["zh"])
    )
    assert await own_phone.page.locator("html").get_attribute("lang") == "zh-Hans"
