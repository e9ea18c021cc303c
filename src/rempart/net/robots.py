"""What a robots.txt says to us (RFC 9309), read from bytes that anybody may have written.

protego answers for a whole file, and a hostile one makes that dear: 2,000 names of robots before 2,000 rules took it 13
seconds (protego 0.7.0), and the limit leaves room for 17,000 before 20,000. So only the lines that concern us reach it:
those of the groups of ``Rempart`` (or, without one, of ``*``), in one form. The rest is read once and forgotten.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import protego

from rempart.model.courtesy import RobotsCopy, RobotsVerdict
from rempart.model.outcome import Stopped
from rempart.model.web import Hop, NotFetched, NotFetchedReason, Page
from rempart.net.flow import FetchOutcome
from rempart.net.interface import ROBOTS_BYTES_MOST
from rempart.net.pace import parse_retry_after

#: How a robots.txt calls us (RFC 9309 §2.2.1: letters, ``-`` and ``_`` only); it is the beginning of our User-Agent.
OUR_NAME: Final = "Rempart"
#: RFC 9309 §2.4: a copy is used for a day, and longer only while the file cannot be had (§2.3.1.4: say, 30 days).
CACHE_MOST_S: Final = 86_400.0
CACHE_AWAY_MOST: Final = dt.timedelta(days=30)
#: Where the host says "no cache": to ask for its rules before each page would be the opposite of polite.
CACHE_LEAST_S: Final = 300.0
#: After a failure, and where the host says that it is asked too often without saying for how long.
RETRY_S: Final = 900.0
#: A rule that is longer than any address that is asked for (``rempart.net.urls``) concerns none.
_LINE_CHARACTERS_MOST: Final = 8_300
_USER_AGENT: Final = re.compile(r"(?:user[-\s]?agent)\s*(?::|\s)\s*(.*)", re.IGNORECASE)
_PRODUCT: Final = re.compile(r"[A-Za-z_-]+")
_SITE_WIDE: Final = ("sitemap", "site-map", "host")
_MAX_AGE: Final = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?([0-9]{1,9})', re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b", re.IGNORECASE)
_TOO_MANY_REQUESTS: Final = 429
_CLIENT_ERRORS: Final = range(400, 500)
_SUCCESS: Final = range(200, 300)
#: The host answered, but with what holds no line of text.
_NO_TEXT: Final = frozenset({NotFetchedReason.WRONG_TYPE, NotFetchedReason.NOT_WHAT_IT_SAYS, NotFetchedReason.NO_TYPE})


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules for us, ready to be asked."""

    _parsed: protego.Protego

    @classmethod
    def of(cls, rules: str) -> RobotsRules:
        """Read what :func:`reduce_rules` left."""
        return cls(protego.Protego.parse(rules))

    def permit(self, url: str) -> bool:
        """Tell whether an address may be asked for."""
        return bool(self._parsed.can_fetch(url, OUR_NAME))

    @property
    def delay_s(self) -> float:
        """Return the seconds between two requests that are asked for, or 0 (``Crawl-delay``, ``Request-rate``)."""
        rate = self._parsed.request_rate(OUR_NAME)
        try:
            per_request_s = rate.seconds / rate.requests if rate else 0.0
        except OverflowError:
            per_request_s = math.inf
        return max(float(self._parsed.crawl_delay(OUR_NAME) or 0.0), per_request_s)


def reduce_rules(body: bytes) -> str:
    """Keep the lines that concern us, under one name.

    RFC 9309 §2.2.1: groups of our name are joined; without one, those of ``*`` hold. §2.3.1.5: what cannot be read is
    passed over. §2.5: what is over the limit is not read, and a line that it cuts is no line.
    """
    text = body[:ROBOTS_BYTES_MOST].decode("utf-8-sig", "replace").replace("\x00", "")
    if len(body) >= ROBOTS_BYTES_MOST:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    ours: list[str] = []
    everyones: list[str] = []
    is_named = False
    for names, rules in _groups(text):
        if OUR_NAME.lower() in names:
            is_named = True
            ours += rules
        elif "*" in names:
            everyones += rules
    kept = ours if is_named else everyones
    return "\n".join([f"User-agent: {OUR_NAME}", *kept]) if kept else ""


