"""Threads of watched forums: what tells whether something is new there, and what mirrors are found by. Never a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from django.db.models import F, Q

from rempart.errors import NotFoundError
from rempart.model.frontier import Thread
from rempart.model.ids import IdKind, SourceId, ThreadId, new_id
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.frontier_line import frozen_threads
from rempart.store.interface import FieldSealer
from rempart.store.models import ThreadRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: Bytes of a digest that tells posts of one thread apart: 128 bits, half of what the key makes.
_DIGEST_BYTES: Final = 16
_PAGE: Final = 500


class ThreadRepository:
    """The threads of watched places."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals addresses, and makes digests.
            keep: How long a thread that is seen no more is known.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def digest(self, text: str) -> str:
        """Return what stands for what an engine calls a post: 32 hexadecimal digits that only this workspace makes."""
        return self._sealer.index(exact(text))[:_DIGEST_BYTES].hex()

    def find(self, source: SourceId, url: str) -> Thread | None:
        """Return a thread by its first page; None if it is not known."""
        return self.find_many(source, [url]).get(url)

    def find_many(self, source: SourceId, urls: Collection[str]) -> dict[str, Thread]:
        """Return those of some threads that are known, by their first pages: a whole listing in one question."""
        wanted = {index: url for url in urls for index in self._sealer.indexes(exact(url))}
        found: dict[str, Thread] = {}
        for batch in in_batches(wanted):
            with self._database.reading():
                rows = list(ThreadRow.objects.filter(source_id=source, url_index__in=batch))
            found |= {wanted[bytes(row.url_index)]: self._thread(row, wanted[bytes(row.url_index)]) for row in rows}
        return found

    def get(self, thread: ThreadId) -> Thread:
        """Return a thread.

        Raises:
            NotFoundError: it is past its end.
        """
        with self._database.reading():
            row = ThreadRow.objects.filter(id=thread).first()
        if row is None:
            message = f"there is no thread {thread!r}"
            raise NotFoundError(message, advice="It is past its end: it is opened again when it is seen again.")
        return self._thread(row, self._text(row.url_sealed, "url_sealed", row.id))

    def open(self, source: SourceId, url: str, now: dt.datetime) -> Thread:
        """Return a thread by its first page, added if it is new."""
        return self.open_many(source, [url], now)[url]

    def open_many(self, source: SourceId, urls: Collection[str], now: dt.datetime) -> dict[str, Thread]:
        """Return threads by their first pages, those that are new added: a sitemap names fifty thousand."""
        with self._database.transaction():
            known = self.find_many(source, urls)
            new = [self._new(source, url, now) for url in dict.fromkeys(urls) if url not in known]
            if not new:
                return known
            for batch in in_batches(new):  # another process may add the same ones just now
                ThreadRow.objects.bulk_create(batch, ignore_conflicts=True)
            return self.find_many(source, urls)

    def _new(self, source: SourceId, url: str, now: dt.datetime) -> ThreadRow:
        made = new_id(IdKind.THREAD)
        return ThreadRow(
            id=made,
            source_id=source,
            url_sealed=seal_text(self._sealer, url, ThreadRow, "url_sealed", made),
            url_index=self._sealer.index(exact(url)),
            last_post=b"",
            tail_posts=b"",
            opened_at=now,
            expires_at=now + self._keep,
        )

    def listed(
        self, thread: ThreadId, *, last_post: str = "", changed_at: dt.datetime | None = None, now: dt.datetime
    ) -> None:
        """Note what a listing says of a thread.

        Args:
            thread: Which.
            last_post: Digest of what it calls its newest post; empty leaves what is known.
            changed_at: When something was added; None leaves what is known.
            now: When the listing was read.
        """
        values: dict[str, Any] = {"expires_at": now + self._keep}
        if last_post:
            values["last_post"] = bytes.fromhex(last_post)
        if changed_at is not None:
            values["changed_at"] = changed_at
        self._change(thread, **values)

    def touch(self, threads: Collection[ThreadId], now: dt.datetime) -> None:
        """Note that threads are still there, and unchanged: many in one statement."""
        with self._database.transaction():
            for batch in in_batches(threads):
                ThreadRow.objects.filter(id__in=batch).update(expires_at=now + self._keep)

    def tail(
        self, thread: ThreadId, *, tail_url: str, tail_posts: Sequence[str], new_posts: int, now: dt.datetime
    ) -> None:
        """Note how far a thread was read.

        Args:
            thread: Which.
            tail_url: Its last page that was read.
            tail_posts: Digests of the posts on that page.
            new_posts: How many posts were not known before.
            now: When.
        """
        self._change(
            thread,
            tail_sealed=seal_text(self._sealer, tail_url, ThreadRow, "tail_sealed", thread) if tail_url else None,
            tail_posts=b"".join(bytes.fromhex(post) for post in tail_posts),
            posts=F("posts") + new_posts,
            expires_at=now + self._keep,
        )

    def freeze(self, thread: ThreadId) -> None:
        """Note that a thread may concern minors: it is never asked for again, and its addresses are forgotten here."""
        with self._database.transaction():
            ThreadRow.objects.filter(id=thread).update(
                is_frozen=True, url_sealed=None, tail_sealed=None, last_post=b"", tail_posts=b""
            )

    def is_frozen(self, thread: ThreadId) -> bool:
        """Tell whether a thread may concern minors."""
        return bool(self.frozen_among([thread]))

    def frozen_among(self, threads: Collection[ThreadId]) -> set[str]:
        """Return which of some threads may concern minors."""
        with self._database.reading():
            return frozen_threads(threads)

    def sign(self, thread: ThreadId, signature: bytes, codes: bytes) -> None:
        """Note what a thread is compared with others by.

        Args:
            thread: Which.
            signature: Of its posts.
            codes: Of its media.
        """
        self._change(thread, signature=signature or None, media_codes=codes or None)

    def signature(self, thread: ThreadId) -> tuple[bytes, bytes]:
        """Return what a thread is compared by: of its posts, of its media; empty if there is nothing."""
        with self._database.reading():
            row = ThreadRow.objects.filter(id=thread).values_list("signature", "media_codes").first()
        signature, codes = row or (None, None)
        return bytes(signature or b""), bytes(codes or b"")

    def signatures(self) -> Iterator[tuple[ThreadId, SourceId, bytes, bytes]]:
        """Yield what threads are compared by, a page at a time; those that are frozen too."""
        last = ""
        while True:
            has_print = Q(signature__isnull=False) | Q(media_codes__isnull=False)
            rows = ThreadRow.objects.filter(has_print, id__gt=last).order_by("id")
            with self._database.reading():
                found = list(rows.values_list("id", "source_id", "signature", "media_codes")[:_PAGE])
            if not found:
                return
            for thread, source, signature, codes in found:
                yield ThreadId(thread), SourceId(source), bytes(signature or b""), bytes(codes or b"")
            last = found[-1][0]

    def _change(self, thread: ThreadId, **values: Any) -> None:  # noqa: ANN401 - columns of any type
        """Change a thread, unless it is frozen: nothing is learned of it any more."""
        with self._database.transaction():
            ThreadRow.objects.filter(id=thread, is_frozen=False).update(**values)

    def _thread(self, row: ThreadRow, url: str) -> Thread:
        posts = bytes(row.tail_posts)
        return Thread(
            id=ThreadId(row.id),
            source=SourceId(row.source_id),
            url=url,
            last_post=bytes(row.last_post).hex(),
            changed_at=row.changed_at,
            tail_url=self._text(row.tail_sealed, "tail_sealed", row.id),
            tail_posts=tuple(posts[i : i + _DIGEST_BYTES].hex() for i in range(0, len(posts), _DIGEST_BYTES)),
            posts=row.posts,
            is_frozen=row.is_frozen,
        )

    def _text(self, sealed: bytes | None, column: str, thread: str) -> str:
        return unseal_text(self._sealer, sealed, ThreadRow, column, thread)
