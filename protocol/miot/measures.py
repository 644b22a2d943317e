"""Units of MIoT documents in the registry's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from protocol.errors import printable
from protocol.miot.instance import RawProperty
from protocol.miot.notebook import Notebook
from protocol.miot.quirks import Quirk
from protocol.product_model import Format, Number
from protocol.units import UNITS

_SPELLINGS: Final = """
rgb: rgb
percent: percentage percent % pct
celsius: celsius ℃ °c c degc degree celsiusdegree
fahrenheit: fahrenheit ℉ °f f
kelvin: kelvin k
ppm: ppm
ppb: ppb
ug_m3: μg/m3 µg/m3 ug/m3 μg/m³ µg/m³ ug/m³ microgram/m3
mg_m3: mg/m3 mg/m³
per_cm3: pcs/cm3 /cm3 1/cm3 个/cm3
lux: lux lx
lumen: lumen lm
pascal: pascal pa
hectopascal: hectopascal hpa mbar
watt: watt w watts
volt_ampere: va
watt_hour: wh w·h watt-hour watt_hour
kilowatt_hour: kwh kw·h kw.h kw*h kw-h kilowatt-hour kilowatthour 度
kilocalorie: kcal kilocalorie
volt: volt v volts
ampere: ampere a amp
milliampere_hour: mah
hertz: hertz hz
millisecond: millisecond milliseconds ms
second: seconds second sec s 秒
minute: minutes minute min mins 分钟
hour: hours hour h hr hrs 小时
day: days day d 天
month: months month
millimeter: millimeter millimetre mm
centimeter: centimeter centimetre cm
meter: meter metre meters metres m 米
kilometer: kilometer kilometre km
square_meter: square_meter square-meter m2 m² ㎡ squaremeter 平方米
meter_per_second: m/s
meter_per_second_squared: m/s2 m/s²
kilometer_per_hour: km/h kmh
gram: gram grams g 克
kilogram: kilogram kilograms kg 千克
milliliter: milliliter millilitre ml 毫升
liter: liter litre liters litres l 升
cubic_meter: m3 m³ cubic_meter
milliliter_per_hour: ml/h
liter_per_minute: l/min
m3_per_hour: m3/h m³/h
bpm: bpm beats/min
breath_per_minute: breaths/min
millimeter_of_mercury: mmhg
step: step steps 步
count: count counts times time 次 个
byte: byte bytes
byte_per_second: b/s byte/s bytes/s
bit_per_second: bit/s bps
decibel: db decibel
dbm: dbm
degree: arcdegrees arcdegree arcdegress arcdegrees° deg degrees °
rpm: rpm r/min rev/min
ph: ph
microsiemens_per_cm: μs/cm µs/cm us/cm
"""

_CASED: Final = MappingProxyType(
    {"mV": "millivolt", "mv": "millivolt", "mA": "milliampere", "ma": "milliampere"}
)
"""Spelled with care for case: `MW` is no `mW`."""

_LARGE: Final = frozenset({"MW", "MB/s", "Mbps", "MV", "MA", "Pa·s", "K/s"})

KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        spelling: key
        for line in _SPELLINGS.strip().splitlines()
        for key, _, spellings in [line.partition(": ")]
        for spelling in spellings.split()
    }
)
"""Key of the registry by spelling, lower case and without spaces."""

_OFFICIAL: Final = frozenset(
    [
        *("percentage", "celsius", "kelvin", "seconds", "minutes", "hours", "days", "pascal"),
        *("arcdegrees", "watt", "kWh", "lux", "lumen", "ppm", "mg/m3", "μg/m3", "gram", "litre"),
    ]
)
_NONE: Final = frozenset({"", "none", "null", "/", "-", "无", "unit", "no"})


class Implied(NamedTuple):
    """The unit that a type has, and between which values it can only be this one."""

    unit: str
    low: float
    high: float


IMPLIED: Final[Mapping[str, Implied]] = MappingProxyType(
    {
        "relative-humidity": Implied("percent", 0, 100),
        "target-humidity": Implied("percent", 0, 100),
        "battery-level": Implied("percent", 0, 100),
        "filter-life-level": Implied("percent", 0, 100),
        "brush-life-level": Implied("percent", 0, 100),
        "pm2.5-density": Implied("ug_m3", 0, 10_000),
        "pm10-density": Implied("ug_m3", 0, 10_000),
        "co2-density": Implied("ppm", 0, 100_000),
        "temperature": Implied("celsius", -100, 150),
        "color": Implied("rgb", 0, 0xFFFFFF),
        "color-temperature": Implied("color_kelvin", 1_000, 20_000),
        "illumination": Implied("lux", 0, 200_000),
    }
)
"""Unit by standard property type that leaves only one."""

_LOWEST_COLOR: Final = 1_000
"""No lamp is colder than this; no room is as warm."""


def read_unit(
    raw: RawProperty,
    kind: Format,
    bounds: tuple[Number, Number, Number] | None,
    notes: Notebook,
    *,
    is_enumerated: bool,
) -> str | None:
    """Return the unit of a property in the registry's words, None for none."""
    word = raw.unit.strip() if isinstance(raw.unit, str) else ""
    shown = printable(raw.unit, 40)
    is_plain = kind not in {"bool", "string"} and not is_enumerated
    if raw.unit is not None and not isinstance(raw.unit, str):
        notes.mend(Quirk.UNIT_UNKNOWN, raw.place, f"unit {shown}")
    if word.lower() in _NONE:
        return _implied(raw, bounds, notes) if is_plain else None
    if not is_plain:
        what = "an enumeration" if is_enumerated else kind
        notes.mend(Quirk.UNIT_MISPLACED, raw.place, f"unit {shown} of {what}")
        return None
    key = _key(word, raw, bounds)
    if key is None:
        notes.mend(Quirk.UNIT_UNKNOWN, raw.place, f"unit {shown}")
    elif word not in _OFFICIAL and word != key:
        notes.mend(Quirk.UNIT_RESPELLED, raw.place, f"{shown} is {key}")
    return key


def _key(word: str, raw: RawProperty, bounds: tuple[Number, Number, Number] | None) -> str | None:
    if word in _LARGE:
        return None
    key = _CASED.get(word) or KEYS.get("".join(word.lower().split()))
    if key == "kelvin":
        is_color = bounds is not None and bounds[0] >= _LOWEST_COLOR
        key = "color_kelvin" if is_color or raw.urn.name == "color-temperature" else key
    return key if key in UNITS else None


def _implied(
    raw: RawProperty, bounds: tuple[Number, Number, Number] | None, notes: Notebook
) -> str | None:
    implied = IMPLIED.get(raw.urn.name) if raw.urn.is_standard else None
    if implied is None or bounds is None:
        return None
    if not implied.low <= bounds[0] <= bounds[1] <= implied.high:
        return None
    detail = f"{raw.urn.name} is in {implied.unit}"
    notes.mend(Quirk.UNIT_ADDED, raw.place, detail)
    return implied.unit
