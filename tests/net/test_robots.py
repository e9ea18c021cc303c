"""robots.txt: what RFC 9309 says of each answer, and files that were written to do harm."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model.courtesy import RobotsCopy, RobotsVerdict
from rempart.model.outcome import Stopped, StopReason
from rempart.model.web import Hop, NotFetched, NotFetchedReason, Page, Validators
from rempart.net.interface import ROBOTS_BYTES_MOST
from rempart.net.robots import (
    CACHE_AWAY_MOST,
    CACHE_LEAST_S,
    CACHE_MOST_S,
    RETRY_S,
    RobotsRules,
    read_robots,
    reduce_rules,
)

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
ORIGIN = "https://forum.example.org"
#: Of one processor, whoever else is busy; protego alone takes minutes for the first one.
QUICK_S = 3.0


def rules(text: str | bytes) -> RobotsRules:
    """Read a file."""
    return RobotsRules.of(reduce_rules(text.encode() if isinstance(text, str) else text))


def hop(status: int, **headers: str) -> Hop:
    """Return one answer."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Hop(url=f"{ORIGIN}/robots.txt", at=NOW, status=status, headers=named)


def page(body: bytes, status: int = 200, media_type: str = "text/plain", **headers: str) -> Page:
    """Return a page."""
    return Page(
        url=f"{ORIGIN}/robots.txt",
        status=status,
        media_type=media_type,
        charset="",
        body=body,
        hops=(hop(status, **headers),),
        validators=Validators(),
        wire_bytes=len(body),
    )


def error(status: int, **headers: str) -> NotFetched:
    """Return an answer with an error, whose body was not read."""
    return NotFetched(reason=NotFetchedReason.STATUS, status=status, hops=(hop(status, **headers),))


def kept(age: dt.timedelta, verdict: RobotsVerdict = RobotsVerdict.RULES) -> RobotsCopy:
    """Return a copy of some age."""
    at = NOW - age
    return RobotsCopy(origin=ORIGIN, verdict=verdict, rules="User-agent: Rempart\nDisallow: /x", read_at=at, until=at)


