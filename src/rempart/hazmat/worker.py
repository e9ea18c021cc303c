"""A disposable process that decodes: ``python -I -m rempart.hazmat.worker SOCKET PARENT``, started by the pool.

(1) It closes itself in as far as it can with one thread; (2) it receives what to load; (3) it imports and warms the
task; (4) it closes itself in entirely, and only then hands the task the file that it needs, if it needs one; (5) it
says which protections hold; (6) for each descriptor that arrives, it answers with one record. It has no environment,
no arguments but two numbers, and nothing to write to but its socket.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from rempart.errors import MediaError
from rempart.hazmat import frames, sandbox
from rempart.hazmat.interface import DecodeLimits, Json, TaskFunction, WritingFunction
from rempart.hazmat.outputs import writable
from rempart.model import UnreadableReason

_SOCKET: Final = 3
#: Of the file that a task needs: as much as the format of ONNX can hold in one file, halved.
_RESOURCE_MAX_BYTES: Final = 1 << 30
#: A parser holds the file, what it read of it, and what it made of that: memory allowed for each byte of the file.
_RESOURCE_COPIES: Final = 4


def main() -> None:
    """Do what the module's docstring says; returns when the pool closes the socket."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    states = sandbox.enter_early(parent)  # (1)
    if descriptor != _SOCKET:  # a low number, below the limit on descriptors
        os.dup2(descriptor, _SOCKET)
        os.close(descriptor)
    with socket.socket(fileno=_SOCKET) as sock:
        received = frames.receive_frame(sock)  # (2)
        if received is None:
            return
        setup, resource = received.message, received.descriptor
        limits = DecodeLimits(**cast("dict[str, int]", setup["limits"]))
        try:
            task, warm, take = _load(setup)  # (3)
            warm()
        except (ImportError, AttributeError, RuntimeError, OSError, MemoryError) as error:
            frames.send_frame(sock, {"failed": f"{type(error).__name__}: {error}"})
            return
        entered = any(s.active for s in states if s.protection is sandbox.Protection.NAMESPACES)
        room = _with_room_for(resource, limits, int(str(setup.get("output_bytes", 0))))
        states += sandbox.lock(room, namespaced=entered)  # (4)
        try:
            _hand_over(resource, setup, take)
        except (AttributeError, MediaError, MemoryError, RuntimeError, ValueError) as error:
            frames.send_frame(sock, {"failed": f"{type(error).__name__}: {error}", "resource": True})
            return
        ready = [{"protection": s.protection, "active": s.active, "detail": s.detail} for s in states]
        frames.send_frame(sock, {"ready": cast("Json", ready), "compiled": _compiled()})  # (5)
        while (received := frames.receive_frame(sock)) is not None:  # (6)
            if received.descriptor is None:
                break
            try:
                answer = _answer(task, received, limits)
            finally:
                os.close(received.descriptor)
                if received.output is not None:
                    os.close(received.output)
            frames.send_frame(sock, answer)


def _load(setup: dict[str, Json]) -> tuple[TaskFunction | WritingFunction, Callable[[], None], Callable[[bytes], None] | None]:
    """Import the task's module, with one thread of linear algebra and a kernel cache that is never written."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from rempart.kernels import compile as kernel_cache  # noqa: PLC0415 - it imports numpy, which starts threads

    folder = setup["kernel_cache"]
    kernel_cache.use_cache_folder(Path(str(folder)) if folder else None, read_only=True)
    module_name, _, function_name = str(setup["task"]).partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, function_name), getattr(module, "warm", lambda: None), getattr(module, "take", None)


def _with_room_for(resource: int | None, limits: DecodeLimits, output_bytes: int) -> DecodeLimits:
    """Return the limits of this process: an item's, and memory for the task's own file and for what it writes."""
    size = 0 if resource is None else min(os.fstat(resource).st_size, _RESOURCE_MAX_BYTES)
    return replace(limits, memory_bytes=limits.memory_bytes + _RESOURCE_COPIES * size + output_bytes)


def _hand_over(resource: int | None, setup: dict[str, Json], take: Callable[[bytes], None] | None) -> None:
    """Read the task's own file, compare it with its pin, and give the task its bytes.

    Raises:
        MediaError: it cannot be read, or is too large.
        ValueError: it is not what was pinned, or the task takes none.
    """
    if resource is None:
        return
    try:
        data = _read(resource, DecodeLimits(max_bytes=_RESOURCE_MAX_BYTES))
    finally:
        os.close(resource)
    found = hashlib.sha256(data).hexdigest()
    if found != setup["pin"]:
        message = f"the file's SHA-256 is {found}, not {setup['pin']}"
        raise ValueError(message)
    if take is None:
        message = f"{setup['task']} takes no file"
        raise ValueError(message)
    take(data)


def _compiled() -> int:
    """Count what the kernel cache lacked: 0 where the parent warmed it."""
    from rempart.kernels import compile as kernel_cache  # noqa: PLC0415 - as above

    return kernel_cache.compiled_here()


def _answer(
    task: TaskFunction | WritingFunction, received: frames.Received, limits: DecodeLimits
) -> dict[str, Json]:
    """Run the task on one item; whatever a decoder raises becomes a reason."""
    sandbox.allow_cpu(limits.cpu_s)
    options = cast("dict[str, int | str]", received.message)
    try:
        data = _read(cast("int", received.descriptor), limits)
        if received.output is None:
            return {"record": cast("Json", cast("TaskFunction", task)(data, limits, options))}
        with writable(received.output) as output:
            return {"record": cast("Json", cast("WritingFunction", task)(data, limits, options, output))}
    except MediaError as error:
        return _unreadable(UnreadableReason(error.reason), error.detail)
    except MemoryError:
        return _unreadable(UnreadableReason.MEMORY, "")
    except Exception as error:  # noqa: BLE001 - decoders of hostile bytes raise anything; the item is what is wrong
        return _unreadable(UnreadableReason.DAMAGED, type(error).__name__)


def _unreadable(reason: UnreadableReason, detail: str) -> dict[str, Json]:
    return {"unreadable": str(reason), "detail": detail}


def _read(descriptor: int, limits: DecodeLimits) -> bytes:
    """Read the whole item, and notice if it changed meanwhile.

    Raises:
        MediaError: it is empty, too large, or changed; the disk failed.
    """
    before = os.fstat(descriptor)
    if before.st_size > limits.max_bytes:
        raise MediaError(UnreadableReason.TOO_MANY_BYTES, f"{before.st_size} > {limits.max_bytes}")
    try:
        # By positions of its own: a descriptor's is shared with those it was copied from, in other processes.
        data = os.pread(descriptor, before.st_size + 1, 0)  # one more than there is, to see it grow
        while len(data) < before.st_size and (part := os.pread(descriptor, before.st_size - len(data), len(data))):
            data += part  # a read is cut at 2 GiB, and where a signal comes
    except OSError as error:
        raise MediaError(UnreadableReason.IO, error.strerror or "") from error
    after = os.fstat(descriptor)
    if len(data) != before.st_size or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise MediaError(UnreadableReason.CHANGED)
    if not data:
        raise MediaError(UnreadableReason.EMPTY)
    return data


if __name__ == "__main__":
    main()
