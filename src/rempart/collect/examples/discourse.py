"""Answers of Discourse, made by hand from its documented interface."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = "https://meta.example"
_SHA1: Final = "0123456789abcdef0123456789abcdef01234567"
_COOKED: Final = f"""<aside class="quote" data-post="1" data-topic="7"><div class="title">x:</div><blockquote><p>old</p>
</blockquote></aside><p>mine</p><div class="lightbox-wrapper"><a class="lightbox" title="IMG.png"
 href="{_ROOT}/uploads/default/original/1X/{_SHA1}.png"><img src="{_ROOT}/uploads/default/optimized/1X/{_SHA1}_2_6.png"
 srcset="{_ROOT}/uploads/default/optimized/1X/{_SHA1}_2_6.png, {_ROOT}/uploads/default/original/1X/{_SHA1}.png 2x">
<div class="meta"><span class="filename">IMG.png</span><span class="informations">800x600 120 KB</span></div></a></div>
<p><a class="attachment" href="/uploads/short-url/aBcDeFgHiJkLmNoPqRsTuVwXyZ1.zip">set.zip</a> (1.2 MB)
 <img src="{_ROOT}/images/emoji/twitter/smile.png" class="emoji" alt=":smile:"></p>"""
_TOPIC: Final = {
    "id": 7,
    "title": "Calendar 2027",
    "category_id": 3,
    "posts_count": 45,
    "post_stream": {
        "posts": [
            {
                "id": 71,
                "post_number": 2,
                "user_id": 12,
                "username": "nobody",
                "created_at": "2026-11-22T10:00:00.123Z",
                "cooked": _COOKED,
            },
            {"id": 72, "user_id": -1, "created_at": "yesterday", "cooked": 5},
        ],
        "stream": list(range(71, 116)),
    },
}
_LIST: Final = {
    "topic_list": {
        "more_topics_url": "/latest?page=1",
        "topics": [
            {
                "id": 7,
                "title": "Calendar 2027",
                "highest_post_number": 45,
                "last_posted_at": "2026-11-22T10:00:00.000Z",
            },
            "not a topic",
        ],
    },
}
_PAGE: Final = b"""<!DOCTYPE html><html><head><meta name="generator" content="Discourse 3.6.0 - https://github.com/discourse">
<title>Calendar 2027 - Meta</title></head><body><div id="main"></div></body></html>"""

PAGES: Final = (
    ExamplePage(
        name="Discourse, a topic",
        page=FetchedPage(
            url=f"{_ROOT}/t/7.json", body=json.dumps(_TOPIC).encode(), media_type="application/json", charset="utf-8"
        ),
        expected=ParsedPage(
            engine=Engine.DISCOURSE,
            kind=PageKind.THREAD,
            evidence=("field post_stream",),
            canonical_url=f"{_ROOT}/t/7.json",
            engine_id="7",
            title="Calendar 2027",
            section="3",
            next_url=f"{_ROOT}/t/7.json?page=2",
            last_url=f"{_ROOT}/t/7.json?page=3",
            posts=(
                ParsedPost(
                    engine_id="71",
                    author_key="12",
                    posted_at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
                    text="mine\nset.zip (1.2 MB)",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.IMAGE,
                            url=f"{_ROOT}/uploads/default/original/1X/{_SHA1}.png",
                            engine_id=_SHA1,
                            name="IMG.png",
                        ),
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/uploads/short-url/aBcDeFgHiJkLmNoPqRsTuVwXyZ1.zip",
                            engine_id="aBcDeFgHiJkLmNoPqRsTuVwXyZ1",
                        ),
                    ),
                ),
                ParsedPost(engine_id="72"),
            ),
        ),
    ),
    ExamplePage(
        name="Discourse, a list",
        page=FetchedPage(url=f"{_ROOT}/latest.json", body=json.dumps(_LIST).encode(), media_type="application/json"),
        expected=ParsedPage(
            engine=Engine.DISCOURSE,
            kind=PageKind.FORUM,
            evidence=("field topic_list",),
            canonical_url=f"{_ROOT}/latest.json",
            next_url=f"{_ROOT}/latest.json?page=1",
            links=(
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/t/7.json",
                    engine_id="7",
                    title="Calendar 2027",
                    last_post_id="45",
                    changed_at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="Discourse, a page for people",
        page=FetchedPage(url=f"{_ROOT}/t/calendar-2027/7/3", body=_PAGE, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.DISCOURSE,
            kind=PageKind.UNKNOWN,
            evidence=("generator Discourse",),
            canonical_url=f"{_ROOT}/t/calendar-2027/7/3",
            title="Calendar 2027 - Meta",
            links=(
                PageLink(kind=PageKind.THREAD, url=f"{_ROOT}/t/calendar-2027/7.json", title="Calendar 2027 - Meta"),
            ),
        ),
    ),
)
