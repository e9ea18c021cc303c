"""Ask a target for a page, and read it as a watch would."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from rempart.collect import FetchedPage, read_page
from rempart.model.collected import ParsedPage

#: No thread of a test is longer.
_PAGES_MOST = 60


def asked(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address, and follow nothing."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def read(url: str) -> ParsedPage:
    """Ask for a page, and read it."""
    status, headers, body = asked(url)
    media_type = headers["content-type"].partition(";")[0]
    return read_page(FetchedPage(url=url, body=body, media_type=media_type, charset="utf-8", status=status))


def read_all(url: str) -> list[ParsedPage]:
    """Read a page and those that follow."""
    pages = [read(url)]
    while pages[-1].next_url and len(pages) < _PAGES_MOST:
        pages.append(read(pages[-1].next_url))
    return pages
