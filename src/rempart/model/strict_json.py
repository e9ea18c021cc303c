"""Read one JSON object that somebody else wrote, strictly and within bounds; what is wrong with it is a value."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Final

#: The longest number that any format read here has is a quality, an instant or an AS number.
_DIGITS_MAX: Final = 18
# A string or a bracket or a comma; the closing quotation mark is optional, so that no text is read twice.
# NOTE: possessive quantifiers: a greedy one keeps a place to come back to for each character, 120 bytes of memory.
_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)


class JsonFault(StrEnum):
    """Why a text is no object that is read."""

    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    DUPLICATE_KEY = "duplicate_key"


def parse_json_object(text: str, *, depth_most: int, values_most: int | None = None) -> dict[str, object] | JsonFault:
    """Read one JSON object, strictly: no key twice, no NaN, no number beyond 18 digits, no deep nesting.

    Args:
        text: A document, whose length the caller has bounded.
        depth_most: Objects and lists around a value.
        values_most: Values and keys in it, an upper estimate by its commas and brackets; none is no limit of its own.

    Returns:
        The object, or why it is none.
    """
    if fault := _measured(text, depth_most, values_most):
        return fault
    twice: list[bool] = []

    def joined(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice.append(True)
        return found

    try:
        value = json.loads(
            text,
            object_pairs_hook=joined,
            parse_int=_short_number,
            parse_float=_short_decimal,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        # The decoder's error carries the text, which nobody may see: it ends here.
        return JsonFault.NOT_JSON
    if twice:
        return JsonFault.DUPLICATE_KEY
    return value if isinstance(value, dict) else JsonFault.NOT_JSON


def _measured(text: str, depth_most: int, values_most: int | None) -> JsonFault | None:
    """Count depth and values before the decoder works on any of them."""
    depth = values = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in {"[", "{"}:
            depth += 1
            values += 1
            if depth > depth_most:
                return JsonFault.TOO_DEEP
        elif sign in {"]", "}"}:
            depth -= 1
        elif sign == ",":
            values += 1
        if values_most is not None and values > values_most:
            return JsonFault.TOO_MANY
    return None


def _short_number(digits: str) -> int:
    if len(digits) > _DIGITS_MAX:
        raise ValueError
    return int(digits)


def _short_decimal(digits: str) -> float:
    if len(digits) > _DIGITS_MAX:
        raise ValueError
    return float(digits)


def _refuse_constant(name: str) -> float:
    del name
    raise ValueError
