"""Product specs as no designer would want them, and as the protocol allows them."""

import json
from typing import Any

Json = dict[str, Any]

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;'\"`${1}{name}"
TURNED = "\u05d0\u05d1\u05d2 (50%) \u0627\u0644\u0633\u0644\u0627\u0645"
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈🛋️" * 4
LONG = "Wohnzimmerdeckenleuchtenhelligkeitsstufe" * 3
CHINESE = "加湿器水箱水位过低提醒开关" * 4
TITLES = (MARKUP, TURNED, EMOJI, LONG, CHINESE)
LONGEST = 4_096
BIG = 2**53 - 1


def _named(index: int) -> Json:
    return {"name": f"part_{index}", "title": {"en": TITLES[index % len(TITLES)]}}


def _property(index: int, access: list[str], **form: Any) -> Json:
    return {**_named(index), "access": access, **form}


RW, RO, WO = ["read", "write", "notify"], ["read", "notify"], ["write"]
FORMS: tuple[Json, ...] = (
    {"format": "bool"},
    {"format": "uint8", "range": [0, 100, 1], "unit": "percent"},
    {"format": "float", "range": [-40.5, 125.25, 0.05], "unit": "celsius"},
    {"format": "string", "max_length": LONGEST},
    {"format": "uint32", "range": [0, 86_400, 60], "unit": "second"},
    {"format": "int32", "range": [0, 16_777_215, 1], "unit": "rgb"},
    {"format": "int8", "range": [-3, 3, 1]},
    {"format": "int64", "range": [-BIG, BIG, 1], "unit": "byte"},
    {"format": "float", "range": [-1e300, 1e300, 0]},
    {"format": "float", "range": [1e-9, 2e-9, 0]},
    {"format": "uint8", "range": [7, 7, 1]},
    {"format": "uint16", "range": [0, 65_535, 7], "unit": "watt"},
)


def _choices(count: int) -> Json:
    titles = [{"en": f"{TITLES[n % len(TITLES)][:100]} {n}"} for n in range(count)]
    values = [
        {"value": 3 * n - 60, "name": f"choice_{n}", "title": titles[n]} for n in range(count)
    ]
    return {"format": "int16", "enum": values}


def _product(services: list[Json], **more: Any) -> bytes:
    head = {"eco": "1.0", "vendor": MARKUP[:60], "product": "hostile", "version": 1}
    whole = {**head, "title": {"en": TURNED}, "services": services, **more}
    return json.dumps(whole, ensure_ascii=False).encode()


def _service(name: str, **parts: list[Json]) -> Json:
    return {"name": name, "title": {"en": name}, **parts}


def _many() -> bytes:
    """111 properties: each form to set and read, to set alone, to read alone, and again."""
    properties = [
        _property(n, (RW, WO, RO)[n // len(FORMS) % 3], **FORMS[n % len(FORMS)]) for n in range(111)
    ]
    for one in properties:
        if one["format"] == "string":
            one["max_length"] = 200
    return _product(
        [_service("a", properties=properties[:60]), _service("b", properties=properties[60:])]
    )


def _acting() -> bytes:
    arguments = [
        {**_named(n), **form} for n, form in enumerate((*FORMS, _choices(3), _choices(60)))
    ]
    actions = [{**_named(1)}, {**_named(2), "arguments": arguments}, {**_named(0), "name": "reset"}]
    events = [{**_named(n + 20), "severity": s} for n, s in enumerate(("info", "warning", "alarm"))]
    events[0]["arguments"] = arguments[:4]
    return _product([_service("does", actions=actions, events=events)])


HOSTILE: dict[str, bytes] = {
    "many": _many(),
    "empty": _product([]),
    "hollow": _product([_service("nothing")]),
    "chinese": _product(
        [
            _service(
                "water",
                properties=[
                    {**_property(n, RW, **form), "title": {"en": CHINESE, "zh": CHINESE}}
                    for n, form in enumerate((*FORMS[:3], _choices(4)))
                ],
            )
        ]
    ),
    "long-texts": _product(
        [
            _service(
                "text", properties=[_property(0, RW, **FORMS[3]), _property(1, RO, format="string")]
            )
        ]
    ),
    "labels": _product(
        [
            _service(
                "pick",
                properties=[
                    _property(0, RW, **_choices(60)),
                    _property(1, RW, **_choices(4)),
                    _property(2, RO, **_choices(60)),
                    _property(3, RW, **_choices(1)),
                ],
            )
        ]
    ),
    "numbers": _product(
        [
            _service(
                "number",
                properties=[
                    *(_property(n, RO, **form) for n, form in enumerate(FORMS)),
                    *(_property(20 + n, RW, **form) for n, form in enumerate(FORMS)),
                ],
            )
        ]
    ),
    "acting": _acting(),
    "newer": _product(
        [
            _service(
                "later",
                properties=[
                    {**_property(0, RO, format="float", unit="parsec"), "mood": "blue"},
                    {
                        **_property(1, RW, **{**FORMS[1], "unit": "furlong"}),
                        "ui": {"icon": "no-such"},
                    },
                ],
            )
        ],
        eco="1.7",
        **{"class": "time_machine"},
    ),
}

VALUES: dict[str, dict[str, Any]] = {
    "long-texts": {"text.part_0": "漢" * LONGEST, "text.part_1": MARKUP + " W" * 900 + "W" * 900},
    "numbers": {
        "number.part_1": 0,
        "number.part_2": -40.5,
        "number.part_4": 86_340,
        "number.part_7": -BIG,
        "number.part_8": 1e300,
        "number.part_9": 1.5e-9,
        "number.part_27": BIG,
        "number.part_28": -1e300,
        "number.part_29": 2e-9,
    },
    "labels": {"pick.part_0": 117, "pick.part_1": -51, "pick.part_2": 117, "pick.part_3": -60},
}
"""What these devices tell, beyond what a simulated device makes up."""
