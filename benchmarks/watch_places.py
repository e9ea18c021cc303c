"""A forum in this process, for figures of watches: pages as large as real ones, made when they are asked for.

Nobody's words, pictures made in code. It answers as :class:`rempart.app.wiring_watch.Fetcher` does, at once, and counts
its own processor time, which is none of the watch's.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from forum_pages import xenforo_thread
from rempart.model.gate import Cleared
from rempart.model.web import Address, FetchedMedia, FetchMode, NotFetched, NotFetchedReason, Page, Validators
from rempart.net import PoliteOutcome, Wanted
from rempart.net.memory import MemoryWriter

ROOT: Final = "https://f.example/forums/f.2/"
POSTS_A_PAGE: Final = 20
THREADS_A_PAGE: Final = 20
_THREAD: Final = re.compile(r"/threads/t\.(\d+)/(?:page-(\d+))?$")
_FORUM: Final = re.compile(r"/forums/f\.2/(?:page-(\d+))?$")
_FILE: Final = re.compile(r"/attachments/(?:[^/]*\.|1/)(\d+)")
_DEFAULT: Final = Wanted()


class MadeForum:
    """Threads of so many pages, one page in so many with a picture."""

    def __init__(
        self,
        threads: int,
        pages: int,
        picture_every: int,
        bodies: list[bytes],
        on_page: Callable[[int], None],
    ) -> None:
        """Make a forum.

        Args:
            threads: How many.
            pages: Of each thread.
            picture_every: One page in so many shows a picture, and each one that has a leak.
            bodies: The pictures, taken in turn.
            on_page: Called with how many pages were asked for, before each is answered.
        """
        self.threads, self.pages, self._picture_every = threads, pages, picture_every
        self._bodies, self._on_page = bodies, on_page
        #: Other pictures, by the number of their file.
        self.leaks: dict[int, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.own_cpu_s = 0.0

    def file_of(self, thread: int, page: int) -> int:
        """Return the number of the first picture of a page."""
        return (thread * self.pages + page) * 1_000

    def fetch(
        self, cleared: Cleared[Address], wanted: Wanted = _DEFAULT, *, wait_at_most_s: float = 0.0
    ) -> PoliteOutcome:
        """Answer."""
        del wait_at_most_s
        url = cleared.item.url
        if wanted.mode is FetchMode.MEDIA:
            self.asked["media"] += 1
            return self._media(url)
        self.asked["pages"] += 1
        self._on_page(self.asked["pages"])
        begun_s = time.thread_time()
        try:
            return self._page(url)
        finally:
            self.own_cpu_s += time.thread_time() - begun_s

    def _page(self, url: str) -> PoliteOutcome:
        if found := _THREAD.search(url):
            thread, page = int(found[1]), int(found[2] or 1)
            body = self._thread(thread, page)
        elif found := _FORUM.search(url):
            body = self._listing(int(found[1] or 1)).encode()
        else:
            return NotFetched(reason=NotFetchedReason.STATUS, status=404)
        return Page(
            url=url,
            status=200,
            media_type="text/html",
            charset="utf-8",
            body=body,
            hops=(),
            validators=Validators(etag=f'"{len(body)}"'),
            wire_bytes=len(body),
        )

    def _thread(self, thread: int, page: int) -> bytes:
        number = thread * self.pages + page
        shows = number % self._picture_every == 0 or self.file_of(thread, page) in self.leaks
        return xenforo_thread(number, thread=thread, page=page, pages=self.pages, pictures=int(shows)).body

    def _listing(self, page: int) -> str:
        first = 1 + (page - 1) * THREADS_A_PAGE
        rows = "".join(
            f'<div class="structItem structItem--thread js-threadListItem-{k}"><div class="structItem-title"><a'
            f' href="/threads/t.{k}/" data-tp-primary="on">Thread {k}</a></div><div class="structItem-cell'
            ' structItem-cell--latest"><time class="structItem-latestDate" datetime="2026-11-20T10:00:00+0000">x</time>'
            "</div></div>"
            for k in range(first, min(first + THREADS_A_PAGE, self.threads + 1))
        )
        next_page = f'<a href="/forums/f.2/page-{page + 1}" class="pageNav-jump pageNav-jump--next">Next</a>'
        return (
            '<!DOCTYPE html><html id="XF" data-template="forum_view" data-cookie-prefix="xf_"><head><title>F</title>'
            f'</head><body><h1 class="p-title-value">F</h1>{rows}'
            f"{next_page if first + THREADS_A_PAGE <= self.threads else ''}</body>"
        )

    def _media(self, url: str) -> PoliteOutcome:
        found = _FILE.search(url)
        number = int(found[1]) if found else 0
        body = self.leaks.get(number, self._bodies[number // 1_000 % len(self._bodies)])
        with MemoryWriter() as writer:
            writer.write(body)
            memory = writer.seal()
        return FetchedMedia(
            url=url, media_type="image/jpeg", memory=memory, hops=(), validators=Validators(), wire_bytes=len(body)
        )
