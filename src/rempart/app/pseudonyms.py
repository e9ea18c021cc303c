"""Names for authors inside one case: the same only within it, and of no meaning once the case's key is destroyed."""

from __future__ import annotations

import base64
from typing import Final

from rempart.keys import Keyring
from rempart.model.ids import CaseId

#: 50 bits: of 10,000 authors of a case, two have the same with a probability of 1 in 20 million.
_LETTERS: Final = 10


def pseudonym(keyring: Keyring, case: CaseId, author_key: str, host: str) -> str:
    """Return the name of an author inside a case: ``author-k3v9q2m7xa``; empty for a guest.

    It is made with the case's own key (HMAC-SHA256): without it nobody can tell whether it is somebody's, and another
    case gives the same author another name, so that no author can be followed from case to case.

    Args:
        keyring: Holds the case's key.
        case: Inside which.
        author_key: The engine's own number of the author.
        host: Of which site: the same number elsewhere is somebody else.

    Raises:
        IntegrityError: the case's key was destroyed, or never made.
    """
    if not author_key:
        return ""
    place = host.lower().encode("utf-8", "surrogatepass")
    value = len(place).to_bytes(4, "big") + place + author_key.encode("utf-8", "surrogatepass")
    digest = keyring.item_digest(case).of(value, context="case author v1")
    return f"author-{base64.b32encode(digest).decode().lower()[:_LETTERS]}"
