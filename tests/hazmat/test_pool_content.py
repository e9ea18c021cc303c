"""What a pool keeps of the item that it gave last: its bytes, for a closer look, and no longer than needed."""

from __future__ import annotations

import os
import resource
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from rempart.hazmat import DecodeLimits, Json, Pool, PoolSettings, Task
from rempart.hazmat import pool as pool_module
from rempart.model import Cleared, MediaBytes, MediaFile, MediaItem, MinorGate

pytestmark = pytest.mark.usefixtures("with_test_tasks")

LIMITS = DecodeLimits(max_bytes=1_000_000, max_pixels=1_000_000)


def parse(record: dict[str, Json]) -> dict[str, Json]:
    """Take a record as it is."""
    return record


def made(kernel_cache: Path) -> Pool[dict[str, Json]]:
    """Make a pool of one worker that echoes."""
    settings = PoolSettings(workers=1, limits=LIMITS, kernel_cache=kernel_cache)
    return Pool(task=Task(name="tasks:misbehave", parse=parse), settings=settings)


def cleared(item: MediaItem) -> Cleared[MediaItem]:
    """Pass the gate."""
    found = MinorGate().check(item)
    assert isinstance(found, Cleared)
    return found


def test_the_content_is_that_of_the_item_given_last(kernel_cache: Path, tmp_path: Path) -> None:
    """From memory and from a file, while it is looked at; nothing before and after."""
    path = tmp_path / "two.bin"
    path.write_bytes(b"two")
    things = [cleared(MediaBytes(data=b"one", label="one")), cleared(MediaFile.named(path))]

    with made(kernel_cache) as pool:
        before = pool.content()
        seen = [pool.content() for _ in pool.run(things, {})]
        after = pool.content()

    assert (before, seen, after) == (None, [b"one", b"two"], None)


def test_a_file_that_grew_beyond_the_limit_has_no_content(kernel_cache: Path, tmp_path: Path) -> None:
    """It costs neither memory nor the run."""
    path = tmp_path / "file.bin"
    path.write_bytes(b"small")

    with made(kernel_cache) as pool:
        for _ in pool.run([cleared(MediaFile.named(path))], {}):
            os.truncate(path, 1 << 43)
            content = pool.content()

    assert content is None


def test_nothing_stays_open(kernel_cache: Path) -> None:
    """Neither after a run, nor after one that was left."""
    things = [cleared(MediaBytes(data=b"%d" % k, label=str(k))) for k in range(20)]
    with made(kernel_cache) as pool:
        list(pool.run(things[:1], {}))
        before = len(os.listdir("/proc/self/fd"))
        list(pool.run(things, {}))
        run = cast("Generator[object]", pool.run(things, {}))
        next(run)
        run.close()

        assert len(os.listdir("/proc/self/fd")) <= before


def test_few_descriptors_bound_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them, without what a process needs besides; one at least."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    some = pool_module._descriptors_to_spare()
    monkeypatch.setattr(resource, "getrlimit", lambda _: (20, 20))

    assert (some, pool_module._descriptors_to_spare()) == (88, 1)


def test_a_parser_that_trips_ends_the_worker_and_not_the_run(kernel_cache: Path) -> None:
    """Whatever a captured worker answers, the next item is read."""
    calls = []

    def trips(record: dict[str, Json]) -> dict[str, Json]:
        calls.append(record)
        if len(calls) == 1:
            raise TypeError
        return record

    settings = PoolSettings(workers=1, limits=LIMITS, kernel_cache=kernel_cache)
    things = [cleared(MediaBytes(data=b"%d" % k, label=str(k))) for k in range(3)]
    with Pool(task=Task(name="tasks:misbehave", parse=trips), settings=settings) as pool:
        given = [item.label for item, _ in pool.run(things, {})]

    assert given == ["0", "1", "2"]
