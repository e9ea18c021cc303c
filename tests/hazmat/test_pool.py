"""Whatever items do to their workers, every item gets one answer, in order, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from rempart.detect import TASK_NAME, parse_record
from rempart.errors import SandboxError
from rempart.hazmat import DecodeLimits, Json, Pool, PoolSettings, Protection, Task
from rempart.hazmat.process import Worker
from rempart.model import Cleared, MediaBytes, MediaFile, MediaItem, MinorGate, Unreadable, UnreadableReason

pytestmark = pytest.mark.usefixtures("with_test_tasks")

LIMITS = DecodeLimits(max_bytes=1000, max_pixels=1_000_000, cpu_s=1, wall_s=2)
Record = dict[str, Json]


def parse(record: Record) -> Record:
    """Check a record of the echo task."""
    if not isinstance(record.get("data"), str):
        message = "no data"
        raise ValueError(message)  # noqa: TRY004 - what the pool expects
    return record


def items(*words: str) -> list[Cleared[MediaItem]]:
    """Make cleared items of some bytes."""
    gate = MinorGate()
    cleared = [gate.check(MediaBytes(data=word.encode(), label=word)) for word in words]
    return cast("list[Cleared[MediaItem]]", cleared)


def make(
    cache: Path, task: str = "misbehave", *, workers: int = 2, recycle_after: int = 1000, limits: DecodeLimits = LIMITS
) -> Pool[Record]:
    """Make a pool of workers that run a test's task."""
    settings = PoolSettings(workers=workers, recycle_after=recycle_after, limits=limits, kernel_cache=cache)
    return Pool(task=Task(name=f"tasks:{task}", parse=parse), settings=settings)


def answers(pool: Pool[Record], cleared: Sequence[Cleared[MediaItem]]) -> list[str]:
    """Run and reduce each outcome to a word: what was echoed, or the reason."""
    outcomes = pool.run(cleared, {"n": 1})
    return [str(o.reason) if isinstance(o, Unreadable) else str(o["data"]) for _, o in outcomes]


def test_answers_come_in_order(kernel_cache: Path) -> None:
    """A slow item does not let the ones behind it overtake."""
    words = ["slow", *(f"item {k}" for k in range(30)), "slow again", "last"]

    with make(kernel_cache) as pool:
        assert answers(pool, items(*words)) == words


@pytest.mark.parametrize(
    "word, reason",
    [
        ("segfault", UnreadableReason.CRASHED),
        ("abort", UnreadableReason.CRASHED),
        ("exit", UnreadableReason.CRASHED),
        ("spin", UnreadableReason.TIME),
        ("sleep", UnreadableReason.TIME),
        ("memory", UnreadableReason.MEMORY),
        ("raise", UnreadableReason.DAMAGED),
        ("long", UnreadableReason.CRASHED),
        ("nested", UnreadableReason.CRASHED),
        ("garbage", UnreadableReason.CRASHED),
    ],
)
def test_an_item_that_harms_its_worker_is_the_only_one_lost(
    kernel_cache: Path, word: str, reason: UnreadableReason
) -> None:
    """The items before, behind and beside it are answered."""
    with make(kernel_cache) as pool:
        found = answers(pool, items("a", "b", word, "c", "d", "e"))

    assert found == ["a", "b", str(reason), "c", "d", "e"]


def test_an_answer_that_nobody_asked_for_ends_the_worker(kernel_cache: Path) -> None:
    """A worker that was taken over cannot answer for the items that come after."""
    with make(kernel_cache, workers=1) as pool:
        found = answers(pool, items("unsaid", "b", "c"))

    assert len(found) == 3
    assert found[2] != "forged"


def test_an_exception_s_words_do_not_come_out(kernel_cache: Path) -> None:
    """A decoder's message may quote the picture: only the kind of error is told."""
    with make(kernel_cache) as pool:
        [(_, outcome)] = pool.run(items("raise"), {})

    assert isinstance(outcome, Unreadable)
    assert outcome.detail == "RuntimeError"


def test_a_worker_killed_from_outside_costs_nothing(kernel_cache: Path) -> None:
    """The item it held is tried once more: the machine was to blame."""
    with make(kernel_cache, workers=1) as pool:
        outcomes = pool.run(items("a", "slow", "c"), {})
        _, first = next(outcomes)
        assert not isinstance(first, Unreadable)
        os.kill(cast("int", first["pid"]), signal.SIGKILL)

        rest = [o["data"] if not isinstance(o, Unreadable) else o for _, o in outcomes]

    assert rest == ["slow", "c"]


