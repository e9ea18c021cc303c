"""A footer that all can read: the only mark that a text ever gets.

No spacing, order of words, synonym or zero-width sign tells one copy from another: that is how sources are found. A
copy is its text, unchanged, and a line under it that says whose it is.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rempart.errors import MarkError

#: A text is read whole.
BYTES_MOST: Final = 16 * 1024 * 1024
_RULE: Final = "-" * 40
_LINES: Final = {
    "en": "Personal copy of {name}. Copies are told apart by this line alone.",
    "fr": "Exemplaire personnel de {name}. Seule cette ligne distingue les exemplaires.",
}


def with_footer(text: bytes, name: str, *, language: str) -> bytes:
    r"""Return a copy of a text with its footer.

    Args:
        text: UTF-8; its line ends, and a byte order mark if there is one, are kept.
        name: Whose copy it is, on one line.
        language: ``en`` or ``fr``.

    Raises:
        MarkError: it is no UTF-8 text, or too long.

    >>> print(with_footer(b"The plan.\n", "Press list 7", language="en").decode())
    The plan.
    <BLANKLINE>
    ----------------------------------------
    Personal copy of Press list 7. Copies are told apart by this line alone.
    <BLANKLINE>
    """
    if len(text) > BYTES_MOST:
        message = f"the text is too long: {len(text)} bytes > {BYTES_MOST}"
        raise MarkError(message)
    try:
        content = text.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"it is no UTF-8 text: byte {error.start}"
        raise MarkError(message, advice=_ADVICE) from None
    if "\x00" in content:
        message = "it is no text: it holds a zero byte"
        raise MarkError(message, advice=_ADVICE)
    end = "\r\n" if "\r\n" in content else "\n"
    begun = "" if not content or content.endswith(("\n", "\r")) else end
    footer = [_RULE, _LINES[language].format(name=_one_line(name)), ""]
    return text + (begun + end + end.join(footer)).encode()


_ADVICE: Final = (
    "Save it as plain text in UTF-8. For a word processor's or a PDF file, put a visible footer there, and export it."
)


def _one_line(name: str) -> str:
    """Return a name without what would break the line, hide it or turn it round."""
    return "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c == " ").strip() or "?"
