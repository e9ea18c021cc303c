"""The readings of the gate's names, done plainly: every step on every character. The fast way must give the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from rempart.model.gate_rules import LOOKALIKES

_NAME_LIMIT: Final = 4096
_LEET: Final[dict[int, str]] = {ord(a): b for a, b in zip("013457@$!|", "oieastasii", strict=True)}

_INVISIBLE: Final = frozenset({"Cf", "Cc", "Cs", "Mn"})
_BLANKS: Final = re.compile(r"\s")
_WORD: Final = re.compile(r"[^\W_]+")
_CASE: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_FIGURE_EDGE: Final = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_EDGES_OF_PEOPLE: Final = 4


def plain_readings(name: str) -> Iterator[str]:
    """Yield the ways in which a person could read a name, as :func:`rempart.model.gate_rules.readings` says."""
    text = name if len(name) <= 2 * _NAME_LIMIT else f"{name[:_NAME_LIMIT]} {name[-_NAME_LIMIT:]}"
    for _ in range(len(text)):
        if text == (undone := unquote(text, errors="surrogateescape")):
            break
        text = undone
    seen: dict[str, None] = {}
    for decoded in _decoded(text):
        seen |= dict.fromkeys(_readings_of(decoded))
    yield from seen


def _decoded(text: str) -> Iterator[str]:
    """Yield the text, and what its bytes mean in the code pages in which old names were written."""
    yield text
    if not text.isascii() and any(unicodedata.category(c) == "Cs" for c in text):
        raw = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")
        for page in ("cp1252", "cp850", "mac_roman"):
            yield raw.decode(page, "replace")


def _is_escaped(text: str) -> bool:
    """Tell whether every surrogate stands for a byte, as the file system's names and ``unquote`` make them."""
    return all("\udc80" <= c <= "\udcff" for c in text if unicodedata.category(c) == "Cs")


def _readings_of(text: str) -> Iterator[str]:
    if not (text.isascii() and text.isprintable()):  # nothing of this is in plain addresses, which come by millions
        text = unicodedata.normalize("NFKC", text)
        if (lines := _BLANKS.sub(" ", text)) != text:  # the end of a line is one of a word, or hides in the middle
            yield from _readings_of_letters("".join(c for c in lines if unicodedata.category(c) not in _INVISIBLE))
        text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    yield from _readings_of_letters(text)


def _readings_of_letters(text: str) -> Iterator[str]:
    split = _split_case(text)
    accented, plain = _plain(split)
    words = _as_words(plain)
    yield words
    yield _as_words(accented)
    yield _as_words(_read_figures(plain, _LEET))
    yield _as_words(_read_figures(plain, _LEET | {ord("1"): "l"}))
    yield re.sub(r"\b(\w) (?=\w\b)", r"\1", words)
    if split != text:
        yield _as_words(_plain(text)[1])


def _plain(text: str) -> tuple[str, str]:
    """Return the text in small letters of this alphabet, with its accents and without them."""
    accented = re.sub(r"([^\W\d_])\1{2,}", r"\1\1", text.casefold().translate(LOOKALIKES))
    if accented.isascii():
        return accented, accented
    return accented, "".join(c for c in unicodedata.normalize("NFD", accented) if not unicodedata.combining(c))


def _split_case(text: str) -> str:
    """Put a space between a small letter and a capital, except in names that a machine drew."""
    return _WORD.sub(lambda m: m.group() if _is_drawn(m.group()) else _CASE.sub(" ", m.group()), text)


def _as_words(text: str) -> str:
    """Put one space between words, and between a word and a number (``15ans``), except in names that a machine drew."""
    words = (word if _is_drawn(word) else _FIGURE_EDGE.sub(" ", word) for word in _WORD.findall(text))
    return " ".join(words)


def _is_drawn(word: str) -> bool:
    """Tell a digest or a random identifier: it goes from letters to figures and back more often than people do."""
    return len(_FIGURE_EDGE.findall(word)) > _EDGES_OF_PEOPLE


def _read_figures(text: str, letters: dict[int, str]) -> str:
    """Read figures and signs as letters in words that become letters only, with or without a number at their end.

    A random name is left as it is: of its figures, some never stand for a letter.
    """

    def as_letters(found: re.Match[str]) -> str:
        word = found.group()
        if not any(c.isalpha() for c in word):
            return word
        candidates = (word.translate(letters), word.rstrip("0123456789").translate(letters))
        return next((c for c in candidates if c.isalpha()), word)

    return re.sub(r"[\w@$!|]+", as_letters, text.replace("_", " "))