def test_workers_are_replaced_after_their_number_of_items(kernel_cache: Path) -> None:
    """No worker sees more than ``recycle_after`` items."""
    with make(kernel_cache, "echo", workers=1, recycle_after=3) as pool:
        outcomes = [o for _, o in pool.run(items(*"abcdefgh"), {})]

    pids = [cast("int", o["pid"]) for o in outcomes if not isinstance(o, Unreadable)]
    assert len(pids) == 8
    assert all(pids.count(pid) <= 3 for pid in pids)


def test_limits_of_bytes_have_two_sides(kernel_cache: Path) -> None:
    """Exactly the limit is read; one byte more is not; nothing is not."""
    with make(kernel_cache, "echo") as pool:
        exact, over, empty = answers(pool, items("x" * 1000, "x" * 1001, ""))

    assert exact == "x" * 1000
    assert over == str(UnreadableReason.TOO_MANY_BYTES)
    assert empty == str(UnreadableReason.EMPTY)


def test_one_item_starts_one_worker(kernel_cache: Path) -> None:
    """Processes are started for work, not in advance."""
    with make(kernel_cache, workers=8) as pool:
        answers(pool, items("a"))

        assert len(pool._workers) == 1


def test_a_pool_runs_more_than_once(kernel_cache: Path) -> None:
    """Workers are kept between runs, with other options."""
    with make(kernel_cache, "echo", workers=1) as pool:
        [(_, one)] = pool.run(items("a"), {"frames": 1})
        [(_, two)] = pool.run(items("b"), {"frames": 8})

    assert not isinstance(one, Unreadable)
    assert not isinstance(two, Unreadable)
    assert (one["options"], two["options"]) == ({"frames": 1}, {"frames": 8})
    assert one["pid"] == two["pid"]


def test_what_did_not_pass_the_gate_is_refused(kernel_cache: Path) -> None:
    """A value that only looks cleared is a TypeError, before anything is opened."""
    forged = cast("Cleared[MediaItem]", type("Forged", (), {"item": MediaFile.named("/etc/passwd")})())
    with make(kernel_cache) as pool, pytest.raises(TypeError, match="MinorGate"):
        list(pool.run([forged], {}))


def test_nothing_is_left_open_when_a_run_is_abandoned(kernel_cache: Path) -> None:
    """Descriptors are closed and workers ended when the caller stops listening."""
    before = set(os.listdir("/proc/self/fd"))
    with make(kernel_cache) as pool:
        outcomes = pool.run(items(*("slow" for _ in range(50))), {})
        next(outcomes)
        cast("Iterator[object]", outcomes).close()  # type: ignore[attr-defined]  # it is a generator
        pids = [w.process.pid for w in pool._workers]

    assert set(os.listdir("/proc/self/fd")) == before
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_memory_ahead_is_bounded(kernel_cache: Path) -> None:
    """A million items behind a slow one are not read ahead."""
    taken = 0

    def many() -> Iterator[Cleared[MediaItem]]:
        nonlocal taken
        for cleared in items("slow", *("x" for _ in range(2000))):
            taken += 1
            yield cleared

    with make(kernel_cache) as pool:
        next(iter(pool.run(many(), {})))

    assert taken <= 2 * 64 + 2


def test_a_task_that_cannot_be_loaded_says_why(kernel_cache: Path) -> None:
    """A missing module ends the run with its name, not with three silent deaths."""
    pool = Pool(task=Task(name="tasks_absent:run", parse=parse), settings=PoolSettings(kernel_cache=kernel_cache))
    with pool, pytest.raises(SandboxError, match="tasks_absent"):
        list(pool.run(items("a"), {}))


def test_a_file_that_grows_while_it_is_read_is_told(kernel_cache: Path, tmp_path: Path) -> None:
    """Size and time are compared before and after: half of two versions is no picture."""
    path = tmp_path / "growing"
    path.write_bytes(b"x")
    worker_reads = MinorGate().check(MediaFile.named(path))
    assert isinstance(worker_reads, Cleared)

    def feed() -> Iterator[Cleared[MediaItem]]:
        yield cast("Cleared[MediaItem]", worker_reads)

    with make(kernel_cache, "echo", workers=1) as pool:
        [(_, calm)] = pool.run(feed(), {})

    assert not isinstance(calm, Unreadable)


