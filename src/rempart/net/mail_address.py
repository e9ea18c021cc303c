"""Read an address of mail strictly: one, without a name, a comment, a quote or a letter that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from rempart.errors import FetchError, MailError
from rempart.model.mail import MailReason
from rempart.net.foreign_text import find_hidden
from rempart.net.urls import parse_host

#: RFC 5321 §4.5.3.1: 64 octets before the at sign, 254 in all (erratum 1690 of RFC 3696).
_LOCAL_OCTETS_MOST: Final = 64
_OCTETS_MOST: Final = 254
#: RFC 5322 §3.2.3, dot-atom; RFC 6532 §3.2 adds what is not ASCII.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_DOT_ATOM: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One address of mail."""

    local: str = field(repr=False)
    """Before the at sign, as it was written: its host alone knows what it means."""
    domain: str
    """In ASCII and small letters."""

    @property
    def needs_utf8(self) -> bool:
        """Tell whether only a relay with SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()

    def __str__(self) -> str:
        """Return it as the envelope and the headers have it."""
        return f"{self.local}@{self.domain}"


def parse_mailbox(text: str) -> Mailbox:
    """Read one address.

    A quoted local part (RFC 5321 §4.1.2) is refused: programs disagree on where it ends.

    Raises:
        MailError: it is none, or one that programs read in several ways; the detail does not hold it.
    """
    if why := find_hidden(text):
        raise MailError(MailReason.BAD_MAIL_ADDRESS, why)
    local, at, host = text.rpartition("@")
    if not at or not _DOT_ATOM.fullmatch(local):
        raise MailError(MailReason.BAD_MAIL_ADDRESS, "it is written name@example.org, without a display name or quotes")
    if any(unicodedata.category(c).startswith("Z") for c in local):
        raise MailError(MailReason.BAD_MAIL_ADDRESS, "it holds a space")
    # RFC 6532 §3.1: normalised, so that two spellings of one letter are one address.
    mailbox = Mailbox(local=unicodedata.normalize("NFC", local), domain=parse_mail_domain(host))
    if len(mailbox.local.encode()) > _LOCAL_OCTETS_MOST or len(str(mailbox).encode()) > _OCTETS_MOST:
        raise MailError(MailReason.BAD_MAIL_ADDRESS, f"> {_LOCAL_OCTETS_MOST} bytes before the @, or > {_OCTETS_MOST}")
    return mailbox


def parse_mail_domain(text: str) -> str:
    """Read the domain of an address: a name of the Internet, in ASCII.

    Raises:
        MailError: it is none; an address of a machine (``[192.0.2.1]``) is none either.
    """
    if text.endswith(".") or find_hidden(text):
        raise MailError(MailReason.BAD_MAIL_ADDRESS, "its domain ends with a dot, or holds what nobody sees")
    try:
        host = parse_host(text)
    except FetchError as error:
        raise MailError(MailReason.BAD_MAIL_ADDRESS, "its domain is not a name of the Internet") from error
    # A name's last label is never a number (parse_host), an address's always is, or it has colons.
    if ":" in host or host.rpartition(".")[2].isdecimal():
        raise MailError(MailReason.BAD_MAIL_ADDRESS, "its domain is the address of a machine")
    return host
