"""What may be a device id, an address, a command id."""

import pytest
from pydantic import TypeAdapter, ValidationError

from protocol.ids import RESERVED, AddressText, CommandIdText, NameText, Sha256Text, is_device_id

ADDRESSES: TypeAdapter[str] = TypeAdapter(AddressText)
COMMAND_IDS: TypeAdapter[str] = TypeAdapter(CommandIdText)
NAMES: TypeAdapter[str] = TypeAdapter(NameText)
HASHES: TypeAdapter[str] = TypeAdapter(Sha256Text)


@pytest.mark.parametrize(
    "text", ["air-purifier-0001", "a1234567", "01234567", "a" * 64, "a------b", "plug-0001"]
)
def test_a_well_formed_device_id_is_one(text: str) -> None:
    assert is_device_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a123456",
        "a" * 65,
        "-abcdefg",
        "abcdefg-",
        "Abcdefgh",
        "abc_defgh",
        "abc.defgh",
        "abcdefgh\n",
        "abcd/efgh",
        "abcd+efgh",
        "abcdefg#",
        "abcdéfgh",
        "abcdefg\u0661",
        "abcdefg\x00",
        "abcdefg ",
    ],
)
def test_any_other_text_is_no_device_id(text: str) -> None:
    assert not is_device_id(text)


def test_no_word_of_the_protocol_is_a_device_id() -> None:
    assert {"announce", "presence", "hub", "birth"} <= RESERVED
    assert not any(is_device_id(word) for word in RESERVED)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ADDRESSES, "fan.level"),
        (ADDRESSES, "acme:sterilizer.uv_lamp"),
        (ADDRESSES, "fan.acme:turbo"),
        (ADDRESSES, "a." + "b" * 32),
        (COMMAND_IDS, "7"),
        (COMMAND_IDS, "hub.3f:a-1_x"),
        (COMMAND_IDS, "a" * 96),
        (NAMES, "fan"),
        (HASHES, "0" * 64),
    ],
)
def test_well_formed_names_are_taken(kind: TypeAdapter[str], text: str) -> None:
    assert kind.validate_python(text) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ADDRESSES, "fan"),
        (ADDRESSES, "fan.level.now"),
        (ADDRESSES, "Fan.level"),
        (ADDRESSES, "fan.level\n"),
        (ADDRESSES, "2fan.level"),
        (ADDRESSES, "a." + "b" * 33),
        (ADDRESSES, "a:b:c.d"),
        (COMMAND_IDS, ""),
        (COMMAND_IDS, "-a"),
        (COMMAND_IDS, "a/b"),
        (COMMAND_IDS, "a" * 97),
        (NAMES, "fan-level"),
        (NAMES, "_fan"),
        (HASHES, "0" * 63),
        (HASHES, "A" * 64),
    ],
)
def test_ill_formed_names_are_refused(kind: TypeAdapter[str], text: str) -> None:
    with pytest.raises(ValidationError):
        kind.validate_python(text)
