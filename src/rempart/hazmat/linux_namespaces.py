"""Linux namespaces: a worker sees no network, no other process's queues, and in the end no file at all.

``unshare`` needs a process with one thread, so it is called before numpy is imported; the files are taken away later,
once everything that must be imported has been.
"""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

from rempart.hazmat.linux_process import architecture, system_call

_CLONE_NEWNS: Final = 0x00020000  # linux/sched.h
_CLONE_NEWUTS: Final = 0x04000000
_CLONE_NEWIPC: Final = 0x08000000
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000

_MS_RDONLY: Final = 1  # linux/mount.h
_MS_NOSUID: Final = 2
_MS_NODEV: Final = 4
_MS_NOEXEC: Final = 8
_MS_REMOUNT: Final = 32
_MS_REC: Final = 16384
_MS_PRIVATE: Final = 1 << 18
_MNT_DETACH: Final = 2

_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
#: Who we are inside. Not 65534: there, every file of a user who is not mapped seems to belong to that one.
_INSIDE_ID: Final = 1000

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def enter() -> None:
    """Move this process into new user, network, mount, IPC and host-name namespaces.

    The user becomes an ordinary one inside; files are still read with the real user's rights.

    Raises:
        OSError: the kernel or its policy forbids it (``user.max_user_namespaces``, AppArmor, a container).
    """
    uid, gid = os.geteuid(), os.getegid()
    flags = _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWNS | _CLONE_NEWIPC | _CLONE_NEWUTS
    _checked(_LIBC.unshare(flags))
    # user_namespaces(7): an unprivileged process may map its own group only after it gave up setgroups.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_INSIDE_ID} {uid} 1"),
        ("gid_map", f"{_INSIDE_ID} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    _Entered.mounts = os.readlink("/proc/self/ns/mnt")


class _Entered:
    """The mount namespace that this process made for itself; one instance, private to this file."""

    mounts: str = ""


def leave_all_files() -> None:
    """Make an empty, read-only file system the root of this process, and detach the real one.

    Raises:
        OSError: the namespace was not entered, or mounting is forbidden in it.
    """
    # Elsewhere, root would detach the files of the whole machine.
    if not _Entered.mounts or os.readlink("/proc/self/ns/mnt") != _Entered.mounts:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))
    private, quiet = _MS_REC | _MS_PRIVATE, _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount(None, b"/", None, private, None)
    _mount(b"rempart", b"/tmp", b"tmpfs", quiet, b"size=4k,mode=555")
    os.chdir("/tmp")  # noqa: S108 - the new root
    # pivot_root(2), NOTES: "." twice stacks the old root under the new one, to be detached at once.
    number = _PIVOT_ROOT.get(architecture())
    if number is None:
        message = f"pivot_root has no known number on {architecture()}"
        raise OSError(message)
    system_call(number, b".", b".")
    _checked(_LIBC.umount2(b".", _MNT_DETACH))
    os.chdir("/")
    _mount(None, b"/", None, _MS_REMOUNT | _MS_RDONLY | quiet, None)


def _mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    _checked(_LIBC.mount(source, target, kind, ctypes.c_ulong(flags), data))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
