"""The wire vectors: every version's are read as they were when they were written."""

import json
from pathlib import Path

import pytest
from pydantic_core import to_json

from protocol.codec import Object, decode
from protocol.errors import Violation, ViolationError
from protocol.ids import DeviceId
from protocol.joining import proof
from protocol.messages import (
    LEAF_OF,
    ActionCommand,
    Announce,
    AnyMessage,
    Event,
    SetCommand,
    State,
)
from protocol.product import parse_product
from protocol.rules import rules
from protocol.validator import CompiledProduct, compile_product
from protocol.version import check_peer

FOLDER = Path(__file__).parents[1] / "vectors"


def vectors(*names: str) -> list[Object]:
    """Return the vectors of the named files, or those of all that hold messages and no product."""
    return [
        vector
        for file in sorted(FOLDER.glob("v1.*/*.json"))
        if file.stem in names or not (names or file.stem in {"judged", "joining"})
        for vector in json.loads(file.read_text("utf-8"))["vectors"]
    ]


def payload_of(vector: Object) -> bytes:
    if "payload_hex" in vector:
        return bytes.fromhex(vector["payload_hex"])
    if "payload_repeat" in vector:
        parts = vector["payload_repeat"]
        text: str = parts["before"] + parts["text"] * parts["times"] + parts["after"]
        return text.encode()
    text = vector["payload"]
    return text.encode()


def as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def judged(product: CompiledProduct, message: AnyMessage) -> tuple[Violation, ...]:
    match message:
        case State():
            return product.check_state(message.values, is_full=message.full)
        case Event():
            return product.check_event(message.event, message.arguments)
        case SetCommand():
            return product.check_set(message.values)
        case ActionCommand():
            return product.check_action(message.action, message.arguments)
        case _:
            raise AssertionError(message)


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_a_vector_is_read_or_refused_as_it_says(vector: Object) -> None:
    try:
        decoded = decode(vector["topic"], payload_of(vector))
        if isinstance(decoded.message, Announce):
            check_peer(decoded.message.protocol)
    except ViolationError as error:
        violation = error.violation
        assert (violation.rule, violation.path) == (vector.get("rule"), vector.get("path"))
    else:
        message = json.loads(to_json(decoded.message, exclude_none=True))
        assert as_text(message) == as_text(vector.get("message"))
        assert sorted(decoded.unknown) == sorted(vector.get("unknown", []))


@pytest.mark.parametrize("vector", vectors("judged"), ids=lambda vector: vector["name"])
def test_a_vector_breaks_the_rules_of_its_product_that_it_says(vector: Object) -> None:
    text = json.loads((FOLDER / "v1.0" / "judged.json").read_text("utf-8"))["product"]
    product = compile_product(parse_product(text.encode()))
    message = decode(vector["topic"], payload_of(vector)).message
    found = {(violation.rule, violation.path) for violation in judged(product, message)}
    assert found == {(broken["rule"], broken["path"]) for broken in vector["rules"]}


@pytest.mark.parametrize("vector", vectors("joining"), ids=lambda vector: vector["name"])
def test_a_proof_is_what_others_reckon(vector: Object) -> None:
    nonces = vector["device_nonce"], vector["hub_nonce"]
    device = DeviceId(vector["device"])
    assert proof("device", vector["code"], *nonces, device) == vector["device_proof"]
    assert proof("hub", vector["code"], *nonces, device) == vector["hub_proof"]


def test_every_kind_of_message_and_every_rule_of_reading_has_a_vector() -> None:
    read = [vector for vector in vectors() if "message" in vector]
    kinds = {type(decode(vector["topic"], payload_of(vector)).message) for vector in read}
    assert kinds == set(LEAF_OF)
    told = {vector["rule"] for vector in vectors() if "rule" in vector}
    assert told == {
        *(f"ECO-TOPIC-00{number}" for number in range(1, 4)),
        *(f"ECO-CODEC-00{number}" for number in range(1, 10)),
        *("ECO-MSG-001", "ECO-MSG-003", "ECO-VERSION-001", "ECO-VERSION-002"),
    }
    assert any("unknown" in vector for vector in read)


def test_every_rule_about_values_has_a_vector() -> None:
    told = {broken["rule"] for vector in vectors("judged") for broken in vector["rules"]}
    assert told <= set(rules())
    assert told >= {
        *(f"ECO-VALUE-00{number}" for number in (1, 2, 3, 4, 6)),
        *("ECO-STATE-001", "ECO-STATE-003", "ECO-EVENT-001", "ECO-EVENT-002"),
        *(f"ECO-CMD-00{number}" for number in (1, 2, 3, 4, 9)),
    }


def test_no_name_stands_twice_in_a_file() -> None:
    for file in FOLDER.glob("v*/*.json"):
        names = [vector["name"] for vector in json.loads(file.read_text("utf-8"))["vectors"]]
        assert len(names) == len(set(names)), file
