"""A mail is the same bytes each time, holds what was given and nothing of who or what wrote it."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import MailError
from rempart.model.mail import Attachment, MailReason, OutgoingMail
from rempart.net.foreign_text import find_hidden
from rempart.net.mail_address import parse_mailbox
from rempart.net.mail_message import Letterhead, WrittenMail, write_mail

DATE = dt.datetime(2026, 11, 22, 7, 0, 5, 123, tzinfo=dt.timezone(dt.timedelta(hours=1)))
LETTERHEAD = Letterhead(sender=parse_mailbox("notices@example.org"), domain="example.org", secret=b"s" * 32)
PDF = Attachment(name="Pièce n\u00ba 1.pdf", media_type="application/pdf", content=bytes(range(256)) * 9)
SEEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def write(letterhead: Letterhead = LETTERHEAD, bytes_most: int = 10**7, **changes: Any) -> WrittenMail:
    """Write a mail."""
    plain: dict[str, Any] = {"to": ("abuse@host.example",), "subject": "Hello", "text": "Hello", "key": "k1"}
    return write_mail(OutgoingMail(**({**plain, "language": "en"} | changes)), letterhead, DATE, bytes_most=bytes_most)


def read(written: WrittenMail) -> email.message.EmailMessage:
    """Read a mail as its recipient's program does."""
    message = email.message_from_bytes(written.content, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert message.defects == []
    return message


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "a\r\nBcc: x@example.org"},
        {"subject": "a\nb"},
        {"subject": "a\0"},
        {"subject": "invoice\u202efdp.exe"},
        {"subject": "a\u200bb"},
        {"subject": "a\ud800"},
        {"subject": ""},
        {"subject": " \u00a0"},
        {"subject": " a"},
        {"subject": "a" * 251},
        {"text": "\n \n"},
        {"text": "a\0"},
        {"text": "a\x1b[2J"},
        {"text": "a\ud800"},
        {"to": ()},
        {"to": ("a@example.org",) * 11},
        {"key": ""},
        {"key": "k" * 501},
        {"references": ("no-id",)},
        {"references": ("<a@b>\r\nBcc: x@example.org",)},
        {"references": ("<a b@c>",)},
        {"references": ("<a@b>",) * 51},
        {"reply_to": "a@example.org\r\nBcc: x@example.org"},
        {"attachments": (Attachment(name="a/b", media_type="application/pdf", content=b""),)},
        {"attachments": (Attachment(name="a\r\nX: y", media_type="application/pdf", content=b""),)},
        {"attachments": (Attachment(name="..", media_type="application/pdf", content=b""),)},
        {"attachments": (Attachment(name="a.pdf ", media_type="application/pdf", content=b""),)},
        {"attachments": (Attachment(name="", media_type="application/pdf", content=b""),)},
        {"attachments": (Attachment(name="a", media_type="message/rfc822", content=b""),)},
        {"attachments": (Attachment(name="a", media_type="text/plain\r\nX: y", content=b""),)},
        {"attachments": (Attachment(name="a", media_type="text/plain; x=y", content=b""),)},
        {"attachments": (Attachment(name="a", media_type="text/plain", content=b""),) * 101},
    ],
)
def test_what_could_inject_a_header_or_hide_is_refused(bad: dict[str, Any]) -> None:
    """A subject may come from a page; the reason does not repeat it."""
    with pytest.raises(MailError) as caught:
        write(**bad)

    assert caught.value.reason in {MailReason.BAD_MAIL, MailReason.BAD_MAIL_ADDRESS}
    assert "Bcc" not in f"{caught.value} {caught.value.detail}"


def test_a_mail_that_is_too_large_is_refused() -> None:
    """Once encoded, on each side of its limit."""
    size = len(write(attachments=(PDF,)).content)

    assert len(write(attachments=(PDF,), bytes_most=size).content) == size
    with pytest.raises(MailError) as caught:
        write(attachments=(PDF,), bytes_most=size - 1)
    assert caught.value.reason == MailReason.TOO_LARGE


