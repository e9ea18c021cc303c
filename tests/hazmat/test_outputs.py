"""What a task writes beside its record: bounded before it starts, copied before it is looked at."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from rempart.errors import SandboxError
from rempart.hazmat import DecodeLimits, Json, Pool, PoolSettings, Task
from rempart.hazmat.outputs import open_output, read_output
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Unreadable

pytestmark = pytest.mark.usefixtures("with_test_tasks")

LIMITS = DecodeLimits(max_bytes=1000, max_pixels=1_000_000, cpu_s=1, wall_s=5)
SIZE = 4096


def parse(record: dict[str, Json]) -> dict[str, Json]:
    """Take a record as it is."""
    return record


def cleared(*words: str) -> list[Cleared[MediaItem]]:
    """Pass the gate."""
    found = [MinorGate().check(MediaBytes(data=word.encode(), label=word)) for word in words]
    return [one for one in found if isinstance(one, Cleared)]


def written(kernel_cache: Path, *words: str) -> list[str | bytes]:
    """Run, and return what each item's task wrote, or why there is nothing."""
    found: list[str | bytes] = []
    settings = PoolSettings(workers=2, limits=LIMITS, kernel_cache=kernel_cache)
    with Pool(task=Task(name="tasks:write", parse=parse, output_bytes=SIZE), settings=settings) as pool:
        for _, outcome in pool.run(cleared(*words), {}):
            if isinstance(outcome, Unreadable):
                found.append(str(outcome.reason))
            else:
                found.append(pool.output(0, int(str(outcome.get("size", 0)))) or str(outcome["data"]))
    return found


def test_each_item_has_its_own(kernel_cache: Path) -> None:
    """In order, whichever worker wrote it."""
    words = [f"word {k}" for k in range(12)]

    assert written(kernel_cache, *words) == [word.encode() for word in words]


def test_a_captured_worker_gains_nothing_from_it(kernel_cache: Path) -> None:
    """It cannot make it larger or smaller, write beyond, or seal it."""
    [answers] = written(kernel_cache, "grow")

    assert str(answers).count("refused") == 4


def test_writing_too_much_is_the_items_fault(kernel_cache: Path) -> None:
    """The next item is written all the same, also after one that died twice."""
    assert written(kernel_cache, "overflow", "die", "next") == ["damaged", "crashed", b"next"]


def test_a_record_that_lies_about_its_place(kernel_cache: Path) -> None:
    """Nothing is read beyond what was given."""
    with pytest.raises(ValueError, match="has no"):
        written(kernel_cache, "lie")


def test_nothing_is_at_hand_outside_a_run(kernel_cache: Path) -> None:
    """Before and after, there is nothing to read; nothing stays open."""
    before = len(os.listdir("/proc/self/fd"))
    settings = PoolSettings(workers=1, limits=LIMITS, kernel_cache=kernel_cache)
    with Pool(task=Task(name="tasks:write", parse=parse, output_bytes=SIZE), settings=settings) as pool:
        list(pool.run(cleared("one", "two"), {}))
        with pytest.raises(ValueError, match="no item"):
            pool.output(0, 1)

    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(("offset", "size"), [(-1, 1), (0, SIZE + 1), (SIZE, 1), (0, -1)])
def test_places_that_are_not_there(offset: int, size: int) -> None:
    """Are refused, on either side."""
    descriptor = open_output(SIZE)
    try:
        with pytest.raises(ValueError, match="has no"):
            read_output(descriptor, offset, size)
    finally:
        os.close(descriptor)


def test_its_size_is_sealed() -> None:
    """Before anybody else has it."""
    descriptor = open_output(SIZE)
    try:
        seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, SIZE * 2)
    finally:
        os.close(descriptor)

    assert seals == fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


def test_a_machine_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told so."""
    monkeypatch.setattr("sys.platform", "darwin")

    with pytest.raises(SandboxError, match="needs Linux"):
        open_output(SIZE)
