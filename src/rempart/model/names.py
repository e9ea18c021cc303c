"""When two names of people are the same to whoever reads them."""

from __future__ import annotations

import unicodedata
from typing import Final

from rempart.model.gate_rules import LOOKALIKES
from rempart.model.ids import IdKind, is_id

#: The longest name of a person or an organisation.
NAME_LENGTH: Final = 200


def is_name(text: str) -> bool:
    """Tell whether a text can be somebody's name: letters, one line, and not the form of an identifier."""
    is_identifier = any(is_id(text, kind) for kind in IdKind)
    return bool(skeleton(text)) and len(text) <= NAME_LENGTH and text.isprintable() and not is_identifier


def skeleton(name: str) -> str:
    """Return what is left of a name without case, accents, look-alike letters, signs and spaces."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(LOOKALIKES)
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isalnum())
