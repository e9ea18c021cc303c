"""What a setting can be: a text, a path, an address, numbers, a digest; and what a section of settings is."""

from __future__ import annotations

import ipaddress
import math
import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """One section: frozen, and an unknown name in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True)


def _whole_path(path: Path) -> Path:
    """Make a path absolute, with ``~`` for the home: workers stand in another folder."""
    if "\0" in str(path):
        message = "a path has no NUL"
        raise ValueError(message)
    return Path(os.path.abspath(path.expanduser()))


def _printable(text: str) -> str:
    """Refuse what cannot be shown on a line."""
    if not text.isprintable():
        message = "a text has no control characters"
        raise ValueError(message)
    return text


def _comment(text: str) -> str:
    """Refuse what a User-Agent cannot carry in its comment (RFC 9110 §5.6.5), as it is."""
    if not (text.isascii() and text.isprintable()) or set(text) & set("()\\"):
        message = "a line of ASCII"
        raise ValueError(message)
    return text


def _ip_address(text: str) -> str:
    """Refuse what is not an IP address in its usual form."""
    if str(ipaddress.ip_address(text)) != text:
        message = "an IP address in its usual form"
        raise ValueError(message)
    return text


def _three_numbers(text: str) -> str:
    """Refuse what is not a number for each of red, green and blue."""
    numbers = [float(part) for part in text.split()]
    if len(numbers) != len(("red", "green", "blue")) or not all(math.isfinite(n) for n in numbers):
        message = "three numbers"
        raise ValueError(message)
    return text


SettingText = Annotated[str, Field(max_length=1_000), AfterValidator(_printable)]
SettingPath = Annotated[Path, AfterValidator(_whole_path)]
SettingAddress = Annotated[str, Field(max_length=45), AfterValidator(_ip_address)]
SettingNumbers = Annotated[
    str,
    Field(max_length=100, json_schema_extra={"takes": "three numbers, of red, green and blue, separated by spaces"}),
    AfterValidator(_three_numbers),
]
SettingSha256 = Annotated[
    str,
    Field(
        max_length=64, pattern=r"^([0-9a-f]{64})?$", json_schema_extra={"takes": "64 hexadecimal digits, lower case"}
    ),
]
SettingComment = Annotated[
    str,
    Field(max_length=1_000, json_schema_extra={"takes": "a line without accents, parentheses or backslashes"}),
    AfterValidator(_comment),
]
