"""By what an answer is recognised as a wall: signs of one table, each with its source.

A sign in the head is the wall's own word. A sign in a body counts only where the status is not that of a page: a forum
that has a captcha in its form for new members is not a wall. What was answered is kept beside the conclusion.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from rempart.model.courtesy import BlockKind
from rempart.model.web import Hop, NotFetched, Page, Probed

#: How much of a body is looked at: a wall says so at once.
_LOOKED_AT_BYTES: Final = 65_536


class Where(StrEnum):
    """Where a sign is looked for."""

    STATUS = "status"
    HEADER = "header"
    BODY = "body"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign."""

    kind: BlockKind
    """What it shows."""
    where: Where
    """Where it is."""
    text: str
    """``name: value`` of a header, a piece of a body in small letters, the last part of a path; empty for a status."""
    statuses: frozenset[int] = frozenset()
    """With which statuses; none are all."""
    says: str
    """What a person reads."""
    source: str
    """By whom it is described."""


_REFUSALS: Final = frozenset({401, 403, 405, 429, 503})
_AWS: Final = "AWS WAF developer guide, CAPTCHA and Challenge action behavior"
_XENFORO: Final = "XenForo as seen by gallery-dl (extractor/xenforo.py)"

#: The first sign that is met decides.
SIGNS: Final = (
    Sign(
        kind=BlockKind.LEGAL,
        where=Where.STATUS,
        text="",
        statuses=frozenset({451}),
        says="status 451",
        source="RFC 7725 §3",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.HEADER,
        text="cf-mitigated: challenge",
        says="a challenge of Cloudflare",
        source="Cloudflare docs, Detect a Challenge Page response",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.HEADER,
        text="x-amzn-waf-action: challenge",
        says="a challenge of AWS WAF",
        source=_AWS,
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.HEADER,
        text="x-amzn-waf-action: captcha",
        says="a captcha of AWS WAF",
        source=_AWS,
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text='id="anubis_challenge"',
        statuses=frozenset({200}) | _REFUSALS,
        says="a proof of work of Anubis",
        source="microlinkhq/is-antibot pull 21; Anubis answers 200 by default",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text="/cdn-cgi/challenge-platform/",
        statuses=_REFUSALS,
        says="a challenge of Cloudflare",
        source="Cloudflare docs, challenge pages",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text="ddos-guard",
        statuses=_REFUSALS,
        says="a challenge of DDoS-Guard",
        source="FlareSolverr, CHALLENGE_SELECTORS",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text="g-recaptcha",
        statuses=_REFUSALS,
        says="a captcha",
        source="reCAPTCHA docs, class of the widget",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text="h-captcha",
        statuses=_REFUSALS,
        says="a captcha",
        source="hCaptcha docs, class of the widget",
    ),
    Sign(
        kind=BlockKind.CHALLENGE,
        where=Where.BODY,
        text="cf-turnstile",
        statuses=_REFUSALS,
        says="a captcha",
        source="Cloudflare Turnstile docs, class of the widget",
    ),
    Sign(
        kind=BlockKind.RATE_LIMITED,
        where=Where.STATUS,
        text="",
        statuses=frozenset({429}),
        says="status 429",
        source="RFC 6585 §4",
    ),
    Sign(
        kind=BlockKind.LOGIN_WALL,
        where=Where.STATUS,
        text="",
        statuses=frozenset({401}),
        says="status 401",
        source="RFC 9110 §15.5.2",
    ),
    Sign(
        kind=BlockKind.LOGIN_WALL,
        where=Where.BODY,
        text='type="password"',
        statuses=frozenset({403}),
        says="status 403 with a form for a password",
        source=_XENFORO,
    ),
    Sign(
        kind=BlockKind.LOGIN_WALL,
        where=Where.BODY,
        text=">log in<",
        statuses=frozenset({403}),
        says="status 403 with a way to log in",
        source=_XENFORO,
    ),
    *(
        Sign(
            kind=BlockKind.LOGIN_WALL,
            where=Where.REDIRECT,
            text=name,
            says=f"a redirect to /{name}",
            source=_XENFORO,
        )
        for name in ("login", "log-in", "signin", "sign-in", "register", "signup", "login.php", "connexion")
    ),
    Sign(
        kind=BlockKind.OVERLOADED,
        where=Where.STATUS,
        text="",
        statuses=frozenset({503}),
        says="status 503",
        source="RFC 9110 §15.6.4",
    ),
)


def find_sign(answer: Page | Probed | NotFetched) -> Sign | None:
    """Return the first sign of a wall in an answer; None if it shows none."""
    if not answer.hops or not answer.hops[-1].status:
        return None
    last = answer.hops[-1]
    body = answer.body[:_LOOKED_AT_BYTES].lower() if isinstance(answer, Page) else b""
    return next((sign for sign in SIGNS if _is_met(sign, answer.hops, last, body)), None)


def _is_met(sign: Sign, hops: tuple[Hop, ...], last: Hop, body: bytes) -> bool:
    if sign.statuses and last.status not in sign.statuses:
        return False
    match sign.where:
        case Where.STATUS:
            return True
        case Where.HEADER:
            name, _, value = sign.text.partition(": ")
            return any(key == name and held.strip().lower() == value for key, held in last.headers)
        case Where.BODY:
            return sign.text.encode() in body
        case Where.REDIRECT:
            # Whoever asks for the login page itself gets what was asked for.
            return len(hops) > 1 and sign.text in _parts(last.url) and sign.text not in _parts(hops[0].url)


def _parts(url: str) -> list[str]:
    return [part.lower() for part in urlsplit(url).path.split("/")[-2:] if part]
