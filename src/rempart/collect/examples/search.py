"""Answers of SearXNG and of Brave, made by hand from their documents; nobody's words."""

from __future__ import annotations

import json
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import (
    Engine,
    LeftOut,
    MediaReference,
    PageKind,
    ParsedPage,
    ReferenceKind,
    SearchResult,
)

_SEARXNG: Final = "https://search.example/search?q=calendar+2027&format=json"
_ROWS: Final = [
    {
        "url": "https://leaks.example/t/1?utm_source=x",
        "title": "Calendar 2027",
        "content": "all twelve & more",
        "engine": "one",
        "engines": ["one", "two"],
        "positions": [1, 3],
        "score": 2.5,
        "category": "general",
    },
    {"url": "javascript:alert(1)", "title": "no address", "content": "", "engine": "one"},
    {
        "url": "https://index.example/9",
        "title": "torrent",
        "content": "",
        "magnetlink": "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&tr=udp://t.example:1",
        "template": "torrent.html",
    },
]
_ANSWER: Final = {
    "query": "calendar 2027",
    "number_of_results": 0,
    "results": _ROWS,
    "answers": [],
    "corrections": [],
    "infoboxes": [],
    "suggestions": [],
    "unresponsive_engines": [],
}
_BRAVE: Final = "https://api.search.brave.com/res/v1/web/search?q=calendar%202027&count=20&offset=1"
_FOUND: Final = {
    "type": "search",
    "query": {"original": "calendar 2027", "more_results_available": True},
    "mixed": {"type": "mixed", "main": [{"type": "web", "index": 0, "all": False}]},
    "web": {
        "type": "search",
        "results": [
            {
                "type": "search_result",
                "title": "Calendar <strong>2027</strong>",
                "url": "https://leaks.example/t/1",
                "description": "<strong>all</strong> twelve &amp; more",
                "profile": {"name": "nobody"},
                "meta_url": {"hostname": "leaks.example"},
            }
        ],
    },
}
_ERROR: Final = {
    "type": "ErrorResponse",
    "id": "0",
    "status": 429,
    "error": {"id": "0", "status": 429, "code": "RATE_LIMITED", "detail": "Request rate limit exceeded for plan."},
}


def _json(url: str, answer: object, status: int = 200) -> FetchedPage:
    return FetchedPage(url=url, body=json.dumps(answer).encode(), media_type="application/json", status=status)


PAGES: Final = (
    ExamplePage(
        name="SearXNG, every engine answered",
        page=_json(_SEARXNG, _ANSWER),
        expected=ParsedPage(
            engine=Engine.SEARXNG,
            kind=PageKind.SEARCH,
            evidence=("fields query, unresponsive_engines",),
            canonical_url=_SEARXNG,
            results=(
                SearchResult(
                    url="https://leaks.example/t/1", title="Calendar 2027", text="all twelve & more", position=1
                ),
                SearchResult(url="https://index.example/9", title="torrent", position=3),
            ),
            media=(
                MediaReference(
                    kind=ReferenceKind.MAGNET,
                    url="magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
                    engine_id="0123456789abcdef0123456789abcdef01234567",
                ),
            ),
            next_url=f"{_SEARXNG}&pageno=2",
            left_out=(LeftOut.ADDRESSES,),
        ),
    ),
    ExamplePage(
        name="SearXNG, an engine shows a captcha",
        page=_json(
            _SEARXNG,
            {**_ANSWER, "results": _ROWS[:1], "unresponsive_engines": [["two", "Suspended: CAPTCHA"]]},
        ),
        expected=ParsedPage(
            engine=Engine.SEARXNG,
            kind=PageKind.SEARCH,
            evidence=("fields query, unresponsive_engines",),
            canonical_url=_SEARXNG,
            results=(SearchResult(url="https://leaks.example/t/1", title="Calendar 2027", text="all twelve & more"),),
            next_url=f"{_SEARXNG}&pageno=2",
            left_out=(LeftOut.ENGINES,),
        ),
    ),
    ExamplePage(
        name="Brave, the second page",
        page=_json(_BRAVE, _FOUND),
        expected=ParsedPage(
            engine=Engine.BRAVE,
            kind=PageKind.SEARCH,
            evidence=("type search",),
            canonical_url=_BRAVE,
            results=(
                SearchResult(
                    url="https://leaks.example/t/1", title="Calendar 2027", text="all twelve & more", position=21
                ),
            ),
            next_url="https://api.search.brave.com/res/v1/web/search?q=calendar%202027&count=20&offset=2",
        ),
    ),
    ExamplePage(
        name="Brave, an error",
        page=_json(_BRAVE, _ERROR, 429),
        expected=ParsedPage(
            engine=Engine.BRAVE,
            kind=PageKind.SEARCH,
            evidence=("type ErrorResponse",),
            canonical_url=_BRAVE,
            left_out=(LeftOut.ENGINES,),
        ),
    ),
)