@pytest.mark.parametrize(
    "text, path, is_permitted",
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /\nAllow: /p", "/p/1", True),
        ("User-agent: *\nDisallow: /*.php$", "/a.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a.php?x", True),
        ("User-agent: *\nDisallow: /a%3Cd%3E", "/a%3cd%3e", False),
        ("User-agent: *\nDisallow: /été", "/%C3%A9t%C3%A9", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: rempart\nAllow: /", "/a", True),
        ("User-agent: REMPART/2.1\nDisallow: /", "/a", False),
        ("User-agent: Rempart\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: rem\nDisallow: /", "/a", True),
        ("User-agent: RempartX\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: rempart\nDisallow: /", "/a", False),
        ("User-agent: rempart\nAllow: /a\nUser-agent: x\nAllow: /b\nUser-agent: rempart\nDisallow: /c", "/c", False),
        ("User-agent: rempart\nSitemap: https://forum.example.org/s.xml\nDisallow: /", "/a", False),
        ("Disallow: /", "/a", True),
        ("user-agent:*\r\ndisallow:/\r\n", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: * # everyone\nDisallow: / # all", "/a", False),
        ("User-agent: *\rDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\x00", "/", False),
        ("User-agent: *\n<html>\nDisallow: /x", "/x", False),
    ],
)  # fmt: skip
def test_what_is_permitted(text: str, path: str, is_permitted: bool) -> None:  # noqa: FBT001 - a table
    """The most specific group that names us, the longest rule, and lines that cannot be read passed over."""
    assert rules(text).permit(f"{ORIGIN}{path}") is is_permitted


@pytest.mark.parametrize(
    "text, delay_s",
    [
        ("Crawl-delay: 10", 10.0),
        ("Crawl-delay: 2.5", 2.5),
        ("Request-rate: 1/20", 20.0),
        ("Request-rate: 30/1m", 2.0),
        ("Request-rate: 1/20\nCrawl-delay: 5", 20.0),
        *(("Crawl-delay: soon", 0.0), ("Crawl-delay: -1", 0.0), ("Crawl-delay: nan", 0.0), ("Request-rate: 0/0", 0.0)),
        ("Crawl-delay: 1e300", 1e300),
        ("Request-rate: 1/" + "9" * 400, float("inf")),
        ("Request-rate: 1/" + "9" * 5_000, 0.0),
    ],
)
def test_what_delay_is_asked_for(text: str, delay_s: float) -> None:
    """By either way of saying it; what is no number asks for nothing."""
    assert rules(f"User-agent: *\n{text}\nDisallow: /x").delay_s == delay_s


@given(st.binary(max_size=2_000))
def test_any_bytes_can_be_read(body: bytes) -> None:
    """Invalid UTF-8, zeros, anything: never an exception."""
    found = rules(body)

    found.permit(f"{ORIGIN}/")
    assert found.delay_s >= 0


def test_what_is_over_the_limit_is_not_read() -> None:
    """RFC 9309 §2.5: the first 512 KiB count, and a line that is cut is none."""
    head = b"User-agent: *\nDisallow: /a\n"
    filler = b"#" * 99 + b"\n"
    full = head + filler * (ROBOTS_BYTES_MOST // 100 + 1)
    cut = full[: ROBOTS_BYTES_MOST - 12] + b"\nDisallow: /whatever\n"

    found = rules(cut + b"Disallow: /late\n")

    assert not found.permit(f"{ORIGIN}/a")
    assert found.permit(f"{ORIGIN}/whatever")
    assert found.permit(f"{ORIGIN}/late")


@pytest.mark.parametrize(
    "attack",
    [
        "".join(f"User-agent: u{n}\n" for n in range(17_000)) + "Disallow: /a\n" * 20_000,
        "".join(f"User-agent: Rempart\nDisallow: /{n}\n" for n in range(14_000)),
        "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*a*a*$\n" * 15_000,
        "User-agent: *\n" + "".join(f"Disallow: /*{n}*a*$\n" for n in range(20_000)),
        "User-agent: *\nDisallow: /" + "*a" * 250_000,
        "User-agent: *\nDisallow: /" + "*a" * 4_000 + "*b$\n",
        "User-agent: *\n" + "Disallow: /%" * 40_000,
        "User-agent" + " " * 500_000 + "\nDisallow: /",
        "User-agent: " + "*" * 500_000 + "\nDisallow: /",
        "\n" * 524_288,
        "a" * 524_288,
        "User-agent: *\n" + "Allow: /$$$$$$$$\n" * 30_000,
    ],
    ids=lambda text: text[:30].strip().replace("\n", " "),
)
def test_a_file_that_was_written_to_keep_us_busy_does_not(attack: str) -> None:
    """Neither reading it nor asking it, for the longest address that is asked."""
    begun = time.process_time()

    found = rules(attack)
    for tail in ("b", "a", "?"):
        found.permit(f"{ORIGIN}/" + "a" * 8_000 + tail)

    assert time.process_time() - begun < QUICK_S


def test_a_read_file_holds_for_a_day() -> None:
    """RFC 9309 §2.4."""
    copy = read_robots(ORIGIN, page(b"User-agent: *\nDisallow: /x"), None, NOW)

    assert copy.verdict is RobotsVerdict.RULES
    assert copy.until == NOW + dt.timedelta(seconds=CACHE_MOST_S)
    assert copy.rules == "User-agent: Rempart\nDisallow: /x"


@pytest.mark.parametrize(
    "header, seconds",
    [
        *(("max-age=3600", 3_600), ("public, MAX-AGE = 7200", 7_200), ("max-age=999999999", CACHE_MOST_S)),
        *(("max-age=0", CACHE_LEAST_S), ("no-cache", CACHE_LEAST_S), ("no-store, max-age=9000", CACHE_LEAST_S)),
        *(("s-maxage=10", CACHE_MOST_S), ("max-age=", CACHE_MOST_S), ("", CACHE_MOST_S)),
    ],
)
def test_or_less_where_the_host_says_so(header: str, seconds: float) -> None:
    """But it is not asked for before each page."""
    copy = read_robots(ORIGIN, page(b"", cache_control=header), None, NOW)

    assert copy.until == NOW + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451, 499])
