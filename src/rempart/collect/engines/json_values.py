"""Reads fields of JSON that somebody else wrote: what is of another type than documented counts as not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Under which names an answer that is a list is offered, and the address that gave it: an empty list has no other sign.
LIST: Final = "[]"
ADDRESS: Final = "@"


def as_object(answer: object, url: str) -> Mapping[str, object]:
    """Return an answer as an object: a list as one with a field; what is neither as an empty one."""
    if isinstance(answer, list):
        return {LIST: answer, ADDRESS: url}
    return object_of(answer)


def text_of(value: object) -> str:
    """Return a text; empty if it is none."""
    return value if isinstance(value, str) else ""


def number_of(value: object) -> int | None:
    """Return a whole number that is not negative; None if it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def object_of(value: object) -> Mapping[str, object]:
    """Return an object; an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a list; what else is in it is passed over."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
