"""One conversation with the mail relay (RFC 5321), step by step, each with its time; aiosmtplib reads the replies.

The library's own ``sendmail`` is not used: it does not tell a connection that broke before the last dot, when nothing
can have been taken, from one that broke after it, when nobody knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import aiosmtplib

from rempart.errors import MailError
from rempart.model.mail import MailReason
from rempart.net.foreign_text import shown
from rempart.net.mail_address import Mailbox
from rempart.net.mail_message import WrittenMail
from rempart.net.mail_route import Relay, RelaySecurity
from rempart.net.tls import why_no_tls

_PIECE_BYTES: Final = 65_536
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_GO_AHEAD: Final = 354
_CODES: Final = range(200, 600)
#: Of replies that take what was offered.
_TAKEN: Final = range(200, 300)
_QUIT_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How long one mail may take. RFC 5321 §4.5.3.2 asks for minutes of a server's queue; our relay is ours."""

    resolve_s: float = 5.0
    """For the name servers."""
    connect_s: float = 10.0
    """For a connection to each address."""
    command_s: float = 60.0
    """For TLS, for the greeting, and for the answer to each command."""
    piece_s: float = 60.0
    """For the relay to take 64 KiB of the mail."""
    answer_s: float = 300.0
    """For its answer to the whole: given up too early, the mail may arrive twice (RFC 1047)."""
    total_s: float = 600.0
    """From the first question to the last answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayReply:
    """What the relay answered."""

    code: int
    """200 to 599."""
    text: str
    """Shortened and printable."""

    @property
    def is_taken(self) -> bool:
        """Tell whether it took what was offered."""
        return self.code in _TAKEN


class RelaySession:
    """A conversation over one connection, which it owns."""

    def __init__(self, connected: socket.socket, relay: Relay, tls: ssl.SSLContext, limits: MailLimits) -> None:
        """Prepare to speak.

        Args:
            connected: Leads to the relay; not blocking.
            relay: How to speak to it.
            tls: Whom we trust.
            limits: How long to wait.
        """
        self._socket = connected
        self._relay = relay
        self._limits = limits
        self._smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            sock=connected,
            use_tls=relay.security is RelaySecurity.TLS,
            # Done here: the library's own choice would be to go on without it where the relay offers none.
            start_tls=False,
            tls_context=tls,
            local_hostname=relay.domain,
            timeout=limits.command_s,
        )
        self._writer: asyncio.StreamWriter | None = None
        self.is_handed_over = False

    async def begin(self, password: str | None) -> None:
        """Greet, protect the way, log in.

        Raises:
            MailError: one of these failed; nothing of a mail was said.
        """
        with self._mapped(MailReason.GREETING):
            await self._smtp.connect()
            await self._smtp.ehlo()
        if self._relay.security is RelaySecurity.STARTTLS:
            if not self._smtp.supports_extension("starttls"):
                raise MailError(MailReason.NO_STARTTLS)
            with self._mapped(MailReason.NO_STARTTLS):
                await self._smtp.starttls()
            with self._mapped(MailReason.GREETING):
                # RFC 3207 §4.2: what was said before is forgotten.
                await self._smtp.ehlo()
        if self._relay.user and password is not None:
            with self._mapped(MailReason.LOGIN):
                await self._smtp.login(self._relay.user, password)

    def check_offer(self, written: WrittenMail) -> None:
        """Refuse to offer what the relay says that it does not take.

        Raises:
            MailError: it is too large, or needs SMTPUTF8.
        """
        most = self._smtp.esmtp_extensions.get("size", "")
        # RFC 1870 §4: 0, or no figure, is no limit that is known.
        if most.isascii() and most.isdecimal() and 0 < int(most[:20]) < len(written.content):
            raise MailError(MailReason.TOO_LARGE, f"{len(written.content)} bytes > {most[:20]}, the relay's limit")
        if written.needs_utf8 and not self._smtp.supports_extension("smtputf8"):
            raise MailError(MailReason.NEEDS_UTF8)

    async def offer_sender(self, written: WrittenMail, *, receipt: bool) -> None:
        """Say who a mail is from.

        Raises:
            MailError: the relay refuses the sender.
        """
        words = [b"MAIL", b"FROM:<" + str(written.sender).encode() + b">"]
        if self._smtp.supports_extension("size"):
            words.append(b"SIZE=%d" % len(written.content))
        if written.needs_utf8:
            words += [b"BODY=8BITMIME", b"SMTPUTF8"] if self._smtp.supports_extension("8bitmime") else [b"SMTPUTF8"]
        if receipt and self._smtp.supports_extension("dsn"):
            # RFC 3461 §4.3: a receipt returns the headers, not what the mail says.
            words += [b"RET=HDRS", b"ENVID=" + written.envelope_id.encode()]
        reply = await self._ask(MailReason.SENDER, *words)
        if not reply.is_taken:
            raise MailError(MailReason.SENDER, reply.text, code=reply.code)

    async def offer_recipient(self, recipient: Mailbox, *, receipt: bool) -> RelayReply:
        """Say whom a mail is to, and return what the relay says to that.

        Raises:
            MailError: the conversation broke.
        """
        words = [b"RCPT", b"TO:<" + str(recipient).encode() + b">"]
        if receipt and self._smtp.supports_extension("dsn"):
            words.append(b"NOTIFY=SUCCESS,FAILURE,DELAY")
        return await self._ask(MailReason.RECIPIENT, *words)

    async def hand_over(self, content: bytes) -> RelayReply:
        """Give a mail to the relay.

        Raises:
            MailError: it did not answer; ``is_handed_over`` tells whether it may have taken it.
        """
        reply = await self._ask(MailReason.CONTENT, b"DATA")
        if reply.code != _GO_AHEAD:
            return reply
        with self._mapped(MailReason.CONTENT):
            protocol, transport = self._smtp.protocol, self._smtp.transport
            if protocol is None or not isinstance(transport, asyncio.WriteTransport):
                raise MailError(MailReason.CLOSED)
            # RFC 5321 §4.5.2: a dot at the beginning of a line is doubled.
            stuffed = memoryview(_DOT.sub(b"..", content))
            # NOTE: kept until the transport is aborted: when it is forgotten, it closes the transport.
            writer = self._writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
            for start in range(0, len(stuffed), _PIECE_BYTES):
                protocol.write(bytes(stuffed[start : start + _PIECE_BYTES]))
                async with asyncio.timeout(self._limits.piece_s):
                    await writer.drain()
            protocol.write(b".\r\n")
            self.is_handed_over = True
            answer = await protocol.read_response(timeout=self._limits.answer_s)
            return _checked(answer)

    async def end(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self._smtp.quit(timeout=_QUIT_S)

    async def close(self) -> None:
        """Let go of the connection at once, whatever state it is in."""
        transport = self._smtp.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        self._smtp.close()
        # The loop closes the socket in its next turns, two of them for TLS.
        for _turn in ("tls", "tcp"):
            await asyncio.sleep(0)
        self._socket.close()

    async def _ask(self, step: MailReason, *words: bytes) -> RelayReply:
        """Say one command, and return the answer."""
        with self._mapped(step):
            return _checked(await self._smtp.execute_command(*words))

    @contextlib.contextmanager
    def _mapped(self, step: MailReason) -> Iterator[None]:
        """Turn what the libraries raise into what this room says.

        Raises:
            MailError: instead of any of theirs.
        """
        try:
            yield
        except aiosmtplib.SMTPResponseException as error:
            if error.code not in _CODES:
                raise MailError(MailReason.BAD_REPLY, shown(error.message)) from error
            raise MailError(step, shown(error.message), code=error.code) from error
        except TimeoutError as error:
            raise MailError(MailReason.TIME, step.in_words()) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            if _is_about_tls(error):
                why = why_no_tls(error, self._relay.host)
                raise MailError(MailReason(why.reason), shown(why.detail)) from error
            if isinstance(error, OSError):
                raise MailError(MailReason.CLOSED, step.in_words()) from error
            raise MailError(step, shown(error.message)) from error
        except ValueError as error:
            # A challenge that is not base64 (RFC 2195), for example.
            raise MailError(MailReason.BAD_REPLY, step.in_words()) from error


def _checked(response: aiosmtplib.SMTPResponse) -> RelayReply:
    """Refuse a reply whose code is none (RFC 5321 §4.2)."""
    if response.code not in _CODES:
        raise MailError(MailReason.BAD_REPLY, f"{response.code} is not a reply code")
    return RelayReply(code=response.code, text=shown(response.message))


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
