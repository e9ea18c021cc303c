"""Close a worker in, in two moments, and report which protections hold.

What the machine does not offer is said, never assumed: each step gives a :class:`ProtectionState`, ``rempart doctor``
prints them, and the setting ``hazmat.require`` turns a missing one into an error.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rempart.hazmat.interface import DecodeLimits


class Protection(StrEnum):
    """What can be taken away from a worker."""

    NAMESPACES = "namespaces"
    EMPTY_ROOT = "empty_root"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    NO_CAPABILITIES = "no_capabilities"
    HIDDEN_MEMORY = "hidden_memory"
    LIMITS = "limits"

    def in_words(self) -> str:
        """Say what it does for the user."""
        return _WORDS[self]


_WORDS = {
    Protection.NAMESPACES: "no network, no other user's identity (user, network, mount namespaces)",
    Protection.EMPTY_ROOT: "no file of the machine can be seen (empty root)",
    Protection.LANDLOCK: "no file can be opened, no port reached (Landlock)",
    Protection.SECCOMP: "only the system calls that decoding needs (seccomp)",
    Protection.NO_CAPABILITIES: "no privilege, and none to regain",
    Protection.HIDDEN_MEMORY: "no core dump, memory closed to other programs",
    Protection.LIMITS: "bounded memory, processor time, descriptors; no file can grow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionState:
    """Whether one protection holds in a worker."""

    protection: Protection
    """Which one."""
    active: bool
    """Whether it holds."""
    detail: str = ""
    """Why it does not: the system's own words."""


def open_descriptors_limit() -> int:
    """Return how many descriptors a worker may hold: three standard ones, its socket, one item, and margin."""
    return 16


def enter_early(parent_pid: int) -> list[ProtectionState]:
    """Take away what can be taken before anything large is imported: the process still has one thread.

    (1) die with the parent, ignore Ctrl-C; (2) enter new namespaces; (3) hide the memory, forbid core dumps: in this
    order, since a process that hides its memory no longer owns its files in ``/proc``, where its user is mapped.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        off = "only Linux has it"
        return [
            ProtectionState(protection=p, active=False, detail=off)
            for p in (Protection.HIDDEN_MEMORY, Protection.NAMESPACES)
        ]
    from rempart.hazmat import linux_namespaces, linux_process  # noqa: PLC0415 - Linux only

    linux_process.die_with_parent(parent_pid)
    return [
        _attempt(Protection.NAMESPACES, linux_namespaces.enter),
        _attempt(Protection.HIDDEN_MEMORY, linux_process.hide_memory),
    ]


def lock(limits: DecodeLimits, *, namespaced: bool) -> list[ProtectionState]:
    """Take away the rest, once everything is imported and warm: nothing can be opened after this.

    (1) limits, from the worker's own measured size; (2) an empty root; (3) no privilege; (4) Landlock; (5) seccomp.

    Args:
        limits: What one item may cost.
        namespaced: Whether :func:`enter_early` entered namespaces. Without them root would take the files away from
            the whole machine, so the second step is then not even tried.
    """
    if sys.platform != "linux":
        states = [_attempt(Protection.LIMITS, lambda: _limit(limits, 0))]
        later = (Protection.EMPTY_ROOT, Protection.NO_CAPABILITIES, Protection.LANDLOCK, Protection.SECCOMP)
        return states + [ProtectionState(protection=p, active=False, detail="only Linux has it") for p in later]
    from rempart.hazmat import (  # noqa: PLC0415 - Linux only
        linux_landlock,
        linux_namespaces,
        linux_process,
        linux_seccomp,
    )

    size = linux_process.virtual_bytes()

    def no_capabilities() -> None:
        linux_process.drop_capabilities()
        linux_process.never_gain_privileges()

    return [
        _attempt(Protection.LIMITS, lambda: _limit(limits, size)),
        _attempt(Protection.EMPTY_ROOT, linux_namespaces.leave_all_files)
        if namespaced
        else ProtectionState(protection=Protection.EMPTY_ROOT, active=False, detail="it needs namespaces"),
        _attempt(Protection.NO_CAPABILITIES, no_capabilities),
        _attempt(Protection.LANDLOCK, linux_landlock.deny_everything),
        _attempt(Protection.SECCOMP, linux_seccomp.install),
    ]


def _limit(limits: DecodeLimits, own_bytes: int) -> None:
    """Set the limits that hold for the worker's life; the processor's soft limit is set anew for each item."""
    # Writing beyond the limit must be an error that Python sees, not a death: nothing is written anyway.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, open_descriptors_limit())
    if own_bytes:
        _lower(resource.RLIMIT_AS, own_bytes + limits.memory_bytes)


def _lower(limit: int, wanted: int) -> None:
    """Set a limit for good, or leave the user's own where that is lower."""
    hard = resource.getrlimit(limit)[1]
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(limit, (value, value))


def allow_cpu(seconds: int) -> None:
    """Let this process use that many more seconds of processor time; the kernel ends it beyond."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft, hard = int(used.ru_utime + used.ru_stime) + 1 + seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:  # the user's own limit, which cannot be raised
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _attempt(protection: Protection, action: Callable[[], None]) -> ProtectionState:
    """Try one protection; what the system answers becomes its state."""
    try:
        action()
    except (OSError, ValueError) as error:
        words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        return ProtectionState(protection=protection, active=False, detail=words)
    return ProtectionState(protection=protection, active=True)
