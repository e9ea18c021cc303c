"""A hotline's list of known addresses, as digests: what is on it is never asked for, whoever links to it.

The file holds one entry a line: the SHA-256, 64 hexadecimal digits, of a canonical address
(``https://host.example/path?query``), or of a host name alone (``host.example``), which then stands for all its
addresses and for the hosts below it. ``#`` begins a comment. The list itself names nothing to whoever reads it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from rempart.collect import canonical, undated
from rempart.config import Settings
from rempart.errors import ConfigError

#: A list of 250,000 entries.
_LIST_LIMIT_BYTES: Final = 16 * 1024 * 1024
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


class KnownList:
    """Which addresses a hotline knows."""

    def __init__(self, lines: Mapping[bytes, int] | None = None) -> None:
        """Keep digests and the numbers of their lines."""
        self._lines = dict(lines or {})

    @classmethod
    def parse(cls, lines: Iterable[str]) -> KnownList:
        """Read the lines of a list.

        Raises:
            ConfigError: a line is none; it is named by its number.
        """
        known: dict[bytes, int] = {}
        for number, line in enumerate(lines, start=1):
            entry = line.partition("#")[0].strip()
            if not entry:
                continue
            if not _DIGEST.fullmatch(entry):
                message = f"line {number} of the list of known addresses is no SHA-256"
                raise ConfigError(
                    message, advice="Each line has 64 hexadecimal digits. Nothing is asked for until then."
                )
            known.setdefault(bytes.fromhex(entry), number)
        return cls(known)

    def rule(self, url: str) -> str:
        """Return which line knows an address, as a rule; empty if none does."""
        if not self._lines:
            return ""
        for spelled in _spellings(url):
            number = self._lines.get(hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).digest())
            if number is not None:
                return f"known-addresses line {number}"
        return ""

    def __len__(self) -> int:
        """Return how many entries it has."""
        return len(self._lines)


def read_known_list(settings: Settings) -> KnownList:
    """Read the list that the settings name; an empty one if they name none.

    Raises:
        ConfigError: it cannot be read: nothing is asked for with half a list.
    """
    path = settings.gate.known_urls_file
    if path is None:
        return KnownList()
    advice = "Check gate.known_urls_file: nothing is asked for while the list cannot be read."
    try:
        if path.stat().st_size > _LIST_LIMIT_BYTES:
            message = f"the list of known addresses {path} is larger than {_LIST_LIMIT_BYTES} bytes"
            raise ConfigError(message, advice=advice)
        return KnownList.parse(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        message = f"the list of known addresses {path} cannot be read: {reason}"
        raise ConfigError(message, advice=advice) from error


def _spellings(url: str) -> Iterator[str]:
    """Yield the ways in which a list may hold an address, then its host and those above it."""
    one = canonical(url)
    if not one:
        return
    for address in dict.fromkeys((one, undated(one), one.partition("?")[0])):
        head, tail = address.split("://", 1)
        for scheme in dict.fromkeys((head, "https", "http")):
            yield f"{scheme}://{tail}"
            yield f"{scheme}://{tail[:-1] if tail.endswith('/') else f'{tail}/'}"
    labels = (urlsplit(one).hostname or "").split(".")
    yield from (".".join(labels[at:]) for at in range(max(len(labels) - 1, 1)))
