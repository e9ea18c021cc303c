"""A proof in one file: the entry, its place and every signature are checked, and no byte of it can change."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grown_logs import GrownLog, cosigner
from rempart.errors import IntegrityError
from rempart.evidence.checkpoints import checkpoint_text
from rempart.evidence.log_proof import PROOF_BYTES_MAX, LogProof, parse_log_proof, read_log_proof, render_log_proof
from rempart.model.log import Cosignature

AT = dt.datetime(2026, 11, 22, 9, 0, 0, tzinfo=dt.UTC)
LOG = GrownLog(12)
WITNESS = cosigner()
COSIGNED = WITNESS.cosign(checkpoint_text(LOG.checkpoint(11)), AT)
RAW = LOG.proof(5, 11, COSIGNED)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11])
def test_every_entry_is_proved(size: int) -> None:
    """Where it is, in which log, of which size."""
    for index in range(size):
        facts = read_log_proof(LOG.proof(index, size), LOG.leaves[index], log_key=LOG.signer.key)

        assert (facts.origin, facts.index, facts.size) == (LOG.signer.key.name, index, size)
        assert facts.root == LOG.checkpoint(size).root


def test_who_saw_it_is_told() -> None:
    """And when, by their own clock."""
    facts = read_log_proof(RAW, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key], quorum=1)

    assert facts.cosignatures == (Cosignature(witness=WITNESS.key.name, at=AT),)


@given(place=st.integers(0, len(RAW) - 1), bit=st.integers(0, 7))
def test_no_bit_of_it_can_change(place: int, bit: int) -> None:
    """Neither of the log's part nor of a witness's."""
    changed = bytearray(RAW)
    changed[place] ^= 1 << bit

    with pytest.raises(IntegrityError):
        read_log_proof(bytes(changed), LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key])


@given(cut=st.integers(0, len(RAW) - 1), size=st.integers(1, 40), text=st.binary(max_size=5))
def test_nothing_can_be_cut_out_or_put_in(cut: int, size: int, text: bytes) -> None:
    """Anywhere; a whole line of a witness that is gone is told by the quorum."""
    changed = RAW[:cut] + text + RAW[cut + size :]

    if changed != RAW:
        with pytest.raises(IntegrityError):
            read_log_proof(changed, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key], quorum=1)


def test_a_proof_serves_its_own_entry_alone() -> None:
    """Nor that of another log, or one that goes by the same name."""
    other = GrownLog(12, seed=2)
    branched = GrownLog(12, salt=9)

    for raw, leaf in ((RAW, LOG.leaves[4]), (other.proof(5, 11), other.leaves[5]), (RAW, branched.leaves[5])):
        with pytest.raises(IntegrityError):
            read_log_proof(raw, leaf, log_key=LOG.signer.key, is_strict=False)


def test_too_few_witnesses_are_refused() -> None:
    """One witness counts once, however often it signed."""
    twice = LOG.proof(5, 11, COSIGNED, WITNESS.cosign(checkpoint_text(LOG.checkpoint(11)), AT + dt.timedelta(1)))

    with pytest.raises(IntegrityError, match="2 are asked for"):
        read_log_proof(twice, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key], quorum=2, is_strict=False)


def test_a_cosignature_of_another_checkpoint_is_refused() -> None:
    """A witness saw that one, not this one."""
    with pytest.raises(IntegrityError, match=WITNESS.key.name):
        read_log_proof(LOG.proof(5, 12, COSIGNED), LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key])


@pytest.mark.parametrize("seconds", [-1, 253_402_300_800, 2**63])
def test_a_cosignature_that_is_none_is_refused(seconds: int) -> None:
    """Of an instant that cannot be, or of another length."""
    stamp = b"" if seconds < 0 else seconds.to_bytes(8)
    forged = type(COSIGNED)(name=COSIGNED.name, key_id=COSIGNED.key_id, signature=stamp + COSIGNED.signature[8:])

    with pytest.raises(IntegrityError, match="cannot be"):
        read_log_proof(LOG.proof(5, 11, forged), LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key])


def test_what_ours_never_hold_is_refused_and_read_on_request() -> None:
    """Extra data, signatures of strangers, one key twice: C2SP allows them."""
    stranger = cosigner("stranger.example/witness", 9).cosign(checkpoint_text(LOG.checkpoint(11)), AT)
    plain = parse_log_proof(RAW)
    extra = LogProof(index=5, hashes=plain.hashes, checkpoint=plain.checkpoint, extra=b"more")

    for raw in (render_log_proof(extra), LOG.proof(5, 11, stranger), LOG.proof(5, 11, COSIGNED, COSIGNED)):
        with pytest.raises(IntegrityError, match="not as Rempart writes it"):
            read_log_proof(raw, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key])
        facts = read_log_proof(raw, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key], is_strict=False)
        assert facts.index == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW.replace(b"@v1", b"@v2"),
        RAW.replace(b"index 5", b"index 05"),
        RAW.replace(b"index 5", b"index +5"),
        RAW.replace(b"index 5", b"index \xd9\xa5"),
        RAW.replace(b"index 5", b"index 9223372036854775808"),
        RAW.replace(b"index 5\n", b""),
        RAW.replace(b"index 5", b"extra a\nindex 5"),
        RAW.replace(b"\n\n", b"\n", 1),
        RAW.replace(b"index 5\n", b"index 5\n" + base64.b64encode(bytes(31)) + b"\n"),
        RAW.replace(b"index 5\n", b"index 5\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
        RAW.replace(b"\n", b"\r\n"),
        RAW + b" " * PROOF_BYTES_MAX,
    ],
)
def test_what_is_no_proof_is_refused(raw: bytes) -> None:
    """Every other spelling."""
    with pytest.raises(IntegrityError):
        read_log_proof(raw, LOG.leaves[5], log_key=LOG.signer.key, is_strict=False)


def test_a_proof_is_read_as_it_was_written() -> None:
    """Extra data too."""
    proof = LogProof(index=3, hashes=(bytes(32), b"\1" * 32), checkpoint=LOG.signed(4), extra=b"\0more")

    assert parse_log_proof(render_log_proof(proof)) == proof


def test_the_size_is_small() -> None:
    """Of a log of some years of an association."""
    log = GrownLog(1_000)

    assert len(log.proof(517, 1_000, COSIGNED)) < 1_200
