"""Write a mail: the same value, sender and date give the same bytes, which say nothing of the machine or who uses it.

The headers that name people, dates and threads are written here, one by one, and nothing adds another: no
``User-Agent``, ``X-Mailer``, ``Sender`` or host name, and the date is in UTC. The parts are the standard library's,
encoded in ASCII, with a boundary derived from the mail's key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from rempart.errors import MailError
from rempart.model.mail import Attachment, MailReason, OutgoingMail
from rempart.net.foreign_text import find_hidden
from rempart.net.mail_address import Mailbox, parse_mailbox

_RECIPIENTS_MOST: Final = 10
_SUBJECT_CHARACTERS_MOST: Final = 250
_NAME_CHARACTERS_MOST: Final = 100
_KEY_CHARACTERS_MOST: Final = 500
_REFERENCES_MOST: Final = 50
_ATTACHMENTS_MOST: Final = 100
#: RFC 5322 §2.1.1, without the line's end.
_LINE_OCTETS_MOST: Final = 998
_MESSAGE_ID: Final = re.compile(r"<[!#-;=?A-Z^-~]{1,200}@[!#-;=?A-Z\[\]^-~]{1,200}>")
_MEDIA_TYPE: Final = re.compile(r"(application|audio|image|text|video)/([a-z0-9][a-z0-9.+-]{0,99})")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
#: What no text holds but tabs and ends of lines.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIGEST_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who our mails are from."""

    sender: Mailbox
    """The address of the organisation, never of a person's account on this machine."""
    domain: str
    """Right part of our Message-IDs."""
    secret: bytes = field(repr=False)
    """Hides the keys of mails in their Message-IDs: 16 bytes or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """A mail, ready to be handed over."""

    sender: Mailbox
    """Of the envelope."""
    recipients: tuple[Mailbox, ...] = field(repr=False)
    """Of the envelope, in the order that was given."""
    message_id: str
    """With its angle brackets."""
    envelope_id: str
    """What a receipt names it by (RFC 3461 §4.4): it tells nothing of the mail."""
    content: bytes = field(repr=False)
    """Lines that end with CRLF."""

    @property
    def needs_utf8(self) -> bool:
        """Tell whether an address of it is not ASCII: everything else always is."""
        return self.sender.needs_utf8 or any(r.needs_utf8 for r in self.recipients) or not self.content.isascii()


def write_mail(mail: OutgoingMail, letterhead: Letterhead, date: dt.datetime, *, bytes_most: int) -> WrittenMail:
    """Write a mail.

    Args:
        mail: What to say, and to whom.
        letterhead: Who says it.
        date: When it was decided to: retries keep it.
        bytes_most: Of the whole.

    Raises:
        MailError: it cannot be written; the detail names no address and no content.
    """
    if not 1 <= len(mail.to) <= _RECIPIENTS_MOST:
        raise MailError(MailReason.BAD_MAIL, f"{len(mail.to)} recipients: it takes 1 to {_RECIPIENTS_MOST}")
    recipients = tuple(parse_mailbox(to) for to in mail.to)
    digest = _digest(letterhead.secret, "message", mail.key)
    message_id = f"<{digest}@{letterhead.domain}>"
    content = _head(mail, letterhead, date, recipients, message_id) + _parts(mail, letterhead)
    _check(content, bytes_most)
    return WrittenMail(
        sender=letterhead.sender,
        recipients=recipients,
        message_id=message_id,
        envelope_id=digest,
        content=content,
    )


def _digest(secret: bytes, purpose: str, key: str) -> str:
    """Return what stands for a key: the same each time, and nothing for whoever has no secret."""
    if not key or len(key) > _KEY_CHARACTERS_MOST:
        raise MailError(MailReason.BAD_MAIL, f"a key of {len(key)} characters: 1 to {_KEY_CHARACTERS_MOST}")
    code = hmac.new(secret, f"rempart mail {purpose} 1\0{key}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return code.hexdigest()[:_DIGEST_CHARACTERS]


def _head(
    mail: OutgoingMail,
    letterhead: Letterhead,
    date: dt.datetime,
    recipients: tuple[Mailbox, ...],
    message_id: str,
) -> bytes:
    """Write the headers that name people, dates and threads."""
    if date.tzinfo is None:
        message = "the date of a mail is an instant: it has a time zone"
        raise ValueError(message)
    lines = [
        # RFC 5322 §3.3: +0000 says UTC and nothing of where we are.
        ("Date", format_datetime(date.astimezone(dt.UTC).replace(microsecond=0))),
        ("From", str(letterhead.sender)),
        ("To", ",\r\n ".join(str(r) for r in recipients)),
        ("Subject", _subject(mail.subject)),
        ("Message-ID", message_id),
    ]
    if mail.reply_to:
        lines.append(("Reply-To", str(parse_mailbox(mail.reply_to))))
    if mail.references:
        lines += [("In-Reply-To", mail.references[-1]), ("References", _references(mail.references))]
    lines.append(("Content-Language", mail.language))
    return "".join(f"{name}: {value}\r\n" for name, value in lines).encode()


def _subject(subject: str) -> str:
    """Write a subject: as it is where it is plain ASCII, else in words that are encoded (RFC 2047)."""
    if why := find_hidden(subject):
        raise MailError(MailReason.BAD_MAIL, f"its subject: {why}")
    if not subject.strip() or subject != subject.strip() or len(subject) > _SUBJECT_CHARACTERS_MOST:
        detail = f"its subject has 1 to {_SUBJECT_CHARACTERS_MOST} characters, none of them a space at an end"
        raise MailError(MailReason.BAD_MAIL, detail)
    # RFC 2047 §5: what looks like an encoded word would be decoded.
    if subject.isascii() and "=?" not in subject:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _references(references: tuple[str, ...]) -> str:
    if len(references) > _REFERENCES_MOST or not all(_MESSAGE_ID.fullmatch(r) for r in references):
        raise MailError(MailReason.BAD_MAIL, f"its references: at most {_REFERENCES_MOST} Message-IDs")
    return "\r\n ".join(references)


def _parts(mail: OutgoingMail, letterhead: Letterhead) -> bytes:
    """Write the text and the attachments, with their headers."""
    text = _LINE_END.sub("\n", mail.text)
    if not text.strip():
        raise MailError(MailReason.BAD_MAIL, "it says nothing")
    if found := _CONTROL.search(text):
        raise MailError(MailReason.BAD_MAIL, f"its text holds the character U+{ord(found.group()):04X}")
    if len(mail.attachments) > _ATTACHMENTS_MOST:
        raise MailError(MailReason.BAD_MAIL, f"{len(mail.attachments)} attachments > {_ATTACHMENTS_MOST}")
    message = EmailMessage(policy=SMTP)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    for attachment in mail.attachments:
        family, kind = _check_attachment(attachment)
        message.add_attachment(attachment.content, maintype=family, subtype=kind, filename=attachment.name)
    if mail.attachments:
        # RFC 2045 §6.7: "=_" is in no quoted-printable or base64 text, so no part holds the boundary.
        message.set_boundary("=_" + _digest(letterhead.secret, "boundary", mail.key))
    return message.as_bytes(policy=SMTP)


def _check_attachment(attachment: Attachment) -> tuple[str, str]:
    name = attachment.name
    is_bounded = 1 <= len(name) <= _NAME_CHARACTERS_MOST and name == name.strip(" .")
    if not is_bounded or find_hidden(name) or re.search(r'[/\\:*?"<>|]', name):
        raise MailError(MailReason.BAD_MAIL, "the name of an attachment is one that some systems cannot write")
    if not (kind := _MEDIA_TYPE.fullmatch(attachment.media_type)):
        raise MailError(MailReason.BAD_MAIL, "the type of an attachment is not one that is attached")
    return kind[1], kind[2]


def _check(content: bytes, bytes_most: int) -> None:
    """Refuse what a relay would: too much of it, or lines that are too long."""
    if len(content) > bytes_most:
        raise MailError(MailReason.TOO_LARGE, f"{len(content)} bytes > {bytes_most}")
    longest = max(len(line) for line in content.split(b"\r\n"))
    if longest > _LINE_OCTETS_MOST or re.search(rb"(?<!\r)\n|\r(?!\n)|\0", content):
        raise MailError(MailReason.BAD_MAIL, f"a line of {longest} bytes, or one that does not end with CRLF")
