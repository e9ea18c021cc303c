"""Signatures that others verify without us, and digests that nobody else makes."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.errors import IntegrityError, MisuseError
from rempart.keys import Keyring, RecoveryCode, parse_public_key, render_public_key, verify_signature

ITEM = "wsp_" + "0" * 32
OTHER = "ptn_" + "1" * 32


@pytest.fixture
def ours(keyring: Keyring) -> Keyring:
    """Return a keyring in which two items have a key."""
    keyring.make_item_key(ITEM)
    keyring.make_item_key(OTHER)
    return keyring


def test_a_changed_message_is_refused(ours: Keyring) -> None:
    """As is another's key, and a cut signature."""
    key = ours.signing_key(ITEM)
    signature = key.sign(b"x")
    verify_signature(key.public, b"x", signature)

    for public, message, signed in (
        (key.public, b"y", signature),
        (ours.signing_key(OTHER).public, b"x", signature),
        (key.public, b"x", signature[:-1]),
        (key.public, b"x", b""),
        (bytes(32), b"x", signature),
    ):
        with pytest.raises(IntegrityError):
            verify_signature(public, message, signed)


def test_openssl_verifies_it(ours: Keyring, tmp_path: Path) -> None:
    """A partner needs nothing of ours."""
    key = ours.signing_key(ITEM)
    pem = Ed25519PublicKey.from_public_bytes(key.public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "message").write_bytes(b"message")
    (tmp_path / "signature").write_bytes(key.sign(b"message"))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "message"]

    done = subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr


def test_a_key_that_was_lost_is_not_made_again(keyring: Keyring) -> None:
    """Another one would sign in our name, and recognise nothing of what was removed."""
    with pytest.raises(IntegrityError, match="destroyed, or never made"):
        keyring.signing_key(ITEM)
    with pytest.raises(IntegrityError):
        keyring.item_digest(ITEM)
    with pytest.raises(MisuseError):
        keyring.signing_key("../../etc/passwd")


def test_it_survives_a_rotation_and_a_restore(
    ours: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime, later: dt.datetime
) -> None:
    """What was removed stays recognised, and partners need no new key."""
    public, mark = ours.signing_key(ITEM).public, ours.item_digest(OTHER).of(b"code", context="c")

    ours.begin_rotation(later)
    list(ours.rewrap_items())
    ours.finish_rotation(sealed_by=[])
    again = Keyring.restore(tmp_path / "again", ours.export_for_backup(), code, passphrase=None, now=now)

    for keyring in (ours, again):
        assert keyring.signing_key(ITEM).public == public
        assert keyring.item_digest(OTHER).of(b"code", context="c") == mark


def test_a_digest_is_of_its_item_and_place(ours: Keyring) -> None:
    """The same code is another digest for another partner, and for another use."""
    digest = ours.item_digest(ITEM)

    found = {
        digest.of(b"code", context="c"),
        digest.of(b"code", context="d"),
        ours.item_digest(OTHER).of(b"code", context="c"),
        digest.of(b"codf", context="c"),
    }

    assert len(found) == 4
    assert all(len(d) == 32 for d in found)


def test_a_public_key_is_passed_on_as_text(ours: Keyring) -> None:
    """Capitals and blanks of an e-mail do not count; anything else is refused."""
    public = ours.signing_key(ITEM).public
    text = render_public_key(public)

    assert parse_public_key(f" {text.upper()}\n") == public
    for wrong in ("", "ed25519:", text[:-1], text + "0", public.hex(), "rsa:" + public.hex()):
        with pytest.raises(MisuseError):
            parse_public_key(wrong)


def test_no_secret_is_shown_or_copied(ours: Keyring) -> None:
    """Neither printed, nor pickled."""
    key = ours.signing_key(ITEM)

    assert repr(key) == f"SigningKey({render_public_key(key.public)})"
    for secret in (key, ours.item_digest(ITEM)):
        with pytest.raises(TypeError):
            pickle.dumps(secret)
        with pytest.raises(TypeError):
            copy.copy(secret)
