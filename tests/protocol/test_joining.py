"""Joining: codes, proofs and the bodies of the two calls."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.joining import (
    BrokerAddress,
    JoinChallenge,
    JoinGrant,
    JoinProof,
    JoinRequest,
    Role,
    is_proof,
    normalise_code,
    proof,
)

DEVICE = DeviceId("air-purifier-0001")
OURS, THEIRS = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
CODE = "12345678"


@pytest.mark.parametrize(
    "text", ["12345678", "1234-5678", " 1234 5678 ", "12-34-56-78", "1234\u00a05678"]
)
def test_a_code_is_its_eight_digits_however_they_are_typed(text: str) -> None:
    assert normalise_code(text) == CODE


@pytest.mark.parametrize(
    "text", ["", "1234567", "123456789", "1234567a", "\uff11" * 8, "1234\t5678"]
)
def test_another_code_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ViolationError) as caught:
        normalise_code(text)
    violation = caught.value.violation
    assert (violation.rule, violation.path) == ("ECO-JOIN-001", "code")
    assert not text or text not in str(caught.value)


def test_a_proof_is_the_hmac_that_the_norm_spells_out() -> None:
    message = f"ECO/1 join\0device\0{DEVICE}\0{OURS}\0{THEIRS}".encode()
    expected = hmac.new(b"12345678", message, hashlib.sha256).hexdigest()
    assert proof("device", "1234-5678", OURS, THEIRS, DEVICE) == expected


def test_a_proof_has_a_known_value() -> None:
    expected = "02ac9d6f5169aa8ffde13f330b13e664ace562d2a20b54ce5f0986705f67e00f"
    assert proof("hub", CODE, OURS, THEIRS, DEVICE) == expected


def test_a_proof_hangs_on_each_of_its_parts() -> None:
    proofs = {
        proof("device", CODE, OURS, THEIRS, DEVICE),
        proof("hub", CODE, OURS, THEIRS, DEVICE),
        proof("device", "12345679", OURS, THEIRS, DEVICE),
        proof("device", CODE, THEIRS, OURS, DEVICE),
        proof("device", CODE, OURS, OURS, DEVICE),
        proof("device", CODE, OURS, THEIRS, DeviceId("air-purifier-0002")),
    }
    assert len(proofs) == 6


@given(st.text(max_size=70))
def test_no_other_text_is_a_proof(text: str) -> None:
    expected = proof("device", CODE, OURS, THEIRS, DEVICE)
    assert is_proof(text, expected) == (text == expected)
    assert is_proof(expected, expected)


def test_a_proof_made_of_half_a_surrogate_pair_is_none() -> None:
    assert not is_proof("\ud800", proof("hub", CODE, OURS, THEIRS, DEVICE))


REQUEST: dict[str, object] = {"device": DEVICE, "product": "fan-1", "vendor": "acme", "nonce": OURS}
CHALLENGE: dict[str, object] = {"hub": "hub-0011aabb", "nonce": THEIRS, "session": "a" * 32}
PROOF: dict[str, object] = {"session": "a" * 32, "proof": "0" * 64}
BROKER: dict[str, object] = {"host": None, "port": 1883, "tls": False}
GRANT: dict[str, object] = {
    "hub": "hub-0011aabb",
    "proof": "0" * 64,
    "broker": BROKER,
    "user": DEVICE,
    "client_id": DEVICE,
    "password": "p" * 32,
}
BODIES: list[tuple[type[BaseModel], dict[str, object]]] = [
    (JoinRequest, REQUEST),
    (JoinChallenge, CHALLENGE),
    (JoinProof, PROOF),
    (BrokerAddress, BROKER),
    (JoinGrant, GRANT),
]


@pytest.mark.parametrize(("model", "fields"), BODIES)
def test_a_body_goes_out_as_it_came_in(model: type[BaseModel], fields: dict[str, object]) -> None:
    body = model.model_validate(fields)
    assert body.model_dump(mode="json") == fields
    assert model.model_validate_json(body.model_dump_json()) == body


@pytest.mark.parametrize(("model", "fields"), BODIES)
def test_a_body_has_no_other_fields_and_misses_none(
    model: type[BaseModel], fields: dict[str, object]
) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        model.model_validate(fields | {"more": 1})
    without = dict(list(fields.items())[1:])
    with pytest.raises(ValidationError, match="missing"):
        model.model_validate(without)


@pytest.mark.parametrize(
    ("model", "fields", "field"),
    [
        (JoinRequest, REQUEST | {"device": "AIR-PURIFIER"}, "device"),
        (JoinRequest, REQUEST | {"device": "announce"}, "device"),
        (JoinRequest, REQUEST | {"device": "a" * 65}, "device"),
        (JoinRequest, REQUEST | {"device": 12345678}, "device"),
        (JoinRequest, REQUEST | {"nonce": OURS.upper()}, "nonce"),
        (JoinRequest, REQUEST | {"nonce": OURS[:-1]}, "nonce"),
        (JoinRequest, REQUEST | {"nonce": OURS + "\n"}, "nonce"),
        (JoinRequest, REQUEST | {"vendor": ""}, "vendor"),
        (JoinChallenge, CHALLENGE | {"session": "short"}, "session"),
        (JoinProof, PROOF | {"proof": "0" * 63}, "proof"),
        (BrokerAddress, BROKER | {"port": 0}, "port"),
        (BrokerAddress, BROKER | {"port": "1883"}, "port"),
        (BrokerAddress, BROKER | {"host": "a b"}, "host"),
        (BrokerAddress, BROKER | {"tls": 0}, "tls"),
        (JoinGrant, GRANT | {"password": "short"}, "password"),
    ],
)
def test_a_body_of_another_form_is_refused(
    model: type[BaseModel], fields: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    assert [problem["loc"] for problem in caught.value.errors()] == [(field,)]


def test_the_broker_may_be_named_by_host_or_address() -> None:
    for host in ("hub.local", "192.168.1.2", "fe80::1%eth0"):
        assert BrokerAddress(host=host, port=1883).host == host


def test_the_password_stays_out_of_the_repr_of_a_grant() -> None:
    assert "p" * 32 not in repr(JoinGrant.model_validate(GRANT))


def test_the_roles_are_two() -> None:
    roles: tuple[Role, Role] = ("device", "hub")
    assert len({proof(role, CODE, OURS, THEIRS, DEVICE) for role in roles}) == 2
