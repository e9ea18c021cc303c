"""What the task answers in a closed-in worker is what it answers outside, and what expands there ends there."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from collect.hostile import PAGES
from rempart.collect import PARSE_TASK, FetchedPage, pack, parse_page, read_page
from rempart.collect.examples import EXAMPLES
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Unreadable

TASK = Task(name=PARSE_TASK, parse=parse_page)
LIMITS = DecodeLimits(max_bytes=9 << 20, max_pixels=0, cpu_s=2, wall_s=20, memory_bytes=512 << 20)


def items(pages: dict[str, FetchedPage]) -> list[Cleared[MediaItem]]:
    """Pack pages for a pool."""
    gate = MinorGate()
    return cast("list[Cleared[MediaItem]]", [gate.check(MediaBytes(data=pack(p), label=n)) for n, p in pages.items()])


def test_every_example_reads_alike_in_the_sandbox(kernel_cache: Path) -> None:
    """Codecs and parsers that are loaded late would be missing there."""
    pages = {example.name: example.page for example in EXAMPLES}

    with Pool(task=TASK, settings=PoolSettings(limits=LIMITS, kernel_cache=kernel_cache)) as pool:
        inside = {item.label: found for item, found in pool.run(items(pages), {})}

    assert inside == {name: read_page(page) for name, page in pages.items()}


@pytest.mark.slow
def test_what_expands_in_the_native_parser_ends_with_its_item(kernel_cache: Path) -> None:
    """Formatting that each paragraph opens again, and blocks in blocks: work that grows with the square of a page."""
    again = b"<p>" + b"".join(b"<b id=%d>" % k for k in range(5_000)) + b"</p><p>x" * 50_000
    pages = {
        "again": FetchedPage(url="https://f.example/1", body=b"<html>" + again),
        "blocks": FetchedPage(url="https://f.example/2", body=b"<html>" + b"<div>" * 150_000),
        "after": EXAMPLES[0].page,
    }

    with Pool(task=TASK, settings=PoolSettings(limits=LIMITS, kernel_cache=kernel_cache)) as pool:
        found = {item.label: outcome for item, outcome in pool.run(items(pages), {})}

    assert isinstance(found["again"], Unreadable)
    assert isinstance(found["blocks"], Unreadable)
    assert found["after"] == EXAMPLES[0].expected


def test_hostile_pages_do_not_end_the_pool(kernel_cache: Path) -> None:
    """Each gives a page or a reason, and the last example is read after them."""
    pages = {name: page for name, page in PAGES.items() if page.body} | {"after": EXAMPLES[0].page}

    with Pool(task=TASK, settings=PoolSettings(limits=LIMITS, kernel_cache=kernel_cache)) as pool:
        found = {item.label: outcome for item, outcome in pool.run(items(pages), {})}

    assert set(found) == set(pages)
    assert found["after"] == EXAMPLES[0].expected
    assert not [name for name, one in found.items() if isinstance(one, Unreadable) and one.reason == "crashed"]
