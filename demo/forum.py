"""A forum of a few pages on loopback, shaped as XenForo writes them, that notes what it is asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

_PAGE = (
    '<!DOCTYPE html><html id="XF"><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
)
_THREAD = (
    '<div class="structItem structItem--thread js-threadListItem-{number}"><div class="structItem-title">'
    '<a href="/threads/{slug}.{number}/">{title}</a></div><div class="structItem-cell structItem-cell--latest">'
    '<a href="/threads/{slug}.{number}/latest"><time datetime="2026-11-2{day}T10:00:00+0000">now</time></a></div></div>'
)
_POST = (
    '<article class="message message--post" data-author="someone" data-content="post-{number}">'
    '<time datetime="2026-11-2{day}T10:00:00+0000">then</time><div class="bbWrapper">{text}</div>{files}</article>'
)
_FILE = (
    '<section class="message-attachments"><ul class="attachmentList"><li class="file"><a class="file-preview" '
    'href="/attachments/{name}.{number}/"></a><span class="file-name">{name}</span></li></ul></section>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread: pages of posts, each a text and perhaps a picture."""

    number: int
    """What its engine calls it."""
    title: str
    """What is read of it in the list."""
    pages: tuple[tuple[tuple[str, bytes], ...], ...]
    """On each page, posts: words, and the bytes of a picture, empty if there is none."""


@dataclass(slots=True, kw_only=True)
class Forum:
    """A forum, served on loopback while the context lasts."""

    threads: tuple[Thread, ...]
    """In the order of its list."""
    first: int
    """From where its posts and files are numbered: a mirror has numbers of its own."""
    asked: list[str] = field(default_factory=list)
    """Every path that was asked for."""
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What each path answers."""
    server: ThreadingHTTPServer = field(init=False)
    """Serves it."""

    def __enter__(self) -> Self:
        """Write the pages, and serve them."""
        self._write()
        forum = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                forum.asked.append(self.path)
                kind, body = forum.answers.get(self.path, ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the class gives it
                """Say nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Serve no more."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server.server_address[1])

    def _write(self) -> None:
        self.answers["/robots.txt"] = ("text/plain", b"User-agent: *\nDisallow: /members/\n")
        rows, number = [], self.first
        for day, thread in enumerate(self.threads):
            slug = f"thread-{thread.number}"
            rows.append(_THREAD.format(number=thread.number, slug=slug, title=thread.title, day=day))
            root = f"/threads/{slug}.{thread.number}/"
            for page, posts in enumerate(thread.pages, 1):
                written = []
                for text, picture in posts:
                    number += 1
                    files = ""
                    if picture:
                        name = f"photo-{number}-jpg"
                        self.answers[f"/attachments/{name}.{number}/"] = ("image/jpeg", picture)
                        files = _FILE.format(name=name, number=number)
                    written.append(_POST.format(number=number, text=text, files=files, day=day))
                path = root if page == 1 else f"{root}page-{page}"
                self._put(path, thread.title, "".join(written) + _navigation(root, page, len(thread.pages)))
        self._put("/forums/pictures.4/", "Pictures", f'<div class="structItemContainer">{"".join(rows)}</div>')

    def _put(self, path: str, title: str, body: str) -> None:
        heading = f'<h1 class="p-title-value">{title}</h1>'
        page = _PAGE.format(title=title, body=f'<div class="p-body">{heading}{body}</div>')
        self.answers[path] = ("text/html; charset=utf-8", page.encode())


def _navigation(root: str, page: int, pages: int) -> str:
    """Link to the next page and to the last one, as the engine does."""
    if page == pages:
        return ""
    links = f'<a class="pageNav-jump pageNav-jump--next" href="{root}page-{page + 1}">Next</a>'
    numbers = "".join(f'<li class="pageNav-page"><a href="{root}page-{n}">{n}</a></li>' for n in range(2, pages + 1))
    return (
        f'<nav class="pageNavWrapper"><div class="pageNav">{links}<ul class="pageNav-main">{numbers}</ul></div></nav>'
    )
