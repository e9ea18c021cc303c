"""Answers of Misago 0.39, made by hand from its serializers."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = "https://misago.example"
_POSTS: Final = {
    "id": 5,
    "title": "Calendar 2027",
    "category": {"id": 2, "name": "Photos"},
    "post_set": {
        "page": 1,
        "pages": 3,
        "next": 2,
        "results": [
            {
                "id": 31,
                "poster": {"id": 4, "username": "nobody"},
                "poster_name": "nobody",
                "content": '<aside class="quote-block"><div class="quote-heading">x</div><blockquote class="quote-body">'
                "<p>old</p></blockquote></aside><p>mine</p>"
                '<aside class="spoiler-block"><blockquote class="spoiler-body">hidden words</blockquote></aside>'
                '<p><a href="/a/SeCrEt0123456789/9/"><img src="/a/thumb/SeCrEt0123456789/9/" alt="page-7.jpg"></a></p>',
                "attachments": [
                    {
                        "id": 9,
                        "filename": "page-7.jpg",
                        "size": 4096,
                        "is_image": True,
                        "uploader_name": "nobody",
                        "url": {"index": "/a/SeCrEt0123456789/9/", "thumb": "/a/thumb/SeCrEt0123456789/9/"},
                    }
                ],
                "posted_on": "2026-11-22T11:07:00.123456Z",
                "is_event": False,
            },
            {"id": 32, "is_event": True, "event_type": "closed", "content": None},
        ],
    },
}
_THREADS: Final = {
    "results": [
        {
            "id": 5,
            "title": "Calendar 2027",
            "last_post": 66,
            "last_post_on": "2026-11-22T11:07:00Z",
            "last_poster_name": "nobody",
            "api": {"posts": {"index": "/api/threads/5/posts/"}},
        }
    ],
    "subcategories": [],
    "next": 40,
}
_PAGE: Final = b"""<html><head><title>Calendar 2027 | Forum</title><link rel="stylesheet" href="/static/misago/css/misago.css">
</head><body class="misago-anonymous"><div id="page-mount"></div></body></html>"""
#: What a page tells its own script, with every ``<`` written so that no word of a member can end the script.
_INIT: Final = """<html><head><title>{title} | Forum</title><link rel="canonical" href="{path}">{next}
<link rel="stylesheet" href="/static/misago/css/misago.css"></head><body class="misago-anonymous"><script
 src="/static/misago/js/misago.js"></script><script>other();</script><script type="text/javascript">
      misago.init({told});
    </script></body></html>"""
_POST: Final = {
    "id": 61,
    "poster": None,
    "poster_name": "nobody",
    "content": '<aside class="quote-block"><blockquote class="quote-body"><p>old</p></blockquote></aside><p>new</p>',
    "attachments": [{"id": 9, "filename": "p.jpg", "size": 99, "url": {"index": "/a/SeCrEt0123456789/9/"}}],
    "posted_on": "2026-11-22T11:07:00Z",
}
_THREAD: Final = {"id": 5, "title": "Calendar 2027", "category": {"name": "Photos"}, "url": {"index": "/t/cal/5/"}}
_CATEGORIES: Final = [
    {"id": 1, "name": "Root", "url": {"index": "/"}},
    {"id": 2, "name": "Photos", "url": {"index": "/c/photos/2/"}},
    {"id": 3, "name": "Old", "url": {"index": "/c/old/3/"}},
]
_ROW: Final = {
    "id": 5,
    "title": "Calendar 2027",
    "last_post": 66,
    "last_post_on": "2026-11-22T11:07:00Z",
    "url": {"index": "/t/cal/5/"},
}


def _told(title: str, path: str, following: str = "", **told: object) -> bytes:
    after = f'<link rel="next" href="{following}">' if following else ""
    written = json.dumps(told).replace("<", "\\u003C")
    return _INIT.format(title=title, path=path, next=after, told=written).encode()


PAGES: Final = (
    ExamplePage(
        name="Misago, a page of a thread",
        page=FetchedPage(
            url=f"{_ROOT}/t/cal/5/7/",
            body=_told(
                "Calendar 2027",
                "/t/cal/5/7/",
                "/t/cal/5/8/",
                THREAD=_THREAD,
                POSTS={"results": [_POST], "next": 8, "pages": 9},
            ),
            media_type="text/html",
        ),
        expected=ParsedPage(
            engine=Engine.MISAGO,
            kind=PageKind.THREAD,
            evidence=("body class misago-…", "files misago/"),
            canonical_url=f"{_ROOT}/t/cal/5/7/",
            engine_id="5",
            title="Calendar 2027",
            section="Photos",
            next_url=f"{_ROOT}/t/cal/5/8/",
            last_url=f"{_ROOT}/t/cal/5/9/",
            posts=(
                ParsedPost(
                    engine_id="61",
                    posted_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                    text="new",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/a/SeCrEt0123456789/9/",
                            engine_id="9",
                            name="p.jpg",
                            size_bytes=99,
                        ),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Misago, a category",
        page=FetchedPage(
            url=f"{_ROOT}/c/photos/2/",
            body=_told(
                "Photos",
                "/c/photos/2/",
                "/c/photos/2/?start=40",
                CATEGORIES=_CATEGORIES,
                THREADS={"results": [_ROW], "subcategories": [3], "next": 40},
            ),
            media_type="text/html",
        ),
        expected=ParsedPage(
            engine=Engine.MISAGO,
            kind=PageKind.FORUM,
            evidence=("body class misago-…", "files misago/"),
            canonical_url=f"{_ROOT}/c/photos/2/",
            engine_id="2",
            title="Photos | Forum",
            next_url=f"{_ROOT}/c/photos/2/?start=40",
            links=(
                PageLink(kind=PageKind.FORUM, url=f"{_ROOT}/c/old/3/", engine_id="3", title="Old"),
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/t/cal/5/",
                    engine_id="5",
                    title="Calendar 2027",
                    last_post_id="66",
                    changed_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Misago, a thread's posts",
        page=FetchedPage(
            url=f"{_ROOT}/api/threads/5/posts/", body=json.dumps(_POSTS).encode(), media_type="application/json"
        ),
        expected=ParsedPage(
            engine=Engine.MISAGO,
            kind=PageKind.THREAD,
            evidence=("field post_set",),
            canonical_url=f"{_ROOT}/api/threads/5/posts/",
            engine_id="5",
            title="Calendar 2027",
            section="Photos",
            next_url=f"{_ROOT}/api/threads/5/posts/?page=2",
            last_url=f"{_ROOT}/api/threads/5/posts/?page=3",
            posts=(
                ParsedPost(
                    engine_id="31",
                    author_key="4",
                    posted_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                    text="mine\nhidden words",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/a/SeCrEt0123456789/9/",
                            engine_id="9",
                            name="page-7.jpg",
                            size_bytes=4096,
                        ),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Misago, a list of threads",
        page=FetchedPage(
            url=f"{_ROOT}/api/threads/?category=2&start=80",
            body=json.dumps(_THREADS).encode(),
            media_type="application/json",
        ),
        expected=ParsedPage(
            engine=Engine.MISAGO,
            kind=PageKind.FORUM,
            evidence=("fields results, subcategories",),
            canonical_url=f"{_ROOT}/api/threads/?category=2&start=80",
            next_url=f"{_ROOT}/api/threads/?category=2&start=40",
            links=(
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/api/threads/5/posts/",
                    engine_id="5",
                    title="Calendar 2027",
                    last_post_id="66",
                    changed_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Misago, a page for people",
        page=FetchedPage(url=f"{_ROOT}/t/calendar-2027/5/", body=_PAGE, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.MISAGO,
            kind=PageKind.UNKNOWN,
            evidence=("body class misago-…", "files misago/"),
            canonical_url=f"{_ROOT}/t/calendar-2027/5/",
            title="Calendar 2027 | Forum",
            links=(PageLink(kind=PageKind.THREAD, url=f"{_ROOT}/api/threads/5/posts/", title="Calendar 2027 | Forum"),),
        ),
    ),
)
