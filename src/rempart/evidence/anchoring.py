"""Anchor a signed state of the log in a public chain: OpenTimestamps, behind a Protocol, and never needed.

A checkpoint is a file; ``ots stamp FILE`` sends a salted digest of it to public calendars and writes ``FILE.ots``.
Rempart ships no client: its library is LGPL and asks many servers. What is here reads from ``FILE.ots`` which digest it
is about, so that one that belongs to another file is noticed; whether it holds is ``ots verify``'s to say, with a
node of Bitcoin.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final, Protocol

from rempart.errors import IntegrityError

#: OpenTimestamps, DetachedTimestampFile: magic bytes, version 1, the operation SHA-256, then the file's digest.
_MAGIC: Final = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
_VERSION: Final = b"\x01"
_SHA256: Final = b"\x08"
_DIGEST_BYTES: Final = 32
#: Of a proof with several calendars and its path in a block.
ANCHOR_BYTES_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """A proof that was made, not verified."""

    proof: bytes = field(repr=False)
    """The content of ``FILE.ots``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnchored:
    """No proof was made."""

    why: str
    """In words."""


class Anchor(Protocol):
    """Whatever anchors files; none is shipped."""

    def anchor(self, content: bytes) -> Anchored | NotAnchored:
        """Anchor a file's content."""


class NoAnchor:
    """Anchors nothing, and says how a person can."""

    def anchor(self, content: bytes) -> Anchored | NotAnchored:
        """Return why nothing was anchored."""
        del content
        return NotAnchored(
            why="no OpenTimestamps client is part of Rempart: write the state to a file, then ots stamp it"
        )


def verify_is_about(proof: bytes, content: bytes) -> None:
    """Make sure that an OpenTimestamps proof is about a content; not that it holds.

    Raises:
        IntegrityError: it is about another one, or is no such proof.
    """
    head = _MAGIC + _VERSION + _SHA256
    digest = proof[len(head) : len(head) + _DIGEST_BYTES]
    if len(proof) > ANCHOR_BYTES_MAX or not proof.startswith(head) or len(proof) <= len(head) + _DIGEST_BYTES:
        message = f"this is not a proof of OpenTimestamps over a SHA-256 digest: {len(proof)} bytes"
        raise IntegrityError(message, advice="Make it again: ots stamp FILE")
    if digest != hashlib.sha256(content).digest():
        message = "the OpenTimestamps proof is about another file"
        raise IntegrityError(message, advice="Give the file that it was made for, byte for byte.")
