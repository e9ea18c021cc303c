"""Ask time-stamping authorities for the time of a digest (RFC 3161 over HTTP, §3.4), through the guarded client.

Each authority is asked on its own, and what comes of it is a value: one that fails does not keep the others from
being asked.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rempart.clock import utc_now
from rempart.errors import TimestampError
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.timestamp import (
    Imprint,
    NotTimestamped,
    NotTimestampedReason,
    Timestamp,
    TimestampAuthority,
    TimestampOutcome,
)
from rempart.model.web import Address, FetchMode, Hop, NotFetched, Page
from rempart.net.flow import FetchOutcome
from rempart.net.foreign_text import shown
from rempart.net.request import Body, Wanted
from rempart.net.timestamp_reading import TimestampQuery, read_reply

logger = logging.getLogger(__name__)

#: RFC 3161 §2.4.1 asks for a large random number, "e.g., a 64 bit integer"; some authorities take no larger one.
_NONCE_BYTES: Final = 8
_QUERY_TYPE: Final = "application/timestamp-query"
#: An authority's clock and ours may differ by this before a person is told.
TOLERANCE: Final = dt.timedelta(minutes=5)


class Fetches(Protocol):
    """Whoever fetches: :class:`rempart.net.client.GuardedClient`."""

    def fetch(self, cleared: Cleared[Address], wanted: Wanted) -> FetchOutcome:
        """Fetch one address; whatever the outside does is a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request to one authority, for its outcome."""

    query: TimestampQuery
    url: str
    at: dt.datetime
    hops: tuple[Hop, ...] = field(default=(), repr=False)


class TimestampClient:
    """Asks the authorities that the administrator named."""

    def __init__(
        self,
        client: Fetches,
        gate: MinorGate,
        authorities: Sequence[TimestampAuthority],
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        now: Callable[[], dt.datetime] = utc_now,
        tolerance: dt.timedelta = TOLERANCE,
    ) -> None:
        """Prepare to ask.

        Args:
            client: Fetches, under the address policy: authorities are public.
            gate: Judges their addresses, as any.
            authorities: In the order in which they are asked.
            random_bytes: Makes nonces.
            now: Says what time it is.
            tolerance: How far a time may be from ours without a remark.
        """
        self._client = client
        self._gate = gate
        self._authorities = tuple(authorities)
        self._random_bytes = random_bytes
        self._now = now
        self._tolerance = tolerance

    def request_all(self, imprint: Imprint) -> tuple[TimestampOutcome, ...]:
        """Ask every authority; return what came of each, in their order."""
        return tuple(self.request(imprint, authority) for authority in self._authorities)

    def request_some(self, imprint: Imprint, wanted: int) -> tuple[TimestampOutcome, ...]:
        """Ask one authority after another until enough have stamped; return what came of each that was asked.

        Args:
            imprint: What to stamp.
            wanted: How many time-stamps are enough; there may be fewer in the end.
        """
        outcomes: list[TimestampOutcome] = []
        for authority in self._authorities:
            if sum(isinstance(outcome, Timestamp) for outcome in outcomes) >= wanted:
                break
            outcomes.append(self.request(imprint, authority))
        return tuple(outcomes)

    def request(self, imprint: Imprint, authority: TimestampAuthority) -> TimestampOutcome:
        """Ask one authority."""
        nonce = int.from_bytes(self._random_bytes(_NONCE_BYTES))
        query = TimestampQuery(imprint=imprint, nonce=nonce, policy=authority.policy)
        outcome = self._ask(query, authority.url)
        told = "stamped" if isinstance(outcome, Timestamp) else outcome.reason
        logger.info("time-stamp: %s", told)
        return outcome

    def _ask(self, query: TimestampQuery, url: str) -> TimestampOutcome:
        """Send a query, and judge what comes back."""
        cleared = self._gate.check(Address(url=url))
        if isinstance(cleared, Stopped):
            return _failed(self._asked(query, url), NotTimestampedReason.STOPPED, cleared.reason)
        body = Body(content=query.to_der(), media_type=_QUERY_TYPE)
        found = self._client.fetch(cleared, Wanted(mode=FetchMode.TIMESTAMP, body=body))
        if isinstance(found, Stopped):
            return _failed(self._asked(query, url), NotTimestampedReason.STOPPED, found.reason)
        asked = self._asked(query, url, found.hops)
        if not isinstance(found, Page):
            detail = found.in_words() if isinstance(found, NotFetched) else type(found).__name__
            return _failed(asked, NotTimestampedReason.NOT_FETCHED, detail)
        try:
            return self._judge(asked, found.body)
        except TimestampError as error:
            return _failed(asked, NotTimestampedReason(error.reason), error.detail)

    def _asked(self, query: TimestampQuery, url: str, hops: tuple[Hop, ...] = ()) -> _Asked:
        return _Asked(query=query, url=url, at=self._now(), hops=hops)

    def _judge(self, asked: _Asked, raw: bytes) -> Timestamp:
        """Return the time-stamp that a reply holds.

        Raises:
            TimestampError: it holds none that answers the query.
        """
        facts = read_reply(raw, asked.query)
        return Timestamp(
            imprint=asked.query.imprint,
            raw_reply=raw,
            token_der=facts.token_der,
            request_der=asked.query.to_der(),
            gen_time=facts.gen_time,
            accuracy=facts.accuracy,
            serial=facts.serial,
            policy=facts.policy,
            tsa_name=facts.tsa_name,
            nonce=asked.query.nonce,
            url=asked.url,
            at=asked.at,
            remarks=self._remark(facts.gen_time - asked.at, facts.accuracy),
            hops=asked.hops,
        )

    def _remark(self, ahead: dt.timedelta, accuracy: dt.timedelta | None) -> tuple[str, ...]:
        """Say that a time is far from ours: one of the two clocks is wrong, and it need not be theirs."""
        if abs(ahead) <= self._tolerance + (accuracy or dt.timedelta()):
            return ()
        seconds = abs(ahead).total_seconds()
        return (f"its time is {seconds:.0f} s {'after' if ahead > dt.timedelta() else 'before'} this machine's",)


def _failed(asked: _Asked, reason: NotTimestampedReason, detail: str) -> NotTimestamped:
    return NotTimestamped(reason=reason, detail=shown(detail), url=asked.url, at=asked.at, hops=asked.hops)
