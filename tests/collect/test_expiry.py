"""What signed addresses say of their end."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.collect import end_of, undated

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SECONDS = int(NOON.timestamp())


@pytest.mark.parametrize(
    "query",
    [
        f"Expires={SECONDS}&Signature=ab&Key-Pair-Id=K",
        f"expires={SECONDS}",
        f"e={SECONDS}&md5=xyz",
        f"exp={SECONDS}",
        f"oe={SECONDS:08x}",
        f"hdnts=exp={SECONDS}~acl=/*~hmac=ab",
        "X-Amz-Date=20261122T110000Z&X-Amz-Expires=3600&X-Amz-Signature=ab",
        "X-Goog-Date=20261122T110000Z&X-Goog-Expires=3600&X-Goog-Signature=ab",
        "se=2026-11-22T12%3A00%3A00Z&sig=ab",
    ],
)
def test_an_end_that_is_said(query: str) -> None:
    """CloudFront, Bunny, nginx, Meta, Akamai, Amazon, Google, Azure."""
    assert end_of(f"https://cdn.example/a.jpg?{query}") == (True, NOON)
    assert undated(f"https://cdn.example/a.jpg?{query}&w=2") == "https://cdn.example/a.jpg?w=2"


@pytest.mark.parametrize(
    "query", ["Signature=ab", "X-Amz-Signature=ab&X-Amz-Expires=x", "X-Amz-Date=20269999T999999Z&X-Amz-Expires=1"]
)
def test_an_end_that_is_not_said(query: str) -> None:
    """It is temporary all the same."""
    assert end_of(f"https://cdn.example/a.jpg?{query}") == (True, None)


@pytest.mark.parametrize(
    "query", ["", "?e=3", "?exp=12&page=2", "?sig=1", "?expires=never", "?" + "a=1&" * 200, "?oe=ffffffffff"]
)
def test_what_stays(query: str) -> None:
    """A short parameter is no instant; a page's number is no date."""
    url = f"https://cdn.example/a.jpg{query}"

    assert end_of(url) == (False, None)
    assert undated(url) == url


@pytest.mark.parametrize(
    "query", [f"%65xpires={SECONDS}", f"+&EXPIRES={SECONDS}", f"a=1&x-amz%2ddate=&exp%69res={SECONDS}"]
)
def test_a_parameter_that_is_written_in_another_way(query: str) -> None:
    """A name may be percent-encoded, in large letters, behind others."""
    assert end_of(f"https://f.example/a?{query}") == (True, NOON)
