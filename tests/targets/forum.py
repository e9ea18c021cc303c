"""A small forum on loopback, in this process: pages shaped as XenForo writes them, and a log of what it was asked.

with Forum(threads=3, posts=25) as forum:
    forum.url()  # the forum's list of threads; forum.thread_url(1) a thread, in whose pages pictures are attached
    forum.append_post(1, "new", files=(File(name="leak.jpg", body=copy),))
    with forum.as_mirror() as mirror: ...  # the same words and pictures, other numbers, name and port
    forum.log.counts
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from targets import xenforo_pages as pages
from targets.access_log import AccessLog, Request
from targets.board import Board, File, Post, Thread
from targets.served import LOOPBACK, Answer, Served, not_found
from targets.xenforo_pages import Look

#: Of the mirror's numbers.
SHIFT: Final = 500_000
ROBOTS: Final = "User-agent: *\nDisallow: /members/\nDisallow: /login/\nDisallow: /register/\n"
_THREAD: Final = re.compile(r"/threads/(?:[^/]*\.)?(\d+)/(?:(?:page-)?(\d+|latest))?")
_FORUM: Final = re.compile(r"/forums/(?:[^/]*\.)?(\d+)/(?:page-(\d+))?")
_FILE: Final = re.compile(r"/attachments/(?:[^/]*\.)?(\d+)/")


class Forum:
    """Threads in one section, served until it is closed."""

    def __init__(
        self,
        *,
        seed: int = 0,
        threads: int = 3,
        posts: int = 25,
        picture_every: int = 4,
        look: Look | None = None,
        robots: str = ROBOTS,
        board: Board | None = None,
        host: str = LOOPBACK,
    ) -> None:
        """Make a forum and serve it.

        Args:
            seed: What its words and pictures are made of.
            threads: How many there are.
            posts: How many each has.
            picture_every: One post in so many shows a picture; 0 for none.
            look: Its names, and how much a page holds.
            robots: Its robots.txt; empty for none.
            board: What it holds, if that is made already.
            host: Where it listens.
        """
        self.look = look or Look()
        self.board = board or Board(seed=seed)
        if board is None:
            self.board.fill(threads=threads, posts=posts, picture_every=picture_every)
        self.robots = robots
        #: Paths that answer otherwise than they would: 404, 410, 403, 503…
        self.overrides: dict[str, Answer] = {}
        #: Called with each request, before it is answered.
        self.on_request: Callable[[Request], None] = _nothing
        self._closed_to_guests = False
        self._lock = threading.RLock()
        self._served = Served(self._answer, host)
        self.port = self._served.port

    @property
    def log(self) -> AccessLog:
        """Return what it was asked."""
        return self._served.log

    def url(self, path: str = "", name: str = "") -> str:
        """Return an address: of its list of threads, or of a path; under another name of the host if one is given."""
        return self._served.url(path or self.look.forum_path, name)

    def thread_url(self, thread: int, page: int = 1, name: str = "") -> str:
        """Return where a page of a thread is."""
        return self.url(pages.thread_path(self.board.threads[thread], page), name)

    def file_url(self, number: int, name: str = "") -> str:
        """Return where a file is."""
        return self.url(pages.file_path(number, self.board.files[number]), name)

    def append_post(
        self,
        thread: int,
        text: str = "",
        *,
        files: Iterable[File] = (),
        quotes: int | None = None,
        links: Sequence[str] = (),
        markup: str = "",
    ) -> Post:
        """Add a post at the end of a thread; its files' addresses are ``file_url`` of ``post.files``."""
        with self._lock:
            return self.board.append(thread, text, files=tuple(files), quotes=quotes, links=links, markup=markup)

    def put_post(self, thread: int, page: int, files: Iterable[File], text: str = "") -> Post:
        """Write over the first post of a page: what was there all the time."""
        with self._lock:
            return self.board.put(thread, (page - 1) * self.look.posts_per_page, tuple(files), text)

    def open_thread(self, title: str, text: str = "", files: Iterable[File] = ()) -> Thread:
        """Begin a thread with its first post."""
        with self._lock:
            thread = self.board.open_thread(title)
            self.append_post(thread.number, text, files=files)
            return thread

    def remove(self, path: str, status: int = 410) -> None:
        """Answer a path with 410, or what is said, from now on."""
        self.overrides[path] = Answer(status=status, body=b"<p>Gone.</p>")

    def close_to_guests(self, *, closed: bool = True) -> None:
        """Show the form to log in, with 403, instead of everything but robots.txt."""
        self._closed_to_guests = closed

    def as_mirror(self, look: Look | None = None, shift: int = SHIFT) -> Forum:
        """Serve the same words and pictures under other numbers, another name and another port."""
        other = look or replace(self.look, site="Mirror of everything", section="Archive", node=7)
        with self._lock:
            return Forum(look=other, robots=self.robots, board=self.board.copy(shift))

    def _answer(self, request: Request) -> Answer:
        self.on_request(request)
        path = urlsplit(request.path).path
        with self._lock:
            if path == "/robots.txt":
                found = Answer(body=self.robots.encode(), media_type="text/plain") if self.robots else not_found()
                return self.overrides.get(path, found)
            if self._closed_to_guests:
                return Answer(status=403, body=pages.login_page(self.look).encode())
            return self.overrides.get(path) or self._page(path, f"http://{request.host}")

    def _page(self, path: str, root: str) -> Answer:
        threads = sorted(self.board.threads.values(), key=lambda thread: thread.posts[-1].at, reverse=True)
        for pattern, answer in (
            (_FORUM, lambda node, page: self._forum(threads, int(node), int(page or 1))),
            (_THREAD, lambda number, page: self._thread(int(number), 9999 if page == "latest" else int(page or 1))),
            (_FILE, lambda number: self._file(int(number))),
        ):
            if found := pattern.fullmatch(path):
                return answer(*found.groups())
        return self._other(path, threads, root)

    def _other(self, path: str, threads: list[Thread], root: str) -> Answer:
        if path == "/":
            return _html(pages.index_page(threads, self.look))
        if path == "/sitemap.xml":
            return Answer(body=pages.sitemap(threads, root).encode(), media_type="application/xml")
        if path == f"{self.look.forum_path}index.rss":
            written = pages.feed(threads, self.look, root).encode()
            return Answer(body=written, media_type="application/rss+xml; charset=utf-8")
        if path.startswith(("/login/", "/members/")):
            return Answer(status=403, body=pages.login_page(self.look).encode())
        return not_found()

    def _forum(self, threads: list[Thread], node: int, page: int) -> Answer:
        most = pages.pages_of(len(threads), self.look.threads_per_page)
        if node != self.look.node:
            return not_found()
        if page > most:
            return _to(f"{self.look.forum_path}page-{most}")
        return _html(pages.forum_page(threads, page, self.look))

    def _thread(self, number: int, page: int) -> Answer:
        thread = self.board.threads.get(number)
        if thread is None:
            return not_found()
        most = pages.pages_of(len(thread.posts), self.look.posts_per_page)
        if page > most:  # XenForo leads to the last page with 303
            return _to(pages.thread_path(thread, most))
        return _html(pages.thread_page(self.board, thread, page, self.look))

    def _file(self, number: int) -> Answer:
        file = self.board.files.get(number)
        return Answer(body=file.body, media_type=file.media_type) if file else not_found()

    def close(self) -> None:
        """Stop."""
        self._served.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


def _nothing(request: Request) -> None:
    del request


def _html(text: str) -> Answer:
    return Answer(body=text.encode())


def _to(path: str) -> Answer:
    return Answer(status=303, headers={"Location": path})
