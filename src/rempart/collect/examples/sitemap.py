"""Sitemaps, made by hand from sitemaps.org and Google's extensions for pictures and videos."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ReferenceKind

_ROOT: Final = "https://map.example"
_PAGES: Final = f"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>{_ROOT}/a?x=1&amp;y=2</loc>
<lastmod>2026-11-22T11:07:00+00:00</lastmod><image:image><image:loc>{_ROOT}/a.jpg</image:loc></image:image></url>
<url><loc><![CDATA[{_ROOT}/b]]></loc><lastmod>2026-11-21</lastmod></url><url><loc>javascript:alert(1)</loc></url></urlset>"""
_INDEX: Final = f"""<sitemapindex><sitemap><loc>{_ROOT}/1.xml.gz</loc></sitemap></sitemapindex>"""

PAGES: Final = (
    ExamplePage(
        name="sitemap, of pages, compressed",
        page=FetchedPage(
            url=f"{_ROOT}/s.xml.gz", body=gzip.compress(_PAGES.encode(), mtime=0), media_type="application/gzip"
        ),
        expected=ParsedPage(
            engine=Engine.SITEMAP,
            kind=PageKind.SITEMAP,
            evidence=("root <urlset>",),
            canonical_url=f"{_ROOT}/s.xml.gz",
            media=(MediaReference(kind=ReferenceKind.IMAGE, url=f"{_ROOT}/a.jpg"),),
            links=(
                PageLink(
                    kind=PageKind.UNKNOWN,
                    url=f"{_ROOT}/a?x=1&y=2",
                    changed_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                ),
                PageLink(kind=PageKind.UNKNOWN, url=f"{_ROOT}/b", changed_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC)),
            ),
        ),
    ),
    ExamplePage(
        name="sitemap, of sitemaps",
        page=FetchedPage(url=f"{_ROOT}/index.xml", body=_INDEX.encode(), media_type="text/xml"),
        expected=ParsedPage(
            engine=Engine.SITEMAP,
            kind=PageKind.SITEMAP,
            evidence=("root <sitemapindex>",),
            canonical_url=f"{_ROOT}/index.xml",
            links=(PageLink(kind=PageKind.SITEMAP, url=f"{_ROOT}/1.xml.gz"),),
        ),
    ),
    ExamplePage(
        name="sitemap, of lines",
        page=FetchedPage(url=f"{_ROOT}/s.txt", body=f"{_ROOT}/a\r\n{_ROOT}/b#x\n".encode(), media_type="text/plain"),
        expected=ParsedPage(
            engine=Engine.SITEMAP,
            kind=PageKind.SITEMAP,
            evidence=("addresses, one a line",),
            canonical_url=f"{_ROOT}/s.txt",
            links=(
                PageLink(kind=PageKind.UNKNOWN, url=f"{_ROOT}/a"),
                PageLink(kind=PageKind.UNKNOWN, url=f"{_ROOT}/b"),
            ),
        ),
    ),
)
