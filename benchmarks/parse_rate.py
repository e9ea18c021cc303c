"""How fast pages are read: pages a second, as a share of what selectolax needs to parse them and do nothing more.

``python benchmarks/parse_rate.py``: bytes to a checked value, against the bare native parse of the same bytes, the
sides alternating in one run; the same with the record that a worker writes and the parent reads; and, to judge the
first by, the parse with the plainest use of it.

The C library gives a large page's memory back to the system after each page, or not, as its heap happens to lie: then
a bare parse takes 0.4 or 0.9 ms. It is told to keep it, for all sides alike.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final, cast

from selectolax.lexbor import LexborHTMLParser

import forum_pages
from measure import header, table
from rempart.collect import FetchedPage, parse_page, read_page
from rempart.collect.parsed import write_page
from rempart.hazmat import Json

SEED: Final = 20261122
#: Of the GNU C library: memory is not given back before so many bytes of it are free, nor taken in pieces of its own.
_KEPT: Final = dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), str(1 << 29))
KINDS: Final[dict[str, Callable[[int], FetchedPage]]] = {
    "XenForo, a thread": forum_pages.xenforo_thread,
    "phpBB, a topic": forum_pages.phpbb_topic,
    "no engine, a gallery": forum_pages.gallery,
}


def bare(page: FetchedPage) -> None:
    """Parse and forget."""
    LexborHTMLParser(page.body)


def plain_use(page: FetchedPage) -> None:
    """Parse, and take every link, every picture and the text, as a page's simplest reader would: no form, no quotes."""
    tree = LexborHTMLParser(page.body)
    [node.attributes.get("href") for node in tree.css("a")]
    [node.attributes.get("src") for node in tree.css("img")]
    tree.text(separator=" ")


def read(page: FetchedPage) -> None:
    """Read a page."""
    read_page(page)


def read_and_tell(page: FetchedPage) -> None:
    """Read a page, write its record as JSON, and check it as the parent does."""
    record = json.loads(json.dumps(write_page(read_page(page))))
    parse_page(cast("dict[str, Json]", record))


def rate(work: Callable[[FetchedPage], None], pages: list[FetchedPage]) -> float:
    """Return pages per second of processor time."""
    before = time.process_time()
    for page in pages:
        work(page)
    return len(pages) / (time.process_time() - before)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    if not _KEPT.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | _KEPT)  # noqa: S606 - itself, once more
    header(f"Reading pages, {options.pages} of each kind, {options.rounds} rounds", SEED)
    rows = []
    for name, make in KINDS.items():
        pages = [make(SEED % 1000 + k) for k in range(options.pages)]
        sides = (bare, plain_use, read, read_and_tell)
        for work in sides * 2:  # the second time with the memory that the others left: the first is not of equal work
            rate(work, pages)
        rounds = [[rate(work, pages) for work in sides] for _ in range(options.rounds)]
        bare_rate, plain_rate, read_rate, told_rate = (statistics.median(r[k] for r in rounds) for k in range(4))
        shares = sorted(100 * r[2] / r[0] for r in rounds)
        told = statistics.median(100 * r[3] / r[0] for r in rounds)
        size = sum(len(p.body) for p in pages) / len(pages) / 1024
        rows.append(
            (
                name,
                f"{size:.0f}",
                f"{bare_rate:.0f}",
                f"{plain_rate:.0f}",
                f"{read_rate:.0f}",
                f"{statistics.median(shares):.0f} % ({shares[0]:.0f} to {shares[-1]:.0f})",
                f"{told_rate:.0f}",
                f"{told:.0f} %",
            )
        )
    table(
        (
            "page",
            "KiB",
            "bare parse, pages/s",
            "links and text, pages/s",
            "read, pages/s",
            "share of bare",
            "with its record",
            "share",
        ),
        rows,
    )


if __name__ == "__main__":
    main()
