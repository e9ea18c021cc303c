"""What a page calls itself, for the gate: its title and its first heading, found without a parser of markup."""

from __future__ import annotations

import html
import re
from typing import Final

#: A page says what it is at its beginning.
_LOOKED_AT_BYTES: Final = 131_072
_CHARACTERS_MOST: Final = 1_000
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_NAMES: Final = ("title", "h1")
_UTF16_MARKS: Final = (b"\xfe\xff", b"\xff\xfe")


def find_titles(body: bytes) -> tuple[str, ...]:
    """Return the title and the first heading of a page, those that it has, each way in which its letters can be read.

    Args:
        body: A text from outside, of any kind: what is no markup has none.
    """
    beginning = body[:_LOOKED_AT_BYTES]
    found = [_text_of(name, text) for text in _readings(beginning) for name in _NAMES]
    return tuple(dict.fromkeys(text for text in found if text))


def _readings(raw: bytes) -> tuple[str, ...]:
    """Decode; a page can lie about its letters, and the codecs that it could name are many."""
    if raw.startswith(_UTF16_MARKS):
        return (raw.decode("utf-16", errors="replace"),)
    text = raw.decode("utf-8", errors="replace")
    return (text, raw.decode("windows-1252", errors="replace")) if "\ufffd" in text else (text,)


def _text_of(name: str, text: str) -> str:
    """Return what is in the first element of a name; each step is one search, whatever the page holds."""
    lowered = text.lower() if len(text.lower()) == len(text) else text  # a few letters have two small ones
    begun = lowered.find(f"<{name}")
    opened = lowered.find(">", begun) + 1 if begun >= 0 else 0
    if not opened:
        return ""
    closed = lowered.find(f"</{name}", opened)
    inner = text[opened : closed if closed >= 0 else None][: 4 * _CHARACTERS_MOST]
    return " ".join(html.unescape(_TAG.sub(" ", inner)).split())[:_CHARACTERS_MOST]
