"""Feeds, made by hand from RSS 2.0, Media RSS and RFC 4287."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import (
    Engine,
    LeftOut,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
)

_ROOT: Final = "https://news.example"
_RSS: Final = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>News</title><link>{_ROOT}/</link><item><title>Set 12</title><link>{_ROOT}/12?utm_source=rss</link>
<guid isPermaLink="false">set-12</guid><pubDate>Sun, 22 Nov 2026 11:07:00 +0100</pubDate><author>nobody@x.example</author>
<slash:comments>3</slash:comments><description>&lt;blockquote&gt;old&lt;/blockquote&gt;new &lt;img src="{_ROOT}/i.jpg"&gt;</description>
<enclosure url="{_ROOT}/v.mp4" length="1024" type="video/mp4"/></item></channel></rss>"""
_ATOM: Final = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><link rel="next" href="{_ROOT}/p2"/>
<entry><id>urn:uuid:1225c695</id><title>One</title><link href="{_ROOT}/1"/><updated>2026-11-22T11:07:00Z</updated>
<author><name>nobody</name></author><content type="html">&lt;p&gt;words&lt;/p&gt;</content></entry></feed>"""
_BROKEN: Final = f"""<rss version="2.0"><channel><title>Cut & short</title><item><title>One</title><link>{_ROOT}/1</link>
</item><item><title>Tw"""

PAGES: Final = (
    ExamplePage(
        name="feed, RSS",
        page=FetchedPage(url=f"{_ROOT}/rss", body=_RSS.encode(), media_type="application/rss+xml"),
        expected=ParsedPage(
            engine=Engine.FEED,
            kind=PageKind.FEED,
            evidence=("root <rss>",),
            canonical_url=f"{_ROOT}/rss",
            title="News",
            posts=(
                ParsedPost(
                    engine_id="set-12",
                    posted_at=dt.datetime(2026, 11, 22, 10, 7, tzinfo=dt.UTC),
                    text="new",
                    media=(
                        MediaReference(kind=ReferenceKind.VIDEO, url=f"{_ROOT}/v.mp4", size_bytes=1024),
                        MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/i.jpg"),
                    ),
                    url=f"{_ROOT}/12",
                ),
            ),
            links=(
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/12",
                    title="Set 12",
                    last_post_id="8d7216b5aad4080c",
                ),
            ),
        ),
    ),
    ExamplePage(
        name="feed, Atom",
        page=FetchedPage(url=f"{_ROOT}/atom", body=_ATOM.encode(), media_type="application/atom+xml"),
        expected=ParsedPage(
            engine=Engine.FEED,
            kind=PageKind.FEED,
            evidence=("root <feed>",),
            canonical_url=f"{_ROOT}/atom",
            title="Atom",
            next_url=f"{_ROOT}/p2",
            posts=(
                ParsedPost(
                    engine_id="urn:uuid:1225c695",
                    posted_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                    text="words",
                    url=f"{_ROOT}/1",
                ),
            ),
            links=(
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/1",
                    title="One",
                    last_post_id="42edb7fa3e6032e4",
                    changed_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="feed, cut in the middle",
        page=FetchedPage(url=f"{_ROOT}/cut", body=_BROKEN.encode(), media_type="text/xml"),
        expected=ParsedPage(
            engine=Engine.FEED,
            kind=PageKind.FEED,
            evidence=("root <rss>",),
            canonical_url=f"{_ROOT}/cut",
            title="Cut & short",
            posts=(ParsedPost(engine_id=f"{_ROOT}/1", url=f"{_ROOT}/1"), ParsedPost(engine_id="")),
            links=(PageLink(kind=PageKind.THREAD, url=f"{_ROOT}/1", title="One"),),
            left_out=(LeftOut.REST,),
        ),
    ),
)
