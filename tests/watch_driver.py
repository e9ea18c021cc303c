"""A watch in a process of its own, for tests that kill it: ``watch_driver.py FOLDER LEASE_S PORTS [DIE_AT NUMBER]``.

Hosts are asked without a pace, and leases are short. ``DIE_AT`` says where the process kills itself, the so-manieth
time that it comes by: before a fetch, after it, in the middle of a page's or a picture's transaction, behind it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rempart.app import watch_concluding, watch_media, watching
from rempart.app.watching import Watch
from rempart.net import pace
from rempart.net.visits import Visit
from watch_scenes import Scene, outside


def _die_at(number: int) -> Callable[[], None]:
    count = itertools.count(1)

    def come_by() -> None:
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return come_by


def _plant(place: str, come_by: Callable[[], None]) -> None:
    """Let the process die at one place."""
    if place == "before the fetch":
        _before(watching, "ask", come_by)
    elif place == "after the fetch":
        _after(watching, "ask", come_by)
    elif place == "after a picture":
        _after(watch_media.MediaLooking, "look", come_by)
    elif place == "in the transaction":
        # Called by the work of each effect, behind the row that it finishes.
        from rempart.store.sources import SourceRepository  # noqa: PLC0415 - patched here alone

        _after(SourceRepository, "count", come_by)
    elif place == "after the transaction":
        _after(watch_concluding.Concluding, "_effect", come_by)


def _before(owner: Any, name: str, come_by: Callable[[], None]) -> None:
    done = getattr(owner, name)

    def changed(*values: Any, **named: Any) -> Any:
        come_by()
        return done(*values, **named)

    setattr(owner, name, changed)


def _after(owner: Any, name: str, come_by: Callable[[], None]) -> None:
    def pass_on(result: Any) -> Any:
        come_by()
        return result

    _changed(owner, name, pass_on)


def _changed(owner: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Change what a function returns, in this process alone."""
    done = getattr(owner, name)

    def changed(*values: Any, **named: Any) -> Any:
        return change(done(*values, **named))

    setattr(owner, name, changed)


def main(folder: str, lease_s: str, ports: str, place: str = "", number: str = "0") -> None:
    """Watch once."""
    pace.DELAY_LEAST_S = pace.CHEAP_DELAY_S = 0.001  # type: ignore[misc]
    pace.DELAY_FACTOR = 0.0  # type: ignore[misc]
    pace.PENALTY_FIRST_S = 0.01  # type: ignore[misc]
    _shorten_hosts(float(lease_s))
    if place:
        _plant(place, _die_at(int(number)))
    scene = Scene.open(Path(folder))
    _shorten(scene, dt.timedelta(seconds=float(lease_s)))
    urls = [f"http://127.0.0.1:{port}/" for port in ports.split(",")]
    with Watch(scene.workspace, scene.settings, outside=outside(urls, scene.names)) as watch:
        for _ in watch.events(once=True):
            pass


def _shorten_hosts(lease_s: float) -> None:
    """Let a host that a process had when it was killed be free as soon as the row is."""
    _changed(Visit, "_terms", lambda terms: replace(terms, lease_s=lease_s))


def _shorten(scene: Scene, lease: dt.timedelta) -> None:
    frontier = scene.workspace.frontier
    frontier.lease = lease
    frontier._line._lease = lease


if __name__ == "__main__":
    main(*sys.argv[1:])
