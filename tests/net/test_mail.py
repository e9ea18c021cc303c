"""Mails leave through one relay, and whatever it does is a value for each recipient; nothing is sent twice blindly."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import re
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as REAL_RELAY
from aiosmtpd.smtp import Envelope

from relays import DATE, NOW, ScriptedRelay, mail, mailer_to, outcome_of, relay_at, send_to, server_tls
from rempart.model.mail import Deferred, Delivery, MailReason, Rejected, Sent
from rempart.net.mail_route import Relay, RelaySecurity
from rempart.net.mail_session import MailLimits

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_mail_that_the_relay_takes_is_sent() -> None:
    """With its Message-ID and the relay's words."""
    relay = ScriptedRelay()

    [delivery] = send_to(relay)

    assert isinstance(delivery.outcome, Sent)
    assert delivery.outcome.relay_reply == "2.0.0 queued as 42"
    assert delivery.outcome.at == NOW
    assert delivery.outcome.message_id.encode() in relay.mail
    assert relay.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_a_retry_says_the_same_bytes() -> None:
    """The relay, or its next one, can tell that it has it."""
    relays = ScriptedRelay(), ScriptedRelay()

    for relay in relays:
        send_to(relay, mail(receipt=True))

    assert relays[0].mail == relays[1].mail
    assert relays[0].heard == relays[1].heard


def test_nothing_names_the_machine_or_who_uses_it() -> None:
    """Neither the envelope nor a header: no host name, user, home, address of ours, or clock's zone."""
    relay = ScriptedRelay()
    send_to(relay)

    said = b"".join(relay.heard) + relay.mail
    names = {socket.gethostname(), socket.getfqdn(), getpass.getuser(), str(Path.home()), "127.0.0.1", "localhost"}
    assert relay.heard[0] == b"EHLO example.org\r\n"
    words = [rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)" for name in names if len(name) > 1]
    assert not [word for word in words if re.search(word, said)]  # two letters are in any identifier by chance
    assert b"Date: Sun, 22 Nov 2026 06:00:00 +0000\r\n" in relay.mail
    assert not [h for h in (b"User-Agent", b"X-", b"Received", b"\r\nSender") if h in relay.mail]


def test_a_dot_alone_on_a_line_does_not_end_the_mail() -> None:
    """It is doubled, and what follows is no command (SMTP smuggling)."""
    relay = ScriptedRelay()

    send_to(relay, mail(text="one\n.\nMAIL FROM:<x@example.org>\n\r\n.\r\nend"))

    assert b"\r\n..\r\nMAIL FROM" in relay.mail
    assert b"end" in relay.mail
    assert relay.verbs.count("MAIL") == 1


def test_each_recipient_has_its_own_outcome() -> None:
    """One refused for good does not keep the mail from the other."""

    async def whole() -> tuple[Delivery, ...]:
        async with RefusesBob().serving() as port:
            return await mailer_to(relay_at(port)).send_async(mail(to=("bob@a.example", "eve@b.example")), DATE)

    bob, eve = asyncio.run(whole())
    assert (bob.to, bob.outcome) == (
        "bob@a.example",
        Rejected(reason=MailReason.RECIPIENT, code=550, why="5.1.1 no such user"),
    )
    assert isinstance(eve.outcome, Sent)


class RefusesBob(ScriptedRelay):
    """Knows no Bob."""

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        is_bob = verb == "RCPT" and b"bob" in self.heard[-1]
        self.script["RCPT"] = b"550 5.1.1 no such user\r\n" if is_bob else b"250 ok\r\n"
        return await super()._say(writer, verb)


