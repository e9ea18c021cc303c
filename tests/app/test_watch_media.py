"""Hash, then forget: after a whole watch nothing of a picture or of a post is in any file, folder or descriptor."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.app.watch_events import Sighted
from rempart.model.frontier import FrontierState
from targets.access_log import Request
from targets.board import File
from targets.forum import Forum
from targets.hostile import Hostile
from watch_scenes import Scene, leaked

pytestmark = pytest.mark.enable_socket

#: In a comment of the pictures, in a post, and as the number of its author.
BYTES = b"planted-in-a-picture-7d1f"
WORDS = "unmistakable-words-of-a-post-a2c9"
AUTHOR = 918273645


def planted_picture() -> bytes:
    """Return the leak with a comment (ITU T.81 §B.2.4.5)."""
    picture, comment = leaked(), BYTES * 40
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]


def pieces_of(picture: bytes) -> list[bytes]:
    """Return what is searched for: the comment, and pieces of the picture's own data."""
    return [BYTES, *(picture[start : start + 32] for start in range(len(picture) // 2, len(picture) - 32, 997))]


def files_under(*folders: Path) -> list[Path]:
    """Return the files below some folders."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def shared_places() -> set[Path]:
    """Return what is in the folders that all programs of a machine share."""
    folders = [folder for folder in (Path(tempfile.gettempdir()), Path("/dev/shm")) if folder.is_dir()]
    return {place for folder in folders for place in folder.iterdir()}


def appeared(before: set[Path]) -> list[Path]:
    """Return the files that are there since, but those of tests that run beside this one, and of their server."""
    since = [p for p in shared_places() - before if not p.name.startswith(("pytest-of-", "rempart-pg-"))]
    return [*(p for p in since if p.is_file()), *files_under(*(p for p in since if p.is_dir()))]


def descriptors() -> Iterable[Path]:
    """Yield the descriptors of this process and of its children that have bytes: files, deleted ones, memory.

    A worker that closed itself in is not to be looked into by anybody but root, which is as it should be.
    """
    me = os.getpid()
    children = Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii").split()
    for process in (str(me), *children):
        try:
            paths = list(Path(f"/proc/{process}/fd").iterdir())
        except OSError:
            assert process != str(me)
            continue
        for path in paths:
            try:
                target = os.readlink(path)
            except OSError:
                continue
            if target.startswith(("/memfd:", "/tmp", "/dev/shm", tempfile.gettempdir())):
                yield path


def holding(paths: Iterable[Path], planted: list[bytes]) -> list[str]:
    """Return which of these hold something that was planted."""
    found = []
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError:  # it went away meanwhile, or is a pipe
            continue
        found += [str(path) for word in planted if word in data]
    return found


def plant(forum: Forum, body: bytes) -> None:
    """Let somebody post words and a picture."""
    forum.append_post(1, f"{WORDS} by Zoë", files=[File(name="view.jpg", body=body)])
    posts = forum.board.threads[1].posts
    posts[-1] = replace(posts[-1], author=AUTHOR)


def test_nothing_of_what_was_seen_is_left(scene: Scene) -> None:
    """Neither of the picture that matched nor of the others; of its post neither words nor author."""
    picture = planted_picture()
    planted = [*pieces_of(picture), WORDS.encode(), str(AUTHOR).encode(), "Zoë".encode()]
    before = shared_places()
    during: list[str] = []

    def look(request: Request) -> None:
        if "/attachments/" in request.path:
            looked_at = [*files_under(scene.workspace.folder), *appeared(before), *descriptors()]
            during.extend(holding(looked_at, planted[:1]))

    with Forum(threads=1, posts=3, picture_every=2) as forum:
        plant(forum, picture)
        scene.add(forum.url())
        forum.on_request = look

        events, tally = scene.watch(forum.url())

        assert [type(event) for event in events].count(Sighted) == 1
        assert tally.media == 2
        assert not during
        looked_at = [*files_under(scene.workspace.folder), *appeared(before), *descriptors()]
        assert scene.workspace.folder / "rempart.db" in looked_at
        assert not holding(looked_at, planted)


def test_the_search_above_finds_what_is_there(tmp_path: Path) -> None:
    """In a file, and behind a descriptor without a name."""
    (tmp_path / "left").write_bytes(b"x" + BYTES)
    memory = os.memfd_create("left")
    os.write(memory, BYTES)

    assert holding(files_under(tmp_path), [BYTES])
    assert holding(descriptors(), [BYTES])
    os.close(memory)
    assert not holding(descriptors(), [BYTES])


def test_what_cannot_be_read_is_forgotten_too(scene: Scene) -> None:
    """A picture that is none, and one that promises too much: asked for once, and not again."""
    broken, huge = leaked()[:200] + BYTES, b"\x89PNG\r\n\x1a\n" + BYTES * 20
    files = [File(name="a.jpg", body=broken), File(name="b.png", body=huge, media_type="image/png")]
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        forum.append_post(1, files=files)
        source = scene.add(forum.url())

        _, tally = scene.watch(forum.url())

        assert tally.unreadable == 2
        assert scene.states(source)[FrontierState.FAILED] == 2
        assert max(forum.log.counts.values()) == 1
        assert not holding([*files_under(scene.workspace.folder), *descriptors()], [BYTES])


def test_a_page_where_a_picture_was_expected_is_no_picture(scene: Scene) -> None:
    """A host that shows its form to log in instead, with status 200."""
    with Forum(threads=1, posts=1, picture_every=0) as forum, Hostile() as host:
        forum.append_post(1, markup=f'<img src="{host.url("/bad-letters")}" class="bbImage">')
        source = scene.add(forum.url())

        _, tally = scene.watch(forum.url(), host.url())

        assert tally.media == 0
        assert scene.states(source)[FrontierState.FAILED] == 1
