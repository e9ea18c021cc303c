"""Depth, told before the parser builds it."""

from __future__ import annotations

import pytest

from collect.hostile import PAGES
from rempart.collect.document import parse_markup
from rempart.collect.nesting import is_deeper
from rempart.collect.recognising import read_page
from rempart.errors import MediaError


@pytest.mark.parametrize(
    "markup, depth",
    [
        ("<div>" * 5, 5),
        ("<div><span>" * 3, 6),
        ("<div></b>" * 5, 5),  # an end of what is not open ends nothing
        ("</div>" * 5 + "<div>" * 5, 5),
        ("<DIV><div/></Div>", 2),  # the slash means nothing in HTML
        ("<div></div>" * 5, 1),
        ("<p>one<p>two<br><li>three", 0),
        ("a < b <3 <!-- x -->", 0),
    ],
)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_depth_is_counted_by_name(markup: str, depth: int, *, as_bytes: bool) -> None:
    """At the limit, and beyond."""
    written = markup.encode() if as_bytes else markup

    assert not is_deeper(written, depth)
    if depth:
        assert is_deeper(written, depth - 1)


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("100,000 e")])
def test_a_page_that_would_take_the_parser_long_is_refused(name: str) -> None:
    """It took 11 s, and 45 s at twice the depth, before its elements were counted."""
    with pytest.raises(MediaError) as caught:
        read_page(PAGES[name])

    assert caught.value.reason == "bomb"


def test_as_many_side_by_side_are_read() -> None:
    """They cost a parser little."""
    page = PAGES["100,000 elements in each other"]
    body = b"<p>" + b"<div></div>" * 100_000

    assert read_page(type(page)(url=page.url, body=body, media_type="text/html")).canonical_url == page.url


def test_a_small_page_is_refused_before_it_is_parsed() -> None:
    """30,000 elements in each other have room in 150 kB: the length of a page says nothing of them."""
    page = b"<html><body>" + b"<div>" * 30_000

    with pytest.raises(MediaError):
        parse_markup(page)
    with pytest.raises(MediaError):
        parse_markup(page.decode())
