"""Misago on loopback: a real engine with an interface for programs, on a PostgreSQL server of the tests.

with MisagoSite.on(postgres, folder, board) as site:
    site.forum_url(), site.thread_url(1, page=2), site.api_url(1), site.file_url(...) is in its pages only
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from databases import PostgresServer
from targets.board import Board
from targets.engine_site import SHIFT, EngineSite, Setting

_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")
#: Its own robots.txt: it asks programs not to use its interface for programs.
MISAGO: Final = Setting(robots=None, posts_per_page=16)
#: One database with its tables for all tests: to make them takes half a minute.
_templates: dict[Path, str] = {}


class MisagoSite(EngineSite):
    """Misago on PostgreSQL."""

    engine = "misago"
    _postgres: PostgresServer

    @classmethod
    def on(cls, postgres: PostgresServer, folder: Path, board: Board, setting: Setting | None = None) -> Self:
        """Start one with a database of its own."""
        if postgres.folder not in _templates:
            template = _database(postgres, "template0")
            told = {"database": template, "socket": str(postgres.folder), "only_migrate": True}
            cls(folder.with_name(f"{folder.name}-migrated"), Board(), MISAGO, **told).close()
            _templates[postgres.folder] = template
        database = _database(postgres, _templates[postgres.folder])
        site = cls(folder, board, setting or MISAGO, database=database, socket=str(postgres.folder))
        site._postgres = postgres
        return site

    def as_mirror(self, folder: Path, setting: Setting | None = None, shift: int = SHIFT) -> Self:
        """Start another one with the same words and files, under other numbers and another name."""
        other = setting or replace(self.setting, section="Archive")
        return type(self).on(self._postgres, folder, self.board.copy(shift), other)

    def forum_url(self, name: str = "") -> str:
        """Return where the category's list of threads is."""
        slug, number = self._ready["forum"]
        return self.url(f"/c/{slug}/{number}/", name)

    def thread_url(self, thread: int, page: int = 1, name: str = "") -> str:
        """Return where a page of a thread is."""
        slug = _NO_SLUG.sub("-", self.board.threads[thread].title.lower()).strip("-")
        return self.url(f"/t/{slug}/{thread}/{f'{page}/' if page > 1 else ''}", name)

    def api_url(self, thread: int, page: int = 1) -> str:
        """Return where the same is for programs."""
        return self.url(f"/api/threads/{thread}/posts/{f'?page={page}' if page > 1 else ''}")


def _database(postgres: PostgresServer, template: str) -> str:
    """Make a database and return its name."""
    parts = urlsplit(postgres.make(template))
    assert parse_qs(parts.query)["host"] == [str(postgres.folder)]
    return parts.path.lstrip("/")
