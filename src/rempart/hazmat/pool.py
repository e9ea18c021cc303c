"""Run a task on a stream of items, on all cores, in order, whatever the items do to the workers.

One loop in the caller's thread feeds the workers and reads their answers. An item that kills its worker is tried once
more, alone, in a fresh one (the machine may have been to blame), then reported; the items that were waiting behind it
are given to another worker. Memory is bounded by a window of items ahead of the oldest one that is not answered.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import selectors
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, Self, TypeVar, cast

from rempart import clock
from rempart.errors import SandboxError
from rempart.hazmat.interface import DecodeLimits, Json, Options, Task
from rempart.hazmat.items import bytes_in_memory, open_item
from rempart.hazmat.outputs import open_output, read_output
from rempart.hazmat.process import DEPTH, Job, Worker, WorkerSetup, signal_name
from rempart.hazmat.sandbox import Protection, ProtectionState
from rempart.model import Cleared, MediaBytes, MediaItem, Unreadable, UnreadableReason

logger = logging.getLogger(__name__)

RecordT = TypeVar("RecordT")

#: How far the fastest worker may be ahead of the slowest item, per worker: answers are given in order.
_WINDOW_PER_WORKER: Final = 64
_START_ATTEMPTS: Final = 3
#: What else of a process is open: its database, its workers' sockets, its libraries.
_DESCRIPTORS_OF_OTHERS: Final = 40
#: A worker whose socket closed is dying: it is given this long to say of what.
_ENDING_S: Final = 0.5
_DETAIL_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How a pool works; see docs/settings.md, ``hazmat``."""

    workers: int = 1
    """How many processes at most; they are started when there is work for them."""
    recycle_after: int = 2_000
    """Items after which a worker is replaced by a fresh one."""
    limits: DecodeLimits = field(default_factory=DecodeLimits)
    """What one item may cost."""
    require: frozenset[Protection] = frozenset()
    """Protections without which nothing is decoded."""
    kernel_cache: Path | None = None
    """Folder of compiled kernels, warm; None makes each worker compile its own."""
    window_bytes: int = 32 * 1024 * 1024
    """Items in memory, and what is written for items, are taken while they have fewer bytes than this, one more than that."""