def test_workers_know_nothing_of_the_world(kernel_cache: Path) -> None:
    """No environment, no room but the task's, three streams, a socket and the item; no core, no file that grows."""
    pool = Pool(
        task=Task(name="tasks:environment", parse=lambda record: record),
        settings=PoolSettings(kernel_cache=kernel_cache, limits=LIMITS),
    )
    with pool:
        [(_, told)] = pool.run(items("x"), {})

    assert not isinstance(told, Unreadable)
    libraries = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    assert set(cast("list[str]", told["environment"])) - {"LC_CTYPE"} == libraries
    assert told["interrupt"] is True
    assert told["core"] == [0, 0]
    assert told["file_size"] == [0, 0]
    assert len(cast("list[int]", told["descriptors"])) == 5
    assert told["modules"] == []


def test_workers_load_kernels_and_never_write_them(kernel_cache: Path, tmp_path: Path) -> None:
    """The fingerprint task finds everything in the warm cache, which does not change."""
    cache = tmp_path / "cache"  # a copy: other tests may write the user's own
    shutil.copytree(kernel_cache, cache)
    cache.chmod(0o700)
    before = {p: p.stat().st_mtime_ns for p in cache.rglob("*")}
    task = Task(name=TASK_NAME, parse=parse_record)
    with Pool(task=task, settings=PoolSettings(kernel_cache=cache)) as pool:
        pool.protections()
        [worker] = pool._workers

        assert worker.compiled == 0
    assert {p: p.stat().st_mtime_ns for p in cache.rglob("*")} == before


def test_a_required_protection_that_is_missing_ends_the_run(
    kernel_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``hazmat.require`` nothing is decoded without it."""
    greet = Worker.greet

    def without_seccomp(self: Worker, message: Record) -> None:
        for state in cast("list[Record]", message["ready"]):
            state["active"] = state["active"] is True and state["protection"] != "seccomp"
        greet(self, message)

    monkeypatch.setattr(Worker, "greet", without_seccomp)
    settings = PoolSettings(kernel_cache=kernel_cache, require=frozenset({Protection.SECCOMP}), limits=LIMITS)
    with (
        Pool(task=Task(name="tasks:echo", parse=parse), settings=settings) as pool,
        pytest.raises(SandboxError, match="seccomp"),
    ):
        list(pool.run(items("x"), {}))


class Held(bytes):
    """Bytes that are counted while they are alive."""

    alive = 0

    def __init__(self, _: bytes) -> None:
        type(self).alive += 1

    def __del__(self) -> None:
        """Count one fewer."""
        type(self).alive -= 1


def test_bytes_in_memory_are_bounded_and_let_go(kernel_cache: Path) -> None:
    """Items are taken while few bytes wait for an answer, in our memory or behind a descriptor; none come back."""
    gate = MinorGate()
    most: list[tuple[int, int]] = []

    def made() -> Iterator[Cleared[MediaItem]]:
        for k in range(40):
            links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
            behind = sum("memfd:" in os.readlink(link) for link in links if os.path.islink(link))
            most.append((Held.alive, behind))
            cleared = gate.check(MediaBytes(data=Held(b"%04d" % k * 200_000), label=str(k)))
            yield cast("Cleared[MediaItem]", cleared)
            del cleared

    limits = DecodeLimits(max_bytes=1_000_000, max_pixels=1_000_000)
    settings = PoolSettings(workers=2, limits=limits, kernel_cache=kernel_cache, window_bytes=2_000_000)
    with Pool(task=Task(name="tasks:misbehave", parse=parse), settings=settings) as pool:
        given = [item for item, _ in pool.run(made(), {"n": 1})]

    assert [item.label for item in given] == [str(k) for k in range(40)]
    assert all(isinstance(item, MediaBytes) and not item.data for item in given)
    assert max(alive + behind for alive, behind in most) <= 3


def test_an_item_in_memory_larger_than_the_window_is_read(kernel_cache: Path) -> None:
    """One is always taken, or nothing would ever come."""
    settings = PoolSettings(workers=2, limits=LIMITS, kernel_cache=kernel_cache, window_bytes=1)
    with Pool(task=Task(name="tasks:misbehave", parse=parse), settings=settings) as pool:
        assert answers(pool, items("one", "two", "three")) == ["one", "two", "three"]
