"""Walls are recognised by their own words; pages that only look like one are not lost."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.model.courtesy import BlockKind
from rempart.model.web import Hop, NotFetched, NotFetchedReason, Page, Validators
from rempart.net.signs import SIGNS, find_sign

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
URL = "https://forum.example.org/threads/1"


def answer(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None, urls: tuple[str, ...] = (URL,)
) -> Page:
    """Return a page that was reached through some addresses."""
    held = tuple((headers or {}).items())
    hops = tuple(Hop(url=url, at=NOW, status=302) for url in urls[:-1])
    last = Hop(url=urls[-1], at=NOW, status=status, headers=held)
    return Page(
        url=urls[-1],
        status=status,
        media_type="text/html",
        charset="",
        body=body,
        hops=(*hops, last),
        validators=Validators(),
        wire_bytes=0,
    )


@pytest.mark.parametrize(
    "found, kind",
    [
        (answer(403, headers={"cf-mitigated": "challenge"}), BlockKind.CHALLENGE),
        (answer(200, headers={"cf-mitigated": "challenge"}), BlockKind.CHALLENGE),
        (answer(202, headers={"x-amzn-waf-action": "challenge"}), BlockKind.CHALLENGE),
        (answer(405, headers={"x-amzn-waf-action": "CAPTCHA "}), BlockKind.CHALLENGE),
        (answer(200, b'<script id="anubis_challenge" type="application/json">'), BlockKind.CHALLENGE),
        (answer(403, b'<DIV CLASS="G-Recaptcha">'), BlockKind.CHALLENGE),
        (answer(503, b'<script src="/cdn-cgi/challenge-platform/h/b">'), BlockKind.CHALLENGE),
        (answer(429), BlockKind.RATE_LIMITED),
        (answer(429, b"h-captcha"), BlockKind.CHALLENGE),
        (answer(503), BlockKind.OVERLOADED),
        (answer(451), BlockKind.LEGAL),
        (answer(401), BlockKind.LOGIN_WALL),
        (answer(403, b'<input type="password">'), BlockKind.LOGIN_WALL),
        (answer(403, b"<a href='/login/'>Log in</a>"), BlockKind.LOGIN_WALL),
        (answer(200, urls=(URL, "https://forum.example.org/login/?r=x")), BlockKind.LOGIN_WALL),
        (answer(200, urls=(URL, "https://forum.example.org/register")), BlockKind.LOGIN_WALL),
        (answer(403, urls=(URL, "https://forum.example.org/login")), BlockKind.LOGIN_WALL),
    ],
    ids=lambda value: str(value) if isinstance(value, BlockKind) else str(value.status),
)
def test_a_wall_is_recognised(found: Page, kind: BlockKind) -> None:
    """By its head, its status, its page or where it leads."""
    sign = find_sign(found)

    assert sign
    assert sign.kind is kind


@pytest.mark.parametrize(
    "found",
    [
        answer(200, b'<form><input type="password"><div class="g-recaptcha"></form>'),
        answer(200, b"a post about ddos-guard and /cdn-cgi/challenge-platform/"),
        answer(200, b"Just a moment, I said. >Log in<"),
        answer(200, headers={"cf-mitigated": "block-list", "server": "cloudflare"}),
        answer(404, b'<input type="password">'),
        answer(403, b"this section is private"),
        answer(410),
        answer(500),
        answer(200, urls=("https://forum.example.org/login/",)),
        answer(200, urls=("http://forum.example.org/login", "https://forum.example.org/login")),
        answer(200, urls=(URL, "https://forum.example.org/threads/1-how-to-login")),
    ],
    ids=lambda value: f"{value.status} {value.body[:20]!r}",
)
def test_a_page_that_speaks_of_walls_is_none(found: Page) -> None:
    """Most forums have a form to log in on every page; their answers are theirs."""
    assert find_sign(found) is None


def test_an_answer_whose_body_was_not_read_shows_its_head() -> None:
    """Media behind a challenge; a host that never answered shows nothing."""
    hops = answer(403, headers={"cf-mitigated": "challenge"}).hops
    challenged = find_sign(NotFetched(reason=NotFetchedReason.STATUS, status=403, hops=hops))

    assert challenged
    assert challenged.kind is BlockKind.CHALLENGE
    assert find_sign(NotFetched(reason=NotFetchedReason.NO_SUCH_HOST)) is None


def test_every_sign_has_a_source_and_words() -> None:
    """And is looked for in small letters."""
    assert all(sign.source and sign.says for sign in SIGNS)
    assert all(sign.text == sign.text.lower() for sign in SIGNS)