def test_the_headers_are_these_and_no_other() -> None:
    """In their order; the date in UTC."""
    written = write(
        to=("a@example.org", "b@example.org"),
        reply_to="case-1@example.org",
        references=("<one@host.example>", "<two@host.example>"),
    )

    assert written.content.partition(b"\r\n\r\n")[0].decode().splitlines() == [
        "Date: Sun, 22 Nov 2026 06:00:05 +0000",
        "From: notices@example.org",
        "To: a@example.org,",
        " b@example.org",
        "Subject: Hello",
        f"Message-ID: {written.message_id}",
        "Reply-To: case-1@example.org",
        "In-Reply-To: <two@host.example>",
        "References: <one@host.example>",
        " <two@host.example>",
        "Content-Language: en",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "MIME-Version: 1.0",
    ]


def test_the_same_mail_is_the_same_bytes() -> None:
    """Its boundary too; another key gives another."""
    first, again = write(attachments=(PDF,)), write(attachments=(PDF,))
    other = write(attachments=(PDF,), key="k2")

    assert first == again
    assert first.message_id != other.message_id
    assert boundary(first) != boundary(other)


def boundary(written: WrittenMail) -> str:
    """Return what separates the parts of a mail."""
    return str(read(written).get_boundary())


def test_a_message_id_tells_nothing() -> None:
    """Of its key, which may name a case: without the secret it cannot be found by trying."""
    other = Letterhead(sender=LETTERHEAD.sender, domain="example.org", secret=b"t" * 32)
    written = write(key="case_1:notice:1")

    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", written.message_id)
    assert written.message_id != write(other, key="case_1:notice:1").message_id
    assert written.message_id[1:33] == written.envelope_id
    assert b"case_1" not in written.content


def test_an_attachment_arrives_as_it_was() -> None:
    """Its name, its type and its bytes, in ASCII on the way."""
    written = write(attachments=(PDF, Attachment(name="a" * 96 + ".txt", media_type="text/plain", content=b"x\n.\n")))

    pdf, text = read(written).iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_content()) == (PDF.name, PDF.media_type, PDF.content)
    assert text.get_filename() == "a" * 96 + ".txt"
    assert text.get_payload(decode=True) == b"x\n.\n"
    assert written.content.isascii()
    assert not written.needs_utf8


@given(SEEN)
def test_a_text_arrives_as_it_was(text: str) -> None:
    """Whatever its lines begin with; every line of the mail ends with CRLF and is short."""
    try:
        written = write(text=text)
    except MailError:
        return

    lines = written.content.split(b"\r\n")
    assert all(len(line) <= 78 and b"\n" not in line and b"\r" not in line for line in lines)
    got = read(written).get_content().replace("\r\n", "\n")
    assert got.rstrip("\n") == re.sub(r"\r\n|\r", "\n", text).rstrip("\n")


@given(SEEN)
def test_a_subject_arrives_as_it_was(subject: str) -> None:
    """Or is refused; it never begins another header."""
    try:
        written = write(subject=subject)
    except MailError:
        assert find_hidden(subject) or not subject.strip() or subject != subject.strip() or len(subject) > 250
        return

    message = read(written)
    assert message["Subject"] == subject
    assert len(message.keys()) == 9


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?Bcc?=", "a  b", "x" * 250, "Retrait\u202f: «\u00a0x\u00a0» " + "é" * 80]
)
def test_a_subject_that_looks_like_another_arrives_as_it_was(subject: str) -> None:
    """What looks encoded is not decoded, spaces are kept, long ones are folded."""
    assert read(write(subject=subject))["Subject"] == subject


def test_an_address_beyond_ascii_is_in_utf8_headers() -> None:
    """Only then does a mail need SMTPUTF8."""
    written = write(to=("zoé@example.org",))

    assert written.needs_utf8
    assert "\r\nTo: zoé@example.org\r\n".encode() in written.content


def test_a_date_without_a_zone_is_a_mistake() -> None:
    """It would be told in the machine's own."""
    mail = OutgoingMail(to=("a@example.org",), subject="a", text="a", key="k", language="en")

    with pytest.raises(ValueError, match="time zone"):
        write_mail(mail, LETTERHEAD, dt.datetime(2026, 1, 1), bytes_most=10**6)  # noqa: DTZ001 - the mistake


def test_a_mail_is_not_shown_by_accident() -> None:
    """Nothing of it is in a log line that has the value."""
    mail = OutgoingMail(to=("zoe@example.org",), subject="Zoé", text="Zoé", key="zoe", language="fr")

    assert "zo" not in repr(mail).lower()
    assert "secret" not in repr(LETTERHEAD)
