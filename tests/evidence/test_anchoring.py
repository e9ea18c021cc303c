"""OpenTimestamps proofs are told apart by the file that they are about."""

from __future__ import annotations

import hashlib

import pytest

from rempart.errors import IntegrityError
from rempart.evidence.anchoring import Anchor, NoAnchor, NotAnchored, verify_is_about

CONTENT = b"association.example/log\n5\n"
HEAD = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294") + b"\x01\x08"
PROOF = HEAD + hashlib.sha256(CONTENT).digest() + b"\xf0\x10" + bytes(16)


def test_a_proof_about_another_file_is_refused() -> None:
    """Or one that is none."""
    verify_is_about(PROOF, CONTENT)
    for proof, content in (
        (PROOF, CONTENT + b"x"),
        (b"", CONTENT),
        (PROOF[1:], CONTENT),
        (PROOF[: len(HEAD) + 32], CONTENT),
    ):
        with pytest.raises(IntegrityError):
            verify_is_about(proof, content)


def test_nothing_is_anchored_in_silence() -> None:
    """Without a client, that is what is said."""
    anchor: Anchor = NoAnchor()

    assert isinstance(found := anchor.anchor(CONTENT), NotAnchored)
    assert "ots stamp" in found.why
