"""Places are watched, not people: no door and no repository finds or shows somebody, nothing is joined or followed."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rempart import store
from rempart.cli.commands import COMMANDS
from required import ROOT

SOURCE = ROOT / "src" / "rempart"
DOORS = ("source", "sighting", "plan", "watch", "alert", "referral")
#: What somebody is found by. ``--owner`` is a consent's, ``--authorised-by`` who answers: both are of this workspace.
PERSONAL = re.compile(r"author(?!ised)|poster|user|name(?!s_nobody)|face|handle|e?mail|phone|pseudonym|member|account")
REPOSITORIES = (
    "SourceRepository",
    "FrontierRepository",
    "ThreadRepository",
    "SightingRepository",
    "ReferralRepository",
    "AlertRepository",
    "PlanRepository",
)
JOINING = re.compile(
    r"(?:join|accept|redeem|import|follow|subscribe|log_?in|sign_?up|register)_?"
    r"(?:invite|invitation|chat|channel|group|guild|server|account|forum)?"
)
#: What clients of networks call it, in their addresses and methods.
JOINING_WORDS = re.compile(
    r"importChatInvite|joinChannel|checkChatInvite|/api/v1/(?:accounts/[^/]*/follow|follows)|app\.bsky\.graph\.follow|"
    r"createSession|createAccount|/oauth|/login/login|ucp\.php\?mode=(?:login|register)",
    re.IGNORECASE,
)
CLIENTS = "telethon pyrogram discord praw mastodon-py atproto instaloader snscrape libtorrent btdht aioipfs".split()
WATCHING = [
    *sorted(path for path in (SOURCE / "collect").rglob("*.py") if path.parent.name != "examples"),
    *sorted((SOURCE / "app").glob("watch*.py")),
    *sorted((SOURCE / "app").glob("source*.py")),
]


def _parameters() -> Iterator[tuple[str, str]]:
    """Yield each command of the doors of a watch, with each of its parameters."""
    for door in DOORS:
        module, _ = COMMANDS[door]
        command = importlib.import_module(module).command
        subs = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        for name, each in subs:
            yield from ((f"{door} {name}".strip(), str(one.name)) for one in each.params)


@pytest.mark.parametrize("command, parameter", sorted(_parameters()))
def test_no_door_finds_a_person(command: str, parameter: str) -> None:
    """No option and no argument takes an author, a name, a face, an e-mail or a handle (safety, row 4)."""
    assert not PERSONAL.search(parameter), f"rempart {command} takes {parameter}"


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_no_repository_finds_a_person(repository: str) -> None:
    """Nor any method, by the names of its parameters."""
    methods = inspect.getmembers(getattr(store, repository), inspect.isfunction)

    assert methods
    for method, function in methods:
        for parameter in inspect.signature(function).parameters:
            assert not PERSONAL.search(parameter), f"{repository}.{method} takes {parameter}"


def test_no_table_has_a_column_for_a_person() -> None:
    """Of who wrote: nothing, but a pseudonym inside one case."""
    from rempart.store import models  # noqa: PLC0415 - needs Django's settings

    tables = ("SourceRow", "FrontierRow", "ThreadRow", "SightingRow", "SearchHitRow", "LocatorRow", "ExcerptRow")
    found = {
        f"{table}.{field.name}"
        for table in tables
        for field in getattr(models, table)._meta.get_fields()
        if PERSONAL.search(field.name)
    }

    assert found == {"ExcerptRow.pseudonym_sealed"}


@pytest.mark.parametrize("path", WATCHING, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_is_joined(path: Path) -> None:
    """No call that joins, follows, registers or logs in, under any of its names (safety, row 29)."""
    text = path.read_text(encoding="utf-8")
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    }

    assert not JOINING_WORDS.search(text)
    assert not {name for name in called if JOINING.fullmatch(name) and name not in {"join", "follow"}}


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_no_client_that_could_is_installed(lock: Path) -> None:
    """Clients of networks come with what joins, follows and posts: addresses anybody may read are asked instead."""
    installed = set(re.findall(r"^([a-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE))

    assert installed
    assert not installed & set(CLIENTS)


def test_a_door_that_did_would_be_seen() -> None:
    """The patterns find what they are for."""
    assert all(PERSONAL.search(name) for name in ("author", "poster_name", "face", "email", "user", "handle"))
    assert not any(PERSONAL.search(name) for name in ("authorised_by", "owner", "names_nobody", "place", "source"))
    assert JOINING.fullmatch("join_channel")
    assert JOINING_WORDS.search("messages.importChatInvite")
