"""Find and show what a text of the outside hides: control characters, marks that turn a line around, empty letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Control, format (bidirectional marks), private, surrogate and unassigned characters, separators of lines.
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
#: Letters and marks that show nothing: the joiner of graphemes, Hangul's fillers, Khmer's inherent vowels, Mongolian
#: and general variation selectors, the empty pattern of Braille.
_HIDDEN_LETTERS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
SHOWN_CHARACTERS: Final = 200


def find_hidden(text: str) -> str:
    """Say which character of a line cannot be seen, moves the line or turns it around; empty if none."""
    for character in text:
        if unicodedata.category(character) in _HIDDEN_CATEGORIES or _HIDDEN_LETTERS.match(character):
            return f"it holds the character U+{ord(character):04X}"
    return ""


def shown(text: str) -> str:
    """Return a text of the outside on one line: what it hides replaced, the rest of a long one left out."""
    line = "".join("?" if find_hidden(c) else c for c in " ".join(text[: 4 * SHOWN_CHARACTERS].split()))
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
