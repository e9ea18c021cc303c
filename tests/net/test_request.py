"""A request carries what it needs and nothing more."""

from __future__ import annotations

import httpx2
import pytest

from rempart.model.web import FetchMode, Validators
from rempart.net import LIMITS, Body, FetchLimits, Identity, Wanted
from rempart.net.cookies import JobCookies
from rempart.net.request import build_request
from rempart.net.urls import parse_url

STAYS = FetchLimits(redirects=0)
URL = parse_url("https://forum.example.org:443/a?b=1")


def request(wanted: Wanted, contact: str = "") -> httpx2.Request:
    """Build one."""
    return build_request(URL, wanted, Identity(product="Rempart/1", contact=contact), JobCookies())


@pytest.mark.parametrize(
    "mode, encodings",
    [(FetchMode.TEXT, "gzip, deflate"), (FetchMode.MEDIA, "identity"), (FetchMode.TIMESTAMP, "identity")],
)
def test_only_texts_may_come_compressed(mode: FetchMode, encodings: str) -> None:
    """A bomb needs an encoding."""
    built = request(Wanted(mode=mode))

    assert built.headers["accept-encoding"] == encodings
    assert set(built.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert built.headers["host"] == "forum.example.org"


def test_a_body_is_posted_with_its_type() -> None:
    """And its length."""
    built = request(Wanted(body=Body(content=b"query", media_type="application/timestamp-query")))

    assert built.method == "POST"
    assert built.headers["content-type"] == "application/timestamp-query"
    assert built.headers["content-length"] == "5"


@pytest.mark.parametrize(
    "value, is_sent",
    [
        ('"1"', True),
        ('W/"a b"', True),
        ("", False),
        (" ", False),
        (" x", False),
        ("é", False),
        ("a\nb", False),
        ("a\0", False),
    ],
)
def test_only_a_version_that_is_a_header_is_sent_back(value: str, is_sent: bool) -> None:  # noqa: FBT001 - a table
    """It came from the host."""
    built = request(Wanted(validators=Validators(etag=value, last_modified=value)))

    assert ("if-none-match" in built.headers) is is_sent
    assert ("if-modified-since" in built.headers) is is_sent


def test_a_contact_is_told() -> None:
    """So that whoever is asked can ask back."""
    assert (
        request(Wanted(), "https://desk.example.org/").headers["user-agent"] == "Rempart/1 (+https://desk.example.org/)"
    )
    assert request(Wanted()).headers["user-agent"] == "Rempart/1"


def test_each_mode_has_its_limits() -> None:
    """Unless the fetch has its own."""
    own = FetchLimits(total_s=1.0)

    assert Wanted(mode=FetchMode.MEDIA).allowance is LIMITS[FetchMode.MEDIA]
    assert Wanted(mode=FetchMode.MEDIA, limits=own).allowance is own
    assert set(LIMITS) == set(FetchMode)


def test_a_body_may_bring_headers_of_its_own() -> None:
    """A signature over it, as it is."""
    body = Body(content=b"{}", media_type="application/json", headers=(("webhook-id", "m1"),))

    built = request(Wanted(body=body, limits=STAYS))

    assert built.headers["webhook-id"] == "m1"


@pytest.mark.parametrize(
    "name, value",
    [
        ("Host", "x"),
        ("host", "x"),
        ("cookie", "a=b"),
        ("user-agent", "x"),
        ("content-type", "x"),
        ("content-length", "9"),
        ("transfer-encoding", "chunked"),
        ("connection", "x"),
        ("a\r\nb", "x"),
        ("a", "x\r\nhost: y"),
        ("a", ""),
        ("a", "é"),
        ("", "x"),
    ],
)
def test_a_body_says_nothing_that_a_request_says_by_itself(name: str, value: str) -> None:
    """Nor what is no header."""
    with pytest.raises(ValueError, match="no header that a body brings"):
        request(Wanted(body=Body(content=b"{}", media_type="a/b", headers=((name, value),)), limits=STAYS))


def test_what_is_signed_for_one_host_follows_no_redirect() -> None:
    """Another host would be sent it."""
    with pytest.raises(ValueError, match="no redirect"):
        Wanted(body=Body(content=b"{}", media_type="application/json", headers=(("webhook-id", "m1"),)))
