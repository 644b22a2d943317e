"""Keys: named by their fingerprint, private halves for their owner alone."""

import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from certification.errors import FormError, SignatureError
from certification.papers import keys


def test_a_saved_key_is_loaded_again_and_signs_the_same(tmp_path: Path) -> None:
    key = keys.new()
    private, public = keys.save(key, tmp_path, "acme")
    assert keys.load_public(public) == key.public
    assert keys.load_private(private).sign(b"x") == key.sign(b"x")
    key.public.check(key.sign(b"x"), b"x", "here")


def test_the_private_half_is_for_its_owner_alone(tmp_path: Path) -> None:
    private, public = keys.save(keys.new(), tmp_path, "acme")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(public.stat().st_mode) & 0o022 == 0
    private.chmod(0o640)
    with pytest.raises(FormError, match="chmod 600"):
        keys.load_private(private)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    private, public = keys.save(keys.new(), tmp_path, "acme")
    before = private.read_bytes()
    for missing in (None, public, private):
        if missing is not None:
            missing.unlink()
        if missing is not private:
            with pytest.raises(FileExistsError):
                keys.save(keys.new(), tmp_path, "acme")
            assert private.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == []


def test_the_id_is_the_sha256_of_the_public_key_as_der(tmp_path: Path) -> None:
    _, file = keys.save(keys.new(), tmp_path, "acme")
    found = serialization.load_pem_public_key(file.read_bytes())
    der = found.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert keys.load_public(file).id == hashlib.sha256(der).hexdigest()


def test_a_changed_message_or_signature_is_refused() -> None:
    key = keys.new()
    signature = key.sign(b"hello")
    for changed, message in ((signature, b"hellp"), (bytes(64), b"hello"), (b"", b"hello")):
        with pytest.raises(SignatureError, match="the seal"):
            key.public.check(changed, message, "the seal")


@pytest.mark.parametrize(
    "change", [lambda raw: raw + b"\n", lambda raw: b"note\n" + raw, bytes.lower]
)
def test_a_key_file_is_taken_in_its_only_form(tmp_path: Path, change: object) -> None:
    assert callable(change)
    private, public = keys.save(keys.new(), tmp_path, "acme")
    private.write_bytes(change(private.read_bytes()))
    public.write_bytes(change(public.read_bytes()))
    with pytest.raises(FormError):
        keys.load_private(private)
    with pytest.raises(FormError):
        keys.load_public(public)


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    other = generate_private_key(65537, 2048)
    file = tmp_path / "rsa.pem"
    file.touch(0o600)
    pem = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    file.write_bytes(pem)
    with pytest.raises(FormError, match="Ed25519"):
        keys.load_public(file)
    with pytest.raises(FormError, match=r"longer|PEM"):
        keys.load_private(file)


def test_nothing_shows_a_private_key() -> None:
    key = keys.new()
    body = key.pem().decode().splitlines()[1]
    assert body not in repr(key)
    assert body not in str(key)
