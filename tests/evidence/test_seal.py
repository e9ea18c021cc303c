"""A seal: accepted by openssl, and no bit of it, of its content or of its certificate can change."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from rempart.errors import IntegrityError
from rempart.evidence.seal import SEALING, read_seal, sign_detached
from rempart.provenance import make_chain
from required import skip_or_fail

NOW = dt.datetime(2026, 11, 22, 10, 0, 0, 123, tzinfo=dt.UTC)
CHAIN = make_chain(bytes(range(32)), organisation="Refuge", made_at=NOW - dt.timedelta(days=3), profile=SEALING)
OTHER = make_chain(bytes(32), organisation="Refuge", made_at=NOW - dt.timedelta(days=3), profile=SEALING)
CONTENT = b"00  README.txt\n"
SEAL = sign_detached(CONTENT, CHAIN, at=NOW)


def test_what_it_says() -> None:
    """Who, under which authority, when."""
    facts = read_seal(SEAL, CONTENT, [OTHER.root, CHAIN.root])

    assert facts.signer == "CN=Rempart evidence seal,O=Refuge"
    assert facts.signing_time == NOW.replace(microsecond=0)


def test_openssl_agrees(tmp_path: Path) -> None:
    """With the options of the printed command; not with another content, nor another authority."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    (tmp_path / "seal.p7s").write_bytes(SEAL)
    (tmp_path / "sums").write_bytes(CONTENT)
    (tmp_path / "ca.pem").write_text(CHAIN.anchor_pem())

    def verify() -> bool:
        command = (
            "openssl cms -verify -binary -cades -inform DER -in seal.p7s -content sums -CAfile ca.pem -purpose any"
        )
        done = subprocess.run([*command.split(), "-out", "/dev/null"], cwd=tmp_path, capture_output=True, check=False)
        return done.returncode == 0

    assert verify()
    (tmp_path / "sums").write_bytes(CONTENT + b"x")
    assert not verify()
    (tmp_path / "sums").write_bytes(CONTENT)
    (tmp_path / "ca.pem").write_text(OTHER.anchor_pem())
    assert not verify()


def test_no_certificate_of_an_authority_is_in_it() -> None:
    """Whoever verifies gets that by another way."""
    assert b"Rempart evidence authority" in SEAL  # as the issuer's name, in the certificate and beside its serial
    assert SEAL.count(b"Rempart evidence authority") == 2


def test_no_bit_of_it_can_change() -> None:
    """Each one, flipped alone."""
    for position in range(8 * len(SEAL)):
        changed = bytearray(SEAL)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(IntegrityError):
            read_seal(bytes(changed), CONTENT, [CHAIN.root])


@pytest.mark.parametrize("changed", [SEAL + b"\0", SEAL[:-1], b"", SEAL * 2, b"\x30\x00", bytes(20_000)])
def test_nor_more_nor_less(changed: bytes) -> None:
    """Bytes after it, fewer, none, twice, too many."""
    with pytest.raises(IntegrityError):
        read_seal(changed, CONTENT, [CHAIN.root])


def test_the_other_signature_of_the_same_key_is_refused() -> None:
    """(r, n - s) verifies as (r, s) does."""
    raw = SEAL[-72:]
    start = raw.index(b"\x30")
    r, s = decode_dss_signature(raw[start:])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    twin = encode_dss_signature(r, order - s)
    if len(twin) == len(raw[start:]):  # else every length around it changes as well
        with pytest.raises(IntegrityError, match="one form"):
            read_seal(SEAL[: -len(twin)] + twin, CONTENT, [CHAIN.root])


@pytest.mark.parametrize("when", [NOW - dt.timedelta(days=30), NOW + dt.timedelta(days=3650)])
def test_a_time_outside_the_certificate_is_refused(when: dt.datetime) -> None:
    """Before it was made, after its end."""
    with pytest.raises(IntegrityError, match="not valid"):
        read_seal(sign_detached(CONTENT, CHAIN, at=when), CONTENT, [CHAIN.root])


def test_no_anchor_no_trust() -> None:
    """It says what to do."""
    with pytest.raises(IntegrityError, match="no known authority") as caught:
        read_seal(SEAL, CONTENT, [OTHER.root])
    assert "another way" in caught.value.diagnostics()
