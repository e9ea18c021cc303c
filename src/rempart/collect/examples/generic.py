"""Pages of no engine, made by hand: what they say to programs, lightboxes, wrapped and temporary links, walls."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import (
    Engine,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
    Wall,
)

_ROOT: Final = "https://site.example"
_SIGNED: Final = (
    "https://cdn.example/v.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261122T110000Z"
    "&X-Amz-Expires=3600&X-Amz-Signature=ab"
)
_CID: Final = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"

_GALLERY: Final = f"""<!DOCTYPE html><html><head><title>A set</title><base href="{_ROOT}/sets/">
<meta property="og:title" content="A set of &quot;seven&quot;"><meta property="og:image" content="/large/cover.jpg">
<link rel="next" href="page2?utm_campaign=x"><script type="application/ld+json">{{"@graph": [{{"@type": "ImageObject",
"contentUrl": "{_ROOT}/large/one.jpg", "articleSection": "Sets"}}]}}</script></head><body><nav><a href="/about">About</a>
</nav><main><h1>A set</h1><a data-fancybox href="/large/1"><img src="/small/1.jpg"></a>
<img src="data:image/gif;base64,AAAA" data-src="/lazy/2.jpg" srcset="/s/2-640.jpg 640w, /s/2-1920.jpg 1920w" alt="two">
<video poster="/p/3.jpg"><source src="{_SIGNED.replace("&", "&amp;")}" type="video/mp4"></video>
<a href="/redirect/?to=aHR0cHM6Ly9ob3N0LmV4YW1wbGUvZi85P2ZiY2xpZD0x">mirror</a>
<a href="javascript:alert(1)">no</a><a href=" java&#9;script:alert(1)">no</a><a href="data:text/html,x">no</a>
<a href="https://gateway.example/ipfs/{_CID}">copy</a><a href="other#top">other</a><a href="other">other</a>
<a href="/files/all.zip" download="all.zip">zip</a></main></body></html>"""

_THREAD: Final = f"""<html><head><title>Board</title><script type="application/ld+json">{{"@type": "DiscussionForumPosting",
"headline": "Board", "url": "{_ROOT}/b/9", "text": "first words", "datePublished": "2026-11-22T10:00:00Z",
"author": {{"@type": "Person", "name": "nobody"}}, "comment": [{{"@type": "Comment", "url": "{_ROOT}/b/9#c-12",
"text": "infohash: c12fe1c06bba254a9dc9f519b335aa7c1367a88a", "dateCreated": "2026-11-22T11:00:00+01:00"}}]}}</script>
</head><body><main></main></body></html>"""

PAGES: Final = (
    ExamplePage(
        name="generic, a gallery",
        page=FetchedPage(url=f"{_ROOT}/sets/a", body=_GALLERY.encode(), media_type="text/html", charset="utf-8"),
        expected=ParsedPage(
            engine=Engine.GENERIC,
            kind=PageKind.UNKNOWN,
            evidence=("no engine's own marks",),
            canonical_url=f"{_ROOT}/sets/a",
            title='A set of "seven"',
            section="Sets",
            next_url=f"{_ROOT}/sets/page2",
            posts=(ParsedPost(engine_id="", text="A set\nmirror nonono copyotherother zip"),),
            media=(
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/large/cover.jpg"),
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/large/one.jpg"),
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/large/1"),
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/small/1.jpg"),
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/s/2-1920.jpg"),
                MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/p/3.jpg"),
                MediaReference(
                    kind=ReferenceKind.VIDEO,
                    url=_SIGNED,
                    is_temporary=True,
                    expires_at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC),
                ),
                MediaReference(kind=ReferenceKind.LINK, url="https://host.example/f/9"),
                MediaReference(kind=ReferenceKind.IPFS, url=f"ipfs://{_CID}", engine_id=_CID),
                MediaReference(kind=ReferenceKind.LINK, url=f"{_ROOT}/files/all.zip", name="all.zip"),
            ),
            links=(PageLink(kind=PageKind.UNKNOWN, url=f"{_ROOT}/sets/other"),),
        ),
    ),
    ExamplePage(
        name="generic, a thread told to programs",
        page=FetchedPage(url=f"{_ROOT}/b/9", body=_THREAD.encode(), media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.GENERIC,
            kind=PageKind.THREAD,
            evidence=("no engine's own marks",),
            canonical_url=f"{_ROOT}/b/9",
            title="Board",
            posts=(
                ParsedPost(engine_id="9", posted_at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), text="first words"),
                ParsedPost(
                    engine_id="12",
                    posted_at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
                    text="infohash: c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.INFOHASH,
                            url="c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
                            engine_id="c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
                        ),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="generic, a captcha",
        page=FetchedPage(
            url=f"{_ROOT}/x",
            body=b'<html><head><title>Just a moment...</title></head><body><div class="cf-turnstile"></div></body></html>',
            media_type="text/html",
            status=403,
        ),
        expected=ParsedPage(
            engine=Engine.GENERIC,
            kind=PageKind.UNKNOWN,
            evidence=("no engine's own marks",),
            canonical_url=f"{_ROOT}/x",
            title="Just a moment...",
            wall=Wall.CAPTCHA,
        ),
    ),
    ExamplePage(
        name="generic, a question of age",
        page=FetchedPage(
            url=f"{_ROOT}/y",
            body="<html><title>Entrer</title><body><p>Vous devez avoir plus de 18 ans.</p></body></html>".encode(
                "cp1252"
            ),
            media_type="text/html",
            charset="windows-1252",
        ),
        expected=ParsedPage(
            engine=Engine.GENERIC,
            kind=PageKind.UNKNOWN,
            evidence=("no engine's own marks",),
            canonical_url=f"{_ROOT}/y",
            title="Entrer",
            posts=(ParsedPost(engine_id="", text="Vous devez avoir plus de 18 ans."),),
            wall=Wall.AGE,
        ),
    ),
)
