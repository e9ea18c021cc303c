"""Send mails through the one relay that the administrator named; whatever comes of it is a value for each recipient.

1. The mail is written: what cannot be is rejected before anything is asked of anyone.
2. The relay's name is resolved and its addresses are checked, then one of them is connected to (``mail_route``).
3. The relay is greeted, the way protected, the login done (``mail_session``): a failure here defers.
4. The sender and each recipient are offered: each recipient has its own outcome.
5. The mail is handed over. If the answer to its last dot does not come, nobody can tell: it *may* have been sent.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import ssl
from collections.abc import Callable
from typing import Final

from rempart.clock import utc_now
from rempart.errors import MailError
from rempart.model.mail import (
    Deferred,
    Delivery,
    MailOutcome,
    MailReason,
    MaybeSent,
    OutgoingMail,
    Rejected,
    Sent,
)
from rempart.net.mail_message import Letterhead, WrittenMail, write_mail
from rempart.net.mail_route import Relay, connect, find_route
from rempart.net.mail_session import MailLimits, RelayReply, RelaySession
from rempart.net.resolving import Resolver

logger = logging.getLogger(__name__)

#: What most relays take, once encoded.
MAIL_BYTES_MOST: Final = 10 * 1024 * 1024
#: Permanent refusals (RFC 5321 §4.2.1) of what a retry says again: the sender, the recipient, the content.
_PERMANENT: Final = range(500, 600)
_OF_THE_MAIL: Final = frozenset({MailReason.SENDER, MailReason.RECIPIENT, MailReason.CONTENT})
#: Before any relay was asked, or because of what ours can do: a retry would be the same.
_OF_OURS: Final = frozenset(
    {MailReason.BAD_MAIL, MailReason.BAD_MAIL_ADDRESS, MailReason.TOO_LARGE, MailReason.NEEDS_UTF8}
)
#: RFC 4954 §6: about the login, which the administrator corrects, and not about the mail.
_OF_THE_LOGIN: Final = frozenset({530, 534, 535, 538})


class Mailer:
    """Sends mails, one conversation each."""

    def __init__(
        self,
        relay: Relay,
        letterhead: Letterhead,
        resolver: Resolver,
        tls: ssl.SSLContext,
        *,
        password: Callable[[], str] | None = None,
        limits: MailLimits | None = None,
        bytes_most: int = MAIL_BYTES_MOST,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """Prepare to send.

        Args:
            relay: Who takes our mails.
            letterhead: Who they are from.
            resolver: Finds the relay.
            tls: Whom we trust (:func:`rempart.net.tls.make_tls_context`).
            password: Reads the relay's password, each time; None if nobody logs in.
            limits: How long one mail may take.
            bytes_most: Of one mail, encoded.
            now: Says what time it is.
        """
        self._relay = relay
        self._letterhead = letterhead
        self._resolver = resolver
        self._tls = tls
        self._password = password
        self._limits = limits or MailLimits()
        self._bytes_most = bytes_most
        self._now = now

    def send(self, mail: OutgoingMail, date: dt.datetime) -> tuple[Delivery, ...]:
        """Send one mail, in a thread without an event loop.

        Args:
            mail: What to say, and to whom.
            date: When it was decided to: retries keep it, and so send the same bytes.

        Returns:
            What became of it for each recipient, in their order.

        Raises:
            ConfigError: the relay's password cannot be read.
        """
        return asyncio.run(self.send_async(mail, date))

    async def send_async(self, mail: OutgoingMail, date: dt.datetime) -> tuple[Delivery, ...]:
        """As :meth:`send`, for tasks."""
        try:
            written = write_mail(mail, self._letterhead, date, bytes_most=self._bytes_most)
        except MailError as error:
            outcomes: tuple[MailOutcome, ...] = (_not_sent(error),) * len(mail.to)
        else:
            outcomes = await self._deliver(written, receipt=mail.receipt)
        logger.info("mail: %s", ", ".join(_told(outcome) for outcome in outcomes))
        return tuple(Delivery(to=to, outcome=outcome) for to, outcome in zip(mail.to, outcomes, strict=True))

    async def _deliver(self, written: WrittenMail, *, receipt: bool) -> tuple[MailOutcome, ...]:
        """Hold the conversation, within the whole time."""
        password = self._password() if self._password and self._relay.user else None
        exchange = _Exchange(written, self._now, receipt=receipt)
        session: RelaySession | None = None
        try:
            async with asyncio.timeout(self._limits.total_s):
                route = await find_route(self._relay, self._resolver, self._limits.resolve_s)
                connected = await connect(route, self._limits.connect_s)
                session = RelaySession(connected, self._relay, self._tls, self._limits)
                await session.begin(password)
                await exchange.run(session)
                await session.end()
        except TimeoutError:
            exchange.break_off(MailError(MailReason.TIME, f"{self._limits.total_s:g} s"), session)
        except MailError as error:
            exchange.break_off(error, session)
        finally:
            if session:
                await session.close()
        return exchange.outcomes()


class _Exchange:
    """What is offered of one mail, and what is known of each recipient."""

    def __init__(self, written: WrittenMail, now: Callable[[], dt.datetime], *, receipt: bool) -> None:
        self._written = written
        self._now = now
        self._receipt = receipt
        self._known: dict[int, MailOutcome] = {}

    async def run(self, session: RelaySession) -> None:
        """Offer the mail, and hand it over to those of its recipients that the relay takes."""
        written = self._written
        session.check_offer(written)
        await session.offer_sender(written, receipt=self._receipt)
        for number, recipient in enumerate(written.recipients):
            reply = await session.offer_recipient(recipient, receipt=self._receipt)
            if not reply.is_taken:
                self._known[number] = _refused(MailReason.RECIPIENT, reply)
        if len(self._known) < len(written.recipients):
            self._settle(await session.hand_over(written.content))

    def break_off(self, error: MailError, session: RelaySession | None) -> None:
        """Note why the conversation ended early, for those of whom nothing is known yet."""
        if session and session.is_handed_over:
            self._fill(self._maybe_sent(MailReason(error.reason), error.detail))
        else:
            self._fill(_not_sent(error))

    def outcomes(self) -> tuple[MailOutcome, ...]:
        """Return what became of each, in their order."""
        return tuple(self._known[number] for number in range(len(self._written.recipients)))

    def _settle(self, reply: RelayReply) -> None:
        """Note the answer to the whole mail."""
        if reply.is_taken:
            self._fill(Sent(message_id=self._written.message_id, relay_reply=reply.text, at=self._now()))
        elif reply.code < min(_TEMPORARY):
            self._fill(self._maybe_sent(MailReason.BAD_REPLY, f"{reply.code} {reply.text}"))
        else:
            self._fill(_refused(MailReason.CONTENT, reply))

    def _maybe_sent(self, reason: MailReason, why: str) -> MaybeSent:
        return MaybeSent(message_id=self._written.message_id, reason=reason, why=why, at=self._now())

    def _fill(self, outcome: MailOutcome) -> None:
        for number in range(len(self._written.recipients)):
            self._known.setdefault(number, outcome)


_TEMPORARY: Final = range(400, 500)


def _refused(reason: MailReason, reply: RelayReply) -> Deferred | Rejected:
    return _not_sent(MailError(reason, reply.text, code=reply.code))


def _not_sent(error: MailError) -> Deferred | Rejected:
    """Tell what may be tried again from what may not."""
    reason = MailReason(error.reason)
    is_refusal = reason in _OF_THE_MAIL and error.code in _PERMANENT and error.code not in _OF_THE_LOGIN
    kind = Rejected if is_refusal or reason in _OF_OURS else Deferred
    return kind(reason=reason, code=error.code, why=error.detail)


def _told(outcome: MailOutcome) -> str:
    """Say in a log what became of a mail: no address, no reply, which may hold one."""
    if isinstance(outcome, Sent):
        return "sent"
    return f"{type(outcome).__name__} {outcome.reason}"
