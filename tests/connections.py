"""Which connections a program, and all that it starts, asks the kernel for: seen from outside the program (strace).

What is reported is what was asked for, whether or not it was granted: a connection that a machine without a network
refuses is one all the same.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from required import skip_or_fail

#: Every call about the network. In a ring a program could make the same calls unseen (io_uring(7)): it gets none, and
#: does as on a machine that has none.
_TRACED = ("-e", "trace=%network,io_uring_setup", "-e", "inject=io_uring_setup:error=ENOSYS", "-e", "signal=none")
_CALL = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)$")
_SOCKET = re.compile(r"^(?P<family>\w+)")
_ADDRESS = re.compile(r"sa_family=(?P<family>\w+)(?P<rest>[^}]*)")
_PATH = re.compile(r'sun_path=(?P<path>@?"[^"]*")')
_PORT = re.compile(r"port=htons\((?P<port>\d+)\)")
_HOST = re.compile(r'inet_(?:addr\(|pton\(AF_INET6, )"(?P<host>[^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that was asked of the kernel."""

    call: str
    """``socket``, ``connect``, ``bind``, ``sendto``…"""
    family: str
    """``AF_UNIX``, ``AF_INET``, ``AF_INET6``, ``AF_NETLINK``…"""
    where: str = ""
    """An address and a port, a path; empty for a socket that leads nowhere yet."""

    @property
    def is_local(self) -> bool:
        """Tell whether it is about a socket between processes of this machine, and leads to no other program."""
        return self.family == "AF_UNIX" and not self.where


def strace(trace: Path) -> list[str]:
    """Return what is put before a command, so that all it asks for is added to a file.

    Skips, or fails where the judge is required, if there is no tracer or the machine does not let it work.
    """
    program = shutil.which("strace")
    if program is None:
        skip_or_fail("strace", "it is not installed")
        return []
    works = subprocess.run([program, "-f", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True)
    if works.returncode:
        skip_or_fail("strace", "this machine does not let a process trace another")
    return [program, "-f", "-qq", "--output-append-mode", "-o", str(trace), *_TRACED, "--"]


def asked_in(trace: Path) -> list[Asked]:
    """Return everything that was asked for, in order."""
    lines = trace.read_text("ascii", "replace").splitlines() if trace.exists() else []
    return [asked for line in lines for asked in _asked(line)]


def leaving(trace: Path, *, allowed: frozenset[str] = frozenset()) -> list[Asked]:
    """Return what leads, or could lead, out of the program; ``allowed`` names paths of sockets."""
    return [asked for asked in asked_in(trace) if not asked.is_local and asked.where not in allowed]


def _asked(line: str) -> Iterator[Asked]:
    """Read one line: a call that was cut by another process's (``<unfinished ...>``) has its addresses before."""
    found = _CALL.match(line)
    if found is None:
        return
    call, arguments = found["call"], found["arguments"]
    if call in {"socket", "socketpair"} and (family := _SOCKET.match(arguments)):
        yield Asked(call=call, family=family["family"])
    for address in _ADDRESS.finditer(arguments):
        yield Asked(call=call, family=address["family"], where=_where(address["rest"]))


def _where(rest: str) -> str:
    if path := _PATH.search(rest):
        return path["path"].replace('"', "")
    host, port = _HOST.search(rest), _PORT.search(rest)
    return f"{host['host'] if host else '?'} port {port['port'] if port else '?'}" if host or port else ""
