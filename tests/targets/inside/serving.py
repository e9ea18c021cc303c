"""Serve a real engine on loopback from its own virtual environment: a log of requests, and orders on standard input.

Only the standard library and the engine are here: neither Rempart nor its tests can be imported. Orders and answers are
lines of JSON; the end of the input ends the server. What is answered first is the port.
"""

import datetime as dt
import json
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

Environment = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environment, Start], Iterable[bytes]]
#: Carries out an order, whose name is under ``do``.
Order = Callable[[dict[str, Any]], object]
#: Of Django: what goes wrong is in the file of errors.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["errors"], "level": "ERROR"},
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing: the log is kept."""


class Logged:
    """An application with a log, with a robots.txt, and with paths that answer otherwise."""

    def __init__(self, application: Application, log: Path, robots: str | None) -> None:
        """Stand before an application.

        Args:
            application: The engine.
            log: A file to which a line is added before each answer is sent.
            robots: What robots.txt says; empty for 404, none for what the engine says.
        """
        self._application = application
        self._log = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._robots = robots
        self.overrides: dict[str, dict[str, Any]] = {}

    def __call__(self, environment: Environment, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        at = dt.datetime.now(dt.UTC)

        def started(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            self._write(environment, at, int(status[:3]))
            return start(status, headers, *rest)

        path = environment["PATH_INFO"]
        if given := self.overrides.get(path):
            headers = {"Content-Type": "text/html", **given.get("headers", {})}
            started(f"{given['status']} Otherwise", list(headers.items()))
            return [given.get("body", "").encode()]
        if path == "/robots.txt" and self._robots is not None:
            started("200 OK" if self._robots else "404 Not Found", [("Content-Type", "text/plain")])
            return [self._robots.encode()]
        return self._application(environment, started)

    def _write(self, environment: Environment, at: dt.datetime, status: int) -> None:
        headers = {n[5:].replace("_", "-").lower(): v for n, v in environment.items() if n.startswith("HTTP_")}
        query = environment.get("QUERY_STRING", "")
        written = {
            "at": at.isoformat(),
            "method": environment["REQUEST_METHOD"],
            "path": environment["PATH_INFO"] + (f"?{query}" if query else ""),
            "status": status,
            "headers": headers,
        }
        with self._lock:
            self._log.write(f"{json.dumps(written)}\n")
            self._log.flush()


def serve(
    application: Application, orders: dict[str, Order], log: Path, robots: str | None, ready: dict[str, Any]
) -> None:
    """Serve until the input ends.

    Args:
        application: The engine.
        orders: By name.
        log: Where requests are written down.
        robots: What robots.txt says; none for what the engine says.
        ready: Told with the port, once requests are answered.
    """
    logged = Logged(application, log, robots)
    server = make_server("127.0.0.1", 0, logged, server_class=_Server, handler_class=_Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    tell({"port": server.server_port, **ready})
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "override":
            logged.overrides[order["path"]] = order
            tell({"done": True})
            continue
        try:
            tell({"done": orders[order["do"]](order)})
        except Exception as error:  # noqa: BLE001 - told to who ordered it
            tell({"failed": f"{type(error).__name__}: {error}"})
    server.shutdown()


def tell(answer: dict[str, Any]) -> None:
    """Answer."""
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()
