"""What the kernel is asked for one process: who may read its memory, when it dies, what it may never regain."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h, as the four below
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def system_call(number: int, *arguments: int | bytes | ctypes.c_void_p | None) -> int:
    """Make a system call that libc does not wrap.

    Raises:
        OSError: the kernel refused, with its errno.
    """
    result = int(_LIBC.syscall(ctypes.c_long(number), *(_as_long(a) for a in arguments)))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _as_long(value: int | bytes | ctypes.c_void_p | None) -> object:
    return ctypes.c_long(value) if isinstance(value, int) else value


def prctl(option: int, *arguments: int) -> None:
    """Call ``prctl(2)``.

    Raises:
        OSError: the kernel refused, with its errno.
    """
    padded = (*arguments, 0, 0, 0, 0)[:4]
    if _LIBC.prctl(option, *(ctypes.c_ulong(a) for a in padded)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def architecture() -> str:
    """Return the name of the processor's instruction set, as the kernel gives it."""
    return platform.machine()


def die_with_parent(parent_pid: int) -> None:
    """Ask to be killed when the parent ends, and end now if it already did."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(0)


def hide_memory() -> None:
    """Forbid core dumps of this process and the reading of its memory by the user's other processes."""
    prctl(_PR_SET_DUMPABLE, 0)


def never_gain_privileges() -> None:
    """Make set-user-ID programs and file capabilities powerless from now on (seccomp requires it)."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def drop_capabilities() -> None:
    """Give up every capability, those that a new user namespace gave included.

    Raises:
        OSError: the kernel refused.
    """
    header = _CapHeader(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3: two words of 32 capabilities
    nothing = (_CapData * 2)()
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    if _LIBC.capset(ctypes.byref(header), ctypes.byref(nothing)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def virtual_bytes() -> int:
    """Return the size of this process's address space, which is what RLIMIT_AS limits."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
