"""An address of mail is one address, which every program reads the same way, and whose every letter is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import MailError
from rempart.model.mail import MailReason
from rempart.net.mail_address import parse_mail_domain, parse_mailbox

BAD = [
    "",
    "abuse",
    "@example.org",
    "abuse@",
    "abuse@localhost",
    "abuse@host",
    "abuse@host.local",
    "abuse@127.0.0.1",
    "abuse@[127.0.0.1]",
    "abuse@[IPv6:::1]",
    "abuse@::1",
    "abuse@2130706433",
    "a@b@example.org",
    '"a b"@example.org',
    '"a@evil.example"@example.org',
    "Abuse <abuse@example.org>",
    "<abuse@example.org>",
    "abuse@example.org,other@example.org",
    "abuse@example.org other@example.org",
    "abuse(comment)@example.org",
    "abuse@example.org>\r\nRCPT TO:<x@example.org",
    "abuse@example.org\nBcc: x@example.org",
    "abuse\0@example.org",
    "abuse\u202e@example.org",
    "abuse\u200b@example.org",
    "abuse@exam\u00adple.org",
    "abu\u3164se@example.org",
    "abu se@example.org",
    "abu\u00a0se@example.org",
    "abuse;x@example.org",
    "abuse:x@example.org",
    ".abuse@example.org",
    "abuse.@example.org",
    "a..b@example.org",
    "abuse@example..org",
    "abuse@-example.org",
    "abuse@example.org.",
    "a" * 65 + "@example.org",
    "é" * 33 + "@example.org",
    "abuse@" + "a." * 124 + "org",
    "abuse\ud800@example.org",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    """The reason never holds it: it goes to logs."""
    with pytest.raises(MailError) as caught:
        parse_mailbox(text)

    assert caught.value.reason == MailReason.BAD_MAIL_ADDRESS
    assert "abuse" not in f"{caught.value} {caught.value.detail}"


@pytest.mark.parametrize(
    "text, written, needs_utf8",
    [
        ("abuse@example.org", "abuse@example.org", False),
        ("Abuse+dsa@Example.ORG", "Abuse+dsa@example.org", False),
        ("o'neill=x/y@example.org", "o'neill=x/y@example.org", False),
        ("abuse@exämple.org", "abuse@xn--exmple-cua.org", False),
        ("abuse@xn--exmple-cua.org", "abuse@xn--exmple-cua.org", False),
        ("zoe\u0301@example.org", "zo\u00e9@example.org", True),
    ],
)
def test_an_address_has_one_form(text: str, written: str, needs_utf8: bool) -> None:  # noqa: FBT001 - a parameter
    """Its domain in ASCII and small letters, its name as its host wrote it."""
    mailbox = parse_mailbox(text)

    assert (str(mailbox), mailbox.needs_utf8) == (written, needs_utf8)


def test_an_address_is_not_shown_by_accident() -> None:
    """Its name may be a person's."""
    assert "zoe" not in repr(parse_mailbox("zoe@example.org"))


@pytest.mark.parametrize("text", ["192.0.2.1", "::1", "host", "example.org.", "exa\u200bmple.org", ""])
def test_a_domain_is_a_name_of_the_internet(text: str) -> None:
    """Our own one is in each Message-ID."""
    with pytest.raises(MailError):
        parse_mail_domain(text)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_reason(text: str) -> None:
    """Nothing else is raised, and what is accepted is accepted again in its one form."""
    try:
        mailbox = parse_mailbox(text)
    except MailError:
        return
    assert parse_mailbox(str(mailbox)) == mailbox
