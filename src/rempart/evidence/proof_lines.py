"""The lines of a proof: one hash in base64 each, as C2SP writes inclusion and consistency proofs."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.errors import IntegrityError
from rempart.evidence.merkle import HASH_BYTES, PROOF_HASHES_MAX
from rempart.evidence.notes import decode_base64


def parse_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Read the lines of a proof.

    Raises:
        IntegrityError: one is no hash, or there are more than 63.
    """
    if len(lines) > PROOF_HASHES_MAX:
        message = f"the proof has {len(lines)} hashes, and no tree is so high"
        raise IntegrityError(message, advice="Ask for it again.")
    hashes = [decode_base64(line) for line in lines]
    found = tuple(one for one in hashes if one is not None and len(one) == HASH_BYTES)
    if len(found) != len(lines):
        message = "one of the lines of the proof is no hash"
        raise IntegrityError(message, advice="Ask for it again.")
    return found
