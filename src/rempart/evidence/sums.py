"""``SHA256SUMS``: what ``sha256sum --strict -c`` reads, in one form only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rempart.errors import IntegrityError

SUMS: Final = "SHA256SUMS"
BYTES_MOST: Final = 4 * 1024 * 1024
#: A name in a package; folders are one or two deep.
NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,79}){0,4}")
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\n]+)")


def render_sums(digests: Mapping[str, bytes]) -> bytes:
    r"""Return the lines for some files, sorted by name.

    Args:
        digests: SHA-256 of each file, by its name.

    Raises:
        ValueError: a name has other signs than a package's names have.

    >>> render_sums({"b": bytes(32)})[:4]
    b'0000'
    """
    for name in digests:
        if not NAME.fullmatch(name):
            message = f"{name!r} is no name of a file in a package"
            raise ValueError(message)
    return "".join(f"{digests[name].hex()}  {name}\n" for name in sorted(digests)).encode("ascii")


def parse_sums(raw: bytes, *, name: str = SUMS) -> dict[str, bytes]:
    """Read what :func:`render_sums` wrote, and nothing else.

    Raises:
        IntegrityError: a line is something else, twice there, or out of order.
    """
    message = f"{name} is damaged"
    try:
        if len(raw) > BYTES_MOST:
            raise ValueError(len(raw))  # noqa: TRY301 - told as any other damage
        found = {}
        for line in raw.decode("ascii").split("\n")[:-1]:
            digest, file = _LINE.fullmatch(line).groups()  # type: ignore[union-attr]  # None is damage
            found[file] = bytes.fromhex(digest)
        if found and render_sums(found) == raw:
            return found
    except (ValueError, AttributeError) as error:
        raise IntegrityError(message) from error
    raise IntegrityError(message)
