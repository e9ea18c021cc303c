"""What a log's leaf holds: one salted commitment, in a form that coreutils can read; nothing else ever enters the log.

``HMAC-SHA256(salt, content)`` under 32 random bytes says nothing of its content to whoever lacks the salt, and cannot
be tried against guesses; without the salt, which erasure destroys, it belongs to nothing any more. What kind of entry
it is, is inside the content.

>>> leaf = leaf_data(commitment(bytes(32), b"what happened"))
>>> leaf.decode().splitlines()[0]
'rempart-evidence/1'
>>> parse_leaf(leaf) == commitment(bytes(32), b"what happened")
True
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from rempart.errors import IntegrityError

SALT_BYTES: Final = 32
#: The first line of every leaf: what its second line is, and of which version.
LEAF_FORMAT: Final = "rempart-evidence/1"

_LEAF: Final = re.compile(rf"{re.escape(LEAF_FORMAT)}\n([0-9a-f]{{64}})\n".encode())


def commitment(salt: bytes, content: bytes) -> bytes:
    """Return what stands for a content in the log, 32 bytes.

    Raises:
        ValueError: the salt has another length than 32 bytes, which is a mistake of ours.
    """
    if len(salt) != SALT_BYTES:
        message = f"a salt has {SALT_BYTES} bytes, not {len(salt)}"
        raise ValueError(message)
    return hmac.digest(salt, content, "sha256")


def leaf_data(committed: bytes) -> bytes:
    """Return a leaf: two lines, of which the second is a commitment in hexadecimal."""
    return f"{LEAF_FORMAT}\n{committed.hex()}\n".encode()


def parse_leaf(leaf: bytes) -> bytes:
    """Return the commitment in a leaf.

    Raises:
        IntegrityError: it has another form.
    """
    found = _LEAF.fullmatch(leaf)
    if found is None:
        message = f"a leaf of the log has {len(leaf)} bytes that are not two lines of {LEAF_FORMAT}"
        raise IntegrityError(message, advice="Ask for the package again.")
    return bytes.fromhex(found[1].decode())


def verify_leaf(leaf: bytes, salt: bytes, content: bytes) -> None:
    """Make sure that a leaf commits to a content.

    Raises:
        IntegrityError: it does not.
    """
    if len(salt) != SALT_BYTES or not hmac.compare_digest(parse_leaf(leaf), commitment(salt, content)):
        message = "the leaf of the log does not commit to this content with this salt"
        raise IntegrityError(message, advice="The leaf, the salt or the content is another package's, or was changed.")
