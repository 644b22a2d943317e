"""The closed registry of units: what a property of a product may be measured in."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement.

    Attributes:
        symbol: What stands behind a number, as the SI or the trade writes it.
        quantity: What is measured; values of one quantity can be compared after conversion.
        title: The unit's name by language, `en` and `zh`.
    """

    symbol: str
    quantity: str
    title: Mapping[str, str]


def _unit(symbol: str, quantity: str, en: str, zh: str) -> Unit:
    return Unit(symbol, quantity, MappingProxyType({"en": en, "zh": zh}))


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "celsius": _unit("°C", "temperature", "degree Celsius", "摄氏度"),
        "kelvin": _unit("K", "temperature", "kelvin", "开尔文"),
        "fahrenheit": _unit("°F", "temperature", "degree Fahrenheit", "华氏度"),
        "color_kelvin": _unit("K", "color_temperature", "kelvin (colour)", "开尔文(色温)"),
        "rgb": _unit("", "color", "colour, 0xRRGGBB", "颜色,0xRRGGBB"),
        "percent": _unit("%", "ratio", "percent", "百分比"),
        "ppm": _unit("ppm", "volume_fraction", "part per million", "百万分率"),
        "ppb": _unit("ppb", "volume_fraction", "part per billion", "十亿分率"),
        "ug_m3": _unit("µg/m³", "mass_density", "microgram per cubic metre", "微克每立方米"),
        "mg_m3": _unit("mg/m³", "mass_density", "milligram per cubic metre", "毫克每立方米"),
        "per_cm3": _unit(
            "1/cm³", "number_density", "particles per cubic centimetre", "个每立方厘米"
        ),
        "lux": _unit("lx", "illuminance", "lux", "勒克斯"),
        "lumen": _unit("lm", "luminous_flux", "lumen", "流明"),
        "pascal": _unit("Pa", "pressure", "pascal", "帕斯卡"),
        "hectopascal": _unit("hPa", "pressure", "hectopascal", "百帕"),
        "watt": _unit("W", "power", "watt", "瓦"),
        "volt_ampere": _unit("VA", "apparent_power", "volt-ampere", "伏安"),
        "watt_hour": _unit("Wh", "energy", "watt-hour", "瓦时"),
        "kilowatt_hour": _unit("kWh", "energy", "kilowatt-hour", "千瓦时"),
        "kilocalorie": _unit("kcal", "energy", "kilocalorie", "千卡"),
        "volt": _unit("V", "voltage", "volt", "伏"),
        "millivolt": _unit("mV", "voltage", "millivolt", "毫伏"),
        "ampere": _unit("A", "current", "ampere", "安"),
        "milliampere": _unit("mA", "current", "milliampere", "毫安"),
        "milliampere_hour": _unit("mAh", "charge", "milliampere-hour", "毫安时"),
        "ohm": _unit("Ω", "resistance", "ohm", "欧姆"),
        "hertz": _unit("Hz", "frequency", "hertz", "赫兹"),
        "millisecond": _unit("ms", "duration", "millisecond", "毫秒"),
        "second": _unit("s", "duration", "second", "秒"),
        "minute": _unit("min", "duration", "minute", "分钟"),
        "hour": _unit("h", "duration", "hour", "小时"),
        "day": _unit("d", "duration", "day", "天"),
        "month": _unit("mo", "duration", "month", "个月"),
        "millimeter": _unit("mm", "length", "millimetre", "毫米"),
        "centimeter": _unit("cm", "length", "centimetre", "厘米"),
        "meter": _unit("m", "length", "metre", "米"),
        "kilometer": _unit("km", "length", "kilometre", "公里"),
        "square_meter": _unit("m²", "area", "square metre", "平方米"),
        "meter_per_second": _unit("m/s", "speed", "metre per second", "米每秒"),
        "meter_per_second_squared": _unit(
            "m/s²", "acceleration", "metre per second squared", "米每二次方秒"
        ),
        "kilometer_per_hour": _unit("km/h", "speed", "kilometre per hour", "公里每小时"),
        "gram": _unit("g", "mass", "gram", "克"),
        "kilogram": _unit("kg", "mass", "kilogram", "千克"),
        "milliliter": _unit("mL", "volume", "millilitre", "毫升"),
        "liter": _unit("L", "volume", "litre", "升"),
        "cubic_meter": _unit("m³", "volume", "cubic metre", "立方米"),
        "milliliter_per_hour": _unit("mL/h", "flow", "millilitre per hour", "毫升每小时"),
        "liter_per_minute": _unit("L/min", "flow", "litre per minute", "升每分钟"),
        "m3_per_hour": _unit("m³/h", "flow", "cubic metre per hour", "立方米每小时"),
        "bpm": _unit("bpm", "heart_rate", "beat per minute", "次每分钟"),
        "breath_per_minute": _unit("/min", "breath_rate", "breath per minute", "呼吸次每分钟"),
        "millimeter_of_mercury": _unit(
            "mmHg", "blood_pressure", "millimetre of mercury", "毫米汞柱"
        ),
        "step": _unit("steps", "step_count", "step", "步"),
        "count": _unit("", "count", "count", "次"),
        "byte": _unit("B", "data", "byte", "字节"),
        "byte_per_second": _unit("B/s", "data_rate", "byte per second", "字节每秒"),
        "bit_per_second": _unit("bit/s", "data_rate", "bit per second", "比特每秒"),
        "decibel": _unit("dB", "level", "decibel", "分贝"),
        "dbm": _unit("dBm", "signal", "decibel-milliwatt", "分贝毫瓦"),
        "degree": _unit("°", "angle", "degree of arc", "度"),
        "rpm": _unit("rpm", "rotation", "revolution per minute", "转每分钟"),
        "ph": _unit("pH", "acidity", "pH", "酸碱度"),
        "microsiemens_per_cm": _unit(
            "µS/cm", "conductivity", "microsiemens per centimetre", "微西门子每厘米"
        ),
    }
)
"""Unit by key; a new unit is a new minor version of the protocol."""
