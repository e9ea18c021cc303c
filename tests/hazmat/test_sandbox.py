"""The attack first: what a decoder taken over by its input tries, and what the machine answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.hazmat.linux_namespaces import leave_all_files
from rempart.hazmat.linux_process import architecture
from rempart.hazmat.linux_seccomp import filter_program
from rempart.hazmat.sandbox import Protection
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Unreadable
from required import skip_or_fail

LIMITS = DecodeLimits(max_bytes=1000, max_pixels=1_000_000, cpu_s=2, wall_s=10)

_ATTACK = """
import json, sys
from pathlib import Path
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.model import MediaBytes, MinorGate
limits = DecodeLimits(max_bytes=1000, max_pixels=1_000_000, cpu_s=2, wall_s=10)
settings = PoolSettings(kernel_cache=Path(sys.argv[1]), limits=limits)
with Pool(task=Task(name="tasks:attempt", parse=dict), settings=settings) as pool:
    [(_, told)] = pool.run([MinorGate().check(MediaBytes(data=b"x", label="x"))], {})
    print(json.dumps({"told": told, "states": {s.protection: s.active for s in pool.protections()}}))
"""


def attempts(cache: Path) -> tuple[dict[str, str], dict[Protection, bool]]:
    """Run every attack in a worker, and return the answers and what was active."""
    pool = Pool(
        task=Task(name="tasks:attempt", parse=lambda record: record),
        settings=PoolSettings(kernel_cache=cache, limits=LIMITS),
    )
    cleared = cast("Cleared[MediaItem]", MinorGate().check(MediaBytes(data=b"x", label="x")))
    with pool:
        [(_, told)] = pool.run([cleared], {})
        states = {s.protection: s.active for s in pool.protections()}
    assert not isinstance(told, Unreadable), told
    return {name: str(answer) for name, answer in told.items()}, states


@pytest.mark.usefixtures("with_test_tasks")
def test_every_attack_is_refused(kernel_cache: Path) -> None:
    """Files, network, processes, signals, executable memory, limits: nothing is given."""
    answers, _ = attempts(kernel_cache)

    assert len(answers) == 20
    assert {name: answer for name, answer in answers.items() if not answer.startswith("refused")} == {}


@pytest.mark.usefixtures("with_test_tasks")
def test_every_protection_holds_where_the_machine_allows(kernel_cache: Path) -> None:
    """On this kernel each protection is active, or the test says which the machine forbids."""
    _, states = attempts(kernel_cache)

    missing = [str(p) for p, active in states.items() if not active]
    assert set(states) == set(Protection)
    if missing:
        skip_or_fail("namespaces", f"this machine forbids {', '.join(missing)}")


def test_attacks_are_refused_without_user_namespaces_too(kernel_cache: Path, test_python: Path) -> None:
    """Where user namespaces are forbidden, Landlock and seccomp still hold, and the loss is told."""
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" -c "$1" "$2"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, str(test_python), _ATTACK, str(kernel_cache)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        skip_or_fail("namespaces", f"unshare cannot set the scene: {done.stderr.strip()[-200:]}")

    told = json.loads(done.stdout)

    assert told["states"]["namespaces"] is False
    assert told["states"]["empty_root"] is False
    assert told["states"]["landlock"] is True
    assert told["states"]["seccomp"] is True
    assert [n for n, answer in told["told"].items() if not answer.startswith("refused")] == []


_ONE_LAYER = """
import fcntl, mmap, os, socket
from rempart.hazmat import linux_landlock, linux_namespaces, linux_process, linux_seccomp, sandbox
from rempart.hazmat.interface import DecodeLimits
open("/etc/passwd").close()
{apply}
try:
    {attempt}
except (OSError, MemoryError) as error:
    os._exit({codes}.get(type(error).__name__, 1))  # a closed-in process cannot print
