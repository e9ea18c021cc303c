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


def message(body: bytes) -> FetchedPage:
    """Make a page of some bytes that was asked for as one message of Telegram."""
    return FetchedPage(url="https://t.me/site/1?embed=1", body=body, media_type="text/html")


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
    "Mastodon, wrong types": page(
        b'[{"id": [], "account": 7, "content": {}, "visibility": null, "media_attachments": {"url": 1}, "card": [],'
        b'"poll": {"options": ["x", {"title": 5}]}, "reblog": []}, 3, null, {"id": "1", "account": {"id": {}}}]',
        "application/json",
    ),
    "Mastodon, numbers that are paths": page(
        b'[{"id": "../../../x", "account": {"id": "1/../2"}, "content": "<p>x", "visibility": "public"},'
        b'{"id": "1&since_id=0", "account": {"id": "a b"}, "content": "", "visibility": "public"}]',
        "application/json",
    ),
    "Mastodon, an account that is a path": page(
        b'{"id": "1/../../../evil", "acct": "x", "statuses_count": 1}', "application/json"
    ),
    "Mastodon, 3,000 statuses": page(
        b"["
        + b",".join(
            b'{"id": "%d", "account": {"id": "1"}, "content": "<p>x", "visibility": "public"}' % k for k in range(3_000)
        )
        + b"]",
        "application/json",
    ),
    "Mastodon, a status of 5 MB": page(
        b'[{"id": "1", "account": {"id": "1"}, "visibility": "public", "content": "<p>' + b"word " * 1_000_000 + b'"}]',
        "application/json",
    ),
    "Mastodon, a status of a million tags": page(
        b'[{"id": "1", "account": {"id": "1"}, "visibility": "public", "content": "' + b"<i>" * 900_000 + b'"}]',
        "application/json",
    ),
    "Bluesky, wrong types": page(
        b'{"feed": [{"post": 1, "reason": []}, {"post": {"uri": ["at://"], "embed": [], "record": "x"}}, {"post": '
        b'{"uri": "at://did:plc:x/app.bsky.feed.post/../../x", "author": {"labels": {"val": 1}}}}, 7], "cursor": {}}',
        "application/json",
    ),
    "Bluesky, a cursor of 1 MB": page(
        b'{"feed": [{"post": {}}], "cursor": "' + b"&x=y#" * 200_000 + b'"}', "application/json"
    ),
    "Bluesky, addresses that are none": page(
        b'{"feed": [{"post": {"uri": "at://did:plc:x/app.bsky.feed.post/3m", "embed": {"images": [{"fullsize": '
        b'"file:///etc/passwd", "alt": 9}, {"thumb": "javascript:x"}, {"fullsize": "//x/baf'
        + b"a"
        * 5_000
        + b'@jpeg"}],'
        b'"playlist": "data:,x", "external": {"uri": "magnet:?xt=urn:btih:x"}}}}]}',
        "application/json",
    ),
    "Telegram, a message without anything": message(
        b'<html><body class="tgme_widget"><div class="tgme_widget_message" data-post="a/b/c" data-peer="x">'
        b'<a class="tgme_widget_message_photo_wrap" style="background-image:url(' + b"'" * 9_000 + b'">'
    ),
    "Telegram, 20,000 pictures": message(
        b'<html><body class="tgme_widget"><div class="tgme_widget_message" data-post="a/1">'
        + b"".join(
            b'<i class="tgme_widget_message_video_thumb" style="background-image:url(//x.example/%d)"></i>' % k
            for k in range(20_000)
        )
    ),
    "Telegram, 3,000 files": message(
        b'<html><body class="tgme_widget"><div class="tgme_widget_message" data-post="a/1">'
        + b'<a class="tgme_widget_message_document_wrap" href="x">' * 3_000
    ),
    "SearXNG, wrong types": page(
        b'{"query": [], "results": {"url": 1}, "unresponsive_engines": "all", "magnetlink": 3}', "application/json"
    ),
    "SearXNG, 5,000 results": page(
        b'{"query": "x", "unresponsive_engines": [], "results": ['
        + b",".join(b'{"url": "https://r.example/%d", "title": "x", "content": "y"}' % k for k in range(5_000))
        + b"]}",
        "application/json",
    ),
    "SearXNG, results of another kind": page(
        b'{"query": "x", "unresponsive_engines": [], "results": [{"url": "../admin"}, {"url": "http://u:p@x.example/"},'
        b'{"url": "", "title": {}, "magnetlink": ["x"]}, {"url": "https://r.example/", "magnetlink": "magnet:?'
        + b"x" * 50_000
        + b'"}]}',
        "application/json",
    ),
    "Brave, wrong types": page(
        b'{"type": "search", "query": {"more_results_available": "yes"}, "web": {"results": [{"url": 5, "title": '
        b'"<script>x", "description": []}, [], {"url": "ftp://x.example/"}]}}',
        "application/json",
    ),
    "Brave, a title of 3 MB": page(
        b'{"type": "search", "query": {}, "web": {"results": [{"url": "https://r.example/", "title": "'
        + b"<b>x" * 750_000
        + b'"}]}}',
        "application/json",
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
    "pages that are numbered by no number": page(
        b'<html><body id="phpbb"><div class="post" id="p1"></div><div class="pagination"><li>'
        + '<a href="/p">²</a><li class="next"><a href="/q">n</a>'.encode()
    ),
    "pages of machina that are numbered by no number": page(
        b'<html><link rel="stylesheet" href="machina.board_theme"><body><ul class="pagination"><li class="page-item">'
        + '<a href="/p">²</a>'.encode()
    ),
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
