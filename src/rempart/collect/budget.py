"""Counts what is read of one page, and remembers what there was no room for."""

from __future__ import annotations

import re
from typing import Final, Literal

from rempart.collect.limits import (
    ID_MOST,
    LINKS_MOST,
    MEDIA_MOST,
    PAGE_TEXT_MOST,
    POST_TEXT_MOST,
    POSTS_MOST,
    TITLE_MOST,
    WORDS_MOST,
)
from rempart.model.collected import LeftOut

#: What a terminal obeys, what reverses or hides letters, halves of characters; line ends and tabs stay.
_UNWANTED: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
#: Where a text is cut, the gate is given so much of what stands before it: no word is cut in two.
_ACROSS: Final = 600


def clean_text(text: str) -> str:
    """Return a text with single blanks and line ends, and nothing that shows other than it is."""
    if text.replace("\n", " ").isprintable():  # then its only blanks are spaces and line ends, and nothing is unwanted
        return _with_single_blanks(text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join([line if line.isprintable() else _UNWANTED.sub("", line) for line in lines if line]).strip()


def _with_single_blanks(text: str) -> str:
    """Do the same to a text whose only blanks are spaces and line ends: most of them have little to do."""
    while "  " in text:
        text = text.replace("  ", " ")
    return "\n".join([kept for line in text.split("\n") if (kept := line.strip())])


def clean_title(text: str) -> str:
    """Return a text on one line, as long as a title may be."""
    line = " ".join(text[: 4 * TITLE_MOST].split())
    return (line if line.isprintable() else " ".join(_UNWANTED.sub("", line).split()))[:TITLE_MOST].rstrip()


def clean_id(text: object) -> str:
    """Return what an engine calls something, if it can be that; empty if not."""
    name = str(text) if isinstance(text, int | str) and not isinstance(text, bool) else ""
    return name if name.isprintable() and name.isascii() and len(name) <= ID_MOST else ""


class Budget:
    """What may still be read of one page."""

    def __init__(self) -> None:
        """Start with everything."""
        self._posts = POSTS_MOST
        self._media = MEDIA_MOST
        self._links = LINKS_MOST
        self._text = PAGE_TEXT_MOST
        self._left_out: dict[LeftOut, None] = {}
        self._words: list[str] = []
        self._room_for_words = WORDS_MOST

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what there was no room for, in the order of the vocabulary."""
        return tuple(what for what in LeftOut if what in self._left_out)

    def leave_out(self, what: LeftOut) -> Literal[False]:
        """Remember that there was more than there is room for, and say so."""
        self._left_out[what] = None
        return False

    def post(self) -> bool:
        """Take room for a post."""
        self._posts -= 1
        return self._posts >= 0 or self.leave_out(LeftOut.POSTS)

    def reference(self) -> bool:
        """Take room for a reference."""
        self._media -= 1
        return self._media >= 0 or self.leave_out(LeftOut.MEDIA)

    def link(self) -> bool:
        """Take room for a page to go on with."""
        self._links -= 1
        return self._links >= 0 or self.leave_out(LeftOut.LINKS)

    def text(self, text: str) -> str:
        """Clean a post's text, and cut it where there is no more room."""
        most = min(POST_TEXT_MOST, self._text)
        if len(text) > 2 * most:  # cleaning makes texts shorter, and works on no more than needed
            self.aside(text[max(0, 2 * most - _ACROSS) :])
            text = text[: 2 * most]
            self.leave_out(LeftOut.TEXT)
        kept = clean_text(text)
        if len(kept) > most:
            self.aside(kept[max(0, most - _ACROSS) :])
            kept = kept[:most]
            self.leave_out(LeftOut.TEXT)
        self._text -= len(kept)
        return kept

    def aside(self, text: str) -> None:
        """Keep words that are no text of a post, for the gate: what is quoted, described, or cut."""
        if not text or text.isspace():
            return
        self._room_for_words -= len(text)
        if self._room_for_words >= 0 or self.leave_out(LeftOut.WORDS):
            self._words.append(text)

    def asides(self) -> str:
        """Take the words that were kept for the gate since this was last asked."""
        words, self._words = clean_text("\n".join(self._words)), []
        return words
