"""Time-stamps: verified as openssl verifies them, ours and those of an authority that openssl runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from rempart.errors import IntegrityError
from rempart.evidence.local_authority import LABEL, LOCAL, LocalAuthority
from rempart.evidence.seal import SEALING
from rempart.evidence.tokens import verify_reply
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.provenance import make_chain
from required import skip_or_fail

NOW = dt.datetime(2026, 11, 22, 10, 0, 0, tzinfo=dt.UTC)
BEFORE = NOW - dt.timedelta(days=3)
CHAIN = make_chain(bytes(range(32)), organisation="", made_at=BEFORE, profile=LOCAL)
CONTENT = b"sums\n"
IMPRINT = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(CONTENT).digest())
REPLY = LocalAuthority(CHAIN).stamp(IMPRINT, at=NOW, nonce=7, serial=12345)


def test_what_it_says() -> None:
    """The time, who signed, until when; and that it is local, in its names."""
    found = verify_reply(REPLY, IMPRINT, [CHAIN.root])

    assert found.facts.gen_time == NOW
    assert LABEL.replace(",", "\\,") in found.signer
    assert LABEL.replace(",", "\\,") in found.anchor
    assert found.valid_until == CHAIN.leaf.not_valid_after_utc


def test_openssl_agrees(tmp_path: Path) -> None:
    """With the printed command."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    (tmp_path / "sums").write_bytes(CONTENT)
    (tmp_path / "01.tsr").write_bytes(REPLY)
    (tmp_path / "root.pem").write_text(CHAIN.anchor_pem())
    command = "openssl ts -verify -data sums -in 01.tsr -CAfile root.pem".split()

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "sums").write_bytes(CONTENT + b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_changed_one_is_refused_or_says_the_same() -> None:
    """Each bit, flipped alone: some bytes are covered by no signature, and nothing that is read out changes."""
    good = verify_reply(REPLY, IMPRINT, [CHAIN.root])
    harmless = 0
    for position in range(8 * len(REPLY)):
        changed = bytearray(REPLY)
        changed[position // 8] ^= 1 << position % 8
        try:
            found = verify_reply(bytes(changed), IMPRINT, [CHAIN.root])
        except IntegrityError:
            continue
        harmless += 1
        assert (found.facts.gen_time, found.facts.serial, found.signer_sha256, found.anchor_sha256) == (
            good.facts.gen_time,
            good.facts.serial,
            good.signer_sha256,
            good.anchor_sha256,
        )
    assert harmless <= 160  # of 8,136: versions, two lists of algorithms, parameters: no signature covers them


def test_another_content_is_refused() -> None:
    """It is of something else."""
    other = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=bytes(32))
    with pytest.raises(IntegrityError, match="something else"):
        verify_reply(REPLY, other, [CHAIN.root])


def test_an_unknown_authority_is_refused() -> None:
    """It says where to get its certificate."""
    other = make_chain(bytes(32), organisation="", made_at=BEFORE, profile=LOCAL)
    with pytest.raises(IntegrityError, match="not known"):
        verify_reply(REPLY, IMPRINT, [other.root])


def test_a_certificate_for_something_else_is_refused() -> None:
    """A seal's certificate stamps nothing."""
    chain = make_chain(bytes(range(32)), organisation="", made_at=BEFORE, profile=SEALING)
    reply = LocalAuthority(chain).stamp(IMPRINT, at=NOW, nonce=7, serial=1)
    with pytest.raises(IntegrityError, match="not for time-stamping"):
        verify_reply(reply, IMPRINT, [chain.root])


@pytest.mark.parametrize("at", [BEFORE - dt.timedelta(days=30), NOW + dt.timedelta(days=3650)])
def test_a_time_outside_its_certificate_is_refused(at: dt.datetime) -> None:
    """Before it was made, after its end."""
    reply = LocalAuthority(CHAIN).stamp(IMPRINT, at=at, nonce=7, serial=1)
    with pytest.raises(IntegrityError, match="not valid"):
        verify_reply(reply, IMPRINT, [CHAIN.root])