class Pool(Generic[RecordT]):
    """Disposable workers that run one task."""

    def __init__(self, *, task: Task[RecordT], settings: PoolSettings) -> None:
        """Prepare; no process is started before there is an item."""
        self._task = task
        self._settings = settings
        self._setup = WorkerSetup(
            task=task.name,
            limits=settings.limits,
            kernel_cache=settings.kernel_cache,
            resource=task.resource,
            output_bytes=task.output_bytes,
        )
        self._selector = selectors.DefaultSelector()
        self._workers: list[Worker] = []
        self._waiting: deque[Job] = deque()
        self._answers: dict[int, tuple[Job, RecordT | Unreadable]] = {}
        self._given: Job | None = None
        self._held_bytes = 0
        self._failed_starts = 0
        self._states: list[ProtectionState] = []

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker."""
        self.close()

    def close(self) -> None:
        """End every worker and forget what was waiting."""
        while self._workers:
            self._drop(self._workers[-1])
        self._forget()
        self._selector.close()

    def protections(self) -> list[ProtectionState]:
        """Start a worker if none runs, and return what holds in it.

        Raises:
            SandboxError: no worker can be started, or a required protection is missing.
        """
        if not self._workers:
            self._start()
        while self._workers and not any(w.ready for w in self._workers):
            self._wait()
            if not self._workers:
                self._start()
        return list(self._states)

    def unclaimed(self) -> Iterator[tuple[MediaItem, RecordT | Unreadable]]:
        """Yield the answers that an interrupted run had received and not given yet, in order."""
        for index in sorted(self._answers):
            job, outcome = self._answers.pop(index)
            yield job.item, outcome

    def content(self) -> bytes | None:
        """Return the bytes of the item that :meth:`run` gave last, undecoded, until the next item is asked for.

        What was in memory is what the task had. A file may have been written since: compare its digest.

        Returns:
            None before and after, if the disk fails now, and if there are more bytes than an item may have.
        """
        if self._given is None or self._given.descriptor < 0:
            return None
        try:
            size = os.fstat(self._given.descriptor).st_size
            if size > self._settings.limits.max_bytes:
                return None
            data = os.pread(self._given.descriptor, size, 0)
            while len(data) < size and (part := os.pread(self._given.descriptor, size - len(data), len(data))):
                data += part
        except OSError:
            return None
        return data if len(data) == size else None

    def output(self, offset: int, size: int) -> bytes:
        """Return a copy of what the task wrote for the item that :meth:`run` gave last.

        Raises:
            ValueError: there is not so much.
        """
        if self._given is None or self._given.output < 0:
            message = "no item is at hand that a task wrote for"
            raise ValueError(message)
        return read_output(self._given.output, offset, size)

    def missing(self) -> list[ProtectionState]:
        """Return the protections that the last worker to start lacks."""
        return [state for state in self._states if not state.active]

    def run(
        self, items: Iterable[Cleared[MediaItem]], options: Options
    ) -> Iterator[tuple[MediaItem, RecordT | Unreadable]]:
        """Yield each item with the task's record or the reason why there is none, in the order given.

        Items from memory come back without their bytes; :meth:`content` has them until the next item is asked for.

        Raises:
            SandboxError: no worker can be started, or a required protection is missing.
            TypeError: an item did not pass the gate.
        """
        self._forget()
        self._answers.clear()
        source = iter(items)
        taken = given = 0
        exhausted = False
        try:
            while True:
                while not exhausted and len(self._waiting) < self._settings.workers and self._has_room(taken - given):
                    cleared = next(source, None)
                    if cleared is None:
                        exhausted = True
                    else:
                        self._waiting.append(self._job(taken, _proven(cleared)))
                        del cleared  # or the next item would be read while this one is held
                        taken += 1
                self._dispatch(options)
                while given in self._answers:
                    self._given, outcome = self._answers.pop(given)
                    try:
                        yield self._given.item, outcome
                    finally:
                        self._held_bytes -= self._given.size
                        self._given.close()
                        self._given = None
                    given += 1
                if exhausted and given == taken:
                    return
                if self._must_wait(exhausted, self._has_room(taken - given)):
                    self._wait()
        finally:
            self._forget()

    def _has_room(self, ahead: int) -> bool:
        """Tell whether one more item may be taken: by their number, and by the bytes of those in memory."""
        few = ahead < min(_WINDOW_PER_WORKER * self._settings.workers, _descriptors_to_spare())
        return few and self._held_bytes < self._settings.window_bytes

    def _job(self, index: int, item: MediaItem) -> Job:
        """Count the bytes that an item holds in memory, until it is answered."""
        size = bytes_in_memory(item) + self._task.output_bytes
        self._held_bytes += size
        return Job(index=index, item=item, size=size)

    def _must_wait(self, exhausted: bool, has_room: bool) -> bool:  # noqa: FBT001 - two facts, used once
        """Tell whether nothing can be done before a worker says something."""
        return exhausted or not has_room or len(self._waiting) >= self._settings.workers

    def _dispatch(self, options: Options) -> None:
        """Start the workers that there is work for, and give them what waits."""
        wanted = min(self._settings.workers, len(self._waiting) + sum(bool(w.jobs) for w in self._workers))
        while len(self._workers) < wanted:
            self._start()
        while self._waiting:
            worker = self._free_worker(self._waiting[0])
            if worker is None:
                return
            job = self._waiting.popleft()
            if job.descriptor < 0:
                opened = open_item(job.item)
                if isinstance(job.item, MediaBytes):
                    job.item = job.item.without_data()
                if isinstance(opened, Unreadable):
                    self._answer(job, opened)
                    continue
                job.descriptor = opened
            if self._task.output_bytes and job.output < 0:
                job.output = open_output(self._task.output_bytes)
            if not worker.give(job, options):
                self._waiting.appendleft(job)
                self._bury(worker)

    def _free_worker(self, job: Job) -> Worker | None:
        """Return the ready worker with the least to do; for an item that made one crash, an idle one."""
        depth = 1 if job.crashes else DEPTH
        free = [w for w in self._workers if w.ready and len(w.jobs) < depth and not self._is_spent(w)]
        free = [w for w in free if not any(j.crashes for j in w.jobs)]
        return min(free, key=lambda w: len(w.jobs), default=None)

    def _is_spent(self, worker: Worker) -> bool:
        return worker.done + len(worker.jobs) >= self._settings.recycle_after

    def _start(self) -> None:
        worker = Worker.start(self._setup)
        logger.debug("worker %d started, %d now", worker.process.pid, len(self._workers) + 1)
        self._workers.append(worker)
        self._selector.register(worker.sock, selectors.EVENT_READ, worker)

    def _wait(self) -> None:
        """Wait for an answer, a death or a deadline, and deal with it."""
        deadline = min((w.deadline_s for w in self._workers), default=0.0)
        timeout = None if deadline == float("inf") else max(0.0, deadline - clock.monotonic_s())
        events = self._selector.select(timeout)
        for key, _ in events:
            self._hear(key.data)
        if not events:
            now = clock.monotonic_s()
            for worker in [w for w in self._workers if w.deadline_s <= now]:
                self._bury(worker, UnreadableReason.TIME, f"> {self._settings.limits.wall_s} s")

    def _hear(self, worker: Worker) -> None:
        """Read what a worker says; whatever is not an answer ends it."""
        try:
            messages = worker.receive()
            if messages is None:
                self._bury(worker)
                return
            for message in messages:
                if not worker.ready:
                    worker.greet(message)
                    self._accept(worker)
                else:
                    answer = self._parsed(message)
                    job = worker.finish()
                    self._answer(job, answer)
        except (ValueError, IndexError):  # IndexError: an answer that nobody asked for
            self._bury(worker, UnreadableReason.CRASHED, "bad answer")
            return
        if self._is_spent(worker) and not worker.jobs:
            self._drop(worker)

    def _accept(self, worker: Worker) -> None:
        """Note what holds in a worker that is ready.

        Raises:
            SandboxError: a required protection is missing.
        """
        self._failed_starts = 0
        self._states = worker.states
        missing = [s for s in worker.states if not s.active and s.protection in self._settings.require]
        if missing:
            named = ", ".join(f"{s.protection} ({s.detail})" for s in missing)
            message = f"the sandbox lacks a protection that hazmat.require names: {named}"
            raise SandboxError(message, advice="See what this machine offers with: rempart doctor")

    def _parsed(self, message: dict[str, Json]) -> RecordT | Unreadable:
        """Turn an answer into a value.

        Raises:
            ValueError: it is not one.
        """
        if "unreadable" in message:
            detail = "".join(c for c in str(message.get("detail", "")) if c.isprintable())[:_DETAIL_LIMIT]
            return Unreadable(reason=UnreadableReason(str(message["unreadable"])), detail=detail)
        record = message.get("record")
        if not isinstance(record, dict):
            text = "an answer has a record"
            raise ValueError(text)  # noqa: TRY004 - one kind of failure: the message is wrong
        try:
            return self._task.parse(record)
        except (TypeError, OverflowError, LookupError, RecursionError) as error:
            text = f"an answer is not what its task gives: {type(error).__name__}"
            raise ValueError(text) from error

    def _answer(self, job: Job, outcome: RecordT | Unreadable) -> None:
        self._answers[job.index] = (job, outcome)

    def _bury(self, worker: Worker, reason: UnreadableReason = UnreadableReason.CRASHED, detail: str = "") -> None:
        """Remove a dead worker, judge the item it worked on, and give the others back.

        Raises:
            SandboxError: workers die before they are ready.
        """
        jobs, was_ready = list(worker.jobs), worker.ready
        worker.jobs.clear()
        status = self._drop(worker, _ENDING_S)
        logger.info("worker %d ended with %d after %d items", worker.process.pid, status, worker.done)
        if not was_ready:
            self._failed_starts += 1
            if self._failed_starts >= _START_ATTEMPTS:
                message = f"sandbox workers end before they are ready ({_ending(status)})"
                raise SandboxError(message, advice="See what this machine offers with: rempart doctor")
        if jobs:
            self._judge(jobs[0], reason, detail, status)
        self._waiting.extendleft(reversed(jobs[1:]))

    def _judge(self, job: Job, reason: UnreadableReason, detail: str, status: int) -> None:
        """Decide about the item that a worker died on: once more, or unreadable."""
        if status == -signal.SIGXCPU:
            reason, detail = UnreadableReason.TIME, f"> {self._settings.limits.cpu_s} s CPU"
        if reason is UnreadableReason.CRASHED and job.crashes == 0:
            job.crashes = 1
            self._waiting.appendleft(job)
            return
        self._answer(job, Unreadable(reason=reason, detail=detail or _ending(status)))

    def _drop(self, worker: Worker, grace_s: float = 0.0) -> int:
        """End a worker and return its status."""
        self._workers.remove(worker)
        with contextlib.suppress(KeyError):
            self._selector.unregister(worker.sock)
        for job in worker.jobs:
            job.close()
        return worker.end(grace_s)

    def _forget(self) -> None:
        """Close what an unfinished run left open, and end the workers that still hold some of it."""
        for worker in [w for w in self._workers if w.jobs]:
            self._drop(worker)
        for job in self._waiting:
            job.close()
        for job, _ in self._answers.values():
            job.close()
        self._waiting.clear()
        self._held_bytes = 0


def _descriptors_to_spare() -> int:
    """Return how many items may be open at once: each keeps its descriptor until it is given."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, soft // 2 - _DESCRIPTORS_OF_OTHERS) if soft != resource.RLIM_INFINITY else sys.maxsize


def _proven(cleared: object) -> MediaItem:
    """Return the item of a Cleared value, whatever the type checker was told.

    Raises:
        TypeError: the gate did not make it.
    """
    if isinstance(cleared, Cleared):
        return cast("MediaItem", cleared.item)
    message = "the sandbox accepts only what a MinorGate cleared"
    raise TypeError(message)


def _ending(status: int) -> str:
    return signal_name(status) if status < 0 else f"exit {status}"
