"""Addresses, classes, titles and the files' words: what people and apps see of an import."""

import pytest

from protocol import classes
from protocol.miot import NotAnInstanceError, import_instance, standard
from protocol.miot.glossary import WORDS, english
from protocol.miot.hints import privacy, severity
from protocol.miot.measures import IMPLIED, KEYS
from protocol.miot.standard import CLASSES, matches
from protocol.parts import PARTS
from protocol.product_model import Property
from protocol.units import UNITS
from tests.protocol.miot.checks import check
from tests.protocol.miot.documents import Fields, action, encoded, event, instance, prop, service

PURIFIER = "urn:miot-spec-v2:device:air-purifier:0000A007:zhimi-mp4:2"
NUMBER: Fields = {"format": "uint8", "value_range": [0, 100, 1]}
SEEN: Fields = {"access": ["read", "notify"]}


def purifier(*modes: str, life: str = "filter-life-level") -> bytes:
    choices = [{"value": value, "description": text} for value, text in enumerate(modes)]
    return encoded(
        instance(
            service(
                prop(1, "on"),
                prop(4, "mode", format="uint8", value_list=choices),
                prop(5, "fan-level", format="uint8", value_range=[1, 3, 1]),
                iid=2,
                name="air-purifier",
            ),
            service(prop(6, "pm2.5-density", **{**NUMBER, **SEEN}), iid=3, name="environment"),
            service(
                prop(1, life, **{**NUMBER, **SEEN}, unit="percentage"),
                actions=[action(1, "reset-filter-life")],
                iid=4,
                name="filter",
            ),
            type=PURIFIER,
        )
    )


def test_air_purifier_gets_standard_addresses_and_its_class() -> None:
    imported = import_instance(purifier("Auto", "Sleep", "Favorite", "Manual"))
    spec = check(imported).spec
    assert spec.device_class == "air_purifier"
    assert (spec.vendor, spec.product, spec.version) == ("zhimi", "air-purifier-mp4", 2)
    assert set(imported.report.standard) == {
        *("purifier.power", "purifier.mode", "fan.level", "air.pm2_5", "filter.life"),
        "filter.reset",
    }
    place = imported.mapping.properties[imported.report.standard[0]]
    assert (place.siid, place.piid) == (2, 1)


def test_choices_actions_and_events_get_standard_names_where_they_mean_the_same() -> None:
    winds = [
        {"value": 1, "description": "Straight Wind"},
        {"value": 2, "description": "Natural Wind"},
    ]
    fan = service(prop(2, "mode", format="uint8", value_list=winds), name="fan")
    level = prop(1, "battery-level", **{**NUMBER, **SEEN}, unit="percentage")
    low = event(1, "low-battery", arguments=[1])
    battery = service(level, events=[low], iid=3, name="battery")
    filters = service(
        prop(1, "used", **NUMBER),
        actions=[action(1, "reset-filter-life", into=[1])],
        iid=4,
        name="filter",
    )
    product = check(import_instance(encoded(instance(fan, battery, filters))))
    modes = product.properties["fan.mode"].enum or ()  # type: ignore[index]
    assert [choice.name for choice in modes] == ["straight", "natural"]
    assert product.events.keys() == {"battery.low"}
    assert product.actions.keys() == {"filter.reset_filter_life"}, "it takes an argument"


def test_class_is_left_out_and_what_lacks_is_told_where_a_required_part_is_missing() -> None:
    imported = import_instance(purifier("Auto", "Sleep", life="filter-used-time"))
    assert check(imported).spec.device_class is None
    assert "filter.life" in imported.report.lacks[0]


def test_an_optional_part_that_means_something_else_keeps_a_name_of_its_own() -> None:
    imported = import_instance(purifier("Auto", "Favorite"))
    assert check(imported).spec.device_class == "air_purifier"
    assert "air_purifier.mode" in imported.mapping.properties


def test_a_second_part_of_one_meaning_keeps_a_name_of_its_own() -> None:
    lights = [service(prop(1, "on"), iid=iid, name="light") for iid in (7, 2)]
    mapping = import_instance(encoded(instance(*lights))).mapping
    assert {address: place.siid for address, place in mapping.properties.items()} == {
        "device_information.manufacturer": 1,
        "light.on": 2,
        "light_7.on": 7,
    }


def test_the_second_of_two_switches_in_one_service_is_named_after_its_iid() -> None:
    light = service(prop(1, "on"), prop(4, "on"), name="light")
    mapping = import_instance(encoded(instance(light))).mapping
    assert [*mapping.properties][1:] == ["light.on", "light.on_4"]


def test_what_is_added_later_changes_no_name() -> None:
    first = [service(prop(1, "on"), prop(3, "on"), iid=iid, name="switch") for iid in (2, 3)]
    later = [
        service(prop(1, "on"), iid=8, name="switch-3"),
        service(prop(1, "on"), prop(2, "on-3"), iid=9, name="switch"),
    ]
    before = import_instance(encoded(instance(*first))).mapping.properties
    after = import_instance(encoded(instance(*later, *first))).mapping.properties
    assert before.items() <= after.items()
    assert {"switch.on", "switch.on_3", "switch_3.on", "switch_3_8.on"} <= after.keys()


