"""A time-stamp (RFC 3161): what is stamped, by whom, what came of it, or why there is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.model.web import Hop


class ImprintAlgorithm(StrEnum):
    """How the digest that is stamped was made."""

    SHA256 = "sha256"
    SHA512 = "sha512"


_DIGEST_BYTES: Final = {ImprintAlgorithm.SHA256: 32, ImprintAlgorithm.SHA512: 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What an authority stamps: a digest, which tells it nothing of what was digested."""

    algorithm: ImprintAlgorithm
    """How it was made."""
    digest: bytes
    """32 or 64 bytes."""

    def __post_init__(self) -> None:
        """Refuse a digest of another length, which is a mistake of ours.

        Raises:
            ValueError: it is one.
        """
        if len(self.digest) != _DIGEST_BYTES[self.algorithm]:
            message = f"a digest of {len(self.digest)} bytes is not one of {self.algorithm}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """Whom the administrator chose to ask."""

    url: str
    """Where. ``http`` is as good as ``https``: the reply is signed, and the request holds a digest only."""
    policy: str = ""
    """The policy to ask for, as an object identifier (``1.2.3``); empty, the authority's own choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A time-stamp: what was asked is what was stamped.

    Its signature and its certificates are *not* verified here: whoever relies on it does (``evidence``), and what is
    needed for that is kept byte for byte.
    """

    imprint: Imprint
    """What was stamped."""
    raw_reply: bytes = field(repr=False)
    """The reply, as it came."""
    token_der: bytes = field(repr=False)
    """The token in it, as it came."""
    request_der: bytes = field(repr=False)
    """What was asked, as it was sent."""
    gen_time: dt.datetime
    """When, by the authority's clock; aware, in UTC."""
    accuracy: dt.timedelta | None
    """How far its clock may be off; None if it does not say."""
    serial: int
    """The authority's number for it."""
    policy: str
    """Under which policy, as an object identifier."""
    tsa_name: str
    """Who the token says made it, shortened and printable; empty if it does not say."""
    nonce: int
    """What made the request unique, and came back."""
    url: str
    """Who was asked."""
    at: dt.datetime
    """When the reply had come, by our clock."""
    remarks: tuple[str, ...] = ()
    """What a person should know of it, in English."""
    hops: tuple[Hop, ...] = field(default=(), repr=False)
    """How it was reached."""


class NotTimestampedReason(StrEnum):
    """Why an authority gave no time-stamp."""

    STOPPED = "stopped"
    NOT_FETCHED = "not_fetched"
    NOT_GRANTED = "not_granted"
    NO_TOKEN = "no_token"  # noqa: S105 - a reason, not a secret
    BAD_REPLY = "bad_reply"
    BAD_TIME = "bad_time"
    WRONG_VERSION = "wrong_version"
    WRONG_NONCE = "wrong_nonce"
    WRONG_IMPRINT = "wrong_imprint"
    WRONG_POLICY = "wrong_policy"
    NO_CERTIFICATE = "no_certificate"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _WORDS[self]


_WORDS: Final = {
    NotTimestampedReason.STOPPED: "the gate stopped the authority's address",
    NotTimestampedReason.NOT_FETCHED: "the authority could not be reached, or did not answer as one",
    NotTimestampedReason.NOT_GRANTED: "the authority refused",
    NotTimestampedReason.NO_TOKEN: "the authority says that it granted a time-stamp, and sent none",
    NotTimestampedReason.BAD_REPLY: "the reply is not a time-stamp that can be read",
    NotTimestampedReason.BAD_TIME: "the time in the reply is not one",
    NotTimestampedReason.WRONG_VERSION: "the time-stamp is of another version",
    NotTimestampedReason.WRONG_NONCE: "the reply is not to this request",
    NotTimestampedReason.WRONG_IMPRINT: "the time-stamp is of something else",
    NotTimestampedReason.WRONG_POLICY: "the time-stamp is under another policy than the one asked for",
    NotTimestampedReason.NO_CERTIFICATE: "the time-stamp came without the certificate that it takes to verify it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTimestamped:
    """An authority that gave no time-stamp; the others are asked all the same."""

    reason: NotTimestampedReason
    """The class of reason, for counting."""
    detail: str = ""
    """The value that was wrong, or what the authority said; shortened and printable."""
    url: str
    """Who was asked."""
    at: dt.datetime
    """When it was known."""
    hops: tuple[Hop, ...] = field(default=(), repr=False)
    """How far it went."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        words = self.reason.in_words()
        return f"{words}: {self.detail}" if self.detail else words


TimestampOutcome = Timestamp | NotTimestamped
