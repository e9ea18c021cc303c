"""Tasks that misbehave inside a worker, on purpose: the data says how."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rempart.hazmat import DecodeLimits, Json


def echo(data: bytes, limits: DecodeLimits, options: Mapping[str, int | str]) -> dict[str, Json]:
    """Return what was received."""
    del limits
    return {"data": data.decode("latin-1"), "pid": os.getpid(), "options": dict(options)}


def misbehave(data: bytes, limits: DecodeLimits, options: Mapping[str, int | str]) -> dict[str, Json]:
    """Do what the first word of the data says, else echo."""
    word = data.decode("latin-1").partition(" ")[0]
    if word in _MISDEEDS:
        _MISDEEDS[word]()
    if word == "long":
        return {"data": "x" * 2_000_000}
    return echo(data, limits, options)


def _spin() -> None:
    while True:
        pass


def _raise() -> None:
    message = "secret content of a picture"
    raise RuntimeError(message)


_MISDEEDS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(7),
    "spin": _spin,
    "sleep": lambda: time.sleep(60),
    "memory": lambda: bytearray(1 << 40),
    "raise": _raise,
    "connect": lambda: _connect(socket.AF_INET, ("127.0.0.1", 9)),
    "nested": lambda: _send(_frame(b'{"record":' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
    "garbage": lambda: _send(b"\xff\xff\xff\xff not a frame"),
    "unsaid": lambda: _send(_frame(b'{"record": {"data": "forged", "pid": 0, "options": {}}}') * 3),
    "slow": lambda: time.sleep(0.2),
}


def _send(data: bytes) -> None:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=3)
    sock.sendall(data)
    sock.detach()


def _frame(body: bytes) -> bytes:
    return len(body).to_bytes(4, "little") + body


def attempt(data: bytes, limits: DecodeLimits, options: Mapping[str, int | str]) -> dict[str, Json]:
    """Try everything that a decoder taken over by its input would try, and tell what the system answered."""
    del data, limits, options
    return {name: _answer(action) for name, action in _ATTACKS.items()}


def _answer(action: Callable[[], object]) -> str:
    try:
        result = action()
    except BaseException as error:  # noqa: BLE001 - every answer counts
        return f"refused: {type(error).__name__}"
    return f"done: {result!r}"


def _connect(family: socket.AddressFamily, address: object) -> None:
    with socket.socket(family) as sock:
        sock.connect(address)  # type: ignore[arg-type]  # each family has its own kind of address


def _executable_memory() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    where = libc.mmap(None, 4096, 7, 0x22, -1, 0)  # PROT_READ|WRITE|EXEC, MAP_PRIVATE|ANONYMOUS
    if where == ctypes.c_void_p(-1).value:
        raise PermissionError
    return "mapped"


def _raw(number: int, *arguments: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


_ATTACKS: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/passwd").read_text(encoding="utf-8")[:4],
    "list the root": lambda: os.listdir("/"),
    "write a file": lambda: Path(os.sep, "tmp", "rempart-attack").write_text("x", encoding="utf-8"),
    "memory of the parent": lambda: Path(f"/proc/{os.getppid()}/mem").open("rb"),  # noqa: SIM115 - refused
    "connect to loopback": lambda: _connect(socket.AF_INET, ("127.0.0.1", 9)),
    "connect to a unix socket": lambda: _connect(socket.AF_UNIX, "/run/dbus/system_bus_socket"),
    "make a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "start a program": lambda: subprocess.run(["/bin/true"], check=True),
    "fork": os.fork,
    "signal another process": lambda: os.kill(os.getppid(), 0),
    "map executable memory": _executable_memory,
    "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    "limits of the parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE),
    "trace the parent": lambda: _raw(101, 16, os.getppid(), 0, 0),  # ptrace(PTRACE_ATTACH)
    "new user namespace": lambda: _raw(272, 0x10000000),  # unshare
    "load a module": lambda: _raw(175, 0, 0, 0),  # init_module
    "io_uring": lambda: _raw(425, 1, 0),
    "signals by a descriptor": lambda: fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid()),
    "memfd": lambda: os.memfd_create("x"),
    "open a descriptor by /proc": lambda: os.open("/proc/self/fd/3", os.O_RDWR),
}


def environment(data: bytes, limits: DecodeLimits, options: Mapping[str, int | str]) -> dict[str, Json]:
    """Tell what the worker knows of the world."""
    del data, limits, options
    return {
        "environment": list[Json](sorted(os.environ)),
        "arguments": json.dumps(sys.argv[1:]),
        "interrupt": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
        "core": list(resource.getrlimit(resource.RLIMIT_CORE)),
        "descriptors": [fd for fd in range(32) if _is_open(fd)],
        "file_size": list(resource.getrlimit(resource.RLIMIT_FSIZE)),
        "modules": list[Json](sorted({"django", "rempart.app", "rempart.cli", "ssl"} & set(sys.modules))),
    }


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def write(data: bytes, limits: DecodeLimits, options: Mapping[str, int | str], output: memoryview) -> dict[str, Json]:
    """Write the data beside the record; or try what a captured worker would try with what it may write into."""
    del limits, options
    word = data.decode("latin-1")
    if word == "overflow":
        output[: len(output) + 1] = bytes(len(output) + 1)
    if word == "grow":
        return {"data": str([_answer(attack) for attack in _OUTPUT_ATTACKS])}
    if word == "die":
        output[:3] = b"die"
        os.abort()
    output[: len(data)] = data
    return {"data": word, "size": 1 << 40 if word == "lie" else len(data)}


def _output() -> int:
    return max(fd for fd in range(32) if _is_open(fd))


_OUTPUT_ATTACKS: tuple[Callable[[], object], ...] = (
    lambda: _raw(77, _output(), 1 << 50),  # ftruncate
    lambda: os.write(_output(), b"x"),
    lambda: os.pwrite(_output(), b"x", 1 << 50),
    lambda: fcntl.fcntl(_output(), fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE),
)