def test_vendors_names_stand_in_the_vendors_namespace() -> None:
    own = service(
        prop(1, "map"), prop(2, "on", "acme-spec"), iid=3, name="x", namespace="acme-spec"
    )
    mixed = service(prop(1, "on"), prop(2, "on", "090615-spec"), iid=2, name="switch")
    mapping = import_instance(encoded(instance(own, mixed))).mapping
    assert [*mapping.properties][1:] == [
        "switch.on",
        "switch.v_090615:on",
        "acme:x.map",
        "acme:x.on",
    ]


def test_property_action_and_event_of_one_type_have_three_names() -> None:
    calls: Fields = {
        "actions": [action(1, "alert")],
        "events": [event(1, "alert"), event(2, "alert")],
    }
    mapping = import_instance(encoded(instance(service(prop(1, "alert"), **calls)))).mapping
    assert "gadget.alert" in mapping.properties
    assert [*mapping.actions] == ["gadget.alert_action"]
    assert [*mapping.events] == ["gadget.alert_event", "gadget.alert_event_2"]


def test_translations_give_english_and_chinese_titles() -> None:
    part = prop(4, "mode", format="uint8", value_list=[{"value": 7, "description": "甲"}])
    document = encoded(instance(service(part, description="")))
    texts = {
        "en": {
            "service:002": "Gadget of mine",
            "service:002:property:004": "Way of working",
            "service:002:property:004:valuelist:000": "First way",
        },
        "zh_cn": {"service:002:property:004": "工作方式"},
    }
    for wrapped in (texts, {"data": texts}, {"urn:miot-spec-v2:device:x": texts}):
        product = check(import_instance(document, encoded(wrapped)))
        found = product.properties["gadget.mode"]  # type: ignore[index]
        assert found.title == {"en": "Way of working", "zh": "工作方式"}
        assert found.enum is not None
        assert found.enum[0].name == "first_way"
        assert product.spec.services[1].title == {"en": "Gadget of mine"}


def test_a_description_in_several_languages_is_a_title_in_two() -> None:
    part = prop(1, "level", description={"en": "Level of it", "zh_CN": "档位", "fr": "Niveau"})
    imported = import_instance(encoded(instance(service(part))))
    title = check(imported).properties["gadget.level"].title  # type: ignore[index]
    assert title == {"en": "Level of it", "zh": "档位"}
    assert imported.report.mended == ()


@pytest.mark.parametrize(
    ("device", "name", "expected"),
    [
        ("bracelet", "heart-rate", "health"),
        ("body-fat-scale", "weight", "health"),
        ("pet-feeder", "food-weight", "none"),
        ("motion-sensor", "motion-state", "personal"),
        ("lock", "door-state", "personal"),
        ("air-purifier", "physical-controls-locked", "none"),
        ("treadmill", "current-step-count", "personal"),
    ],
)
def test_types_tell_how_private_a_value_is(device: str, name: str, expected: str) -> None:
    assert privacy(name, device) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("smoke-detected", "alarm"), ("low-battery", "warning"), ("cooking-finished", "info")],
)
def test_types_tell_how_grave_an_event_is(name: str, expected: str) -> None:
    assert severity(name) == expected


def test_translations_of_another_form_are_refused() -> None:
    for odd in (b"[]", b'{"data": {"data": {"data": {"data": {"en": {}}}}}}', b'{"en": 5}'):
        with pytest.raises(NotAnInstanceError, match="no English or Chinese texts"):
            import_instance(encoded(instance()), odd)
    assert import_instance(encoded(instance()), b'{"zh": {"service:001": 5}}')


@pytest.mark.parametrize(
    ("chinese", "expected"),
    [
        ("自动", "Auto"),
        ("3档", "Level 3"),
        ("30分钟", "30 minutes"),
        ("睡眠。", "Sleep"),
        ("量子", ""),
    ],
)
def test_glossary_knows_common_words(chinese: str, expected: str) -> None:
    assert english(chinese) == expected


def test_tables_lead_to_what_there_is() -> None:
    assert set(KEYS.values()) | {implied.unit for implied in IMPLIED.values()} <= set(UNITS)
    assert set(CLASSES.values()) <= set(classes.CLASSES)
    assert set(standard.ADDRESSES) <= set(PARTS)
    assert all(word and text for word, text in WORDS.items())


def test_a_standard_part_in_another_unit_is_none() -> None:
    part = Property(
        name="x", title={"en": "X"}, format="float", access=("read", "notify"), unit="fahrenheit"
    )
    assert matches("x", "environment", "property", "temperature", part) is None
    celsius = part.model_copy(update={"unit": "celsius"})
    assert matches("x", "environment", "property", "temperature", celsius) is not None
