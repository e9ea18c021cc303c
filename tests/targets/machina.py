"""django-machina on loopback: a real engine, whose pages nobody here wrote.

with MachinaSite(folder, board) as site:
    site.forum_url(), site.thread_url(1, page=2), site.file_url(3), site.feed_url()
"""

from __future__ import annotations

import re
from typing import Final

from targets.engine_site import EngineSite

_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")


class MachinaSite(EngineSite):
    """django-machina on SQLite."""

    engine = "machina"

    def forum_url(self, page: int = 1, name: str = "") -> str:
        """Return where the forum's list of topics is."""
        return self._at(self._forum, page, name)

    def thread_url(self, thread: int, page: int = 1, name: str = "") -> str:
        """Return where a page of a topic is."""
        slug = _NO_SLUG.sub("-", self.board.threads[thread].title.lower()).strip("-")
        return self._at(f"{self._forum}topic/{slug}-{thread}/", page, name)

    def file_url(self, number: int, name: str = "") -> str:
        """Return where an attachment is."""
        return self.url(f"/{self.setting.prefix}attachment/{number}/", name)

    def feed_url(self, name: str = "") -> str:
        """Return where the feed of the newest topics is."""
        return self.url(f"/{self.setting.prefix}feeds/topics/", name)

    @property
    def _forum(self) -> str:
        slug, number = self._ready["forum"]
        return f"/{self.setting.prefix}forum/{slug}-{number}/"

    def _at(self, path: str, page: int, name: str) -> str:
        return self.url(f"{path}{f'?page={page}' if page > 1 else ''}", name)
