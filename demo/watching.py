"""Watching: a forum and its mirror on loopback show a picture of Nadia's, and one thread that nobody may ask for."""

from __future__ import annotations

import datetime as dt
import io
import ipaddress
import sys
from pathlib import Path
from typing import Final

from PIL import Image

from forum import Forum, Thread
from pictures import scene
from rempart import clock
from rempart.app.sources import SourceWish, add_source
from rempart.app.stopping import Stop
from rempart.app.watching import Watch
from rempart.app.wiring_watch import Outside
from rempart.app.workspace import open_workspace
from rempart.cli.watch_lines import WatchPrinter, print_summary
from rempart.config import load_settings
from rempart.net import AddressPolicy
from rempart.net.addresses import IPAddress

_LOOPBACK: Final = "127.0.0.1"
#: Its title is what a machine must stop at; its thread is never asked for, so it has no page to show.
_STOPPED: Final = "sortie du lycée, 15 ans"
_PATH: Final = "/forums/pictures.4/"


class _Names:
    """Every name is loopback here: the demonstration asks nobody else."""

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        del host, timeout_s
        return (ipaddress.ip_address(_LOOPBACK),)

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        return self.resolve(host, timeout_s)


def watch_the_forum(folder: Path) -> bool:
    """Watch a forum and its mirror once; False if a promise was not kept."""
    print("\nSomebody reports a forum, and a mirror of it. Both are served on this machine, and asked politely:")
    leak = _leak(folder / "shoot" / "nadia-01.jpg")
    threads = (
        Thread(number=31, title="Holiday pictures", pages=((("Look", _other(901)),), (("Better", leak),))),
        Thread(number=32, title=_STOPPED, pages=((("…", _other(902)),),)),
    )
    mirrored = tuple(Thread(number=t.number + 400, title=t.title, pages=t.pages) for t in threads)
    with Forum(threads=threads, first=7_000) as forum, Forum(threads=mirrored, first=90_000) as mirror:
        places = {"forum.example": forum, "mirror.example": mirror}
        policy = AddressPolicy(allowed=frozenset((_LOOPBACK, place.port) for place in places.values()))
        found = _watch(folder, [f"http://{name}:{place.port}{_PATH}" for name, place in places.items()], policy)
        asked = [path for place in places.values() for path in place.asked]
    stopped = [path for path in asked if ".32/" in path or ".432/" in path]
    print(f"Requests: {len(asked)}; for the thread that may concern a minor: {len(stopped)}")
    if found == len(places) and not stopped:
        return True
    print("demo: the watch did not keep its promises", file=sys.stderr)
    return False


def _watch(folder: Path, urls: list[str], policy: AddressPolicy) -> int:
    """Add the sources, and visit them once, as ``rempart watch --once`` does; return how many places showed her."""
    settings = load_settings(flags={"workspace.folder": str(folder / "workspace")}).settings
    with open_workspace(settings) as workspace:
        stop, until = Stop.of(workspace, settings), clock.utc_now() + dt.timedelta(days=30)
        for url in urls:
            wish = SourceWish(text=url, authorised_by=workspace.me.name, why="reported on 20 November", until=until)
            source = add_source(workspace, stop, wish, policy=policy)
            print(f"\n$ rempart source add {url} --authorised-by … --why … --until {until:%Y-%m-%d}\n{source.id}")
        print("\n$ rempart watch --once", flush=True)
        outside = Outside(resolver=_Names(), policy=policy)
        with Watch(workspace, settings, outside=outside) as watch:
            printer = WatchPrinter(workspace, as_json=False)
            for event in watch.events(once=True):
                printer.show(event)
                sys.stdout.flush()
            tally = watch.summary()
    print_summary(tally, as_json=False)
    return tally.new


def _leak(original: Path) -> bytes:
    """Return one of her pictures, cropped, made smaller and compressed again."""
    with Image.open(original) as picture:
        dx, dy = picture.width // 40, picture.height // 40
        cut = picture.convert("RGB").crop((dx, dy, picture.width - dx, picture.height - dy))
    return _encoded(cut.resize((cut.width * 2 // 3, cut.height * 2 // 3), Image.Resampling.LANCZOS))


def _other(number: int) -> bytes:
    return _encoded(scene(number, 480, 360))


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
