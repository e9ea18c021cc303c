"""How many requests a new message costs, once a forum was read: what the forum's own log says.

``python benchmarks/watch_incremental.py``: a forum of 120 threads of 40 messages on loopback is watched once, then
visited again and again after some messages were added, most of them to the threads that changed last, every fourth with
a picture. Each visit is ``rempart watch --once`` with its own client; only the pace is left out. Beside it, what the
same visit costs those who ask for every page again, and those who ask for the list of threads and one page of each.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from measure import header, table

sys.path += [str(Path(__file__).resolve().parent.parent / name) for name in ("tests", "demo")]

import pytest

from targets.board import File, picture
from targets.forum import Forum
from targets.xenforo_pages import pages_of
from watch_scenes import add, due_again, outside, watch, without_pace, workspace_with_leak

SEED: Final = 20261122
#: A forum of 445,000 messages in five years has 244 new ones a day, 61 in six hours.
NEW: Final = (0, 1, 10, 61, 61, 61, 244)
#: Of the new messages, those that open a thread: one in so many.
OPENS: Final = 20


def grow(forum: Forum, count: int, draw: random.Random) -> None:
    """Add messages: the newer a thread's last one, the likelier it is to have the next."""
    for k in range(count):
        files = (File(name=f"new-{draw.getrandbits(40)}.jpg", body=picture(draw.randrange(10_000, 10_100))),)
        shown = files if k % 4 == 0 else ()
        if k % OPENS == OPENS - 1:
            forum.open_thread("A new thread", files=shown)
            continue
        newest = sorted(forum.board.threads.values(), key=lambda thread: thread.posts[-1].at, reverse=True)
        place = min(int(draw.expovariate(1 / 15)), len(newest) - 1)
        forum.append_post(newest[place].number, files=shown)


def all_pages(forum: Forum) -> int:
    """Return how many pages the forum has, those of its list included."""
    look = forum.look
    threads = forum.board.threads.values()
    listing = pages_of(len(threads), look.threads_per_page)
    return listing + sum(pages_of(len(thread.posts), look.posts_per_page) for thread in threads)


def visit(forum: Forum, new: int) -> tuple[str, ...]:
    """Count what the forum was asked since its log was begun."""
    log = forum.log
    media, robots = len(log.under("/attachments/")), len(log.under("/robots.txt"))
    pages = len(log) - media - robots
    twice = sum(count - 1 for path, count in log.counts.items() if path != "/robots.txt")
    threads = len(forum.board.threads)
    one_each = threads + pages_of(threads, forum.look.threads_per_page)
    whole = all_pages(forum)

    def each(count: int) -> str:
        return f"{count / new:.2f}" if new else "-"

    return (
        str(new),
        str(pages),
        str(media),
        str(twice),
        each(pages),
        f"{one_each} ({each(one_each)})",
        f"{whole} ({each(whole)})",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=120)
    parser.add_argument("--posts", type=int, default=40)
    options = parser.parse_args()
    draw, rows = random.Random(SEED), []
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Forum(seed=SEED, threads=options.threads, posts=options.posts, picture_every=0) as forum,
    ):
        without_pace(patch)
        settings, workspace = workspace_with_leak(Path(folder))
        source = add(workspace, forum.url())
        for number, new in enumerate((0, *NEW)):
            forum.log.forget()
            grow(forum, new, draw)
            if number:
                due_again(workspace, source)
            watch(workspace, settings, outside([forum.url()]))
            rows.append(visit(forum, new))
            print(rows[-1], file=sys.stderr, flush=True)
    header(f"Requests of a visit: a forum of {options.threads:,} threads of {options.posts} messages", SEED)
    table(
        (
            "new messages",
            "pages asked for",
            "pictures asked for",
            "asked for twice",
            "pages a new message",
            "list, and one page a thread",
            "every page again",
        ),
        rows,
    )


if __name__ == "__main__":
    main()