os._exit(0)
"""
_CODES = {
    "PermissionError": 10,
    "MemoryError": 11,
    "FileNotFoundError": 12,
    "ConnectionRefusedError": 13,
    "OSError": 14,
}
_LANDLOCK = "linux_process.never_gain_privileges(); linux_landlock.deny_everything()"
_SECCOMP = "linux_process.never_gain_privileges(); linux_seccomp.install()"
_NAMESPACES = "linux_namespaces.enter()"
_EMPTY = "linux_namespaces.enter(); linux_namespaces.leave_all_files()"
_LIMITS = "sandbox._limit(DecodeLimits(memory_bytes=200_000_000), linux_process.virtual_bytes())"
_CONNECT = "socket.socket().connect(('127.0.0.1', 9))"


@pytest.mark.parametrize(
    "apply, attempt, answer",
    [
        ("pass", "open('/etc/passwd')", "done"),
        ("pass", "os.fork() or os._exit(0)", "done"),
        ("pass", "mmap.mmap(-1, 4096, prot=7)", "done"),
        ("pass", "bytearray(900_000_000)", "done"),
        ("pass", "os.listdir('/etc')", "done"),
        ("pass", _CONNECT, "refused ConnectionRefusedError"),  # the machine's loopback is there, nobody listens
        (_LANDLOCK, "open('/etc/passwd')", "refused PermissionError"),
        (_LANDLOCK, _CONNECT, "refused PermissionError"),
        (_SECCOMP, "open('/etc/passwd')", "refused PermissionError"),
        (_SECCOMP, "fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())", "refused PermissionError"),
        ("pass", "fcntl.fcntl(1, fcntl.F_GETFL)", "done"),
        (_SECCOMP, "fcntl.fcntl(1, fcntl.F_GETFL)", "done"),
        (_SECCOMP, "socket.socket()", "refused PermissionError"),
        (_SECCOMP, "os.fork() or os._exit(0)", "refused PermissionError"),
        (_SECCOMP, "mmap.mmap(-1, 4096, prot=7)", "refused PermissionError"),
        (_NAMESPACES, _CONNECT, "refused OSError"),  # its own network, whose loopback is down
        (_EMPTY, "os.listdir('/etc')", "refused FileNotFoundError"),
        (_EMPTY, "open('/new', 'w')", "refused OSError"),  # read-only
        (_LIMITS, "bytearray(900_000_000)", "refused MemoryError"),
        (_LIMITS, "[open('/etc/passwd') for _ in range(20)]", "refused OSError"),
        (_LIMITS, "open(os.open('/tmp', os.O_TMPFILE | os.O_RDWR), 'w').write('x' * 99_999)", "refused OSError"),
    ],
)
def test_each_layer_holds_alone(apply: str, attempt: str, answer: str) -> None:
    """What one layer refuses is possible without it, and refused with it alone: no layer is decoration."""
    code = _ONE_LAYER.format(apply=apply, attempt=attempt, codes=_CODES)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    if "Error" in done.stderr and "linux_namespaces" in done.stderr:
        skip_or_fail("namespaces", done.stderr.strip().splitlines()[-1])

    words = {code: f"refused {name}" for name, code in _CODES.items()} | {0: "done"}
    assert words.get(done.returncode) == answer, done.stderr


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_ends_in_refusal(machine: str) -> None:
    """Every jump of the program stays inside it, a foreign architecture is killed, the default is EPERM."""
    program = filter_program(machine, 1234)

    for at, (_, true, false, _) in enumerate(program):
        assert at + max(true, false) + 1 <= len(program)
    assert program[2] == (6, 0, 0, 0x80000000)
    assert program[-1] == (6, 0, 0, 0x00050001)


def test_files_are_taken_away_in_a_namespace_of_one_s_own_only() -> None:
    """As root without namespaces, an empty root would be the whole machine's: the step refuses, nothing is mounted."""
    before = Path("/proc/self/mountinfo").read_text(encoding="utf-8")

    with pytest.raises(PermissionError):
        leave_all_files()

    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == before


def test_root_without_namespaces_keeps_the_machine_s_files(kernel_cache: Path, test_python: Path) -> None:
    """The same through a worker, in a throw-away mount namespace whose root is its user and which has no more."""
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && "$0" -c "$1" "$2" && ls /etc/passwd'
    scene = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", forbid]
    command = [*scene, str(test_python), _ATTACK, str(kernel_cache)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if "told" not in done.stdout:
        skip_or_fail("namespaces", f"unshare cannot set the scene: {done.stderr.strip()[-200:]}")

    assert '"empty_root": false' in done.stdout
    assert done.stdout.endswith("/etc/passwd\n")


@pytest.mark.parametrize("limit", ["ulimit -t 3600", "ulimit -v 3000000", "ulimit -n 14"])
def test_limits_of_the_user_are_kept(kernel_cache: Path, test_python: Path, limit: str) -> None:
    """A lower limit than ours stays, and the others are set all the same."""
    command = ["sh", "-c", f'{limit}; exec "$0" -c "$1" "$2"', str(test_python), _ATTACK, str(kernel_cache)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    told = json.loads(done.stdout)

    assert told["states"]["limits"] is True
    assert [n for n, answer in told["told"].items() if not answer.startswith("refused")] == []


def test_an_unknown_architecture_has_no_filter() -> None:
    """Better no filter, told, than one with the numbers of another machine."""
    with pytest.raises(OSError, match="no system call table"):
        filter_program("riscv64", 1)


def test_this_machine_is_known() -> None:
    """The tables know what the tests run on."""
    assert filter_program(architecture(), 1)


def test_numpy_is_not_imported_before_the_namespaces() -> None:
    """Its threads would forbid entering them: the worker's first imports are light."""
    code = "import sys, rempart.hazmat.worker; print(sorted({'numpy', 'numba', 'PIL', 'ssl'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.strip() == "[]"
