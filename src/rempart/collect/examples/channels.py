"""Answers of Mastodon and Bluesky, and a message of Telegram, made by hand from their documents; nobody's words."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, ParsedPage, ParsedPost, ReferenceKind, Wall

_SOCIAL: Final = "https://social.example"
_AT: Final = dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC)
_AUTHOR: Final = {"id": "23634", "username": "nobody", "acct": "nobody", "statuses_count": 3}
_STATUSES: Final = [
    {
        "id": "115593000000000002",
        "created_at": "2026-11-22T11:07:00.000Z",
        "account": _AUTHOR,
        "visibility": "public",
        "spoiler_text": "December",
        "content": '<p class="quote-inline">RE: <a href="https://other.example/@nobody/1">old</a></p>'
        '<p>new <span class="h-card"><a href="https://other.example/@nobody" class="u-url mention">@<span>x</span></a>'
        '</span> <a href="https://host.example/f/1" rel="nofollow noopener">host.example/f/1</a></p>',
        "reblog": None,
        "media_attachments": [
            {
                "id": "77",
                "type": "image",
                "url": "https://files.social.example/media_attachments/77/original/a.jpg",
                "preview_url": "https://files.social.example/media_attachments/77/small/a.jpg",
                "description": "a page",
            },
            {"id": "78", "type": "unknown", "url": None, "remote_url": "https://far.example/b.mp4"},
        ],
        "card": {"url": "https://host.example/f/1", "title": "not read"},
        "poll": {"options": [{"title": "more"}, {"title": "less"}]},
    },
    {
        "id": "115593000000000001",
        "created_at": "2026-11-22T11:00:00.000Z",
        "account": _AUTHOR,
        "visibility": "public",
        "content": "",
        "reblog": {"id": "9", "content": "<p>another's</p>"},
        "media_attachments": [],
    },
]
_LIST: Final = f"{_SOCIAL}/api/v1/accounts/23634/statuses?exclude_reblogs=true&limit=40"
_DID: Final = "did:plc:z72i7hdynmk6r22z27h6tvur"
_CID: Final = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
_CDN: Final = "https://cdn.bsky.example/img"
_FEED: Final = {
    "cursor": "2026-11-22T11:07:00Z",
    "feed": [
        {
            "post": {
                "uri": f"at://{_DID}/app.bsky.feed.post/3m65abcdefg2h",
                "cid": "bafyreid",
                "author": {"did": _DID, "handle": "nobody.example", "labels": []},
                "record": {
                    "$type": "app.bsky.feed.post",
                    "text": "new host.example/f…",
                    "createdAt": "2020-01-01T00:00:00.000Z",
                    "facets": [
                        {
                            "index": {"byteStart": 4, "byteEnd": 19},
                            "features": [
                                {"$type": "app.bsky.richtext.facet#link", "uri": "https://host.example/f/1"},
                                {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:x"},
                            ],
                        }
                    ],
                },
                "embed": {
                    "$type": "app.bsky.embed.recordWithMedia#view",
                    "record": {"record": {"value": {"text": "another's"}}},
                    "media": {
                        "$type": "app.bsky.embed.images#view",
                        "images": [
                            {
                                "thumb": f"{_CDN}/feed_thumbnail/plain/{_DID}/{_CID}@jpeg",
                                "fullsize": f"{_CDN}/feed_fullsize/plain/{_DID}/{_CID}@jpeg",
                                "alt": "a page",
                            }
                        ],
                    },
                },
                "indexedAt": "2026-11-22T11:07:00.123Z",
            }
        },
        {
            "post": {"uri": "at://did:plc:other/app.bsky.feed.post/3m6", "author": {"handle": "nobody"}},
            "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"handle": "nobody.example"}},
        },
    ],
}
_HIDDEN: Final = {
    "feed": [
        {
            "post": {
                "uri": f"at://{_DID}/app.bsky.feed.post/3m65abcdefg2h",
                "author": {"did": _DID, "labels": [{"src": _DID, "val": "!no-unauthenticated"}]},
                "record": {"text": "for those who are logged in"},
            }
        }
    ]
}
_FEED_URL: Final = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=site.example&limit=100"
_MESSAGE: Final = """<!DOCTYPE html><html><head><title>Telegram Widget</title>
<link href="//telegram.org/css/widget-frame.css?72" rel="stylesheet"></head>
<body class="widget_frame_base tgme_widget body_widget_post emoji_image nodark">
<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="nobody/77"
 data-peer="c1234567890_-123456789012345678" data-post-id="77">
