"""A forum of 445,000 messages, read and compared: processor time, memory and disk, and how they grow with its size.

``python benchmarks/watch_forum.py``: 445 threads of 50 pages of 20 messages (22,250 pages of 75 KiB, and 23 of the list
of threads), a picture on every fourth, in this process and without a network: what ``rempart watch --once`` does with
it, the sandboxes and the database included, the making of the pages left out. Ten of the pictures are leaks of
registered ones. Figures are of the slice of work that ends at each mark.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from measure import cpu_s_of, header, peak_mib_of, table
from watch_places import POSTS_A_PAGE, ROOT, MadeForum

sys.path += [str(Path(__file__).resolve().parent.parent / name) for name in ("tests", "demo")]

from rempart.app.watch_events import Sighted
from rempart.app.watching import Watch
from rempart.app.wiring_watch import Outside
from rempart.config import Settings
from targets.board import picture
from watch_scenes import add, leaked
from workspaces import make, pictures, register

SEED: Final = 20261122
LEAKS: Final = 10
UNLIKE: Final = 200
#: Pages for one picture.
PICTURE_EVERY: Final = 4
MARKS: Final = (1_000, 5_000, 22_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What had been used when so many pages had been asked for."""

    pages: int
    media: int
    wall_s: float
    own_s: float
    workers_s: float
    memory_mib: float
    worker_mib: float
    disk_mib: float


class Meter:
    """Notes what is used at each mark."""

    def __init__(self, folder: Path, marks: tuple[int, ...]) -> None:
        """Begin now."""
        self._folder, self._marks = folder, marks
        self._begun_s = time.perf_counter()
        self._own_s = time.process_time()
        self._reaped_s = _reaped_s()
        self._peak = 0.0
        self.forum: MadeForum | None = None
        self.marks: list[Mark] = []

    def at(self, pages: int) -> None:
        """Look at the memory now and then, and take a mark if it is one."""
        if pages % 100 == 0 or pages in self._marks:
            self._look(pages, is_mark=pages in self._marks)

    def end(self) -> None:
        """Take the last mark."""
        self._look(self.forum.asked["pages"] if self.forum else 0, is_mark=True)

    def _look(self, pages: int, *, is_mark: bool) -> None:
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
        self._peak = max([self._peak, *(peak_mib_of(int(child)) for child in children)])
        if self.forum is None or not is_mark:
            return
        live_s = sum(cpu_s_of(int(child)) for child in children)
        self.marks.append(
            Mark(
                pages=pages,
                media=self.forum.asked["media"],
                wall_s=time.perf_counter() - self._begun_s,
                own_s=time.process_time() - self._own_s - self.forum.own_cpu_s,
                workers_s=_reaped_s() - self._reaped_s + live_s,
                memory_mib=_resident_mib(),
                worker_mib=self._peak,
                disk_mib=sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file()) / 2**20,
            )
        )
        print(self.marks[-1], file=sys.stderr, flush=True)


def _reaped_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def watched(folder: Path, threads: int, pages: int, marks: tuple[int, ...]) -> tuple[list[Mark], int, int]:
    """Watch a forum once; return the marks, how many messages were read, and how many leaks were found."""
    made, workspace = make(folder / "ws", is_shared=False)
    register(made, workspace, pictures(folder / "shoot", LEAKS, side=320))
    visit = made.watch.model_copy(update={"requests_per_visit": 1_000_000})
    settings: Settings = made.model_copy(update={"watch": visit})
    meter = Meter(folder, marks)
    places = [(1 + k * threads // LEAKS, 1 + (7 * k) % pages) for k in range(LEAKS)]
    forum = MadeForum(threads, pages, PICTURE_EVERY, [picture(SEED + k) for k in range(UNLIKE)], meter.at)
    forum.leaks = {forum.file_of(*place): leaked(k + 1) for k, place in enumerate(places)}
    meter.forum = forum
    add(workspace, ROOT)
    with Watch(workspace, settings, outside=Outside(fetcher=forum)) as watch:
        found = [event for event in watch.events(once=True) if isinstance(event, Sighted)]
        tally = watch.summary()
    meter.end()
    return meter.marks, tally.posts, len(found)


def rows_of(marks: list[Mark]) -> list[tuple[str, ...]]:
    """Write marks, times as those of the slice that each ends."""
    nothing = Mark(pages=0, media=0, wall_s=0, own_s=0, workers_s=0, memory_mib=0, worker_mib=0, disk_mib=0)
    rows: list[tuple[str, ...]] = []
    for before, mark in itertools.pairwise([nothing, *marks]):
        asked = mark.pages - before.pages + mark.media - before.media
        rows.append(
            (
                f"{mark.pages:,}",
                f"{mark.media:,}",
                f"{mark.own_s + mark.workers_s:.0f}",
                f"{1000 * (mark.own_s - before.own_s) / asked:.1f}",
                f"{1000 * (mark.workers_s - before.workers_s) / asked:.1f}",
                f"{1000 * (mark.wall_s - before.wall_s) / asked:.1f}",
                f"{mark.memory_mib:.0f}",
                f"{mark.worker_mib:.0f}",
                f"{mark.disk_mib:.0f}",
            )
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=445)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--marks", type=int, nargs="+", default=MARKS)
    parser.add_argument("--folder", type=Path, help="Where the workspace is made; in memory if it is to be quick.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        marks, posts, found = watched(Path(folder), options.threads, options.pages, tuple(options.marks))
    messages = options.threads * options.pages * POSTS_A_PAGE
    header(f"A forum of {messages:,} messages: {posts:,} read, {found} of {LEAKS} leaks found", SEED)
    table(
        (
            "pages",
            "pictures",
            "processor, s so far",
            "watch, ms a request",
            "sandboxes, ms a request",
            "wall, ms a request",
            "watch, MiB",
            "largest sandbox, MiB",
            "disk, MiB",
        ),
        rows_of(marks),
    )


if __name__ == "__main__":
    main()
