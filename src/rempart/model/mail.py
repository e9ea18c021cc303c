"""A mail that is to leave, and what became of it: sent, to be tried again, refused, or nobody can tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of ours that a mail carries."""

    name: str
    """Its name, without a folder."""
    media_type: str
    """``application/pdf``; never ``multipart/…`` or ``message/…``."""
    content: bytes = field(repr=False)
    """Its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail that is to leave: the same value gives the same bytes, however often it is tried."""

    key: str = field(repr=False)
    """What it is sent for, once: retries have the same key, and so the same Message-ID."""
    to: tuple[str, ...] = field(repr=False)
    """Who gets it: one address each, without a name. They see each other."""
    subject: str = field(repr=False)
    """One line."""
    text: str = field(repr=False)
    """Plain text."""
    language: Literal["fr", "en"]
    """Of the subject and the text."""
    attachments: tuple[Attachment, ...] = ()
    """In their order."""
    reply_to: str = field(default="", repr=False)
    """One address that answers should reach; empty, the sender's."""
    references: tuple[str, ...] = field(default=(), repr=False)
    """Message-IDs of the thread, the oldest first, the one that is answered last."""
    receipt: bool = False
    """Ask to be told of its delivery, where the relay can (RFC 3461); a failure is always told."""


class MailReason(StrEnum):
    """Why a mail did not leave, or why nobody can tell whether it did."""

    BAD_MAIL = "bad_mail"
    BAD_MAIL_ADDRESS = "bad_mail_address"
    TOO_LARGE = "too_large"
    NEEDS_UTF8 = "needs_utf8"
    NO_ROUTE = "no_route"
    CONNECT = "connect"
    TLS = "tls"
    CERTIFICATE = "certificate"
    NO_STARTTLS = "no_starttls"
    GREETING = "greeting"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"
    BAD_REPLY = "bad_reply"
    CLOSED = "closed"
    TIME = "time"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _WORDS[self]


_WORDS: Final = {
    MailReason.BAD_MAIL: "this mail cannot be written",
    MailReason.BAD_MAIL_ADDRESS: "this is not one address of mail",
    MailReason.TOO_LARGE: "the mail has too many bytes",
    MailReason.NEEDS_UTF8: "the address has letters that the relay does not take (SMTPUTF8)",
    MailReason.NO_ROUTE: "the relay's address cannot be found, or is never connected to",
    MailReason.CONNECT: "the relay did not accept a connection",
    MailReason.TLS: "no secure connection could be made to the relay",
    MailReason.CERTIFICATE: "the relay's certificate is not valid",
    MailReason.NO_STARTTLS: "the relay offers no STARTTLS, and nothing is said to it in the clear",
    MailReason.GREETING: "the relay does not serve us",
    MailReason.LOGIN: "the relay refused our name and password",
    MailReason.SENDER: "the relay refused the sender",
    MailReason.RECIPIENT: "the relay refused the recipient",
    MailReason.CONTENT: "the relay refused the content",
    MailReason.BAD_REPLY: "the relay's answer cannot be read",
    MailReason.CLOSED: "the relay broke the connection",
    MailReason.TIME: "the relay did not answer in time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The relay took it, and answers for it from now on (RFC 5321 §4.2.5)."""

    message_id: str
    """With its angle brackets."""
    relay_reply: str = field(repr=False)
    """What the relay said, shortened and printable."""
    at: dt.datetime
    """When it said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Nothing left: it may be tried again as it is."""

    reason: MailReason
    """The class of reason, for counting."""
    code: int = 0
    """What the relay answered; 0 if nothing."""
    why: str = field(default="", repr=False)
    """What the relay said, or the value that was wrong; shortened and printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Nothing left, and trying again as it is would be the same."""

    reason: MailReason
    """The class of reason, for counting."""
    code: int = 0
    """What the relay answered; 0 if it was not asked."""
    why: str = field(default="", repr=False)
    """What the relay said, or the value that was wrong; shortened and printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeSent:
    """All of it was handed over, and the relay's answer did not come: a person decides whether to send it again.

    The relay may have taken it (RFC 1047): what is tried again blindly can arrive twice.
    """

    message_id: str
    """With its angle brackets: what to ask the relay's administrator for."""
    reason: MailReason
    """What came instead of an answer."""
    why: str = field(default="", repr=False)
    """The value that was wrong; shortened and printable."""
    at: dt.datetime
    """When we stopped waiting."""


MailOutcome = Sent | Deferred | Rejected | MaybeSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a mail for one recipient."""

    to: str = field(repr=False)
    """As it was given."""
    outcome: MailOutcome
    """Sent, deferred, rejected, or maybe sent."""
