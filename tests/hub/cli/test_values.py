import pytest

from hub.cli.errors import WordingError
from hub.cli.values import read_assignments, read_value, shown_value
from protocol.messages import Scalar
from protocol.product import Value, parse_product
from protocol.products import document
from protocol.validator import compile_product

PURIFIER = compile_product(parse_product(document("air-purifier")))
LIGHT = compile_product(parse_product(document("light")))
ROUTER = compile_product(parse_product(document("router")))
KNOWN: dict[str, Value] = {
    str(address): part
    for product in (PURIFIER, ROUTER, LIGHT)
    for address, part in product.properties.items()
}


@pytest.mark.parametrize(
    ("address", "text", "value"),
    [
        ("purifier.power", "on", True),
        ("purifier.power", "False", False),
        ("purifier.power", "1", True),
        ("fan.level", "3", 3),
        ("fan.level", "-7", -7),
        ("purifier.mode", "manual", 2),
        ("purifier.mode", "SLEEP", 1),
        ("purifier.mode", "0", 0),
        ("air.pm2_5", "12.5", 12.5),
        ("light.color", "#ff8000", 0xFF8000),
        ("light.color", "255", 255),
        ("wifi.ssid", "on", "on"),
        ("wifi.ssid", "a=b", "a=b"),
        ("wifi.ssid", "", ""),
    ],
)
def test_text_is_read_as_the_product_declares(address: str, text: str, value: Scalar) -> None:
    read = read_assignments([f"{address}={text}"], KNOWN, "property")
    assert read == {address: value}
    assert type(read[address]) is type(value)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("purifier.power", "maybe"),
        ("fan.level", "high"),
        ("fan.level", "1.5"),
        ("air.pm2_5", "x"),
        ("light.color", "#ff800"),
        ("fan.level", "#000001"),
    ],
)
def test_text_that_means_nothing_is_told_with_what_is_allowed(address: str, text: str) -> None:
    with pytest.raises(WordingError, match=f"{address} takes "):
        read_value(address, text, KNOWN[address])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fan.level"], "is no property=value"),
        (["fan.levle=2"], "there is no property"),
        (["fan.level=1", "fan.level=2"], "given twice"),
    ],
)
def test_words_that_are_no_assignment_are_refused(words: list[str], told: str) -> None:
    with pytest.raises(WordingError, match=told):
        read_assignments(words, KNOWN, "property")


def test_closest_address_is_named() -> None:
    with pytest.raises(WordingError) as caught:
        read_assignments(["fan.levle=2"], KNOWN, "property")
    assert caught.value.remedy == "did you mean fan.level?"


@pytest.mark.parametrize(
    ("address", "value", "text"),
    [
        ("purifier.power", True, "on"),
        ("purifier.mode", 2, "manual"),
        ("purifier.mode", 99, "99"),
        ("air.pm2_5", 12.0, "12"),
        ("air.pm2_5", None, "—"),
        ("light.color", 0x00FF80, "#00FF80"),
        ("wifi.ssid", "Home", "Home"),
    ],
)
def test_value_is_shown_as_a_person_reads_it(address: str, value: Scalar, text: str) -> None:
    assert shown_value(value, KNOWN[address]) == text
