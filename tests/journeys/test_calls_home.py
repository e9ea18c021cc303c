"""Nothing calls home: no command, library or engine asks the kernel for a connection that nobody asked them for.

Whole stories run under a tracer that sees every call about the network, of every process and thread. The list of what
is allowed is here: nothing, and the socket of the database that a person named.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import workspaces
from commands import rempart
from connections import Asked, asked_in, leaving, strace
from databases import PostgresServer
from feeds import code, jsonl, listed
from pictures import scene
from required import ROOT

#: Where the C library asks for the name of a user or a group; with no such service there is no such socket, and what
#: it would be asked about hosts would be seen: on a machine without it, the C library asks name servers next.
NAME_CACHE = "/var/run/nscd/socket"
LOCKS = ("core", "capture", "learned", "postgres")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return where a test's own trace goes."""
    return tmp_path / "trace"


def run_python(trace: Path, program: str, python: str | Path = sys.executable) -> None:
    """Run a small program under the tracer."""
    command = [*strace(trace), python, "-I", "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def asking(family: str, host: str) -> str:
    """Return a program that connects to a port of this machine where nobody listens."""
    return f"import socket as s\nwith s.socket(s.{family}) as c: c.connect_ex(('{host}', 9))"


def in_a_thread(program: str) -> str:
    """Return a program that does it elsewhere than in its first thread."""
    return f"import threading\nt = threading.Thread(target=exec, args=({program!r},))\nt.start()\nt.join()"


def in_a_child(program: str) -> str:
    """Return a program that has another one do it."""
    return f"import subprocess, sys\nsubprocess.run([sys.executable, '-I', '-c', {program!r}])"


QUESTION = "import socket as s\nwith s.socket(s.AF_INET, s.SOCK_DGRAM) as c: c.sendto(b'?', ('127.0.0.1', 53))"
SERVER = "import socket as s\nwith s.socket() as c: c.bind(('127.0.0.1', 0))"
RESOLVER = "import socket as s\nwith s.socket(s.AF_UNIX) as c: c.connect_ex('/run/a-resolver')"
CONNECT = asking("AF_INET", "127.0.0.1")


@pytest.mark.parametrize(
    "program, asked",
    [
        (CONNECT, ("connect", "AF_INET", "127.0.0.1 port 9")),
        (asking("AF_INET6", "::1"), ("connect", "AF_INET6", "::1 port 9")),
        (QUESTION, ("sendto", "AF_INET", "127.0.0.1 port 53")),
        (SERVER, ("bind", "AF_INET", "127.0.0.1 port 0")),
        (RESOLVER, ("connect", "AF_UNIX", "/run/a-resolver")),
        (in_a_thread(CONNECT), ("connect", "AF_INET", "127.0.0.1 port 9")),
        (in_a_child(in_a_child(CONNECT)), ("connect", "AF_INET", "127.0.0.1 port 9")),
    ],
    ids=["tcp", "ipv6", "question", "server", "resolver", "thread", "grandchild"],
)
def test_the_tracer_sees(trace: Path, program: str, asked: tuple[str, str, str]) -> None:
    """So that what follows can fail: connections, questions, servers; of threads and of children's children."""
    run_python(trace, program)

    assert Asked(call=asked[0], family=asked[1], where=asked[2]) in leaving(trace)


def test_a_ring_cannot_hide_a_connection(trace: Path) -> None:
    """Calls put in a ring would not be seen (io_uring): under the tracer there is none."""
    run_python(trace, "import ctypes\nassert ctypes.CDLL(None).syscall(425, 1, 0) == -1")

    assert leaving(trace) == []


ATTACKED = """
from rempart.hazmat import Pool, PoolSettings, Task
from rempart.model import MediaBytes, MinorGate
with Pool(task=Task(name="tasks:misbehave", parse=lambda record: record), settings=PoolSettings()) as pool:
    [(_, told)] = pool.run([MinorGate().check(MediaBytes(data=b"connect", label="x"))], {})
assert told.detail == "PermissionError", told
"""


def test_what_a_sandbox_refuses_is_seen_too(trace: Path, test_python: Path) -> None:
    """A decoder that asks for a connection is told about, though it gets none."""
    run_python(trace, ATTACKED, test_python)

    assert Asked(call="socket", family="AF_INET") in leaving(trace)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write pictures, a pile of suspects with a crop in it, and a partner's file."""
    base = tmp_path_factory.mktemp("calls")
    for number, name in enumerate(("detailed", "vault"), start=1):
        (base / name).mkdir()
        scene(number, 900, 600).save(base / name / "a.jpg", quality=90)
    (base / "pile").mkdir()
    with Image.open(base / "vault" / "a.jpg") as picture:
        picture.crop((90, 60, 810, 540)).save(base / "pile" / "crop.webp")
    workspaces.pictures(base / "pile", 1, first=9)
    (base / "feed.jsonl").write_text(jsonl(listed(code(0))))
    return base


#: A person's and a partner's story, and with which exit code each step ends.
STORY = (
    (0, "init", "--sheet", "{0}/sheet.txt"),
    (0, "owner", "add", "nadia", "--depicts", "self", "--ground", "self-depicted", "--adults-when-taken"),
    (0, "consent", "grant", "nadia", "--scope", "detailed", "--text-read"),
    (0, "consent", "grant", "nadia", "--scope", "exchange", "--text-read"),
    (0, "asset", "add", "{0}/detailed", "--owner", "nadia", "--sensitivity", "premium", "--detailed"),
    (0, "asset", "add", "{0}/vault", "--owner", "nadia", "--sensitivity", "premium", "--vault"),
    (1, "scan", "{0}/pile", "--report", "{0}/report.html", "--skipped", "{0}/skipped.json"),
    (1, "match", "{0}/vault/a.jpg", "{0}/pile/crop.webp", "--svg", "{0}/match.svg"),
    (0, "bank", "import", "{0}/feed.jsonl", "--partner", "Ada", "--new"),
    (0, "bank", "export", "--partner", "Ada", "--out", "{0}/out.jsonl"),
    (0, "job", "run", "--until-idle"),
    (0, "db", "check"),
    (0, "backup", "{0}/backup.age"),
    (0, "doctor"),
    (0, "fingerprint", "{0}/vault/a.jpg"),
    # What is refused is refused before anything is asked of anybody.
    (6, "net", "check", "http://169.254.169.254/latest/meta-data"),
    (6, "net", "check", "https://forum.example.org/lycee"),
)


def test_a_whole_story_asks_for_no_connection(folder: Path) -> None:
    """No address, no name server, not even a socket that could reach one; in the sandbox's workers neither."""
    env = {"REMPART_WORKSPACE_FOLDER": str(folder / "w"), "REMPART_WORKSPACE_USER": "oscar"}
    left: dict[str, list[Asked]] = {}

    for status, *arguments in STORY:
        trace = folder / f"{'-'.join(arguments[:2])}.trace".replace("/", "")
        done = rempart(*(a.format(folder) for a in arguments), env=env, under=strace(trace))
        assert done.returncode == status, (arguments, done.stdout + done.stderr)
        left[" ".join(arguments[:2])] = leaving(trace, allowed=frozenset({NAME_CACHE}))

    assert {name: asked for name, asked in left.items() if asked} == {}
    assert any(a.call == "socketpair" for a in asked_in(next(folder.glob("scan-*.trace"))))  # workers were traced


def test_a_database_is_reached_by_its_socket_alone(tmp_path: Path, trace: Path, postgres: PostgresServer) -> None:
    """The one that ``--database`` names: its library asks for nothing else."""
    env = {"REMPART_WORKSPACE_FOLDER": str(tmp_path / "w"), "REMPART_WORKSPACE_USER": "oscar"}

    done = rempart("init", "--database", postgres.make("template0"), env=env, under=strace(trace))

    assert done.returncode == 0, done.stderr
    reached = {asked.where for asked in asked_in(trace)}
    assert f"{postgres.folder}/.s.PGSQL.5432" in reached
    assert leaving(trace, allowed=frozenset({NAME_CACHE, f"{postgres.folder}/.s.PGSQL.5432"})) == []


def test_nothing_that_is_imported_asks_for_a_connection(trace: Path) -> None:
    """Every library in the locks, every module of ours, decoders, a model at work, the driver of browsers."""
    locks = [ROOT / "requirements" / f"{name}.lock" for name in LOCKS]
    worker = ROOT / "tests" / "import_everything.py"

    done = subprocess.run(
        [*strace(trace), sys.executable, worker, *locks], check=False, capture_output=True, timeout=120, text=True
    )

    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.splitlines())
    assert {
        "PIL",
        "aiosmtplib",
        "asn1crypto",
        "cv2",
        "dns",
        "filetype",
        "httpx2",
        "numba",
        "pi_heif",
        "protego",
    } <= imported
    assert {"rempart.net.client", "rempart.app.workspace_scan", "decoders"} <= imported
    assert leaving(trace, allowed=frozenset({NAME_CACHE})) == []
