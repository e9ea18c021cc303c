"""Make sure that what is public in a package holds nothing of what only its recipients may read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from rempart.errors import MisuseError

#: Shorter values are in any text: they would be found where nobody put them.
_LETTERS_LEAST: Final = 4
#: Facts of which no part may be shown: a surname alone says who it was.
_BY_WORDS: Final = frozenset({"operator", "second"})


def refuse_private(public: Iterable[str], facts: Mapping[str, str]) -> None:
    """Refuse public texts in which a private fact is.

    Args:
        public: What the draft gave for the public part: its texts, not ours, which are the same for everybody and
            have words that are also names.
        facts: What must not be in them, by what it is.

    Raises:
        MisuseError: one is; the message says which, and does not repeat it.
    """
    texts = [_folded(text) for text in public]
    for key, value in facts.items():
        for private in _parts(key, value):
            if any(private in text for text in texts):
                message = f"the public part would hold what is private: {key}"
                raise MisuseError(message, advice="Take it out of the texts, or of the facts if it is public.")


def _parts(key: str, value: str) -> list[str]:
    found = [value, *(re.split(r"\W+", value) if key in _BY_WORDS else [])]
    return [folded for each in found if len(folded := _folded(each)) >= _LETTERS_LEAST]


def _folded(text: str) -> str:
    """Return a text without the differences of capitals, accents' spelling and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
