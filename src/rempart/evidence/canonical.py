"""JSON in one form only: what is read is what would be written, byte for byte (after RFC 8785, without floats)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from rempart.errors import IntegrityError
from rempart.model.strict_json import JsonFault, parse_json_object

#: A manifest of a dossier of a thousand items has some 300 kB.
BYTES_MOST: Final = 4 * 1024 * 1024
_DEPTH_MOST: Final = 8
_VALUES_MOST: Final = 100_000

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


def render_canonical(value: Mapping[str, Json]) -> bytes:
    r"""Return an object's one form: keys sorted, no white space, no floats, UTF-8, a line end.

    Raises:
        TypeError: it holds a float.

    >>> render_canonical({"b": 1, "a": ["é"]})
    b'{"a":["\xc3\xa9"],"b":1}\n'
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def parse_canonical(raw: bytes, *, name: str) -> dict[str, object]:
    """Read what :func:`render_canonical` wrote.

    Args:
        raw: A file of somebody else's.
        name: What it is called in an error.

    Raises:
        IntegrityError: it is not JSON, too large, or in another form.
    """
    if len(raw) > BYTES_MOST:
        message = f"{name} is too long: {len(raw)} bytes > {BYTES_MOST}"
        raise IntegrityError(message)
    try:
        found = parse_json_object(raw.decode("utf-8"), depth_most=_DEPTH_MOST, values_most=_VALUES_MOST)
    except UnicodeDecodeError:
        found = JsonFault.NOT_JSON
    if isinstance(found, JsonFault):
        message = f"{name} is damaged: {found}"
        raise IntegrityError(message)
    try:
        if render_canonical(found) == raw:  # type: ignore[arg-type]  # a float in it is refused
            return found
    except (TypeError, UnicodeEncodeError):
        pass
    message = f"{name} is not in its one form"
    raise IntegrityError(message)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        message = "canonical JSON holds no float"
        raise TypeError(message)
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_floats(each)
