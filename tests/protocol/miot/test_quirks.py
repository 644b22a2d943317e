"""One small document for each quirk: it is mended and reported, and its neighbours stay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from protocol.miot import Quirk, import_instance
from tests.protocol.miot.checks import check
from tests.protocol.miot.documents import (
    Fields,
    action,
    encoded,
    event,
    instance,
    one,
    prop,
    service,
    urn,
)

LEVEL = "gadget.level"
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Case:
    """A document with a quirk, and how the property at an address looks afterwards."""

    quirk: Quirk
    document: bytes
    expected: Mapping[str, Any] = field(default_factory=dict)
    address: str = LEVEL


def number(**fields: Any) -> bytes:
    return one(**{"format": "uint8", "value_range": [0, 100, 1], **fields})


def listed(*items: object, **fields: Any) -> bytes:
    return one(**{"format": "uint8", "value_list": list(items), **fields})


def item(value: object, description: object = "Auto") -> Fields:
    return {"value": value, "description": description}


def two(first: Fields, second: Fields) -> bytes:
    return encoded(instance(service(first, second)))


READ = ["read", "notify"]
Q = Quirk
CASES = [
    Case(Q.WRAPPED, encoded({"code": 0, "data": instance(service(prop(1, "level")))})),
    Case(Q.FIELD_UNKNOWN, one(gatt_access=[], source=1), {"format": "bool"}),
    Case(Q.TYPE_ODD, encoded(instance(service(prop(1, type="urn:miot-spec-v2:property:level"))))),
    Case(Q.NO_MODEL, encoded(instance(service(prop(1, "level")), type="light"))),
    Case(Q.NO_DEVICE_INFORMATION, encoded({**instance(), "services": [service(prop(1, "level"))]})),
    Case(Q.NOT_A_LIST, one(access="read,write"), {"access": ("read", "write")}),
    Case(Q.NUMBER_AS_TEXT, number(value_range=["0", "1e1", "2"]), {"range": (0, 10, 2)}),
    Case(Q.NUMBER_AS_TEXT, encoded(instance(service(prop("1", "level"))))),
    Case(Q.IID_SHARED, encoded(instance(service(prop(1, "level")), service(prop(2, "x"))))),
    Case(
        Q.NAME_MENDED,
        encoded(instance(service(prop(1, "Größe (in %)")))),
        {"name": "groe_in"},
        "gadget.groe_in",
    ),
    Case(Q.NAME_MENDED, encoded(instance(service(prop(1, "x" * 60)))), {}, "gadget." + "x" * 32),
    Case(Q.NAME_DOUBLED, two(prop(5, "level"), prop(3, "level")), {}, "gadget.level_5"),
    Case(
        Q.NAME_DOUBLED,
        encoded(instance(service(prop(1, "level")), service(prop(1, "level"), iid=9))),
        {},
        "gadget_9.level",
    ),
    Case(
        Q.NAME_TAKEN,
        encoded(
            instance(
                service(prop(1, "brightness", format="uint8", value_range=[0, 8, 1]), name="light")
            )
        ),
        {"unit": None},
        "light.miot:brightness",
    ),
    Case(Q.TITLE_MISSING, one(description=""), {"title": {"en": "Level"}}),
    Case(Q.TITLE_MISSING, one(description={"de": "x"}), {"title": {"en": "Level"}}),
    Case(Q.TITLE_CHINESE, one(description="童锁"), {"title": {"en": "Child lock", "zh": "童锁"}}),
    Case(Q.TITLE_CHINESE, one(description="量子"), {"title": {"en": "Level", "zh": "量子"}}),
    Case(Q.TITLE_CUT, one(description="a\x00b\u202ec\nd"), {"title": {"en": "abc d"}}),
    Case(Q.TITLE_CUT, one(description="x" * 200), {"title": {"en": "x" * 119 + "…"}}),
    Case(Q.ACCESS_UNKNOWN, one(access=["read", "read", "indicate"]), {"access": ("read",)}),
    Case(Q.ACCESS_NOTIFY_ALONE, one(access=["notify"]), {"access": ("read", "notify")}),
    Case(
        Q.ACCESS_NOTIFY_ALONE,
        one(access=["write", "notify"]),
        {"access": ("read", "write", "notify")},
    ),
    Case(
        Q.ACCESS_POLLED,
        encoded(instance(service(prop(1, "on", access=["read", "write"]), name="light"))),
        {"access": ("read", "write", "notify")},
        "light.on",
    ),
    Case(Q.FORMAT_RENAMED, one(format="hex", access=["read"]), {"format": "string"}),
    Case(Q.FORMAT_RENAMED, number(format="uint64"), {"format": "int64", "range": (0, 100, 1)}),
    Case(Q.FORMAT_RENAMED, number(format="UINT8"), {"format": "uint8"}),
    Case(Q.FORMAT_GUESSED, number(format=None, value_range=[-1, 9, 1]), {"format": "int8"}),
    Case(Q.FORMAT_GUESSED, number(format="none", value_range=[0, 1, 0.1]), {"format": "float"}),
    Case(Q.FORMAT_WIDENED, number(value_range=[0, 360, 1]), {"format": "uint16"}),
    Case(Q.FORMAT_WIDENED, number(value_range=[16, 32, 0.5]), {"format": "float"}),
    Case(Q.FORMAT_WIDENED, listed(item(-1), item(300, "B")), {"format": "int16"}),
    Case(Q.UNIT_RESPELLED, number(unit="hr"), {"unit": "hour"}),
    Case(Q.UNIT_RESPELLED, number(unit="arcdegress"), {"unit": "degree"}),
    Case(Q.UNIT_RESPELLED, number(unit="w"), {"unit": "watt"}),
    Case(Q.UNIT_UNKNOWN, number(unit="bananas"), {"unit": None}),
    Case(Q.UNIT_UNKNOWN, number(unit="MW"), {"unit": None}),
    Case(Q.UNIT_UNKNOWN, number(unit=7), {"unit": None}),
    Case(Q.UNIT_MISPLACED, one(unit="celsius"), {"unit": None}),
    Case(Q.UNIT_MISPLACED, listed(item(1), unit="percentage"), {"unit": None}),
    Case(
        Q.UNIT_ADDED,
        encoded(
            instance(
                service(
                    prop(1, "pm2.5-density", format="uint16", access=READ, value_range=[0, 600, 1]),
                    name="environment",
                )
            )
        ),
        {"unit": "ug_m3"},
        "air.pm2_5",
    ),
    Case(Q.RANGE_UNREADABLE, number(value_range=[1]), {"range": (0, 255, 1)}),
    Case(Q.RANGE_UNREADABLE, number(value_range="0-5", access=["read"]), {"range": None}),
    Case(Q.RANGE_MISPLACED, one(value_range=[0, 1, 1]), {"range": None}),
    Case(Q.RANGE_TURNED, number(value_range=[9, 3, 1]), {"range": (3, 9, 1)}),
    Case(Q.RANGE_STEP, number(value_range=[0, 10]), {"range": (0, 10, 1)}),
    Case(Q.RANGE_STEP, number(value_range=[0, 10, 0]), {"range": (0, 10, 1)}),
    Case(Q.RANGE_STEP, number(value_range=[0, 10, -5]), {"range": (0, 10, 5)}),
    Case(Q.RANGE_STEP, number(value_range=[1, 100, 6]), {"range": (1, 100, 3)}),
    Case(Q.RANGE_STEP, number(value_range=[0, 5, 100]), {"range": (0, 5, 5)}),
    Case(Q.RANGE_STEP, number(format="float", value_range=[0, 1, 0.3]), {"range": (0, 1, 0.1)}),
    Case(
        Q.NUMBER_AS_TEXT,
        number(value_range={"min": "1", "max": 9, "step": 4}),
        {"range": (1, 9, 4)},
    ),
    Case(
        Q.RANGE_CUT,
        number(format="int64", value_range=[-(2**63), 2**63 - 1, 1]),
        {"range": (1 - 2**53, 2**53 - 1, 1)},
    ),
    Case(Q.RANGE_ADDED, one(format="int8"), {"range": (-128, 127, 1)}),
    Case(Q.RANGE_ADDED, one(format="float"), {"range": (-1e9, 1e9, 0)}),
    Case(Q.RANGE_AND_LIST, listed(item(0), value_range=[0, 9, 1]), {"range": (0, 9, 1)}),
    Case(Q.RANGE_AND_LIST, listed(item(50), value_range=[0, 20, 10]), {"range": (0, 50, 10)}),
    Case(
        Q.RANGE_AND_LIST,
        listed(item(0, "A"), item(1, "B"), value_range=[0, 1, 1]),
        {"range": None, "enum": ("a", "b")},
    ),
    Case(Q.LIST_EMPTY, number(value_list=[]), {"enum": None, "range": (0, 100, 1)}),
    Case(Q.LIST_MISPLACED, one(value_list=[item(0), item(1)]), {"enum": None}),
    Case(
        Q.LIST_MISPLACED,
        one(format="string", value_list=[item("en"), item("zh-CN")]),
        {"enum": None, "max_length": 5},
    ),
    Case(
        Q.LIST_MISPLACED,
        listed(item(0.5), item(2), format="float"),
        {"enum": None, "range": (0.5, 2, 1.5)},
    ),
    Case(Q.LIST_VALUE, listed(item(1), item(1, "B"), item("x", "C")), {"enum": ("auto",)}),
    Case(Q.LIST_LABEL_EMPTY, listed(item(1, ""), item(2, None)), {"enum": ("value_1", "value_2")}),
    Case(Q.LIST_LABEL_EMPTY, listed(1, 2), {"enum": ("value_1", "value_2")}),
    Case(Q.LIST_LABEL_DOUBLED, listed(item(2), item(1)), {"enum": ("auto_2", "auto")}),
    Case(Q.LIST_LONG, listed(*range(600), format="uint16"), {"enum": None, "range": (0, 599, 1)}),
    Case(Q.TITLE_CHINESE, listed(item(1, "2档"), item(2, "奇")), {"enum": ("level_2", "value_2")}),
    Case(Q.LENGTH_ADDED, one(format="string", access=["write"]), {"max_length": 1024}),
    Case(Q.LENGTH_CUT, one(format="string", access=["read"]), {"format": "string"}),
    Case(
        Q.ARGUMENT_MISSING,
        encoded(instance(service(prop(1, "level"), events=[event(1, arguments=[1, 9])]))),
    ),
    Case(
        Q.ARGUMENT_FORM,
        encoded(
            instance(
                service(
                    prop(1, "level"),
                    actions=[action(1, into=[{"piid": 1, "repeat": [1, 1]}])],
                )
            )
        ),
    ),
    Case(
        Q.ACCESS_EMPTY,
        encoded(
            instance(
                service(
                    prop(1, "level"), prop(2, "code", access=[]), events=[event(1, arguments=[2])]
                )
            )
        ),
    ),
    Case(
        Q.TITLE_DROPPED,
        encoded(
            instance(
                service(
                    prop(1, "level"),
                    actions=[action(i, f"act-{i}", description="名" * 100) for i in range(500)],
                )
            )
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.quirk))
def test_quirk_is_mended_and_reported(case: Case) -> None:
    imported = import_instance(case.document)
    product = check(imported)
    assert case.quirk in {mend.quirk for mend in imported.report.mended}
    assert case.address in product.properties
    part = product.properties[case.address]  # type: ignore[index]
    for name, expected in case.expected.items():
        found: object = getattr(part, name)
        if name == "enum" and part.enum is not None:
            found = tuple(choice.name for choice in part.enum)
        assert found == expected, name
    assert "\n".join(imported.report.lines()).count(case.quirk)


def test_every_quirk_has_a_document_here() -> None:
    assert {case.quirk for case in CASES} == set(Quirk)


def test_a_document_without_quirks_is_not_mended() -> None:
    parts = [
        prop(1, "on"),
        prop(2, "level", format="uint8", value_range=[0, 100, 5], unit="percentage"),
        prop(3, "mode", format="uint8", value_list=[item(0), item(1, "Sleep")]),
        prop(4, "wait", format="float", value_range=[-40, 125, 0.1], unit="celsius"),
    ]
    calls: Fields = {"actions": [action(1, into=[2], out=[1])], "events": [event(1)]}
    information = service(
        prop(1, "model", access=["read"], format="string", max_length=8, description="Model"),
        iid=1,
        name="device-information",
    )
    document = {**instance(), "services": [information, service(*parts, **calls)]}
    imported = import_instance(encoded(document))
    product = check(imported)
    assert imported.report.mended == ()
    assert imported.report.refused == ()
    assert product.actions.keys() == {"gadget.toggle"}


def test_type_of_a_part_of_another_kind_is_refused() -> None:
    wrong = prop(1, type=urn("event", "level"))
    report = import_instance(encoded(instance(service(wrong)))).report
    assert [refusal.reason for refusal in report.refused] == ["no-type"]