def test_a_file_that_is_not_there_allows_everything(status: int) -> None:
    """RFC 9309 §2.3.1.3, whatever was kept."""
    copy = read_robots(ORIGIN, error(status), kept(dt.timedelta(days=1)), NOW)

    assert copy.verdict is RobotsVerdict.ALLOW_ALL
    assert copy.rules == ""


@pytest.mark.parametrize("retry_after, seconds", [("", RETRY_S), ("7200", 7_200), ("1", RETRY_S)])
def test_a_host_that_is_asked_too_often_is_waited_for(retry_after: str, seconds: float) -> None:
    """429 is neither "there is none" nor "nothing is allowed"."""
    copy = read_robots(ORIGIN, error(429, retry_after=retry_after), None, NOW)

    assert copy.verdict is RobotsVerdict.WAIT
    assert copy.until == NOW + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "outcome",
    [
        *(error(500), error(503), error(599), page(b"", status=302)),
        NotFetched(reason=NotFetchedReason.NO_SUCH_HOST),
        NotFetched(reason=NotFetchedReason.CERTIFICATE),
        NotFetched(reason=NotFetchedReason.IDLE, hops=(hop(200),)),
        NotFetched(reason=NotFetchedReason.BOMB, hops=(hop(200),)),
        NotFetched(reason=NotFetchedReason.REDIRECTS, hops=(hop(302),)),
        Stopped(reason=StopReason.MINOR_WORD, rule="x"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_had_allows_nothing(outcome: Page | NotFetched | Stopped) -> None:
    """RFC 9309 §2.3.1.4, and it is asked for again soon."""
    copy = read_robots(ORIGIN, outcome, None, NOW)

    assert copy.verdict is RobotsVerdict.DENY_ALL
    assert copy.until == NOW + dt.timedelta(seconds=RETRY_S)
    assert copy.remarks


@pytest.mark.parametrize(
    "age, verdict",
    [
        (dt.timedelta(days=2), RobotsVerdict.RULES),
        (CACHE_AWAY_MOST - dt.timedelta(seconds=1), RobotsVerdict.RULES),
        (CACHE_AWAY_MOST, RobotsVerdict.DENY_ALL),
    ],
)
def test_a_copy_of_before_serves_while_it_is_away(age: dt.timedelta, verdict: RobotsVerdict) -> None:
    """For thirty days from when it was read (§2.4), not from when it was last used."""
    copy = read_robots(ORIGIN, error(500), kept(age), NOW)

    assert copy.verdict is verdict
    assert copy.read_at == (kept(age).read_at if verdict is RobotsVerdict.RULES else NOW)


def test_a_refusal_of_before_is_no_copy() -> None:
    """What said nothing of rules does not live on as rules."""
    copy = read_robots(ORIGIN, error(500), kept(dt.timedelta(hours=1), RobotsVerdict.WAIT), NOW)

    assert copy.verdict is RobotsVerdict.DENY_ALL


def test_a_page_of_markup_holds_no_rules_and_a_remark() -> None:
    """Many sites answer everything with 200 and their home page."""
    copy = read_robots(ORIGIN, page(b"\xef\xbb\xbf\n<!doctype html><p>Home", media_type="text/html"), None, NOW)

    assert copy.verdict is RobotsVerdict.RULES
    assert RobotsRules.of(copy.rules).permit(f"{ORIGIN}/a")
    assert "markup" in copy.remarks[0]


@pytest.mark.parametrize("reason", [NotFetchedReason.WRONG_TYPE, NotFetchedReason.NOT_WHAT_IT_SAYS])
def test_what_is_not_text_holds_no_rules(reason: NotFetchedReason) -> None:
    """A picture under that name."""
    copy = read_robots(ORIGIN, NotFetched(reason=reason, hops=(hop(200),)), None, NOW)

    assert copy.verdict is RobotsVerdict.ALLOW_ALL
    assert copy.remarks
