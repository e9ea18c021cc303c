"""The JSON of key files: read strictly, and never quoted in an error, because it may hold a key."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from typing import NoReturn

from rempart.errors import KeyFileError

#: The version of every file of this room.
VERSION = 1

Value = str | int | None | list[dict[str, str]]


class Document:
    """One JSON object of strings, whose every field must be there and of its type."""

    __slots__ = ("_fields", "_name")

    def __init__(self, content: bytes, *, name: str) -> None:
        """Parse a file's content.

        Args:
            content: The whole file.
            name: Its name, for messages.

        Raises:
            KeyFileError: it is not JSON, not an object, or of another version.
        """
        self._name = name
        fields = _parsed(content)
        if not isinstance(fields, dict):
            self.refuse("it is not a JSON object")
        if fields.get("v") != VERSION or isinstance(fields["v"], bool):
            message = f"{name} is of a version that this Rempart does not know"
            raise KeyFileError(message, advice="Use the Rempart that wrote it, or a newer one.")
        self._fields: dict[str, object] = fields

    def text(self, field: str) -> str:
        """Return a field that must be a string."""
        value = self._fields.get(field)
        if not isinstance(value, str):
            self.refuse(f"{field} is not a text")
        return value

    def octets(self, field: str, *, size: int) -> bytes:
        """Return a field that must be so many bytes in base64."""
        try:
            value = base64.b64decode(self.text(field), validate=True)
        except (binascii.Error, ValueError):
            self.refuse(f"{field} is not base64")
        if len(value) != size:
            self.refuse(f"{field} is not {size} bytes long")
        return value

    def instant(self, field: str) -> dt.datetime:
        """Return a field that must be an instant in UTC."""
        return self._parsed_instant(self.text(field), field)

    def instant_or_none(self, field: str) -> dt.datetime | None:
        """Return a field that may be null."""
        return None if self._fields.get(field) is None else self.instant(field)

    def rows(self, field: str) -> list[Mapping[str, str]]:
        """Return a field that must be a list of objects of strings."""
        rows = self._fields.get(field)
        if not isinstance(rows, list):
            self.refuse(f"{field} is not a list")
        for row in rows:
            if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
                self.refuse(f"{field} holds something else than texts")
        return rows

    def row_instant(self, row: Mapping[str, str], field: str) -> dt.datetime:
        """Return an instant of a row."""
        return self._parsed_instant(row.get(field, ""), field)

    def _parsed_instant(self, text: str, field: str) -> dt.datetime:
        """Parse an instant, which must be aware."""
        try:
            value = dt.datetime.fromisoformat(text)
        except ValueError:
            self.refuse(f"{field} is not an instant")
        if value.tzinfo is None:
            self.refuse(f"{field} has no time zone")
        return value.astimezone(dt.UTC)

    def refuse(self, why: str) -> NoReturn:
        """Refuse a file that was changed by something else than Rempart.

        Raises:
            KeyFileError: always.
        """
        message = f"{self._name} is damaged: {why}"
        raise KeyFileError(message, advice="Put it back from a backup.") from None


def _parsed(content: bytes) -> object:
    """Return what a text of JSON says; None if it is none.

    The decoder's error ends here: it carries the whole text, and the text may carry a key.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def render(fields: Mapping[str, Value]) -> bytes:
    """Return a file's content."""
    return json.dumps({"v": VERSION, **fields}, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def render_octets(value: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(value).decode("ascii")


def render_instant(value: dt.datetime) -> str:
    """Return an instant in UTC."""
    return value.astimezone(dt.UTC).isoformat(timespec="seconds")
