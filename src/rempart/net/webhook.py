"""Tell the one receiver that the administrator named, by a POST signed as Standard Webhooks 1.0.0 says.

https://github.com/standard-webhooks/standard-webhooks (spec/standard-webhooks.md): the identifier, the instant of the
attempt and the body are signed together (HMAC-SHA256); a retry has the same identifier, so that a receiver acts once.
Any 2xx is success, redirects are not followed, 410 means that no more are wanted; whoever is told too often says for
how long to wait.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from rempart.clock import utc_now
from rempart.errors import ConfigError, FetchError
from rempart.model.alert import AlertDelivery, DeliveryState
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, NotFetched, NotFetchedReason, Page, Probed
from rempart.net.flow import FetchOutcome
from rempart.net.interface import LIMITS, FetchLimits
from rempart.net.mail_route import is_loopback
from rempart.net.pace import parse_retry_after
from rempart.net.request import Body, Wanted
from rempart.net.urls import parse_url

logger = logging.getLogger(__name__)

#: "Request timeouts": "somewhere between 15 and 30s".
TOTAL_S: Final = 30.0
#: A receiver's answer is its status; of its words only the beginning is looked at, and nothing is kept.
_ANSWER_BYTES: Final = 64 * 1024
_SUCCESS: Final = range(200, 300)
_GONE: Final = 410
#: Too many requests, and not available: what a ``Retry-After`` belongs to.
_PATIENCE: Final = frozenset({429, 503})
#: The longest that a receiver is left in peace for its ``Retry-After``: alerts tell of what should be looked at soon.
WAIT_MOST_S: Final = 86_400.0
#: "Or at the very least not be allowed to include any ``.``": what is signed could be cut elsewhere.
_ID: Final = re.compile(r"[A-Za-z0-9_]{1,64}")
_MEDIA_TYPE: Final = "application/json"


class Fetches(Protocol):
    """Whoever fetches: :class:`rempart.net.client.GuardedClient`."""

    def fetch(self, cleared: Cleared[Address], wanted: Wanted) -> FetchOutcome:
        """Fetch one address; whatever the outside does is a value."""


def parse_webhook_url(text: str) -> str:
    """Read the address of a receiver, as the settings have it.

    Raises:
        ConfigError: it is none, or what is said to it could be read on the way.
    """
    try:
        url = parse_url(text)
    except FetchError as error:
        # NOTE: the address itself is a secret of many services: it is in no message.
        message = f"alerts.webhook_url is no address: {error.detail or NotFetchedReason(error.reason).in_words()}"
        raise ConfigError(message, advice="Write the whole address that the receiver gave you: https://…") from error
    if url.scheme != "https" and not is_loopback(url.host):
        message = "alerts.webhook_url begins with http://: what is said there could be read on the way"
        raise ConfigError(message, advice="Use https://, or a receiver of this machine (127.0.0.1 or ::1).")
    return str(url)


def signatures(secrets: Sequence[bytes], message_id: str, at: dt.datetime, content: bytes) -> str:
    """Return what ``webhook-signature`` holds: one signature for each secret, the newest first.

    Args:
        secrets: 24 to 64 bytes each; two while one takes the place of the other.
        message_id: The same for every attempt.
        at: Of this attempt.
        content: The body, as it is sent.

    Raises:
        ValueError: the identifier could be read in two ways, or nothing signs.
    """
    if not secrets or not _ID.fullmatch(message_id):
        message = "a message has a secret that signs it, and an identifier of letters, digits and lines"
        raise ValueError(message)
    signed = b"%s.%d.%s" % (message_id.encode("ascii"), int(at.timestamp()), content)
    codes = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(code).decode('ascii')}" for code in codes)


class Webhook:
    """The receiver."""

    def __init__(
        self,
        client: Fetches,
        gate: MinorGate,
        url: str,
        secrets: Callable[[], Sequence[bytes]],
        *,
        limits: FetchLimits | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """Prepare to tell it.

        Args:
            client: Fetches, under a policy that lets this receiver be asked.
            gate: Judges its address, as any.
            url: Where it is (:func:`parse_webhook_url`).
            secrets: Reads what signs, each time.
            limits: What one attempt may cost; redirects are none whatever it says.
            now: Says what time it is.
        """
        self._client = client
        self._gate = gate
        self._url = url
        self._secrets = secrets
        self._limits = replace(
            limits or LIMITS[FetchMode.TEXT],
            wire_bytes=_ANSWER_BYTES,
            decoded_bytes=_ANSWER_BYTES,
            total_s=TOTAL_S,
            redirects=0,
        )
        self._now = now

    def send(self, message_id: str, content: bytes) -> AlertDelivery:
        """Send one message once.

        Args:
            message_id: The same for every attempt.
            content: JSON, the same for every attempt.

        Raises:
            KeyFileError: the secret cannot be read.
        """
        at = self._now()
        headers = (
            ("webhook-id", message_id),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", signatures(self._secrets(), message_id, at, content)),
        )
        cleared = self._gate.check(Address(url=self._url))
        if isinstance(cleared, Stopped):
            return AlertDelivery(state=DeliveryState.FAILED, why="its address is one that is never asked")
        body = Body(content=content, media_type=_MEDIA_TYPE, headers=headers)
        found = self._client.fetch(cleared, Wanted(body=body, limits=self._limits, accept="*/*", head_only=True))
        delivery = _judge(found, self._now())
        logger.info("webhook: %s", delivery.state)
        return delivery


def _judge(found: FetchOutcome, now: dt.datetime) -> AlertDelivery:
    """Tell what a receiver answered: its status alone counts, and when it may be asked again; not what came behind."""
    status = found.status if isinstance(found, Page | Probed | NotFetched) else 0
    if status in _SUCCESS:
        return AlertDelivery(state=DeliveryState.TAKEN)
    if status == _GONE:
        return AlertDelivery(state=DeliveryState.REFUSED, why="it answered 410: no more are wanted there")
    if status:
        wait_s = _asked_to_wait_s(found, now) if status in _PATIENCE else 0.0
        why = f"it answered {status}" + (f", and asks to be left in peace for {wait_s:.0f} s" if wait_s else "")
        return AlertDelivery(state=DeliveryState.FAILED, why=why, wait_s=wait_s)
    why = found.reason.in_words() if isinstance(found, NotFetched) else "its answer cannot be read"
    return AlertDelivery(state=DeliveryState.FAILED, why=why)


def _asked_to_wait_s(found: FetchOutcome, now: dt.datetime) -> float:
    """Return for how long a receiver asks to be left in peace: the longest that it says, a day at most."""
    headers = () if isinstance(found, Stopped) or not found.hops else found.hops[-1].headers
    asked = (parse_retry_after(value, now) for name, value in headers if name == "retry-after")
    return min(max(asked, default=0.0), WAIT_MOST_S)
