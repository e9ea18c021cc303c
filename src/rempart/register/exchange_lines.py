"""Lines of files that others wrote: bounded, one at a time, and strict JSON in each; what is wrong is a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from rempart.model.exchange import FaultReason, LineFault
from rempart.model.strict_json import JsonFault, parse_json_object

#: Our own measure: a code, a label and a dozen opinions are 1,200 bytes.
LINE_BYTES_MAX: Final = 4_096
#: Our own measure: twenty million lines of a code are 1.3 GB, and twenty times the largest bank that is known.
LINES_MAX: Final = 20_000_000
#: A page of StopNCII nests four deep: page, records, record, its feedback and tags.
DEPTH_MAX: Final = 8
_DISCARDED_AT_ONCE: Final = 65_536
_BOM: Final = b"\xef\xbb\xbf"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is text."""

    number: int
    """Its number in the file, from 1; empty lines count."""
    text: str
    """Without its end, nor the spaces around it."""


def read_lines(file: BinaryIO, *, longest: int = LINE_BYTES_MAX, most: int = LINES_MAX) -> Iterator[Line | LineFault]:
    """Yield the lines of a file, empty ones left out; one that is too long is passed over without being held.

    A byte order mark and either end of line (LF, CRLF) are taken off.

    Args:
        file: Open for reading, at its beginning.
        longest: How many bytes a line may have, its end included.
        most: How many lines are read.
    """
    for number in range(1, most + 1):
        raw = file.readline(longest + 1)
        if not raw:
            return
        if len(raw) > longest:
            _discard_rest(file, raw)
            yield LineFault(line=number, reason=FaultReason.TOO_LONG)
            continue
        if number == 1:
            raw = raw.removeprefix(_BOM)
        text = _decoded(raw)
        if text is None:
            yield LineFault(line=number, reason=FaultReason.NOT_TEXT)
        elif text.strip():
            yield Line(number=number, text=text)
    if file.readline(1):
        yield LineFault(line=most + 1, reason=FaultReason.TOO_MANY)


def _discard_rest(file: BinaryIO, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(_DISCARDED_AT_ONCE)


def _decoded(raw: bytes) -> str | None:
    """Return a line as text without its end; None if it is none."""
    try:
        text = raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text.strip(" ")  # a tabulator separates cells


def parse_object(text: str) -> dict[str, object] | FaultReason:
    """Read one JSON object, strictly: no key twice, no NaN, no number beyond 18 digits, no deep nesting.

    Args:
        text: A line, or a whole document that the caller has bounded.

    Returns:
        The object, or why it is none.
    """
    found = parse_json_object(text, depth_most=DEPTH_MAX)
    return FaultReason(found) if isinstance(found, JsonFault) else found
