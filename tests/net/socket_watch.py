"""See every socket that this process opens or uses, by the interpreter's own audit events: nothing passes them by."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_INTERNET = {socket.AF_INET, socket.AF_INET6}
_EVENTS = {
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}


class _Watches:
    """Who listens now: a hook cannot be removed, so there is one for the life of the process."""

    def __init__(self) -> None:
        self.open: list[list[str]] = []
        self.is_hooked = False

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what concerns the Internet."""
        if not self.open or not event.startswith("socket."):
            return
        if event in _EVENTS or (event == "socket.__new__" and arguments[1] in _INTERNET):
            for seen in self.open:
                seen.append(event)


_WATCHES = _Watches()


@contextmanager
def watched_sockets() -> Iterator[list[str]]:
    """Collect the events of sockets of the Internet; those inside this machine (AF_UNIX) are not counted."""
    if not _WATCHES.is_hooked:
        sys.addaudithook(_WATCHES.see)
        _WATCHES.is_hooked = True
    seen: list[str] = []
    _WATCHES.open.append(seen)
    try:
        yield seen
    finally:
        _WATCHES.open.remove(seen)
