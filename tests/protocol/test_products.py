"""The documents that come with ecohub."""

import json
import re

import pytest

from protocol import products
from protocol.classes import CLASSES
from protocol.ids import Address
from protocol.product import Action, EventKind, ProductSpec, Property, Service, parse_product
from protocol.validator import compile_product
from simulators import registry
from simulators.product import PART_BYTES

NAMES = products.names()

PUBLISHED = {
    "air-purifier": (
        "purifier.power purifier.mode fan.level air.pm2_5 air.humidity air.temperature filter.life"
        " controls.child_lock light.brightness | filter.reset | filter.worn"
    ),
    "router": (
        "router.clients router.download_bps router.upload_bps router.uptime_s wifi.on wifi.ssid"
        " wifi.channel guest_wifi.on guest_wifi.password | router.reboot"
        " | router.client_joined router.client_left"
    ),
    "smart-plug": (
        "outlet.on outlet.power_w outlet.energy_wh outlet.voltage_v | outlet.reset_energy"
        " | outlet.overload"
    ),
    "environment-sensor": (
        "air.temperature air.humidity air.co2 air.illuminance sensor.interval_s | sensor.identify |"
    ),
}
"""What was there in version 1 of a product, and stays."""

every_product = pytest.mark.parametrize("name", NAMES)


def spec_of(name: str) -> ProductSpec:
    return parse_product(products.document(name))


def parts_of(spec: ProductSpec) -> list[Service | Property | Action | EventKind]:
    found: list[Service | Property | Action | EventKind] = []
    for service in spec.services:
        found += [service, *service.properties, *service.actions, *service.events]
    return found


def test_the_products_are_those_that_have_simulators() -> None:
    assert registry.names() == NAMES


@every_product
def test_a_product_is_named_after_its_document_and_has_a_class(name: str) -> None:
    spec = spec_of(name)
    assert (spec.vendor, spec.product) == ("ecohub", name)
    assert spec.device_class in CLASSES


@every_product
def test_what_is_no_part_of_the_class_stands_in_our_namespace(name: str) -> None:
    spec = spec_of(name)
    kind = CLASSES[spec.device_class or ""]
    standard = {part.address for part in kind.required + kind.optional}
    product = compile_product(spec)
    addresses = {*product.properties, *product.actions, *product.events}
    assert [a for a in addresses - standard if "ecohub:" not in a] == []


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_product_keeps_the_addresses_that_it_came_with(name: str) -> None:
    product = compile_product(spec_of(name))
    expected = [set(text.split()) for text in PUBLISHED[name].split("|")]
    found = (product.properties, product.actions, product.events)
    assert all(old <= set(new) for old, new in zip(expected, found, strict=True))


@every_product
def test_everything_is_titled_in_both_languages(name: str) -> None:
    for holder in re.findall(r'"title": (\{[^}]*\})', products.document(name).decode()):
        assert set(json.loads(holder)) == {"en", "zh"}
    assert all(part.title["zh"] for part in parts_of(spec_of(name)))


@every_product
def test_one_control_is_primary_and_each_has_a_rank_and_an_icon_of_its_own(name: str) -> None:
    shown = [part.ui for part in parts_of(spec_of(name)) if isinstance(part, Property | Action)]
    assert sum(hint.is_primary for hint in shown) == 1
    assert len({hint.rank for hint in shown}) == len(shown)
    assert all(hint.icon for hint in shown)


@every_product
def test_what_is_measured_grows_old_and_what_is_set_does_not(name: str) -> None:
    for part in parts_of(spec_of(name)):
        if isinstance(part, Property):
            assert (part.max_age_s is None) == part.is_writable
            assert part.max_age_s is None or part.max_age_s > 600  # the heartbeat


@every_product
def test_a_document_is_utf_8_with_line_feeds_alone_and_is_short(name: str) -> None:
    document = products.document(name)
    assert b"\r" not in document
    assert document.endswith(b"}\n")
    assert len(document) <= 2 * PART_BYTES


def test_the_password_of_the_guests_can_only_be_written() -> None:
    part = compile_product(spec_of("router")).properties[Address("guest_wifi.password")]
    assert (part.access, part.privacy) == (("write",), "personal")


def test_who_is_at_home_is_personal() -> None:
    part = compile_product(spec_of("router")).properties[Address("router.clients")]
    assert part.privacy == "personal"


def test_a_product_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="no product 'toaster'; there are air-"):
        products.document("toaster")
