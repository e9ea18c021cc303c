"""Listings, pages of file hosts, and pastes, made by hand."""

from __future__ import annotations

from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = "https://files.example"
_NGINX: Final = b"""<html><head><title>Index of /sets/</title></head><body><h1>Index of /sets/</h1><hr><pre><a
 href="../">../</a>
<a href="old/">old/</a>                          22-Nov-2026 11:07                   -
<a href="caf%C3%A9%207.jpg">caf\xc3\xa9 7.jpg</a>     22-Nov-2026 11:07              348672
</pre><hr></body></html>"""
_APACHE: Final = b"""<html><head><title>Index of /sets</title></head><body><h1>Index of /sets</h1><table><tr><th><a
 href="?C=N;O=D">Name</a></th><th>Size</th></tr><tr><td><a href="/">Parent Directory</a></td><td>-</td></tr><tr><td><a
 href="set.zip">set.zip</a></td><td align="right">2026-11-22 11:07</td><td align="right">1.5M</td></tr></table></body></html>"""
_HOST: Final = b"""<html><head><title>page-7.jpg - a host</title></head><body><div class="box"><h1 class="file-name">page-7.jpg
</h1><span>340.5 KB</span></div><a class="btn download" href="javascript:void(0)">Download</a></body></html>"""
_ALBUM: Final = b"""<html><head><title>Album</title></head><body><h1>Album</h1><div class="item"><a href="/f/aa1"
 title="one.jpg"><img src="/t/aa1.png"></a><p>1.0 MB</p></div><div class="item"><a href="/f/bb2" title="two.mp4"><img
 src="/t/bb2.png"></a><p>2,5 Mo</p></div><a class="download-all" href="/zip/x">all</a></body></html>"""
_PASTE: Final = b"""<html><head><title>Untitled - Paste</title></head><body><h1>links</h1><a href="/raw/xY">raw</a>
<textarea readonly>see hxxps://host.example/f/1, (https://host.example/f/2)
magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK&amp;dn=x</textarea></body></html>"""
_MAGNET: Final = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
_LISTED: Final = ("title Index of /",)
_OFFERS: Final = ("a way to download", "a file name with its size")


def _file(url: str, name: str, size: int) -> MediaReference:
    return MediaReference(kind=ReferenceKind.ATTACHMENT, url=f"{_ROOT}{url}", name=name, size_bytes=size)


PAGES: Final = (
    ExamplePage(
        name="listing, nginx",
        page=FetchedPage(url=f"{_ROOT}/sets/", body=_NGINX, media_type="text/html", charset="utf-8"),
        expected=ParsedPage(
            engine=Engine.LISTING,
            kind=PageKind.LISTING,
            evidence=_LISTED,
            canonical_url=f"{_ROOT}/sets/",
            title="Index of /sets/",
            media=(_file("/sets/caf%C3%A9%207.jpg", "café 7.jpg", 348672),),
            links=(PageLink(kind=PageKind.LISTING, url=f"{_ROOT}/sets/old/", title="old"),),
        ),
    ),
    ExamplePage(
        name="listing, Apache",
        page=FetchedPage(url=f"{_ROOT}/sets/", body=_APACHE, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.LISTING,
            kind=PageKind.LISTING,
            evidence=_LISTED,
            canonical_url=f"{_ROOT}/sets/",
            title="Index of /sets",
            media=(_file("/sets/set.zip", "set.zip", 1572864),),
        ),
    ),
    ExamplePage(
        name="file host, one file",
        page=FetchedPage(url=f"{_ROOT}/d/xY", body=_HOST, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.FILE_HOST,
            kind=PageKind.FILE_HOST,
            evidence=_OFFERS,
            canonical_url=f"{_ROOT}/d/xY",
            title="page-7.jpg - a host",
            media=(_file("/d/xY", "page-7.jpg", 348672),),
        ),
    ),
    ExamplePage(
        name="file host, an album",
        page=FetchedPage(url=f"{_ROOT}/a/xY", body=_ALBUM, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.FILE_HOST,
            kind=PageKind.FILE_HOST,
            evidence=_OFFERS,
            canonical_url=f"{_ROOT}/a/xY",
            title="Album",
            media=(_file("/f/aa1", "one.jpg", 1048576), _file("/f/bb2", "two.mp4", 2621440)),
        ),
    ),
    ExamplePage(
        name="paste",
        page=FetchedPage(url=f"{_ROOT}/xY", body=_PASTE, media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.PASTE,
            kind=PageKind.PASTE,
            evidence=("a link to the raw text", "one block of text"),
            canonical_url=f"{_ROOT}/xY",
            title="links",
            posts=(
                ParsedPost(
                    engine_id="",
                    text="see hxxps://host.example/f/1, (https://host.example/f/2)\n"
                    "magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK&dn=x",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.MAGNET, url=f"magnet:?xt=urn:btih:{_MAGNET}", engine_id=_MAGNET, name="x"
                        ),
                        MediaReference(kind=ReferenceKind.LINK, url="https://host.example/f/1"),
                        MediaReference(kind=ReferenceKind.LINK, url="https://host.example/f/2"),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="paste, raw",
        page=FetchedPage(url=f"{_ROOT}/raw/xY", body=b"only \xff words", media_type="text/plain", charset="utf-8"),
        expected=ParsedPage(
            engine=Engine.PASTE,
            kind=PageKind.PASTE,
            evidence=("text without markup",),
            canonical_url=f"{_ROOT}/raw/xY",
            posts=(ParsedPost(engine_id="", text="only \ufffd words"),),
        ),
    ),
)
