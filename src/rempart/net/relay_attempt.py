"""Gather what is known of one attempt, and make the decision of it that is written."""

from __future__ import annotations

import datetime as dt

from rempart.clock import monotonic_s, utc_now
from rempart.model.egress import EgressDecision, EgressEnd, EgressVerdict
from rempart.model.gate import MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address
from rempart.net.relay_traffic import Traffic
from rempart.net.urls import WebUrl

_CHARACTERS_MOST = 80


class Attempt:
    """What is known of one attempt until now."""

    def __init__(self, number: int, traffic: Traffic) -> None:
        """Begin where a connection arrived."""
        self.traffic = traffic
        self.method = ""
        self.asked = ""
        self.url: WebUrl | None = None
        self.rule = ""
        self.addresses: tuple[str, ...] = ()
        self.peer = ""
        self.remarks: tuple[str, ...] = ()
        self.end: EgressEnd | None = None
        self.status: int | None = None
        self.is_known = False
        """Whether the secret of the job was shown."""
        self._number = number
        self._at: dt.datetime = utc_now()
        self._begun_s = monotonic_s()
        self._verdict = EgressVerdict.CLOSING
        self._detail = ""

    @property
    def is_allowed(self) -> bool:
        """Tell whether it was allowed."""
        return self._verdict is EgressVerdict.ALLOWED

    @property
    def is_open(self) -> bool:
        """Tell whether nothing was decided yet."""
        return self._verdict is EgressVerdict.CLOSING

    def allow(self) -> None:
        """Note that it goes on."""
        self._verdict = EgressVerdict.ALLOWED

    def refuse(self, verdict: EgressVerdict, detail: str, rule: str = "") -> None:
        """Note that it goes no further."""
        self._verdict, self._detail, self.rule, self.end = verdict, detail, rule or self.rule, None

    def decide(self, gate: MinorGate) -> EgressDecision:
        """Return what is written: nothing of what the gate stops, wherever it was read."""
        host = self.url.host if self.url else _host_as_asked(self.method, self.asked)
        shown = self.url.shown_host if self.url else host
        is_hidden = self._verdict is EgressVerdict.STOPPED
        is_hidden |= isinstance(gate.check(Address(url=host, context=(shown, self._detail))), Stopped)
        if self._verdict is EgressVerdict.ALLOWED and self.end is None:
            self.end = EgressEnd.JOB_END
        return EgressDecision(
            number=self._number,
            at=self._at,
            method=self.method[:_CHARACTERS_MOST],
            host="" if is_hidden else host,
            port=self.url.port if self.url else 0,
            verdict=self._verdict,
            rule="" if is_hidden and self._verdict is not EgressVerdict.STOPPED else self.rule,
            detail="" if is_hidden else self._detail,
            addresses=self.addresses,
            peer=self.peer,
            remarks=self.remarks,
            end=self.end,
            bytes_up=self.traffic.bytes_up,
            bytes_down=self.traffic.bytes_down,
            seconds=monotonic_s() - self._begun_s,
        )


def _host_as_asked(method: str, asked: str) -> str:
    """Return the host of what could not be read: no path, no query, no user of it is written down."""
    bare = asked if method == "CONNECT" else asked.partition("://")[2]
    for sign in "/?#":
        bare = bare.partition(sign)[0]
    return bare.rpartition("@")[2][:_CHARACTERS_MOST]
