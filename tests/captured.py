"""Captures made in code: what net would have given for a redirect and a page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rempart.evidence.warc import Capture, Resource
from rempart.model.web import Hop

AT = dt.datetime(2026, 3, 4, 12, 0, 0, 120_000, tzinfo=dt.UTC)
URL = "https://www.forum.example.org/thread?b=2&a=1"
FINAL = "https://forum.example.org/thread/1"
BODY = "<title>Fil</title><p>Bonjour à tous</p>".encode()


def sent(path: str) -> bytes:
    """Return the head of a request."""
    return f"GET {path} HTTP/1.1\r\nHost: forum.example.org\r\nUser-Agent: Rempart/1\r\n\r\n".encode()


def redirect(**changes: Any) -> Hop:
    """Return a redirect whose body was not read."""
    received = b"HTTP/1.1 302 Found\r\nLocation: /thread/1\r\nContent-Length: 154\r\nSet-Cookie: s=secret\r\n\r\n"
    return Hop(
        **{
            "url": URL,
            "at": AT,
            "status": 302,
            "sent": sent("/thread?b=2&a=1"),
            "received": received,
            "headers": (("location", "/thread/1"), ("content-length", "154"), ("set-cookie", "s=secret")),
            "peer": "192.0.2.7",
            "addresses": ("192.0.2.7", "192.0.2.8"),
            "tls": "TLSv1.3",
            "certificate": b"DER of a certificate",
            **changes,
        }
    )


def answered(head: bytes, **changes: Any) -> Hop:
    """Return the last hop, with the head of its answer."""
    last = {"url": FINAL, "at": AT + dt.timedelta(seconds=1), "status": 200, "sent": sent("/thread/1"), "headers": ()}
    return redirect(**{**last, "received": head, **changes})


#: Compressed and in pieces on the wire; a letter beyond ASCII in a header.
PACKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncontent-encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    b"X-Name: Ren\xe9e\r\n\r\n"
)


def capture(*hops: Hop, **changes: Any) -> Capture:
    """Return a capture: a redirect, and a page that came compressed."""
    facts = Resource(
        uri="urn:x-rempart:facts:forum.example.org", at=AT, media_type="application/jsonl", content=b'{"v": 1}\n'
    )
    return Capture(
        **{
            "hops": hops or (redirect(), answered(PACKED)),
            "body": BODY,
            "media_type": "text/html",
            "title": "Fil",
            "resources": (facts,),
            "software": "Rempart/1",
            "user_agent": "Rempart/1 (+https://desk.example.org/)",
            **changes,
        }
    )