@pytest.mark.parametrize(
    "script, kind, reason, code",
    [
        ({"greeting": b"554 go away\r\n"}, Deferred, MailReason.GREETING, 554),
        ({"greeting": b"421 later\r\n"}, Deferred, MailReason.GREETING, 421),
        ({"EHLO": b"502 what?\r\n"}, Deferred, MailReason.GREETING, 502),
        ({"MAIL": b"530 5.7.0 log in first\r\n"}, Deferred, MailReason.SENDER, 530),
        ({"MAIL": b"553 not yours\r\n"}, Rejected, MailReason.SENDER, 553),
        ({"MAIL": b"421 closing\r\n"}, Deferred, MailReason.SENDER, 421),
        ({"RCPT": b"450 greylisted\r\n"}, Deferred, MailReason.RECIPIENT, 450),
        ({"RCPT": b"550 no such user\r\n"}, Rejected, MailReason.RECIPIENT, 550),
        ({"RCPT": b"354 what?\r\n"}, Deferred, MailReason.RECIPIENT, 354),
        ({"DATA": b"451 try later\r\n"}, Deferred, MailReason.CONTENT, 451),
        ({"DATA": b"554 no\r\n"}, Rejected, MailReason.CONTENT, 554),
        ({".": b"452 disk full\r\n"}, Deferred, MailReason.CONTENT, 452),
        ({".": b"550 5.7.1 spam\r\n"}, Rejected, MailReason.CONTENT, 550),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    script: Mapping[str, bytes], kind: type[object], reason: MailReason, code: int
) -> None:
    """For good if it is about the mail and permanent; to be tried again if temporary, or about us."""
    outcome = outcome_of(script)

    assert (type(outcome), outcome.reason, outcome.code) == (kind, reason, code)


def test_a_mail_that_is_larger_than_the_relay_says_is_not_offered() -> None:
    """It costs one greeting (RFC 1870)."""
    relay = ScriptedRelay({"EHLO": b"250-r\r\n250 SIZE 100\r\n"})

    [delivery] = send_to(relay)

    assert isinstance(delivery.outcome, Rejected)
    assert delivery.outcome.reason is MailReason.TOO_LARGE
    assert "MAIL" not in relay.verbs


def test_an_address_beyond_ascii_needs_a_relay_that_takes_it() -> None:
    """SMTPUTF8 is asked for only then: a mail in ASCII arrives everywhere."""
    script = {"EHLO": b"250-r\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"}
    without, plain, needed = ScriptedRelay(), ScriptedRelay(script), ScriptedRelay(script)

    [refused] = send_to(without, mail(to=("zoé@example.net",)))
    send_to(plain)
    [taken] = send_to(needed, mail(to=("zoé@example.net",)))

    assert isinstance(refused.outcome, Rejected)
    assert refused.outcome.reason is MailReason.NEEDS_UTF8
    assert b"SMTPUTF8" not in b"".join(plain.heard)
    assert isinstance(taken.outcome, Sent)
    assert b"MAIL FROM:<notices@example.org> BODY=8BITMIME SMTPUTF8\r\n" in needed.heard
    assert "RCPT TO:<zoé@example.net>\r\n".encode() in needed.heard


def test_a_receipt_is_asked_for_where_the_relay_can() -> None:
    """It returns the headers only, and names the mail by what tells nothing of it (RFC 3461)."""
    can, cannot = ScriptedRelay(), ScriptedRelay({"EHLO": b"250 r\r\n"})

    [delivery] = send_to(can, mail(receipt=True))
    send_to(cannot, mail(receipt=True))

    assert isinstance(delivery.outcome, Sent)
    envelope = delivery.outcome.message_id[1:].partition("@")[0].encode()
    assert can.heard[1].endswith(b" RET=HDRS ENVID=" + envelope + b"\r\n")
    assert can.heard[2].endswith(b" NOTIFY=SUCCESS,FAILURE,DELAY\r\n")
    assert cannot.heard[1:3] == [b"MAIL FROM:<notices@example.org>\r\n", b"RCPT TO:<abuse@host.example>\r\n"]


@pytest.mark.parametrize("bad", [{"subject": "a\r\nBcc: x@example.org"}, {"to": ("a@b.example\r\nDATA",)}])
def test_what_cannot_be_written_is_rejected_before_anyone_is_asked(bad: Mapping[str, Any]) -> None:
    """No connection is made."""
    relay = ScriptedRelay()

    [delivery] = send_to(relay, mail(**bad))

    assert isinstance(delivery.outcome, Rejected)
    assert relay.connections == 0


def test_a_relay_that_is_nowhere_defers() -> None:
    """Its name may come back; a port where nobody listens too."""
    nowhere = Relay(host="relay.example.org", port=587, security=RelaySecurity.TLS, domain="example.org")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        [unresolved] = mailer_to(nowhere).send(mail(), DATE)
        [refused] = mailer_to(relay_at(port)).send(mail(), DATE)

    assert isinstance(unresolved.outcome, Deferred)
    assert unresolved.outcome.reason is MailReason.NO_ROUTE
    assert isinstance(refused.outcome, Deferred)
    assert refused.outcome.reason is MailReason.CONNECT


def test_logs_name_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Classes of outcomes only: no address, subject or reply."""
    with caplog.at_level(logging.DEBUG, logger="rempart"):
        outcome_of({"RCPT": b"550 <abuse@host.example> is unknown\r\n"})
        outcome_of({})

    lines = [r.getMessage() for r in caplog.records if r.name.startswith("rempart")]
    assert lines == ["mail: Rejected recipient", "mail: sent"]


class Inbox:
    """What a real server was given."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's names
        """Take a mail."""
        self.envelopes.append(envelope)
        return "250 OK"


def test_a_real_server_takes_it_over_starttls() -> None:
    """aiosmtpd, with the transport's own checks on."""
    inbox = Inbox()

    async def whole() -> tuple[Delivery, ...]:
        tls = server_tls("127.0.0.1")
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: REAL_RELAY(inbox, hostname="relay", tls_context=tls, require_starttls=True), "127.0.0.1", 0
        )
        async with server:
            relay = relay_at(server.sockets[0].getsockname()[1], RelaySecurity.STARTTLS)
            return await mailer_to(relay, limits=MailLimits()).send_async(mail(subject="Été"), DATE)

    [delivery] = asyncio.run(whole())
    assert isinstance(delivery.outcome, Sent)
    [envelope] = inbox.envelopes
    assert envelope.rcpt_tos == ["abuse@host.example"]
    assert isinstance(envelope.content, bytes)
    assert b"Subject: =?utf-8?" in envelope.content


def test_a_thread_can_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's are no tasks; no variable of the environment changes where a mail goes."""
    monkeypatch.setitem(os.environ, "ALL_PROXY", "http://127.0.0.1:1")
    relay, ready, done = ScriptedRelay(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with relay.serving():
            ready.set()
            await asyncio.to_thread(done.wait, 10)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        [delivery] = mailer_to(relay_at(relay.port)).send(mail(), DATE)
    finally:
        done.set()
        thread.join(10)

    assert isinstance(delivery.outcome, Sent)
