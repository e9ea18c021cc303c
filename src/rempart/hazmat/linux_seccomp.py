"""Seccomp: the system calls that decoding needs, and no other.

A call that is not on the list fails with EPERM: it opens nothing, starts nothing, sends nothing. Memory cannot be made
executable, threads can be started but not processes, and signals reach this process only. The filter is classic BPF
(linux/filter.h) over ``struct seccomp_data``; libseccomp would bring a native library for fifty numbers.
"""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

from rempart.hazmat.linux_process import architecture, system_call

# name: (x86_64, aarch64); None where the architecture does not have the call (asm/unistd_64.h, asm-generic/unistd.h).
_ALLOWED: Final[dict[str, tuple[int | None, int | None]]] = {
    "munmap": (11, 215),
    "brk": (12, 214),
    "futex": (202, 98),
    "madvise": (28, 233),
    "read": (0, 63),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "recvmsg": (47, 212),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "poll": (7, None),
    "ppoll": (271, 73),
    "mremap": (25, 216),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "times": (100, 153),
    "getrusage": (98, 165),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
_MMAP: Final = (9, 222)
_MPROTECT: Final = (10, 226)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_FCNTL: Final = (72, 25)
_FCNTL_COMMANDS: Final = (1, 2, 3, 1030)  # F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: F_SETOWN would send signals
_PRLIMIT64: Final = (302, 261)
_TGKILL: Final = (234, 131)
_SECCOMP: Final = (317, 277)
_AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06  # linux/bpf_common.h: BPF_LD|W|ABS, JEQ, …
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data; arguments follow at 16, eight bytes each, low half first
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_X32_BIT: Final = 0x40000000
_PROT_EXEC: Final = 4
_CLONE_THREAD: Final = 0x00010000
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def filter_program(machine: str, own_pid: int) -> list[tuple[int, int, int, int]]:
    """Write the filter for an architecture, as ``(code, jump if true, jump if false, k)``.

    Raises:
        OSError: the architecture is not in the tables above.
    """
    if machine not in _AUDIT_ARCH:
        message = f"no system call table for {machine}"
        raise OSError(errno.ENOSYS, message)
    column = list(_AUDIT_ARCH).index(machine)
    deny, allow = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    program = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    for numbers in _ALLOWED.values():
        number = numbers[column]
        if number is not None:
            program += [(_EQUAL, 0, 1, number), allow]
    for numbers in (_MMAP, _MPROTECT):  # the third argument is the protection
        program += [(_EQUAL, 0, 4, numbers[column]), (_LOAD, 0, 0, 32), (_ANY_BIT, 0, 1, _PROT_EXEC), deny, allow]
    program += [(_EQUAL, 0, 4, _CLONE[column]), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_THREAD), allow, deny]
    count = len(_FCNTL_COMMANDS)
    program += [(_EQUAL, 0, 2 * count + 2, _FCNTL[column]), (_LOAD, 0, 0, 24)]
    for command in _FCNTL_COMMANDS:
        program += [(_EQUAL, 0, 1, command), allow]
    program += [deny]
    # glibc falls back to clone, whose flags a filter can read, when clone3 does not exist.
    program += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for numbers, first in ((_PRLIMIT64, 0), (_TGKILL, own_pid)):  # limits and signals of this process only
        program += [(_EQUAL, 0, 4, numbers[column]), (_LOAD, 0, 0, 16), (_EQUAL, 0, 1, first), allow, deny]
    return [*program, deny]


def install() -> None:
    """Put every thread of this process under the filter, for good.

    Raises:
        OSError: the kernel has no seccomp filters, or the architecture is unknown.
    """
    machine = architecture()
    instructions = filter_program(machine, os.getpid())
    table = (_Instruction * len(instructions))(*(_Instruction(*one) for one in instructions))
    program = _Program(len(instructions), table)
    number = _SECCOMP[list(_AUDIT_ARCH).index(machine)]
    system_call(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.cast(ctypes.byref(program), ctypes.c_void_p))