def read_robots(origin: str, outcome: FetchOutcome, kept: RobotsCopy | None, now: dt.datetime) -> RobotsCopy:
    """Turn what came of asking for a robots.txt into what is kept of it.

    Args:
        origin: Whose it is: where it was redirected to does not count (RFC 9309 §2.3.1.2).
        outcome: What came.
        kept: The copy of before, which serves while the file cannot be had.
        now: The present instant.
    """
    if isinstance(outcome, Page) and outcome.status in _SUCCESS:
        return _read(origin, outcome, now)
    hops = () if isinstance(outcome, Stopped) else outcome.hops
    status = hops[-1].status if hops else 0
    if status == _TOO_MANY_REQUESTS:
        asked_s = parse_retry_after(_header(hops, "retry-after"), now)
        until = now + dt.timedelta(seconds=max(asked_s, RETRY_S))
        return RobotsCopy(origin=origin, verdict=RobotsVerdict.WAIT, read_at=now, until=until)
    if status in _CLIENT_ERRORS:  # §2.3.1.3, 401 and 403 too
        return _allow_all(origin, hops, now)
    if isinstance(outcome, NotFetched) and outcome.reason in _NO_TEXT and status in _SUCCESS:
        return _allow_all(origin, hops, now, "its robots.txt is not text: it holds no rule")
    until = now + dt.timedelta(seconds=RETRY_S)
    if kept and kept.verdict in {RobotsVerdict.RULES, RobotsVerdict.ALLOW_ALL} and now < kept.read_at + CACHE_AWAY_MOST:
        remark = f"its robots.txt cannot be had: the copy of {kept.read_at:%Y-%m-%d} holds"
        return RobotsCopy(
            origin=origin,
            verdict=kept.verdict,
            rules=kept.rules,
            read_at=kept.read_at,
            until=until,
            remarks=(remark,),
        )
    # §2.3.1.4: complete disallow. That it may be taken as absent after 30 days is a liberty that we do not take.
    return RobotsCopy(
        origin=origin, verdict=RobotsVerdict.DENY_ALL, read_at=now, until=until, remarks=(_why_away(outcome, status),)
    )


def _read(origin: str, page: Page, now: dt.datetime) -> RobotsCopy:
    remarks = []
    if page.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        remarks.append("its robots.txt is a page of markup: what is no rule in it was passed over")
    if len(page.body) >= ROBOTS_BYTES_MOST:
        remarks.append(f"its robots.txt is longer than {ROBOTS_BYTES_MOST} bytes: the rest was not read")
    return RobotsCopy(
        origin=origin,
        verdict=RobotsVerdict.RULES,
        rules=reduce_rules(page.body),
        read_at=now,
        until=now + dt.timedelta(seconds=_fresh_s(page.hops)),
        remarks=tuple(remarks),
    )


def _allow_all(origin: str, hops: tuple[Hop, ...], now: dt.datetime, *remarks: str) -> RobotsCopy:
    until = now + dt.timedelta(seconds=_fresh_s(hops))
    return RobotsCopy(origin=origin, verdict=RobotsVerdict.ALLOW_ALL, read_at=now, until=until, remarks=remarks)


def _why_away(outcome: FetchOutcome, status: int) -> str:
    """Say why the file cannot be had, without its address."""
    if isinstance(outcome, Stopped):
        return "the gate stops its address"
    if isinstance(outcome, NotFetched):
        return outcome.in_words()
    return f"the host answered with an error: {status}"


def _fresh_s(hops: tuple[Hop, ...]) -> float:
    """Return for how long a copy serves: a day, or less where the host says so (RFC 9309 §2.4, RFC 9111 §5.2.2)."""
    header = _header(hops, "cache-control")
    if _NO_CACHE.search(header):
        return CACHE_LEAST_S
    found = _MAX_AGE.search(header)
    return min(max(float(found.group(1)), CACHE_LEAST_S), CACHE_MOST_S) if found else CACHE_MOST_S


def _header(hops: tuple[Hop, ...], name: str) -> str:
    headers = hops[-1].headers if hops else ()
    return ", ".join(value for key, value in headers if key == name)


def _groups(text: str) -> Iterator[tuple[set[str], list[str]]]:
    """Yield each group: whom it names, in small letters, and its lines as they came (RFC 9309 §2.1)."""
    names: set[str] = set()
    rules: list[str] = []
    is_naming = True
    for line in _lines(text):
        if found := _USER_AGENT.match(line):
            if not is_naming:
                yield names, rules
                names, rules = set(), []
            is_naming = True
            names |= _name(found.group(1))
        elif not line.lower().startswith(_SITE_WIDE):
            is_naming = False
            rules.append(line)
    yield names, rules


def _lines(text: str) -> Iterator[str]:
    for raw in re.split(r"[\r\n]+", text):
        line = raw.partition("#")[0].strip()
        if line and len(line) <= _LINE_CHARACTERS_MOST:
            # Other separators of lines would let one line of the file be two for protego.
            yield " ".join(line.splitlines())


def _name(value: str) -> set[str]:
    """Return whom a line names: ``Rempart/1.0`` is ``rempart`` (RFC 9309 §2.2.1)."""
    if value.startswith("*"):
        return {"*"}
    found = _PRODUCT.match(value)
    return {found.group().lower()} if found else set()
