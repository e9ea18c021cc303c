"""Loopback servers that speak what Mastodon, Bluesky, Telegram, SearXNG and Brave document, with an access log.

with ChannelServer() as server:
    server.post("a page of the calendar", picture=jpeg)
    first_asks(place, "", server.providers, server.homes)
    assert [visit.path for visit in server.visits] == [...]

All five are one server: they have no path in common.
"""

from __future__ import annotations

import html
import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from rempart.collect import ChannelHomes, SearchProvider
from rempart.collect.search import BraveSearch, SearxngSearch

LOOPBACK: Final = "127.0.0.1"
ACCOUNT: Final = "109876543210987654"
DID: Final = "did:plc:z72i7hdynmk6r22z27h6tvur"
BRAVE_KEY: Final = "BSA-of-a-test"
BEGAN: Final = datetime(2026, 11, 1, tzinfo=UTC)
#: What every instance of SearXNG answers (searx/webapp.py).
SEARXNG_ROBOTS: Final = "User-agent: *\nAllow: /info/en/about\nDisallow: /stats\nDisallow: /*?*q=*\n"
_JSON: Final = "application/json; charset=utf-8"
_MASTODON_ID: Final = 115_000_000_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request."""

    path: str
    """With its query."""
    headers: Mapping[str, str]
    """Names in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One post, the same in every channel."""

    text: str
    picture: str = ""
    """Its path here; empty without one."""
    is_boost: bool = False


@dataclass(slots=True)
class ChannelServer:
    """Answers on loopback."""

    posts: list[Posted] = field(default_factory=list)
    """The oldest first."""
    pictures: dict[str, bytes] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)
    """Addresses that a search finds, in their order."""
    silent: list[list[str]] = field(default_factory=list)
    """Engines of SearXNG that do not answer, and why."""
    formats: tuple[str, ...] = ("html", "json")
    """Of SearXNG; an instance as it is installed has the first alone."""
    robots: str = ""
    host: str = LOOPBACK
    """Its name in addresses."""
    tls: ssl.SSLContext | None = None
    """Speaks TLS with it."""
    visits: list[Visit] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def post(self, text: str, *, picture: bytes = b"", is_boost: bool = False) -> None:
        """Write a post."""
        path = f"/media/{len(self.pictures)}.jpg" if picture else ""
        if picture:
            self.pictures[path] = picture
        self.posts.append(Posted(text=text, picture=path, is_boost=is_boost))

    @property
    def port(self) -> int:
        """Return where it listens."""
        assert self._server
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Return its origin."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    @property
    def homes(self) -> ChannelHomes:
        """Return it as the home of every channel."""
        return ChannelHomes(mastodon=self.url, bluesky=self.url, telegram=self.url)

    @property
    def providers(self) -> tuple[SearchProvider, ...]:
        """Return it as both providers."""
        return (
            SearxngSearch(url=self.url, locale="fr-FR"),
            BraveSearch(locale="fr-FR", url=f"{self.url}/res/v1/web/search"),
        )

    @property
    def asked(self) -> list[str]:
        """Return the paths that were asked for, without their queries."""
        return [urlsplit(visit.path).path for visit in self.visits]

    def __enter__(self) -> Self:
        """Listen."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            """Notes each request, and answers it."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                """Answer."""
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.visits.append(Visit(path=self.path, headers=headers))
                status, media_type, body = site.answer(self.path, headers)
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, target: str, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Return status, type and body."""
        parts = urlsplit(target)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.pictures or parts.path == "/robots.txt":
            return self._file(parts.path)
        if parts.path.startswith("/api/v1/accounts/"):
            return _json(*self._mastodon(parts.path, asked))
        if parts.path == "/xrpc/app.bsky.feed.getAuthorFeed":
            return _json(*self._bluesky(asked))
        if parts.path == "/search":
            return self._searxng(asked)
        if parts.path == "/res/v1/web/search":
            return _json(*self._brave(asked, headers))
        return self._telegram(parts.path, asked)

    def _file(self, path: str) -> tuple[int, str, bytes]:
        if path in self.pictures:
            return 200, "image/jpeg", self.pictures[path]
        return 200 if self.robots else 404, "text/plain", self.robots.encode()

    def _mastodon(self, path: str, asked: Mapping[str, str]) -> tuple[int, object]:
        """Answer as docs.joinmastodon.org has it: methods/accounts, lookup and statuses."""
        account = {"id": ACCOUNT, "username": "site", "acct": "site", "statuses_count": len(self.posts)}
        if path.endswith("/lookup"):
            return (200, account) if asked.get("acct") == "site" else (404, {"error": "Record not found"})
        if path != f"/api/v1/accounts/{ACCOUNT}/statuses":
            return 404, {"error": "Record not found"}
        before, after = int(asked.get("max_id", "9" * 18)), int(asked.get("since_id", "0"))
        numbered = [(_MASTODON_ID + number, post) for number, post in enumerate(self.posts)]
        chosen = [(number, post) for number, post in reversed(numbered) if after < number < before]
        if asked.get("exclude_reblogs") == "true":
            chosen = [(number, post) for number, post in chosen if not post.is_boost]
        return 200, [self._status(n, post, account) for n, post in chosen[: min(int(asked.get("limit", "20")), 40)]]

    def _status(self, number: int, post: Posted, account: Mapping[str, object]) -> dict[str, object]:
        url = f"{self.url}{post.picture}"
        attached = [{"id": str(number + 10**9), "type": "image", "url": url, "description": None}]
        return {
            "id": str(number),
            "created_at": f"{_time(number - _MASTODON_ID):%Y-%m-%dT%H:%M:%S}.000Z",
            "account": account,
            "visibility": "public",
            "spoiler_text": "",
            "content": "" if post.is_boost else f"<p>{html.escape(post.text)}</p>",
            "reblog": {"id": "1", "content": post.text} if post.is_boost else None,
            "media_attachments": attached if post.picture and not post.is_boost else [],
        }

    def _bluesky(self, asked: Mapping[str, str]) -> tuple[int, object]:
        """Answer as the lexicon ``app.bsky.feed.getAuthorFeed`` has it."""
        if asked.get("actor") not in {"site.example", DID}:
            return 400, {"error": "InvalidRequest", "message": "Profile not found"}
        most = int(asked.get("limit", "50"))
        numbered = [(n, post) for n, post in enumerate(self.posts) if post.picture or not asked.get("filter")]
        chosen = [one for one in reversed(numbered) if one[0] < int(asked.get("cursor", "999999"))][:most]
        feed = [self._item(number, post) for number, post in chosen]
        return 200, {"feed": feed} | ({"cursor": str(chosen[-1][0])} if chosen else {})

    def _item(self, number: int, post: Posted) -> dict[str, object]:
        key = f"3m5{number:010d}"
        image = {"thumb": f"{self.url}{post.picture}", "fullsize": f"{self.url}{post.picture}", "alt": ""}
        said: dict[str, object] = {
            "uri": f"at://{DID}/app.bsky.feed.post/{key}",
            "author": {"did": DID, "handle": "site.example"},
            "record": {"text": post.text, "createdAt": "2001-01-01T00:00:00Z"},
            "indexedAt": f"{_time(number):%Y-%m-%dT%H:%M:%S}.000Z",
        }
        if post.picture:
            said["embed"] = {"$type": "app.bsky.embed.images#view", "images": [image]}
        reason = {"reason": {"$type": "app.bsky.feed.defs#reasonRepost"}} if post.is_boost else {}
        return {"post": said, **reason}

    def _searxng(self, asked: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Answer as docs.searxng.org has it: a format that is not among the instance's is forbidden."""
        if asked.get("format") not in self.formats:
            return 403, "text/html", b"<html><title>403 Forbidden</title></html>"
        begin = 10 * (int(asked.get("pageno", "1")) - 1)
        rows = [{"url": url, "title": url, "content": "x"} for url in self.results[begin : begin + 10]]
        return _json(200, {"query": asked["q"], "results": rows, "unresponsive_engines": self.silent})

    def _brave(self, asked: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, object]:
        """Answer as Brave's documentation has it, errors included."""
        if headers.get("x-subscription-token") != BRAVE_KEY:
            error = {"code": "SUBSCRIPTION_TOKEN_INVALID", "status": 422}
            return 422, {"type": "ErrorResponse", "error": error}
        count, offset = int(asked.get("count", "20")), int(asked.get("offset", "0"))
        rows = [{"url": url, "title": url} for url in self.results[offset * count : (offset + 1) * count]]
        more = len(self.results) > (offset + 1) * count
        query = {"original": asked["q"], "more_results_available": more}
        return 200, {"type": "search", "query": query, "web": {"type": "search", "results": rows}}

    def _telegram(self, path: str, asked: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Answer with the page that is made to be embedded."""
        number = path.rpartition("/")[2]
        if asked.get("embed") != "1" or not number.isdecimal():
            return 200, "text/html", b"<html><title>Telegram: Contact</title></html>"
        inside = '<div class="tgme_widget_message_error">Post not found</div>'
        if int(number) < len(self.posts):
            post = self.posts[int(number)]
            inside = (
                f'<div class="tgme_widget_message" data-post="{path.strip("/")}">'
                f'<a class="tgme_widget_message_photo_wrap" href="{path}"'
                f" style=\"background-image:url('{self.url}{post.picture}')\"></a>"
                f'<div class="tgme_widget_message_text">{html.escape(post.text)}</div></div>'
            )
        return 200, "text/html; charset=utf-8", f'<html><body class="tgme_widget">{inside}</body></html>'.encode()


def _json(status: int, answer: object) -> tuple[int, str, bytes]:
    return status, _JSON, json.dumps(answer).encode()


def _time(number: int) -> datetime:
    return BEGAN + timedelta(minutes=number)
