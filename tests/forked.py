"""Programs that are run again and again, to be killed: each in a fork of one process that has loaded what they need.

Loading takes a second of processor time, and a test that kills a command at each of its statements needs a hundred.
What runs is a process of its own, from its first statement on: it opens its own database, and dies alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from required import ROOT

#: Forks for each line: arguments, and files that stand for its standard streams; answers with its status.
_SERVER = """
import json, os, sys, traceback
sys.path[:0] = json.loads(sys.argv[1])
exec(sys.argv[2])
code = compile(sys.argv[3], "<forked>", "exec")
for line in sys.stdin:
    arguments, streams = json.loads(line)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for number, name in enumerate(streams):
                flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_TRUNC
                os.dup2(os.open(name, flags), number)
            sys.argv = ["-c", *arguments]
            sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "rw"[n > 0]) for n in range(3))
            exec(code, {"__name__": "__main__"})
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush(), sys.stderr.flush()
            os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forked:
    """One program, and a process that runs it in forks of its own."""

    def __init__(self, folder: Path, loads: str, program: str) -> None:
        """Load what it needs.

        Args:
            folder: Where what goes in and comes out is kept.
            loads: Statements that load it; they open nothing, and start no thread.
            program: What each fork does, with ``sys.argv`` as of a program of its own.
        """
        self._streams = [folder / f"{name}-of-a-fork" for name in ("in", "out", "err")]
        paths = [str(ROOT / name) for name in ("tests", "demo")]
        command = [sys.executable, "-c", _SERVER, json.dumps(paths), loads, program]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run it once; the status of one that was killed is its signal, negative, as of any process."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        said = [data, b"", b""]
        for path, content in zip(self._streams, said, strict=True):
            path.write_bytes(content)
        given = [str(argument) for argument in arguments]
        self._server.stdin.write(json.dumps([given, [str(path) for path in self._streams]]) + "\n")
        self._server.stdin.flush()
        status = int(self._server.stdout.readline())
        _, out, err = (path.read_bytes() for path in self._streams)
        return subprocess.CompletedProcess(given, status, out, err)

    def end(self) -> None:
        """End the process that forks."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=60)
        self._server.stdout.close()
