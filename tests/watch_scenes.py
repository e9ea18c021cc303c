"""Scenes for watches: a workspace that looks for a picture, and forums on loopback that its policy vouches for."""

from __future__ import annotations

import datetime as dt
import io
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from PIL import Image

from pictures import scene
from rempart import clock
from rempart.app.watch_events import WatchEvent, WatchTally
from rempart.app.watching import Watch
from rempart.app.wiring_watch import Outside
from rempart.app.workspace import Workspace, open_workspace
from rempart.config import Settings
from rempart.model.frontier import FrontierState
from rempart.model.ids import SourceId
from rempart.model.sighting import Sighting
from rempart.model.source import Article14, Health, NewSource, Place, Source, SourceKind
from rempart.net import AddressPolicy
from rempart.net.addresses import IPAddress
from rempart.net.urls import parse_url

LOOPBACK = "127.0.0.1"
SIDE = 320


def leaked(number: int = 1, *, side: int = SIDE) -> bytes:
    """Return a registered picture as a leak: cropped, made smaller, recompressed."""
    picture = Image.fromarray(np.asarray(scene(number, side, side)))
    cut = picture.crop((side // 40, side // 40, side - side // 50, side - side // 60)).resize((280, 281))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=70)
    return out.getvalue()


class LoopbackNames:
    """A resolver to which every name is loopback; it counts what it is asked."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.asked: list[str] = []

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return loopback."""
        del timeout_s
        self.asked.append(host)
        return (ipaddress.ip_address(LOOPBACK),)

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""
        return self.resolve(host, timeout_s)


def outside(urls: Iterable[str], names: LoopbackNames | None = None) -> Outside:
    """Return a way to servers of this test alone."""
    ports = {parse_url(url).port for url in urls}
    policy = AddressPolicy(ports=frozenset(ports), allowed=frozenset((LOOPBACK, port) for port in ports))
    return Outside(resolver=names or LoopbackNames(), policy=policy)


def without_pace(monkeypatch: pytest.MonkeyPatch, *, least_s: float = 0.001) -> None:
    """Let hosts be asked without the seconds between: what a pace is has tests of its own."""
    monkeypatch.setattr("rempart.net.pace.DELAY_LEAST_S", least_s)
    monkeypatch.setattr("rempart.net.pace.CHEAP_DELAY_S", least_s)
    monkeypatch.setattr("rempart.net.pace.DELAY_FACTOR", 0.0)


def add(
    workspace: Workspace,
    url: str,
    *,
    kind: SourceKind = SourceKind.PAGE,
    depth: int = 2,
    every: dt.timedelta = dt.timedelta(hours=6),
    lasts: dt.timedelta = dt.timedelta(days=90),
) -> Source:
    """Watch a place."""
    now = clock.utc_now()
    new = NewSource(
        place=Place(kind=kind, text=url),
        every=every,
        depth=depth,
        authorised_by=workspace.me.id,
        why="reported by several people",
        until=now + lasts,
        article14=Article14.PUBLIC_NOTICE,
    )
    return workspace.sources.add(new, now)


def watch(
    workspace: Workspace, settings: Settings, way: Outside, sources: Iterable[SourceId] = ()
) -> tuple[list[WatchEvent], Watch]:
    """Watch once, and return what happened."""
    with Watch(workspace, settings, sources=tuple(sources), outside=way) as running:
        return list(running.events(once=True)), running


def due_again(workspace: Workspace, source: Source) -> None:
    """Let a source be due now."""
    workspace.sources.make_due(source.id, clock.utc_now())


@dataclass(slots=True)
class Scene:
    """A workspace, its settings, and names that all lead to this machine."""

    settings: Settings
    workspace: Workspace
    names: LoopbackNames

    @classmethod
    def open(cls, folder: Path, **values: object) -> Self:
        """Open the workspace of a folder; ``watch__requests_per_visit=9`` sets others."""
        from workspaces import settings_for  # noqa: PLC0415 - the scenes of workspaces are heavy

        settings = settings_for(folder, **values)
        return cls(settings, open_workspace(settings), LoopbackNames())

    def with_settings(self, **values: object) -> Scene:
        """Return the same workspace under other settings."""
        from workspaces import settings_for  # noqa: PLC0415 - as above

        return replace(self, settings=settings_for(self.workspace.folder, **values))

    def add(self, url: str, **values: Any) -> Source:
        """Watch a place."""
        return add(self.workspace, url, **values)

    def watch(self, *urls: str, once: Iterable[SourceId] = ()) -> tuple[list[WatchEvent], WatchTally]:
        """Watch once, with a way to the hosts of these addresses, and return what happened."""
        with Watch(self.workspace, self.settings, sources=tuple(once), outside=outside(urls, self.names)) as running:
            return list(running.events(once=True)), running.summary()

    def watch_until(self, kind: type[WatchEvent], *urls: str, count: int = 1) -> None:
        """Watch, and stop after so many events of a kind: what waits for minutes is not waited for."""
        with Watch(self.workspace, self.settings, outside=outside(urls, self.names)) as running:
            for event in running.events(once=True):
                count -= isinstance(event, kind)
                if not count:
                    running.stop()

    def again(self, source: Source, *urls: str) -> tuple[list[WatchEvent], WatchTally]:
        """Let a source be due, and watch once more."""
        due_again(self.workspace, source)
        return self.watch(*urls)

    def health(self, source: Source) -> Health:
        """Return how a source is."""
        return self.workspace.sources.get(source.id).health

    def states(self, source: Source) -> dict[FrontierState, int]:
        """Return how many rows are in which state."""
        return self.workspace.frontier.counts(source.id)

    def seen(self) -> list[Sighting]:
        """Return what was seen."""
        return self.workspace.sightings.all()


def workspace_with_leak(folder: Path, *, url: str = "") -> tuple[Settings, Workspace]:
    """Make a workspace that looks for one picture, ``scene(1)``."""
    import workspaces  # noqa: PLC0415 - the scenes of workspaces are heavy

    settings, workspace = workspaces.make(folder / "ws", url=url, is_shared=False)
    workspaces.register(settings, workspace, workspaces.pictures(folder / "shoot", 1, side=SIDE))
    return settings, workspace
