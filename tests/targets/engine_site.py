"""Real forum engines as other processes, each in a virtual environment of its own, filled with a made board."""

from __future__ import annotations

import base64
import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from required import ROOT, skip_or_fail
from targets.access_log import AccessLog
from targets.board import Board, File, Post, Thread

INSIDE: Final = Path(__file__).parent / "inside"
ROBOTS: Final = "User-agent: *\nDisallow: /search/\nDisallow: /member/\nDisallow: /user/\n"
#: Of the mirror's numbers.
SHIFT: Final = 500_000
#: A busy machine migrates a database in its own time.
_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How an engine is set up."""

    section: str = "Requests"
    """Its one forum."""
    node: int = 42
    """The forum's number."""
    prefix: str = ""
    """Below which its pages are: ``talk/``."""
    posts_per_page: int = 15
    """Of a thread."""
    threads_per_page: int = 20
    """Of the forum."""
    robots: str | None = ROBOTS
    """Its robots.txt; empty for 404, None for the engine's own."""


def interpreter(engine: str) -> Path:
    """Return the Python of an engine's environment; skip the test, or fail if it is required, without one."""
    found = ROOT / f".venv-targets-{engine}" / "bin" / "python"
    if not (ROOT / f".venv-targets-{engine}" / "rempart-state").exists():
        skip_or_fail(engine, f"scripts/targets {engine} was not run")
    return found


class EngineSite:
    """One engine's process, until it is closed; subclasses say where its pages are."""

    #: Its name, and that of its script.
    engine = ""

    def __init__(self, folder: Path, board: Board, setting: Setting | None = None, **told: object) -> None:
        """Start it, filled.

        Args:
            folder: Empty or not there; its database, files and log.
            board: What it holds; the numbers are kept.
            setting: How it is set up.
            told: What the script needs beside.
        """
        self.board, self.folder, self.setting = board, folder, setting or Setting()
        folder.mkdir(parents=True, exist_ok=True)
        python = interpreter(self.engine)
        with (folder / "errors.log").open("wb") as errors:
            self._process = subprocess.Popen(
                [python, "-I", "-c", _START, str(INSIDE), f"{self.engine}_engine"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                text=True,
            )
        self._answers: queue.Queue[str] = queue.Queue()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        try:
            self._ready = self._say(self._beginning() | told)
        except BaseException:
            self.close()
            raise
        self.port = int(self._ready["port"])

    def _beginning(self) -> dict[str, object]:
        given = self.setting
        return {
            "folder": str(self.folder),
            "section": given.section,
            "node": given.node,
            "prefix": given.prefix,
            "robots": given.robots,
            "page": {"posts": given.posts_per_page, "threads": given.threads_per_page},
            **written(self.board, self.board.threads.values()),
        }

    @property
    def log(self) -> AccessLog:
        """Return what it was asked until now."""
        return AccessLog.read(self.folder / "access.jsonl")

    def url(self, path: str, name: str = "") -> str:
        """Return an address of it, under another name of the host if one is given."""
        return f"http://{name or '127.0.0.1'}:{self.port}{path}"

    def append_post(
        self,
        thread: int,
        text: str = "",
        *,
        files: Iterable[File] = (),
        quotes: int | None = None,
        links: Sequence[str] = (),
    ) -> Post:
        """Add a post at the end of a thread."""
        post = self.board.append(thread, text, files=tuple(files), quotes=quotes, links=links)
        held = self.board.threads[thread]
        self._order("add", **written(self.board, [replace(held, posts=[post])]))
        return post

    def open_thread(self, title: str, text: str = "", files: Iterable[File] = ()) -> Thread:
        """Begin a thread with its first post."""
        thread = self.board.open_thread(title)
        self.append_post(thread.number, text, files=files)
        return thread

    def remove_file(self, number: int) -> None:
        """Remove what is attached to a post, as its author does."""
        self._order("remove_file", number=number)

    def override(self, path: str, status: int, headers: Mapping[str, str] | None = None, body: str = "") -> None:
        """Answer a path otherwise from now on."""
        self._order("override", path=path, status=status, headers=dict(headers or {}), body=body)

    def as_mirror(self, folder: Path, setting: Setting | None = None, shift: int = SHIFT) -> Self:
        """Start another one with the same words and files, under other numbers and another name."""
        other = setting or replace(self.setting, section="Archive", node=7)
        return type(self)(folder, self.board.copy(shift), other, **self._mirrored())

    def _mirrored(self) -> dict[str, object]:
        """Return what the mirror's script is told beside."""
        return {}

    def _order(self, name: str, **rest: object) -> object:
        return self._say({"do": name, **rest})["done"]

    def _say(self, order: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._answers.get(timeout=_PATIENCE_S) or '{"failed": "it ended"}')
        except (BrokenPipeError, queue.Empty) as error:
            answer = {"failed": type(error).__name__}
        if "failed" in answer:
            told = (self.folder / "errors.log").read_text(encoding="utf-8", errors="replace")[-2_000:]
            message = f"{self.engine}: {answer['failed']}\n{told}"
            raise AssertionError(message)
        return answer

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)
        self._listening.join(20)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                assert pipe is not None
                pipe.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()


#: The script's folder is put where it finds its neighbours; nothing else of ours is.
_START: Final = "import sys, runpy; sys.path.insert(0, sys.argv[1]); runpy.run_module(sys.argv[2], run_name='__main__')"


def written(board: Board, threads: Iterable[Thread]) -> dict[str, object]:
    """Write threads for the other process, with the files that they show."""
    threads = list(threads)
    texts = {post.number: post.text for held in board.threads.values() for post in held.posts}
    numbers = {number for thread in threads for post in thread.posts for number in post.files}
    return {
        "threads": [
            {
                "number": thread.number,
                "title": thread.title,
                "posts": [_post(post, texts) for post in thread.posts],
            }
            for thread in threads
        ],
        "files": {
            str(number): {
                "name": board.files[number].name,
                "media_type": board.files[number].media_type,
                "body": base64.b64encode(board.files[number].body).decode("ascii"),
            }
            for number in sorted(numbers)
        },
    }


def _post(post: Post, texts: Mapping[int, str]) -> dict[str, object]:
    return {
        "number": post.number,
        "author": post.author,
        "at": post.at.isoformat(),
        "text": post.text,
        "quoted": texts.get(post.quotes, "") if post.quotes else "",
        "files": list(post.files),
        "links": list(post.links),
    }
