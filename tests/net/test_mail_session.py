"""Whatever a relay does is a value, within its time; nothing is said in the clear that must not be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from relays import (
    CLOSE,
    DATE,
    DRIP,
    ENDLESS_LINES,
    HANG,
    ScriptedRelay,
    mail,
    mailer_to,
    outcome_of,
    relay_at,
    send_to,
    server_tls,
)
from rempart.model.mail import Attachment, Deferred, Delivery, MailReason, MaybeSent, Sent
from rempart.net.mail_route import RelaySecurity
from rempart.net.mail_session import MailLimits

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HOSTILE = {
    "hangs": (HANG, MailReason.TIME),
    "drips": (DRIP, MailReason.TIME),
    "closes": (CLOSE, MailReason.CLOSED),
    "10 MB without an end": (b"250 " + b"A" * 10_000_000, MailReason.BAD_REPLY),
    "lines without an end": (ENDLESS_LINES, MailReason.BAD_REPLY),
    "no code": (b"hello there\r\n", MailReason.BAD_REPLY),
    "garbage": (bytes(range(128, 256)) + b"\r\n", MailReason.BAD_REPLY),
    "a code that is none": (b"999 ok\r\n", MailReason.BAD_REPLY),
    "a negative code": (b"-10 ok\r\n", MailReason.BAD_REPLY),
}


@pytest.mark.parametrize("verb", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_relay_defers_before_the_last_dot(verb: str, name: str) -> None:
    """Nothing was handed over: it can be tried again."""
    answer, reason = HOSTILE[name]

    outcome = outcome_of({verb: answer})

    assert isinstance(outcome, Deferred)
    assert outcome.reason in {reason, MailReason.CLOSED, MailReason.GREETING}
    assert len(outcome.why) <= 200


@pytest.mark.parametrize("name", [*HOSTILE, "says to go on"])
def test_a_hostile_relay_after_the_last_dot_may_have_it(name: str) -> None:
    """Nobody can tell: it is not tried again blindly (RFC 1047)."""
    answer, reason = HOSTILE.get(name, (b"354 and then?\r\n", MailReason.BAD_REPLY))
    relay = ScriptedRelay({".": answer})

    [delivery] = send_to(relay)

    assert isinstance(delivery.outcome, MaybeSent)
    assert delivery.outcome.reason in {reason, MailReason.CLOSED}
    assert delivery.outcome.message_id.encode() in relay.mail


class CutsInTheMiddle(ScriptedRelay):
    """Breaks the connection in the middle of a mail."""

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        said = await super()._say(writer, verb)
        return said and verb != "DATA"


def test_a_connection_that_breaks_in_the_middle_of_a_mail_defers_it() -> None:
    """Without its last dot no relay takes a mail (RFC 5321 §4.1.1.4)."""
    relay = CutsInTheMiddle()

    [delivery] = send_to(relay, mail(text="x" * 60 * 100_000))

    assert isinstance(delivery.outcome, Deferred)


class StopsReading(ScriptedRelay):
    """Takes nothing more once a mail begins."""

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        if verb == "DATA":
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's has it
            await super()._say(writer, verb)
            await asyncio.sleep(60)
        return await super()._say(writer, verb)


def test_a_relay_that_stops_reading_defers() -> None:
    """Each 64 KiB has its time; the last dot was not said."""
    [delivery] = send_to(StopsReading({"EHLO": b"250 relay\r\n"}), mail(attachments=(LARGE,)))

    assert isinstance(delivery.outcome, Deferred)
    assert (delivery.outcome.reason, delivery.outcome.why) == (MailReason.TIME, MailReason.CONTENT.in_words())


#: More than the buffers between two sockets of this machine take.
LARGE = Attachment(name="large.bin", media_type="application/octet-stream", content=bytes(16 * 2**20))


def test_a_reply_is_kept_short_and_printable() -> None:
    """It is shown to people: no control, no letter that turns a line around."""
    outcome = outcome_of({"RCPT": "550 \x1b[2J\u202egnp.exe ".encode() + b"\xff" + b" word" * 100 + b"\r\n"})

    assert outcome.why.startswith("?[2J?gnp.exe ? word word")
    assert len(outcome.why) == 200


def test_the_whole_has_a_time() -> None:
    """A relay that is slow at each step does not keep a worker."""
    relay = ScriptedRelay({"EHLO": HANG})
    slow = MailLimits(command_s=30, total_s=0.3)

    async def whole() -> tuple[Delivery, ...]:
        async with relay.serving() as port:
            return await mailer_to(relay_at(port), limits=slow).send_async(mail(), DATE)

    [delivery] = asyncio.run(whole())
    assert delivery.outcome == Deferred(reason=MailReason.TIME, why="0.3 s")


def test_a_relay_that_offers_no_starttls_hears_nothing_more() -> None:
    """STRIPTLS: whoever takes the offer out of the greeting gets no password and no mail."""
    relay = ScriptedRelay({"EHLO": b"250-relay\r\n250 AUTH PLAIN LOGIN\r\n"})

    [delivery] = send_to(relay, security=RelaySecurity.STARTTLS, user="rempart")

    assert delivery.outcome == Deferred(reason=MailReason.NO_STARTTLS)
    assert relay.verbs == ["EHLO"]


@pytest.mark.parametrize("answer", [b"454 not now\r\n", b"220 ok\r\n250 injected\r\n", CLOSE])
def test_a_starttls_that_fails_is_not_gone_without(answer: bytes) -> None:
    """No password and no mail in the clear, whatever the relay answers."""
    relay = ScriptedRelay({"EHLO": b"250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "STARTTLS": answer})

    [delivery] = send_to(relay, security=RelaySecurity.STARTTLS, user="rempart")

    assert isinstance(delivery.outcome, Deferred)
    assert relay.verbs[:2] == ["EHLO", "STARTTLS"]
    assert not {"AUTH", "MAIL", "DATA"} & set(relay.verbs)


@pytest.mark.parametrize("security", [RelaySecurity.TLS, RelaySecurity.STARTTLS])
@pytest.mark.parametrize("name, is_sent", [("127.0.0.1", True), ("other.example.org", False)])
def test_the_relay_s_certificate_is_its_own(security: RelaySecurity, name: str, is_sent: bool) -> None:  # noqa: FBT001 - a parameter
    """Another's certificate hears no password."""
    offers = {"EHLO": b"250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"}
    tls = server_tls(name)
    relay = ScriptedRelay(offers, tls=tls)
    implicit = tls if security is RelaySecurity.TLS else None

    [delivery] = send_to(relay, security=security, implicit=implicit, user="rempart")

    if is_sent:
        assert isinstance(delivery.outcome, Sent)
        assert "AUTH" in relay.verbs
    else:
        assert isinstance(delivery.outcome, Deferred)
        assert delivery.outcome.reason is MailReason.CERTIFICATE
        assert "AUTH" not in relay.verbs


@pytest.mark.parametrize(
    "script",
    [
        {"EHLO": b"250-r\r\n250 AUTH PLAIN\r\n", "AUTH": b"535 5.7.8 no\r\n"},
        {"EHLO": b"250-r\r\n250 AUTH CRAM-MD5\r\n", "AUTH": b"334 !!! not base64 \xff\r\n"},
        {"EHLO": b"250 r\r\n"},
        {"EHLO": b"250-r\r\n250 AUTH GSSAPI\r\n"},
    ],
)
def test_a_login_that_fails_defers(script: Mapping[str, bytes]) -> None:
    """The administrator corrects it; the mail is not said without it."""
    relay = ScriptedRelay(script)

    [delivery] = send_to(relay, user="rempart")

    assert isinstance(delivery.outcome, Deferred)
    assert delivery.outcome.reason in {MailReason.LOGIN, MailReason.BAD_REPLY}
    assert "MAIL" not in relay.verbs
