"""Go through DER that somebody else wrote, before anything reads it: one form, few elements, not deep, nothing after.

X.690 §10.1: lengths are definite and minimal. The order of a SET is not checked (§11.6): time-stamping authorities that
send two certificates often leave them unsorted, and OpenSSL takes those too (RFC 5652 §10.2.3 only asks for a SET).
"""

from __future__ import annotations

from typing import Final

#: A time-stamp with a chain of four certificates has some 600 elements, 12 deep.
ELEMENTS_MOST: Final = 8_192
DEPTH_MOST: Final = 24
_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_LENGTH_BYTES_MOST: Final = 3
_SEQUENCE: Final = 0x30
_IDENTIFIER: Final = 0x06
#: Longer object identifiers take asn1crypto a time that grows with their square.
_IDENTIFIER_BYTES_MOST: Final = 64


class DerError(ValueError):
    """Why some bytes are not DER that is read; the text holds numbers only."""


def der_parts(raw: bytes) -> list[bytes]:
    """Go through every element once, without recursion, and return those of the one SEQUENCE that the bytes are.

    Args:
        raw: Bytes whose number the caller has bounded.

    Raises:
        DerError: they are no such thing; it has too many elements, or is too deep.
    """
    ends: list[int] = []
    parts: list[bytes] = []
    position = count = 0
    while position < len(raw):
        tag, start, end = _read_header(raw, position, ends[-1] if ends else len(raw))
        count += 1
        if not ends and (position or tag != _SEQUENCE or end != len(raw)):
            message = "it is not one sequence"
            raise DerError(message)
        if len(ends) == 1:
            parts.append(raw[position:end])
        if tag & _CONSTRUCTED:
            ends.append(end)
            position = start
        else:
            position = end
        if count > ELEMENTS_MOST or len(ends) > DEPTH_MOST:
            message = f"> {ELEMENTS_MOST} elements, or > {DEPTH_MOST} deep"
            raise DerError(message)
        while ends and position == ends[-1]:
            ends.pop()
    if not raw:
        message = "it is empty"
        raise DerError(message)
    return parts


def _read_header(raw: bytes, position: int, limit: int) -> tuple[int, int, int]:
    """Return the tag of an element, and where its content begins and ends."""
    if position + 2 > limit or raw[position] & _LONG_TAG == _LONG_TAG:
        message = f"no element at byte {position}"
        raise DerError(message)
    tag, length, start = raw[position], raw[position + 1], position + 2
    if length >= _LONG_LENGTH:
        size = length - _LONG_LENGTH
        digits = raw[start : start + size]
        length, start = int.from_bytes(digits[:_LENGTH_BYTES_MOST]), start + size
        if not 1 <= size <= _LENGTH_BYTES_MOST or not digits or digits[0] == 0 or length < _LONG_LENGTH:
            message = f"a length that is not DER at byte {position}"
            raise DerError(message)
    if start + length > limit:
        message = f"it ends at byte {limit}, in an element"
        raise DerError(message)
    if tag == _IDENTIFIER and length > _IDENTIFIER_BYTES_MOST:
        message = f"an identifier of {length} bytes"
        raise DerError(message)
    return tag, start, start + length