<div class="tgme_widget_message_user"><a href="https://t.me/nobody"><img src="https://cdn4.telesco.pe/file/u.jpg"></a></div>
<div class="tgme_widget_message_bubble">
<div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/nobody">nobody</a></div>
<div class="tgme_widget_message_forwarded_from">Forwarded from <a href="https://t.me/nobody2">nobody2</a></div>
<a class="tgme_widget_message_reply" href="https://t.me/nobody/70"><div class="js-message_reply_text">old</div></a>
<div class="tgme_widget_message_grouped_wrap"><div class="tgme_widget_message_grouped_layer">
<a class="tgme_widget_message_photo_wrap grouped_media_wrap" href="https://t.me/nobody/77?single"
 style="left:0px;width:134px;background-image:url('https://cdn4.telesco.pe/file/p1.jpg')"></a>
<a class="tgme_widget_message_video_player" href="https://t.me/nobody/78?single">
<i class="tgme_widget_message_video_thumb" style="background-image:url('//cdn4.telesco.pe/file/t1.jpg')"></i>
<div class="message_media_not_supported_wrap"><div class="message_media_not_supported_label">open it</div></div>
<video src="https://cdn4.telesco.pe/file/v1.mp4?token=x"></video>
<time class="message_video_duration">0:12</time></a></div></div>
<div class="tgme_widget_message_text js-message_text" dir="auto">new<br>words
<a href="https://host.example/f/1">host.example/f/1</a></div>
<a class="tgme_widget_message_document_wrap" href="https://t.me/nobody/77"><div class="tgme_widget_message_document">
<div class="tgme_widget_message_document_title">december.zip</div>
<div class="tgme_widget_message_document_extra">1.5 MB</div></div></a>
<div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">
<span class="tgme_widget_message_views">1.2K</span><span class="tgme_widget_message_meta">
<a class="tgme_widget_message_date" href="https://t.me/nobody/77"><time datetime="2026-11-22T11:07:00+00:00">11:07</time>
</a></span></div></div></div></div></body></html>"""
_EMBED: Final = "https://t.me/site/77?embed=1"


def _json(url: str, answer: object) -> FetchedPage:
    return FetchedPage(url=url, body=json.dumps(answer).encode(), media_type="application/json")


def _image(url: str, engine_id: str = "") -> MediaReference:
    return MediaReference(kind=ReferenceKind.IMAGE, url=url, engine_id=engine_id)


def _link(url: str, engine_id: str = "") -> MediaReference:
    return MediaReference(kind=ReferenceKind.LINK, url=url, engine_id=engine_id)


PAGES: Final = (
    ExamplePage(
        name="Mastodon, an account",
        page=_json(f"{_SOCIAL}/api/v1/accounts/lookup?acct=site", {**_AUTHOR, "note": "<p>nobody</p>"}),
        expected=ParsedPage(
            engine=Engine.MASTODON,
            kind=PageKind.CHANNEL,
            evidence=("fields acct, statuses_count",),
            canonical_url=f"{_SOCIAL}/api/v1/accounts/lookup?acct=site",
            engine_id="23634",
        ),
    ),
    ExamplePage(
        name="Mastodon, statuses",
        page=_json(_LIST, _STATUSES),
        expected=ParsedPage(
            engine=Engine.MASTODON,
            kind=PageKind.CHANNEL,
            evidence=("fields account, visibility",),
            canonical_url=_LIST,
            engine_id="23634",
            next_url=f"{_LIST}&max_id=115593000000000001",
            posts=(
                ParsedPost(
                    engine_id="115593000000000002",
                    author_key="23634",
                    posted_at=_AT,
                    text="new @x host.example/f/1\nDecember\na page\nmore\nless",
                    media=(
                        _image("https://files.social.example/media_attachments/77/original/a.jpg", "77"),
                        _link("https://far.example/b.mp4", "78"),
                        _link("https://host.example/f/1"),
                    ),
                    url=f"{_SOCIAL}/api/v1/statuses/115593000000000002",
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Mastodon, nothing newer",
        page=_json(f"{_LIST}&since_id=115593000000000002", []),
        expected=ParsedPage(
            engine=Engine.MASTODON,
            kind=PageKind.CHANNEL,
            evidence=("an empty list of statuses",),
            canonical_url=f"{_LIST}&since_id=115593000000000002",
            engine_id="23634",
        ),
    ),
    ExamplePage(
        name="Bluesky, a feed",
        page=_json(_FEED_URL, _FEED),
        expected=ParsedPage(
            engine=Engine.BLUESKY,
            kind=PageKind.CHANNEL,
            evidence=("fields feed, post",),
            canonical_url=_FEED_URL,
            next_url=f"{_FEED_URL}&cursor=2026-11-22T11%3A07%3A00Z",
            posts=(
                ParsedPost(
                    engine_id=f"{_DID}/3m65abcdefg2h",
                    author_key=_DID,
                    posted_at=_AT,
                    text="new host.example/f…\na page",
                    media=(
                        _image(f"{_CDN}/feed_fullsize/plain/{_DID}/{_CID}@jpeg", _CID),
                        _link("https://host.example/f/1"),
                    ),
                    url=f"https://bsky.app/profile/{_DID}/post/3m65abcdefg2h",
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Bluesky, for those who are logged in",
        page=_json(_FEED_URL, _HIDDEN),
        expected=ParsedPage(
            engine=Engine.BLUESKY,
            kind=PageKind.LOGIN_WALL,
            evidence=("fields feed, post",),
            canonical_url=_FEED_URL,
            wall=Wall.LOGIN,
        ),
    ),
    ExamplePage(
        name="Telegram, a message",
        page=FetchedPage(url=_EMBED, body=_MESSAGE.encode(), media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.TELEGRAM,
            kind=PageKind.CHANNEL,
            evidence=("element tgme_widget_message",),
            canonical_url=_EMBED,
            posts=(
                ParsedPost(
                    engine_id="1234567890/77",
                    author_key="1234567890",
                    posted_at=_AT,
                    text="new\nwords host.example/f/1\ndecember.zip\n1.5 MB",
                    media=(
                        _image("https://cdn4.telesco.pe/file/p1.jpg"),
                        MediaReference(kind=ReferenceKind.VIDEO, url="https://cdn4.telesco.pe/file/v1.mp4?token=x"),
                        _link("https://host.example/f/1"),
                        _image("https://cdn4.telesco.pe/file/t1.jpg"),
                        MediaReference(
                            kind=ReferenceKind.LINK,
                            url=_EMBED,
                            engine_id="december.zip",
                            name="december.zip",
                            size_bytes=1_572_864,
                        ),
                    ),
                    url=_EMBED,
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Telegram, a message that is gone",
        page=FetchedPage(
            url=_EMBED,
            body=b'<html><body class="widget_frame_base tgme_widget"><div class="tgme_widget_message_error">Post not '
            b"found</div></body></html>",
            media_type="text/html",
        ),
        expected=ParsedPage(
            engine=Engine.TELEGRAM,
            kind=PageKind.CHANNEL,
            evidence=("element tgme_widget_message_error",),
            canonical_url=_EMBED,
        ),
    ),
)
