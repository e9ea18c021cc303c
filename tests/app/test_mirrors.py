"""Mirrors in a workspace: groups are written, kept as they are, and dissolved when they no longer hold."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import workspaces
from made_threads import made_posts
from rempart import clock
from rempart.app.mirrors import note_picture, regroup
from rempart.app.workspace import Workspace
from rempart.collect.mirrors import CODE_BYTES, signature_of
from rempart.model.ids import SourceId, ThreadId
from targets.forum import Forum
from watch_scenes import add, outside, watch, without_pace, workspace_with_leak
from watched import new_source


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Make a workspace."""
    with workspaces.make(tmp_path / "rempart")[1] as made:
        yield made


def site(workspace: Workspace, host: str, threads: range) -> tuple[SourceId, list[ThreadId]]:
    """Add a source whose threads were read."""
    now = clock.utc_now()
    new = new_source(workspace.me.id, f"https://{host}/forums/1/", until=now + dt.timedelta(days=30))
    source = workspace.sources.add(new, now).id
    opened = []
    for number in threads:
        thread = workspace.threads.open(source, f"https://{host}/threads/{number}/", now)
        workspace.threads.sign(thread.id, signature_of(made_posts(number)), b"")
        opened.append(thread.id)
    return source, opened


def test_sources_that_show_the_same_share_a_group(workspace: Workspace) -> None:
    """And another one does not."""
    a, _ = site(workspace, "a.example", range(6))
    b, _ = site(workspace, "b.example", range(3, 9))
    c, _ = site(workspace, "c.example", range(20, 26))

    found = regroup(workspace)

    names = {each: workspace.sources.get(each).mirror_group for each in (a, b, c)}
    assert found == [frozenset({a, b})]
    assert names[a] == names[b] != ""
    assert not names[c]


def test_doing_it_twice_changes_nothing(workspace: Workspace) -> None:
    """The name is drawn from the sources."""
    a, _ = site(workspace, "a.example", range(4))
    site(workspace, "b.example", range(4))
    regroup(workspace)
    before = workspace.sources.get(a).mirror_group

    regroup(workspace)

    assert workspace.sources.get(a).mirror_group == before


def test_a_group_that_no_longer_holds_is_dissolved(workspace: Workspace) -> None:
    """One of the two shows something else now."""
    a, _ = site(workspace, "a.example", range(4))
    _, threads = site(workspace, "b.example", range(4))
    regroup(workspace)
    for number, thread in enumerate(threads):
        workspace.threads.sign(thread, signature_of(made_posts(50 + number)), b"")

    assert regroup(workspace) == []
    assert not workspace.sources.get(a).mirror_group


def test_a_picture_is_added_to_its_threads_codes(workspace: Workspace) -> None:
    """Once, beside its signature."""
    _, [thread] = site(workspace, "a.example", range(1))
    fingerprint = hashlib.sha256(b"picture").digest()

    for _ in range(2):
        note_picture(workspace, thread, fingerprint)

    signature, codes = workspace.threads.signature(thread)
    assert signature == signature_of(made_posts(0))
    assert codes == fingerprint[::4][:CODE_BYTES]


@pytest.mark.enable_socket
@pytest.mark.slow
def test_a_watch_says_which_sources_show_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forum and its mirror, under other numbers and another name; a third forum is like neither."""
    without_pace(monkeypatch)
    settings, workspace = workspace_with_leak(tmp_path)
    with (
        workspace,
        Forum(threads=4, posts=12, picture_every=0) as forum,
        forum.as_mirror() as mirror,
        Forum(seed=9, threads=4, posts=12, picture_every=0) as other,
    ):
        urls = [each.url(name=f"{name}.example") for each, name in ((forum, "a"), (mirror, "b"), (other, "c"))]
        sources = [add(workspace, url).id for url in urls]

        watch(workspace, settings, outside(urls))

        group, of_mirror, of_other = (workspace.sources.get(source).mirror_group for source in sources)
    assert group == of_mirror != ""
    assert not of_other
