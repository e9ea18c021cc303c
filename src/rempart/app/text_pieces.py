"""Long texts in pieces that the gate reads whole: no filling moves a word out of its sight, none is cut in two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

#: Characters that the gate reads whole (model/gate_rules.py reads 8,192), and how many two pieces share.
PIECE: Final = 6_000
OVERLAP: Final = 600
#: Each round of encoding makes a text three times as long, the sign of encoding itself aside: 16 would be 43 million.
_ROUNDS: Final = 16

_BLANKS: Final = re.compile(r"\s+")
_ENCODED_AGAIN: Final = re.compile(r"%(?:25)+(?=[0-9A-Fa-f]{2})")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_SIGNS: Final = re.compile(r"[\W_]{40,}")
#: Invisible, as model/gate_rules.py has it; what stands for bytes that are not UTF-8 stays, for it to be read.
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Mn"})


def pieces(text: str) -> Iterator[str]:
    """Yield a text as the gate can read it; two neighbours share more letters than any rule looks at.

    Ends of lines are blanks. Of a long text, everything that fills without being read is taken out first, as the gate
    would: encodings, forms and runs of letters, invisible characters, blanks and signs.
    """
    if len(text) <= PIECE:
        yield _BLANKS.sub(" ", text)
        return
    plain = _plain(text)
    for at in range(0, max(len(plain) - OVERLAP, 1), PIECE - OVERLAP):
        yield plain[at : at + PIECE]


def _plain(text: str) -> str:
    for _ in range(_ROUNDS):
        undone = unquote(_ENCODED_AGAIN.sub("%", text), errors="surrogateescape")
        if undone == text:
            break
        text = undone
    text = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text))
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    return _SIGNS.sub(" ", _STRETCHED.sub(r"\1\1", text))
