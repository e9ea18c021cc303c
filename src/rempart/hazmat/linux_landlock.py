"""Landlock: no file, no TCP port, no foreign signal, for good. Works where user namespaces are forbidden.

A ruleset that handles every access and allows none denies them all (Documentation/userspace-api/landlock.rst). Files
that are already open stay usable: that is how a worker gets its work.
"""

from __future__ import annotations

import ctypes
import os
from typing import Final

from rempart.hazmat.linux_process import system_call

_CREATE_RULESET: Final = 444  # the same numbers on every architecture
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1

# linux/landlock.h: the access rights that each version of the interface knows, by number of bits.
_FILE_BITS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_SINCE: Final = 4
_SCOPE_SINCE: Final = 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def version() -> int:
    """Return the version of the kernel's Landlock interface.

    Raises:
        OSError: the kernel has none, or it is disabled at boot.
    """
    return system_call(_CREATE_RULESET, None, 0, _VERSION_FLAG)


def deny_everything() -> None:
    """Deny every access that this kernel can deny, to this thread and what it starts.

    Raises:
        OSError: Landlock is missing; ``no_new_privs`` was not set.
    """
    known = version()
    ruleset = _Ruleset(fs=(1 << _FILE_BITS.get(known, 16)) - 1)
    size = 8
    if known >= _NETWORK_SINCE:
        ruleset.net, size = 0b11, 16
    if known >= _SCOPE_SINCE:
        ruleset.scoped, size = 0b11, 24
    descriptor = system_call(_CREATE_RULESET, ctypes.cast(ctypes.byref(ruleset), ctypes.c_void_p), size, 0)
    try:
        system_call(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)
