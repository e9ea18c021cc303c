"""The owner's certificates: their profile, their keys, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from provenance.chains import NOW, chain
from rempart.errors import IntegrityError
from rempart.provenance import load_chain, make_chain
from required import skip_or_fail


def test_the_leaf_signs_and_is_no_authority() -> None:
    """C2PA 2.x, §14.5.1: CA false, digitalSignature, a purpose that readers accept."""
    leaf = chain().leaf

    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]


def test_one_secret_gives_one_key() -> None:
    """A lost certificate is made again without a new key."""
    first, second, other = chain(), chain(), chain(b"\x01" * 32)

    assert first.key.private_numbers() == second.key.private_numbers()
    assert first.key.private_numbers() != other.key.private_numbers()
    assert first.leaf.public_key() != first.root.public_key()


def test_a_chain_is_loaded_again() -> None:
    """From the file of certificates and the secret."""
    made = chain()

    loaded = load_chain(bytes(32), made.chain_pem().encode())

    assert loaded.leaf == made.leaf
    assert loaded.anchor_pem() == made.anchor_pem()


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_damaged_certificates_are_refused(pem: bytes) -> None:
    """With a sentence."""
    with pytest.raises(IntegrityError, match="damaged"):
        load_chain(bytes(32), pem)


def test_certificates_of_another_key_are_refused() -> None:
    """A picture would be signed that nobody can verify."""
    with pytest.raises(IntegrityError, match="key"):
        load_chain(b"\x02" * 32, chain().chain_pem().encode())


def test_a_long_name_is_cut_to_what_a_certificate_holds() -> None:
    """RFC 5280, upper bounds: 64 characters."""
    made = make_chain(bytes(32), organisation="x" * 200, made_at=NOW)

    assert len(str(made.leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value)) == 64


def test_a_chain_shows_no_key() -> None:
    """In a log or an exception."""
    assert "private" not in repr(chain()).lower().replace("privatekey", "")
    assert "key=" not in repr(chain())


def test_openssl_verifies_the_chain(tmp_path: Path) -> None:
    """A judge that is not ours."""
    openssl = shutil.which("openssl")
    if openssl is None:
        skip_or_fail("openssl", "it is not installed")
        return
    made = chain()
    (tmp_path / "root.pem").write_text(made.anchor_pem())
    (tmp_path / "leaf.pem").write_text(made.chain_pem())

    done = subprocess.run(
        [openssl, "verify", "-purpose", "smimesign", "-CAfile", "root.pem", "leaf.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
