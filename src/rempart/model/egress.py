"""What a child process asked of the outside through the relay, and what was decided: one value for each attempt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EgressVerdict(StrEnum):
    """What was decided of one attempt."""

    ALLOWED = "allowed"
    NO_REQUEST = "no_request"
    BAD_REQUEST = "bad_request"
    NO_SECRET = "no_secret"  # noqa: S105 - a verdict
    NOT_NAMED = "not_named"
    STOPPED = "stopped"
    DENIED_ADDRESS = "denied_address"
    NO_SUCH_HOST = "no_such_host"
    UNREACHABLE = "unreachable"
    TOO_LATE = "too_late"
    OTHER_HOST_INSIDE = "other_host_inside"
    LIMIT = "limit"
    CLOSING = "closing"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _VERDICT_WORDS[self]


_VERDICT_WORDS: Final = {
    EgressVerdict.ALLOWED: "allowed",
    EgressVerdict.NO_REQUEST: "it connected, and asked for nothing in time",
    EgressVerdict.BAD_REQUEST: "it asked for what is not a request to a host of the web",
    EgressVerdict.NO_SECRET: "it did not know the secret of this job",
    EgressVerdict.NOT_NAMED: "this host was not named for this job",
    EgressVerdict.STOPPED: "its host or address may concern a minor",
    EgressVerdict.DENIED_ADDRESS: "its host leads to an address or a port that is never connected to",
    EgressVerdict.NO_SUCH_HOST: "there is no such host",
    EgressVerdict.UNREACHABLE: "its host did not accept a connection, or broke it",
    EgressVerdict.TOO_LATE: "its host, or the name servers, did not answer in time",
    EgressVerdict.OTHER_HOST_INSIDE: "inside the connection another host was meant",
    EgressVerdict.LIMIT: "the job reached its limit of connections or of bytes",
    EgressVerdict.CLOSING: "the job was ending",
}


class EgressEnd(StrEnum):
    """What ended an attempt that was allowed."""

    CLOSED = "closed"
    RESET = "reset"
    IDLE = "idle"
    TOTAL_TIME = "total_time"
    JOB_BYTES = "job_bytes"
    JOB_END = "job_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressDecision:
    """One attempt to reach the outside, whatever came of it."""

    number: int
    """In the order of arrival, from 1, without a gap: what is missing shows."""
    at: dt.datetime
    """When it arrived."""
    method: str
    """``CONNECT``, or what was asked over http; empty where no request could be read."""
    host: str
    """In its one form; as it was written, shortened, where it has none; empty where none was read, and where the gate
    stopped it: what may concern a minor is not written down."""
    port: int
    """0 where none was read."""
    verdict: EgressVerdict
    """What was decided."""
    rule: str = ""
    """The rule of the job that named the host, or the rule of the gate that stopped it."""
    detail: str = ""
    """The value that was wrong: a figure, a host, an address; never content."""
    addresses: tuple[str, ...] = ()
    """Every address that the host had, all of them checked."""
    peer: str = ""
    """The one that was connected to; empty if none was."""
    remarks: tuple[str, ...] = ()
    """What a person should know of it, in English."""
    end: EgressEnd | None = None
    """What ended it, where it was allowed."""
    bytes_up: int = 0
    """Sent to the host, heads of http included."""
    bytes_down: int = 0
    """Received from it."""
    seconds: float = 0.0
    """From the arrival to the end."""
