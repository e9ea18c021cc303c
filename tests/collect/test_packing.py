"""Pages into a worker, records out of it: bounded on both ways, and nothing lost without a word."""

from __future__ import annotations

import base64
import json
import random
import zlib
from dataclasses import replace
from typing import cast

import pytest

from rempart.collect import FetchedPage, pack, parse_page
from rempart.collect.packing import unpack, write_record
from rempart.errors import MediaError
from rempart.hazmat import Json
from rempart.model.collected import Engine, LeftOut, PageKind, PageLink, ParsedPage, ParsedPost, SearchResult

FRAME_BYTES = 1 << 20


def sitemap(urls: list[str], *, text: str = "") -> ParsedPage:
    """Make a page with many links."""
    links = tuple(PageLink(kind=PageKind.UNKNOWN, url=url) for url in urls)
    posts = (ParsedPost(engine_id="1", text=text),) * 2 if text else ()
    return ParsedPage(engine=Engine.SITEMAP, kind=PageKind.SITEMAP, canonical_url="", links=links, posts=posts)


def sent(page: ParsedPage) -> ParsedPage:
    """Write a page as a worker does, and read it as the parent does."""
    told = json.dumps({"record": write_record(page)})
    assert len(told) < FRAME_BYTES
    return parse_page(cast("dict[str, Json]", json.loads(told)["record"]))


def test_a_large_record_goes_compressed() -> None:
    """A sitemap is whole: 50,000 addresses."""
    page = sitemap([f"https://m.example/articles/2026/11/22/{k}" for k in range(50_000)])

    assert sent(page) == page


def test_what_does_not_fit_is_left_out_and_said() -> None:
    """Addresses that do not compress."""
    generator = random.Random(1)  # noqa: S311 - seeded
    page = sitemap([f"https://m.example/{generator.randbytes(20).hex()}" for _ in range(50_000)])
    found = sent(page)

    assert 10_000 < len(found.links) < 50_000
    assert found.left_out == (LeftOut.LINKS,)


def test_results_that_do_not_fit_are_cut_and_said() -> None:
    """A provider that answers with noise."""
    generator = random.Random(1)  # noqa: S311 - seeded
    results = tuple(
        SearchResult(url=f"https://r.example/{generator.randbytes(4_000).hex()}", text="é" * 1_000) for _ in range(100)
    )
    page = replace(sitemap([f"https://m.example/{generator.randbytes(20).hex()}" for _ in range(20_000)]))
    found = sent(replace(page, results=results))

    assert {LeftOut.LINKS, LeftOut.RESULTS} & set(found.left_out)
    assert found.results == results[: len(found.results)]


def test_a_long_text_that_is_not_ascii_fits() -> None:
    """Six bytes a letter in the record."""
    page = sitemap([], text="é" * 100_000)

    assert sent(page) == page


@pytest.mark.parametrize(
    "packed",
    [
        "!",
        "eA==",
        base64.b64encode(zlib.compress(b"[]")).decode(),
        base64.b64encode(zlib.compress(b" " * 40000000)).decode(),
        base64.b64encode(zlib.compress(b"{}" + b" " * 99)[:-5]).decode(),
    ],
)
def test_what_is_no_packed_record_is_refused(packed: str) -> None:
    """Not in base 64, not compressed, no object, a bomb, cut."""
    with pytest.raises(ValueError, match=r"."):
        parse_page({"packed": packed})


def test_a_page_is_packed_and_unpacked() -> None:
    """Whatever its bytes and its address."""
    page = FetchedPage(url="https://é.example/\n", body=b"\n\x00{", media_type="text/html", charset="x", status=403)

    assert unpack(pack(page)) == page


@pytest.mark.parametrize(
    "data", [b"", b"no line", b"{" * 100_000 + b"\n", pack(FetchedPage(url="", body=b"x" * (8 << 20 | 1)))]
)
def test_what_is_no_packed_page_is_refused(data: bytes) -> None:
    """With a reason; no page is over 8 MiB."""
    with pytest.raises(MediaError):
        unpack(data)
