"""Adverts: TXT records of hubs and devices, and hostile ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.advert import DEVICE_TYPE, HUB_TYPE, MAX_KEYS, DeviceAdvert, HubAdvert
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.rules import rule

HUB = HubAdvert(id="hub-0011aabb", mqtt=1883, is_open=True)
DEVICE = DeviceAdvert(
    DeviceId("air-purifier-0001"), "air-purifier", "air_purifier", is_waiting=True
)


def test_services_are_named_as_the_norm_says() -> None:
    assert (HUB_TYPE, DEVICE_TYPE) == ("_eco-hub._tcp.local.", "_eco-device._tcp.local.")


def test_a_hub_tells_who_it_is_and_where() -> None:
    assert HUB.encode() == {
        "id": "hub-0011aabb",
        "v": "1.0",
        "api": "/api/v1",
        "mqtt": "1883",
        "join": "open",
    }


def test_a_device_tells_who_it_is_and_whether_it_waits() -> None:
    assert DEVICE.encode() == {
        "id": "air-purifier-0001",
        "v": "1.0",
        "product": "air-purifier",
        "class": "air_purifier",
        "join": "yes",
    }


def on_the_wire(txt: dict[str, str]) -> dict[bytes, bytes | None]:
    return {key.encode(): value.encode() for key, value in txt.items()}


@pytest.mark.parametrize(
    "advert", [HUB, HubAdvert("h", 1, api="/x/y", version="1.4"), HubAdvert("h", 1, https=8322)]
)
def test_a_hubs_advert_is_read_as_it_was_written(advert: HubAdvert) -> None:
    assert HubAdvert.decode(advert.encode()) == advert
    assert HubAdvert.decode(on_the_wire(advert.encode())) == advert


@pytest.mark.parametrize("advert", [DEVICE, DeviceAdvert(DeviceId("plug-0001"), "", "")])
def test_a_devices_advert_is_read_as_it_was_written(advert: DeviceAdvert) -> None:
    assert DeviceAdvert.decode(advert.encode()) == advert
    assert DeviceAdvert.decode(on_the_wire(advert.encode())) == advert


def test_what_is_not_told_has_defaults() -> None:
    assert HubAdvert.decode({"id": "h", "v": "1.0", "mqtt": "1"}) == HubAdvert("h", 1)
    assert DeviceAdvert.decode(
        {b"id": b"plug-0001", b"v": b"1.0", b"product": None}
    ) == DeviceAdvert(DeviceId("plug-0001"), "")


def test_keys_are_read_in_any_case_and_the_first_one_counts() -> None:
    txt = {"ID": "h", "id": "other", "V": "1.0", "Mqtt": "1", "colour": "x" * 999}
    assert HubAdvert.decode(txt) == HubAdvert("h", 1)


def broken(kind: type[HubAdvert] | type[DeviceAdvert], txt: Any) -> tuple[str, str]:
    with pytest.raises(ViolationError) as caught:
        kind.decode(txt)
    return caught.value.violation.rule, caught.value.violation.path


@pytest.mark.parametrize(
    ("kind", "more", "path"),
    [
        (HubAdvert, {"id": ""}, "id"),
        (HubAdvert, {"id": None}, "id"),
        (HubAdvert, {"id": "a b"}, "id"),
        (HubAdvert, {"id": "h" * 65}, "id"),
        (HubAdvert, {"v": ""}, "v"),
        (HubAdvert, {"api": "http://evil/"}, "api"),
        (HubAdvert, {"api": "/a/../../b c"}, "api"),
        (HubAdvert, {"mqtt": ""}, "mqtt"),
        (HubAdvert, {"mqtt": "0"}, "mqtt"),
        (HubAdvert, {"mqtt": "65536"}, "mqtt"),
        (HubAdvert, {"mqtt": "1" * 5000}, "mqtt"),
        (HubAdvert, {"mqtt": "\uff11"}, "mqtt"),
        (HubAdvert, {"join": "yes"}, "join"),
        (HubAdvert, {"api": "/" + "x" * 200}, "api"),
        (HubAdvert, {"api": "\ud800"}, "api"),
        (DeviceAdvert, {"id": "announce"}, "id"),
        (DeviceAdvert, {"id": "short"}, "id"),
        (DeviceAdvert, {"id": ""}, "id"),
        (DeviceAdvert, {"product": "a\x1b[2J"}, "product"),
        (DeviceAdvert, {"product": "x" * 65}, "product"),
        (DeviceAdvert, {"class": "Air Purifier"}, "class"),
        (DeviceAdvert, {"join": "open"}, "join"),
    ],
)
def test_another_form_is_refused_at_its_key(
    kind: type[HubAdvert] | type[DeviceAdvert], more: dict[str, Any], path: str
) -> None:
    txt = (HUB if kind is HubAdvert else DEVICE).encode()
    assert broken(kind, txt | more) == ("ECO-DISC-002", path)


def test_a_version_that_cannot_be_talked_to_is_told_as_such() -> None:
    assert broken(HubAdvert, HUB.encode() | {"v": "2.0"}) == ("ECO-VERSION-002", "v")
    assert broken(DeviceAdvert, DEVICE.encode() | {"v": "one"}) == ("ECO-VERSION-001", "v")


def test_bytes_that_are_no_text_are_refused() -> None:
    txt = on_the_wire(HUB.encode()) | {b"id": b"\xff\xfe"}
    assert broken(HubAdvert, txt) == ("ECO-DISC-002", "id")


def test_a_record_of_too_many_keys_is_not_read() -> None:
    assert broken(DeviceAdvert, dict.fromkeys(map(str, range(MAX_KEYS + 1)), "")) == (
        "ECO-DISC-002",
        "txt",
    )


keys = st.sampled_from([b"id", b"V", b"api", b"mqtt", b"join", b"product", b"class"]) | st.binary(
    max_size=9
)
raw = st.dictionaries(
    keys, st.none() | st.binary(max_size=230) | st.text(max_size=9).map(str.encode)
)


@given(raw, st.sampled_from([HubAdvert, DeviceAdvert]))
def test_any_record_is_read_or_refused_by_a_rule(
    txt: dict[bytes, bytes | None], kind: type[HubAdvert] | type[DeviceAdvert]
) -> None:
    read_or_refuse(kind, txt)
    own = on_the_wire((HUB if kind is HubAdvert else DEVICE).encode())
    read_or_refuse(kind, own | txt)


def read_or_refuse(
    kind: type[HubAdvert] | type[DeviceAdvert], txt: dict[bytes, bytes | None]
) -> None:
    try:
        advert = kind.decode(txt)
    except ViolationError as error:
        rule(error.violation.rule)
    else:
        assert kind.decode(advert.encode()) == advert
