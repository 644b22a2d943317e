"""Password hashes, made as mosquitto makes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.broker import hash_password, is_password, new_password
from hub.broker.contract import Login
from protocol.ids import is_device_id

MADE_BY_MOSQUITTO_PASSWD = (
    "$7$101$WOApYUXyFsXMeiFr$FXj/TnITumfPLKYWiLkeb8geYjX1bCpdllErZIalGlGOk5i1XZ1Qz1vwQZxdeC9o"
    "IKQijUQLpbB+yELvFpEZng=="
)
"""mosquitto_passwd 2.0.11 -b, password "secret"."""


def test_what_mosquitto_hashed_is_verified() -> None:
    assert is_password("secret", MADE_BY_MOSQUITTO_PASSWD)
    assert not is_password("Secret", MADE_BY_MOSQUITTO_PASSWD)


def test_a_hash_has_mosquittos_form_and_a_salt_of_its_own() -> None:
    one, other = hash_password("secret"), hash_password("secret")
    assert one != other
    assert one.startswith("$7$101$")
    assert len(one) == len(MADE_BY_MOSQUITTO_PASSWD)


@given(st.text(), st.text())
def test_only_the_same_password_is_verified(password: str, other: str) -> None:
    stored = hash_password(password)
    assert is_password(password, stored)
    assert is_password(other, stored) is (other == password)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "secret",
        "$6$101$c2FsdA==$aGFzaA==",
        "$7$0$c2FsdA==$aGFzaA==",
        "$7$-1$c2FsdA==$aGFzaA==",
        "$7$99999999999$c2FsdA==$aGFzaA==",
        "$7$x$c2FsdA==$aGFzaA==",
        "$7$101$!$aGFzaA==",
        "$7$101$c2FsdA==$",
        "x$7$101$c2FsdA==$aGFzaA==",
    ],
)
def test_what_is_no_hash_fits_no_password(stored: str) -> None:
    assert not is_password("secret", stored)
    assert not is_password("", stored)


@given(st.text())
def test_any_text_in_the_place_of_a_hash_is_only_refused(stored: str) -> None:
    assert not is_password("secret", stored)


def test_passwords_are_random_and_long() -> None:
    assert len({new_password() for _ in range(100)}) == 100
    assert len(new_password()) == 43


def test_the_hubs_own_user_can_be_no_device() -> None:
    login = Login.random("hub")
    assert not is_device_id(login.user)
    assert login.password not in repr(login)
