"""What a target was asked for, as the target itself saw it: the judge of what was asked twice, too fast, or never."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that arrived."""

    at: dt.datetime
    """When its head had been read."""
    method: str
    """``GET``."""
    path: str
    """With its query."""
    status: int
    """What was answered; 0 if nothing was."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """All of them, names in small letters."""

    @property
    def agent(self) -> str:
        """Return who it said it was."""
        return self.headers.get("user-agent", "")

    @property
    def host(self) -> str:
        """Return whom it was meant for."""
        return self.headers.get("host", "")

    def to_line(self) -> str:
        """Write it as a line of JSON."""
        written = {"at": self.at.isoformat(), "method": self.method, "path": self.path, "status": self.status}
        return json.dumps(written | {"headers": dict(self.headers)})

    @classmethod
    def of_line(cls, line: str) -> Self:
        """Read such a line."""
        read = json.loads(line)
        return cls(
            at=dt.datetime.fromisoformat(read["at"]),
            method=read["method"],
            path=read["path"],
            status=read["status"],
            headers=read["headers"],
        )


class AccessLog:
    """Requests in the order in which they came."""

    def __init__(self, requests: Iterable[Request] = ()) -> None:
        """Begin with some."""
        self._requests = list(requests)
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of lines; the last one may be half written."""
        if not path.exists():
            return cls()
        whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
        return cls(Request.of_line(line) for line in whole.splitlines() if line)

    def add(self, request: Request) -> None:
        """Write one down."""
        with self._lock:
            self._requests.append(request)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._requests.clear()

    @property
    def requests(self) -> list[Request]:
        """Return them."""
        with self._lock:
            return list(self._requests)

    @property
    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [request.path for request in self.requests]

    @property
    def counts(self) -> Counter[str]:
        """Return how often each path was asked for."""
        return Counter(self.paths)

    def under(self, *prefixes: str) -> list[Request]:
        """Return the requests whose path begins so."""
        return [request for request in self.requests if request.path.startswith(prefixes)]

    def shortest_pause_s(self) -> float:
        """Return the shortest time between two requests; infinite with fewer than two."""
        instants = [request.at for request in self.requests]
        pauses = ((after - before).total_seconds() for before, after in itertools.pairwise(instants))
        return min(pauses, default=float("inf"))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.requests)
