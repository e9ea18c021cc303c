"""Pages that are made to break a reader: nobody's words, every kind of damage."""

from __future__ import annotations

import gzip
import random
from typing import Final

from rempart.collect import FetchedPage
from rempart.collect.examples import EXAMPLES

_URL: Final = "https://site.example/a/b?c=1"
_XF: Final = b'<html id="XF"><body><article class="message" data-content="post-1"><div class="bbWrapper">'


def page(body: bytes, media_type: str = "text/html") -> FetchedPage:
    """Make a page of some bytes."""
    return FetchedPage(url=_URL, body=body, media_type=media_type)


#: By what is done. Each ends with a value or a reason, in seconds.
PAGES: Final[dict[str, FetchedPage]] = {
    "empty": page(b""),
    "zeros": page(b"\x00" * 5_000),
    "only brackets": page(b"<" * 5_000),
    "no UTF-8": page(_XF + b"\xff\xfe\xed\xa0\x80 \xc3\x28" * 500),
    "UTF-16 that is said to be UTF-8": page("<html><body>words".encode("utf-16")),
    "100,000 elements in each other": page(b"<div>" * 100_000),
    "100,000 elements in each other, and ends of others": page(b"<div></b>" * 100_000),
    "100,000 ends, then as many beginnings": page(b"</div>" * 100_000 + b"<div>" * 100_000),
    "20,000 spans": page(_XF + b"<span>" * 20_000 + b"deep"),
    "3,000 quotes in one another": page(_XF + b"<blockquote>" * 3_000 + b"x"),
    "100,000 links": page(_XF + b"".join(b'<a href="/x/%d">x</a>' % k for k in range(100_000))),
    "100,000 links of no engine": page(b"<html>" + b"".join(b'<a href="/x/%d">x</a>' % k for k in range(100_000))),
    "3,000 posts": page(b'<html id="XF">' + b'<article class="message" data-content="post-1">x</article>' * 3_000),
    "more tags than any page": page(b"<html><b>" + b"<i>" * 500_000),
    "an address of 100,000 letters": page(b'<html><a href="https://x.example/' + b"a" * 100_000 + b'">x</a>'),
    "a text of 5 MB": page(_XF + b"word " * 1_000_000),
    "a srcset of 1 MB": page(b'<html><img srcset="' + b"a 1w, " * 170_000 + b'">'),
    "JSON, deep": page(b"[" * 100_000, "application/json"),
    "JSON, deep object": page(b'{"post_stream":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
    "JSON, a long number": page(b'{"id": ' + b"9" * 100_000 + b', "post_stream": {"posts": []}}', "application/json"),
    "JSON, wrong types": page(
        b'{"post_stream": {"posts": [1, null, {"id": true, "cooked": {}, "created_at": 1e400}], "stream": NaN}}',
        "application/json",
    ),
    "Misago, wrong types": page(
        b'{"post_set": {"results": [[], {"attachments": {"id": 1}, "poster": [], "content": 1}], "next": "2"}}',
        "application/json",
    ),
    "Misago, deep": page(b'<body class="misago-x"><script>misago.init({"POSTS":' + b"[" * 90_000 + b"</script>"),
    "Misago, of other types": page(
        b'<body class="misago-x"><script>misago.init({"THREAD": [], "POSTS": {"results": [1, null, {"id": "x",'
        b' "content": 5, "attachments": {"a": 1}, "posted_on": []}], "next": true, "pages": -1}})</script>'
    ),
    "Misago, a list of other types": page(
        b'<body class="misago-x"><script>misago.init({"THREADS": {"results": [[], {"url": 5}],'
        b' "subcategories": [[], "x"]}, "CATEGORIES": [{"id": []}]})</script>'
    ),
    "JSON-LD, deep": page(b'<html><script type="application/ld+json">' + b"[" * 90_000 + b"</script>"),
    "a feed that defines entities": page(
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss>&b;</rss>',
        "text/xml",
    ),
    "a feed of 20,000 nested elements": page(b"<rss><channel>" + b"<item>" * 20_000, "text/xml"),
    "a sitemap bomb": page(gzip.compress(b"<urlset>" + b" " * 30_000_000), "application/gzip"),
    "a sitemap that is damaged": page(b"\x1f\x8b" + b"nothing of gzip" * 50, "application/gzip"),
    "a sitemap of 60,000 pages": page(
        b"<urlset>" + b"<url><loc>https://m.example/a</loc></url>" * 60_000 + b"</urlset>", "text/xml"
    ),
    "Latin that is said to be unknown": FetchedPage(
        url=_URL, body="<html>caf\xe9".encode("latin-1"), media_type="text/html", charset="x-nothing\x00"
    ),
    "no address": FetchedPage(url="javascript:alert(1)", body=b'<html><a href="x">x</a><a href="//y.example/">y</a>'),
    "a base that is no address": page(b'<html><base href="javascript:"><a href="x">x</a><img src="data:image/png,x">'),
}


def mutated(number: int) -> FetchedPage:
    """Return an example page with some of its bytes exchanged, removed, doubled or cut off."""
    generator = random.Random(number)  # noqa: S311 - seeded
    example = EXAMPLES[number % len(EXAMPLES)].page
    body = bytearray(example.body)
    for _ in range(generator.randint(1, 12)):
        at = generator.randrange(len(body) + 1)
        match generator.randrange(4):
            case 0:
                body[at : at + 1] = bytes([generator.randrange(256)])
            case 1:
                del body[at : at + generator.randrange(60)]
            case 2:
                body[at:at] = body[at // 2 : at // 2 + generator.randrange(200)]
            case _:
                body[at:at] = generator.choice(
                    [b"<", b">", b'"', b"\x00", b"</", b"<!--", b"<svg>", b"<table>", b"&#x"]
                )
    return FetchedPage(
        url=example.url, body=bytes(body), media_type=example.media_type, charset=example.charset, status=example.status
    )
