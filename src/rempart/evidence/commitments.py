"""Commitments: what a package says in clear of what is sealed in it, and the openings by which it is checked.

A commitment is HMAC-SHA256 (RFC 2104) under a random salt of its own: it binds to every byte, and without the salt
tells nothing, not even to whoever guesses the content. Salts are in the openings, which are sealed as the content is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from rempart.errors import IntegrityError

SALT_BYTES: Final = 32
COMMITMENTS: Final = "COMMITMENTS"
_CHUNK: Final = 1 << 20
_BYTES_MOST: Final = 1 << 20
_COMMITMENT: Final = re.compile(r"([0-9a-f]{64})\t(sealed/[a-z0-9][a-z0-9._-]{0,79})")
_OPENING: Final = re.compile(
    r"([0-9a-f]{64})\t([0-9a-f]{64})\t([0-9]{1,15})\t(sealed/[a-z0-9][a-z0-9._-]{0,79})\t([^\t\n]*)"
)
_FACT: Final = re.compile(r"# ([a-z_]{1,40})\t([^\t\n]*)")
_ESCAPED: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_PLAIN: Final = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens one commitment."""

    sha256: bytes
    """32 bytes, of the content."""
    salt: bytes
    """32 random bytes."""
    size: int
    """Of the content, in bytes."""
    sealed: str
    """Where the sealed content is: ``sealed/001.bin.age``."""
    name: str
    """What the content was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """What is in ``openings.tsv``."""

    openings: tuple[Opening, ...]
    """One for each sealed content."""
    facts: Mapping[str, str]
    """What is told to those who may open: who recorded it, where it was found, on which machine."""


class Committing:
    """Commits to content that goes by, so that it is read once."""

    def __init__(self, salt: bytes) -> None:
        """Begin.

        Args:
            salt: 32 random bytes, used for this content alone.
        """
        if len(salt) != SALT_BYTES:
            message = f"a salt has {SALT_BYTES} bytes, not {len(salt)}"
            raise ValueError(message)
        self._hmac = hmac.new(salt, digestmod=hashlib.sha256)
        self._sha256 = hashlib.sha256()
        self._salt = salt
        self.size = 0
        """Bytes that went by."""

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._hmac.update(data)
        self._sha256.update(data)
        self.size += len(data)

    def commitment(self) -> bytes:
        """Return 32 bytes."""
        return self._hmac.digest()

    def opening(self, *, sealed: str, name: str) -> Opening:
        """Return what opens it."""
        return Opening(sha256=self._sha256.digest(), salt=self._salt, size=self.size, sealed=sealed, name=name)


def commitment(salt: bytes, reader: BinaryIO) -> bytes:
    """Return the commitment to what a reader gives: 32 bytes."""
    committing = Committing(salt)
    while chunk := reader.read(_CHUNK):
        committing.update(chunk)
    return committing.commitment()


def render_commitments(commitments: Mapping[str, bytes]) -> bytes:
    """Return ``COMMITMENTS``: a line for each sealed content, sorted by name."""
    return "".join(f"{commitments[name].hex()}\t{name}\n" for name in sorted(commitments)).encode("ascii")


def parse_commitments(raw: bytes) -> dict[str, bytes]:
    """Read ``COMMITMENTS``.

    Raises:
        IntegrityError: it is in another form.
    """
    found: dict[str, bytes] = {}
    try:
        for line in _lines(raw):
            digest, name = _COMMITMENT.fullmatch(line).groups()  # type: ignore[union-attr]  # None is damage
            found[name] = bytes.fromhex(digest)
        if render_commitments(found) == raw:
            return found
    except (ValueError, AttributeError) as error:
        raise IntegrityError(f"{COMMITMENTS} is damaged") from error  # noqa: EM102, TRY003 - a name, no value
    message = f"{COMMITMENTS} is damaged"
    raise IntegrityError(message)


def render_openings(openings: Sequence[Opening], facts: Mapping[str, str]) -> bytes:
    """Return ``openings.tsv``: sha256, salt, bytes, sealed name, name; then facts, ``# KEY TAB VALUE``."""
    lines = [
        f"{each.sha256.hex()}\t{each.salt.hex()}\t{each.size}\t{each.sealed}\t{_escaped(each.name)}\n"
        for each in sorted(openings, key=lambda one: one.sealed)
    ]
    lines += [f"# {key}\t{_escaped(value)}\n" for key, value in sorted(facts.items())]
    return "".join(lines).encode()


def parse_openings(raw: bytes) -> Openings:
    """Read ``openings.tsv``.

    Raises:
        IntegrityError: it is in another form.
    """
    openings, facts = [], {}
    try:
        for line in _lines(raw):
            if fact := _FACT.fullmatch(line):
                facts[fact[1]] = _unescaped(fact[2])
                continue
            digest, salt, size, sealed, name = _OPENING.fullmatch(line).groups()  # type: ignore[union-attr]  # as above
            openings.append(
                Opening(
                    sha256=bytes.fromhex(digest),
                    salt=bytes.fromhex(salt),
                    size=int(size),
                    sealed=sealed,
                    name=_unescaped(name),
                )
            )
        if render_openings(openings, facts) == raw:
            return Openings(openings=tuple(openings), facts=facts)
    except (ValueError, AttributeError, KeyError) as error:
        message = "the openings are damaged"
        raise IntegrityError(message) from error
    message = "the openings are damaged"
    raise IntegrityError(message)


def _lines(raw: bytes) -> list[str]:
    if len(raw) > _BYTES_MOST:
        raise ValueError(len(raw))
    return raw.decode("utf-8").split("\n")[:-1]


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(sign, sign) for sign in text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.?)", lambda found: _PLAIN[found[1]], text)
