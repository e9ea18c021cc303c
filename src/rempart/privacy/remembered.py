r"""Names and passphrases that this process knows, found in a text however they are spelled there.

A text and a remembered value are brought to the same plain form: percent and backslash escapes decoded, accents and
case dropped, whatever is neither letter nor digit one space. ``Zoé_Martin``, ``zoe%20martin`` and ``ZOE\u0301 MARTIN``
are then the same. Looking costs one dictionary look-up per letter, however many values are remembered.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

#: Beyond these, the value that was remembered first is forgotten: memory is bounded, our own measure.
VALUES_MAX: Final = 20_000
VALUE_LETTERS_MAX: Final = 256
#: Shorter values count as whole words only: "Anne" inside "channel" would tell a reader that it is remembered.
_INSIDE_FROM: Final = 8
#: Letters by which a value is looked up.
_KEY_LETTERS: Final = 3
_ESCAPES: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+|(?:\\x[0-9a-fA-F]{2})+|\\u[0-9a-fA-F]{4}")
_BLANK: Final = " "
_WORDS: Final = re.compile(r"[A-Za-z0-9]+")


class Remembered:
    """A bounded set of values that must not be shown; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._values: OrderedDict[str, None] = OrderedDict()
        self._spelled: set[str] = set()
        # By its first letters, how long the values are that begin with them, the longest first.
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._key_sizes: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Count what is remembered."""
        return len(self._values)

    def add(self, value: str) -> None:
        """Remember a value; one without any letter or digit cannot be found again and is left out."""
        form = _plain(value[: 4 * VALUE_LETTERS_MAX])[0].strip()[:VALUE_LETTERS_MAX].strip()
        if not form:
            return
        with self._lock:
            self._values[form] = None
            self._values.move_to_end(form)
            self._index(form)
            if len(self._values) > VALUES_MAX:
                self._forget_oldest()

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._values.clear()
            self._spelled.clear()
            self._lengths.clear()
            self._key_sizes = ()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in a text something remembered is, as (start, end), in order and without overlaps."""
        if not self._lengths:
            return []
        plain, starts, ends = _plain(text)
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(plain):
            length = self._length_at(plain, at)
            if length:
                found.append((starts[at], _with_accents(text, ends[at + length - 1])))
            at += length or 1
        return _merged(found)

    def _length_at(self, plain: str, at: int) -> int:
        """Return how many letters of the longest remembered value begin here; 0 if none does."""
        for size in self._key_sizes:
            for length in self._lengths.get(plain[at : at + size], ()):
                value = plain[at : at + length]
                if value in self._spelled and _stands_alone(plain, at, at + length, value):
                    return length
        return 0

    def _index(self, form: str) -> None:
        for spelled in _spellings(form):
            self._spelled.add(spelled)
            key = spelled[:_KEY_LETTERS]
            self._lengths[key] = tuple(sorted({len(spelled), *self._lengths.get(key, ())}, reverse=True))
            self._key_sizes = tuple(sorted({len(key), *self._key_sizes}, reverse=True))

    def _forget_oldest(self) -> None:
        """Drop a tenth of the values, so that building the index anew is seldom."""
        for _ in range(VALUES_MAX // 10):
            self._values.popitem(last=False)
        self._spelled, self._lengths = set(), {}
        for form in self._values:
            self._index(form)


def _spellings(form: str) -> set[str]:
    """Return a value with and without its blanks: ``nadia ben salem``, ``nadiabensalem``."""
    return {form, form.replace(_BLANK, "")}


def _stands_alone(plain: str, start: int, end: int, value: str) -> bool:
    """Tell whether a short value is a whole word: next to it is a blank, an end, or a digit beside a letter."""
    if len(value) >= _INSIDE_FROM:
        return True
    before, after = plain[start - 1 : start], plain[end : end + 1]
    return not (_same_kind(before, value[0]) or _same_kind(value[-1], after))


def _same_kind(left: str, right: str) -> bool:
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def _plain(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Return the plain form of a text, and for each of its letters where in the text it begins and ends."""
    if text.isascii() and "%" not in text and "\\" not in text:
        return _plain_ascii(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for letters, start, end in _letters(text):
        if letters == _BLANK and pieces and pieces[-1] == _BLANK:
            continue
        pieces.extend(letters)
        starts.extend([start] * len(letters))
        ends.extend([end] * len(letters))
    return "".join(pieces), starts, ends


def _plain_ascii(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Do the same faster, for the lines that are most frequent."""
    pieces: list[str] = []
    starts: list[int] = []
    for word in _WORDS.finditer(text):
        if word.start() > (starts[-1] + 1 if starts else 0):
            pieces.append(_BLANK)
            starts.append(word.start() - 1)
        pieces.append(word[0])
        starts.extend(range(*word.span()))
    return "".join(pieces).lower(), starts, [start + 1 for start in starts]


def _letters(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (plain letters, start, end): a letter of the text is none, one or several plain ones."""
    last_blank = False
    for part, start, end in _unescaped(text):
        for offset, letter in enumerate(part):
            begin, stop = (start + offset, start + offset + 1) if end - start == len(part) else (start, end)
            for plain in _fold(letter):
                blank = plain == _BLANK
                if not (blank and last_blank):
                    yield plain, begin, stop
                last_blank = blank


def _fold(letter: str) -> str:
    """Return the plain letters of one letter: no case, no accents, a blank for what is neither letter nor digit."""
    if letter.isascii():
        return letter.lower() if letter.isalnum() else _BLANK
    if unicodedata.combining(letter):
        return ""
    folded = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(c if c.isalnum() else _BLANK for c in folded if not unicodedata.combining(c))


def _unescaped(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the text in parts, escapes decoded, with where each part was."""
    at = 0
    for escape in _ESCAPES.finditer(text):
        if escape.start() > at:
            yield text[at : escape.start()], at, escape.start()
        yield _decoded(escape[0]), escape.start(), escape.end()
        at = escape.end()
    if at < len(text):
        yield text[at:], at, len(text)


def _decoded(escape: str) -> str:
    if escape.startswith("\\u"):
        return chr(int(escape.removeprefix("\\u"), base=16))
    raw = unquote_to_bytes(escape.replace("\\x", "%"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _with_accents(text: str, end: int) -> int:
    """Move an end behind the accents that follow it as letters of their own."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
