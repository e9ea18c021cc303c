"""The check of an address knows what was frozen in the workspace: no request, no question to a name server."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

import workspaces
from net.doors import FakeResolver
from rempart import clock
from rempart.app.freezing import Freezing
from rempart.app.net_check import CheckStep, NetCheck, Verdict
from rempart.app.stopping import Flag, Stop
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.frontier import Ask, NewFrontier, Urgency
from rempart.model.referral import FlagSource
from rempart.model.web import FetchMode
from rempart.net import AddressPolicy
from stops import attachment, thread_page
from targets.served import Answer, Served, not_found
from watched import new_source

FLAG = Flag(source=FlagSource.TEXT, rule="fr-word")
URL = "https://forum.example/threads/lost.5/"
PICTURE = "https://img.example/a.jpg"
Made = tuple[Settings, Workspace]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Make a workspace in which a thread was frozen, with its attachment and a picture that waited."""
    settings, workspace = workspaces.make(tmp_path / "rempart")
    now = clock.utc_now()
    with workspace:
        freezing = Freezing(workspace, Stop.of(workspace, settings))
        source = workspace.sources.add(
            new_source(workspace.me.id, "https://forum.example/forums/1/", until=now.replace(year=now.year + 1)), now
        ).id
        thread = workspace.threads.open(source, URL, now).id
        root = NewFrontier(ask=Ask.PAGE, url=URL, key=URL, depth=1, urgency=Urgency.ROOT, thread=thread)
        waiting = NewFrontier(ask=Ask.MEDIA, url=PICTURE, key="k", depth=1, urgency=Urgency.MEDIA, thread=thread)
        workspace.frontier.add(source, [root], now)
        item = workspace.frontier.claim("one", now)
        assert item is not None
        workspace.frontier.add(source, [waiting], now)
        page = thread_page("x")
        posts = (dataclasses.replace(page.posts[0], media=(attachment(),)),)
        freezing.freeze_item(item, source, FLAG, dataclasses.replace(page, posts=posts), now)
        yield settings, workspace


def check(
    settings: Settings, workspace: Workspace | None, url: str, mode: FetchMode = FetchMode.TEXT
) -> tuple[list[CheckStep], list[str]]:
    """Check an address where no name is known; return the steps, and which names were asked for."""
    names = FakeResolver()
    return list(NetCheck(settings, mode, workspace, resolver=names).steps(url)), names.asked


@pytest.mark.parametrize("mode", [FetchMode.TEXT, FetchMode.MEDIA])
@pytest.mark.parametrize(
    "url",
    [
        URL,
        "HTTP://FORUM.example:80/threads/lost.5/?utm_source=x#post-1",
        "https://forum.example/a/../threads/lost.5",
        attachment().url,
        f"{PICTURE}?expires=1900000000&signature=ff",
    ],
)
def test_what_was_frozen_is_refused_before_anybody_is_asked(made: Made, url: str, mode: FetchMode) -> None:
    """However it is written: a page, what it shows, what waited of it; the words are the gate's own."""
    steps, asked = check(*made, url, mode)

    assert asked == []
    assert (steps[-1].name, steps[-1].verdict) == ("gate", Verdict.REFUSED)
    assert steps[-1].detail == "its name or address may concern a minor (rule frozen address)"


def test_what_was_not_frozen_goes_on(made: Made) -> None:
    """Another thread of the same place; and everything, where there is no workspace."""
    other, asked = check(*made, "https://forum.example/threads/other.6/")
    without, asked_without = check(made[0], None, URL)

    assert asked == asked_without == ["forum.example"]
    assert [(step.name, step.verdict) for step in (other[-1], without[-1])] == [("names", Verdict.FAILED)] * 2


@pytest.mark.enable_socket
def test_a_redirect_to_what_was_frozen_is_not_followed(made: Made) -> None:
    """The name of where it leads is not looked up."""
    settings, workspace = made
    pages = {"/": Answer(status=302, headers={"Location": URL})}
    with Served(lambda request: pages.get(request.path, not_found())) as site:
        names = FakeResolver({"site.example": [ipaddress.ip_address("127.0.0.1")]})
        policy = AddressPolicy(ports=frozenset({site.port}), allowed=frozenset({("127.0.0.1", site.port)}))
        found = NetCheck(settings, FetchMode.TEXT, workspace, resolver=names, policy=policy)

        steps = list(found.steps(site.url("/", name="site.example")))

    assert set(names.asked) == {"site.example"}
    assert steps[-1].verdict is Verdict.REFUSED
    assert "frozen address" in steps[-1].detail
