"""One worker as the pool sees it: a process, a socket, and the items it was given."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, cast

from rempart import clock
from rempart.errors import SandboxError
from rempart.hazmat.frames import FrameReader, send_frame
from rempart.hazmat.interface import DecodeLimits, Json, Options, PinnedFile
from rempart.hazmat.sandbox import Protection, ProtectionState
from rempart.model import MediaItem

#: Items given ahead: while the pool looks for the next one, the worker already has it.
DEPTH: Final = 2
#: Without a kernel cache a worker compiles for half a minute before it is ready; a busy machine triples that.
_START_LIMIT_S: Final = 180.0
_RECEIVE_BYTES: Final = 1 << 16


@dataclass(slots=True, kw_only=True)
class Job:
    """One item on its way through the pool."""

    index: int
    item: MediaItem
    size: int = 0
    descriptor: int = -1
    output: int = -1
    crashes: int = 0

    def close(self) -> None:
        """Close what is open of it."""
        for descriptor in (self.descriptor, self.output):
            if descriptor >= 0:
                os.close(descriptor)
        self.descriptor = self.output = -1


@dataclass(slots=True, kw_only=True)
class WorkerSetup:
    """What a worker is told once, when it starts."""

    task: str
    limits: DecodeLimits
    kernel_cache: Path | None
    resource: PinnedFile | None = None
    output_bytes: int = 0

    def message(self) -> dict[str, Json]:
        """Return the first frame that a worker receives."""
        folder = str(self.kernel_cache) if self.kernel_cache else None
        pin = self.resource.sha256 if self.resource else None
        limits = cast("Json", asdict(self.limits))
        output = self.output_bytes
        return {"task": self.task, "limits": limits, "kernel_cache": folder, "pin": pin, "output_bytes": output}


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """A running worker; made by :meth:`start`, ended by :meth:`end`."""

    process: subprocess.Popen[bytes]
    sock: socket.socket
    wall_s: float
    jobs: deque[Job] = field(default_factory=deque)
    reader: FrameReader = field(default_factory=FrameReader)
    ready: bool = False
    done: int = 0
    since_s: float = field(default_factory=clock.monotonic_s)
    states: list[ProtectionState] = field(default_factory=list)
    compiled: int = 0

    @classmethod
    def start(cls, setup: WorkerSetup) -> Worker:
        """Start a process with no environment, no standard streams and one socket.

        Raises:
            SandboxError: the system cannot start a process, or what the task needs cannot be opened.
        """
        resource = _opened(setup.resource) if setup.resource else None
        try:
            return cls._start(setup, resource)
        finally:
            if resource is not None:
                os.close(resource)

    @classmethod
    def _start(cls, setup: WorkerSetup, resource: int | None) -> Worker:
        """Do the rest of :meth:`start`, with the descriptor of the task's own file."""
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            message = f"cannot open a socket for a sandbox worker: {error.strerror}"
            raise SandboxError(message, advice="Raise the limit on descriptors (ulimit -n).") from error
        command = [sys.executable, "-I", "-B", "-m", "rempart.hazmat.worker", str(theirs.fileno()), str(os.getpid())]
        nowhere = subprocess.DEVNULL
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                env={},
                cwd="/",
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C in the terminal is for the command, which ends its workers itself
            )
        except OSError as error:
            ours.close()
            message = f"cannot start a sandbox worker: {error.strerror or error}"
            raise SandboxError(message, advice="Check the limit on processes (ulimit -u) and free memory.") from error
        finally:
            theirs.close()
        worker = cls(process=process, sock=ours, wall_s=float(setup.limits.wall_s))
        with contextlib.suppress(OSError):  # it died at once: the pool sees the closed socket, counts a failed start
            send_frame(ours, setup.message(), resource)
        return worker

    @property
    def deadline_s(self) -> float:
        """Return when this worker will have taken too long for what it does now, on the monotonic clock."""
        if not self.ready:
            return self.since_s + _START_LIMIT_S
        return self.since_s + self.wall_s if self.jobs else float("inf")

    def give(self, job: Job, options: Options) -> bool:
        """Hand over an open item; False if the worker is gone, and the job is still the pool's."""
        try:
            send_frame(self.sock, dict(options), job.descriptor, job.output if job.output >= 0 else None)
        except OSError:
            return False
        if not self.jobs:
            self.since_s = clock.monotonic_s()
        self.jobs.append(job)
        return True

    def receive(self) -> list[dict[str, Json]] | None:
        """Return the messages that have arrived; None if the worker is gone.

        Raises:
            ValueError: what came is not a message.
        """
        try:
            data = self.sock.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self.reader.feed(data) if data else None

    def finish(self) -> Job:
        """Take the job that was just answered: workers answer in order."""
        self.done += 1
        self.since_s = clock.monotonic_s()
        return self.jobs.popleft()

    def greet(self, message: dict[str, Json]) -> None:
        """Read the worker's first message.

        Raises:
            ValueError: it is not the expected one.
            SandboxError: the worker says that it cannot work.
        """
        if "failed" in message:
            text = f"a sandbox worker cannot load its task: {message['failed']}"
            if message.get("resource"):
                raise SandboxError(text, advice="Check the file that the settings name, and the SHA-256 beside it.")
            raise SandboxError(text, advice="Reinstall Rempart with its locked dependencies (scripts/setup).")
        states = message.get("ready")
        if not isinstance(states, list):
            text = "a worker's first message names its protections"
            raise ValueError(text)  # noqa: TRY004 - one kind of failure: the message is wrong
        for state in states:
            if not isinstance(state, dict):
                text = "a protection is an object"
                raise ValueError(text)  # noqa: TRY004 - as above
            protection = Protection(str(state.get("protection")))
            active, detail = state.get("active") is True, str(state.get("detail", ""))
            self.states.append(ProtectionState(protection=protection, active=active, detail=detail))
        self.compiled = int(str(message.get("compiled", 0)))
        self.ready = True
        self.since_s = clock.monotonic_s()

    def end(self, grace_s: float = 0.0) -> int:
        """End the process, release everything, and return its status (negative: a signal).

        It is killed: it holds nothing that must be put away, and its interpreter would take a fifth of a second to
        leave. One that is ending by itself is given ``grace_s`` seconds to leave its own status.
        """
        self.sock.close()
        if grace_s:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.process.wait(grace_s)
        self.process.kill()
        return self.process.wait()


def _opened(resource: PinnedFile) -> int:
    """Open the file that a task needs, for reading.

    Raises:
        SandboxError: it cannot be opened, or is not a file.
    """
    advice = "Check the path in the settings, and who may read it."
    try:
        descriptor = os.open(resource.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        message = f"{resource.path} cannot be opened for the sandbox: {error.strerror}"
        raise SandboxError(message, advice=advice) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        message = f"{resource.path} is not a file"
        raise SandboxError(message, advice=advice)
    return descriptor


def signal_name(status: int) -> str:
    """Name the signal behind a negative status."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
