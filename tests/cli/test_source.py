"""``rempart source``, ``plan`` and ``sighting``, as people type them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart import clock
from rempart.cli.opening import Globals
from rempart.cli.plan import command as plan
from rempart.cli.sighting import command as sighting
from rempart.cli.source import INFORMING
from rempart.cli.source import command as source
from rempart.errors import NotFoundError, RempartError
from rempart.model.asset import UserRole
from rempart.model.source import Article14
from workspaces import make

FORUM = "https://forum.example/forums/demandes.42/"
UNTIL = (clock.utc_now() + dt.timedelta(days=20)).date().isoformat()
TERMS = ("--authorised-by", "anne", "--why", "leaks are asked for here", "--until", UNTIL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workspace, in which Anne works."""
    made = tmp_path_factory.mktemp("sources") / "workspace"
    _, workspace = make(made)
    workspace.add_user("anne", UserRole.REVIEWER)
    workspace.database.close()
    return made


def run(folder: Path, *arguments: str) -> Result:
    """Run a command in the workspace."""
    command = {"source": source, "plan": plan, "sighting": sighting}[arguments[0]]
    given = Globals(config_file=None, workspace=folder)
    env = {"REMPART_WORKSPACE_USER": "anne"}
    return CliRunner().invoke(command, list(arguments[1:]), obj=given, standalone_mode=False, env=env)


def test_the_words_of_article_14_are_those_of_the_model() -> None:
    """The command's choices are not typed twice for nothing: help must not load the model."""
    assert {word.replace("-", "_") for word in INFORMING} == {str(word) for word in Article14}


@pytest.mark.parametrize(
    "place, code",
    [
        ("https://forum.example/forums/lyceennes.4/", 6),
        ("search:Prénom Nom", 6),
        ("mastodon:@somebody@host.example", 6),
        ("https://t.me/+AbCd", 6),
        ("search:xyzzy", 6),
        ("forum.example", 2),
    ],
)
def test_what_is_refused(folder: Path, place: str, code: int) -> None:
    """With exit code 6 where a line is met, and what to do instead; nothing on stdout."""
    done = run(folder, "source", "add", place, *TERMS)

    assert isinstance(done.exception, RempartError)
    assert (done.exception.exit_code, done.stdout) == (code, "")
    assert done.exception.advice


def test_a_source_from_its_beginning_to_its_end(folder: Path) -> None:
    """Added as in the manual, listed, shown, its health told, ended."""
    done = run(folder, "source", "add", FORUM, "--every", "6h", "--depth", "2", *TERMS, "--json")
    added = json.loads(done.stdout)

    assert (added["place"], added["every_s"], added["article14"]) == (FORUM, 21_600, "public_notice")
    assert "public-notice" in done.stderr
    listed = run(folder, "source", "list").stdout
    assert f"{added['source']}  page  {FORUM}  every 6h" in listed
    assert "authorised by anne: leaks are asked for here" in listed
    shown = json.loads(run(folder, "source", "show", added["source"], "--json").stdout)
    assert {**shown, **added} == shown
    health = run(folder, "source", "health")
    assert (health.return_value, "not visited yet" in health.stdout) == (0, True)
    assert run(folder, "source", "show", added["source"]).stdout.count(FORUM) == 2
    assert run(folder, "source", "end", added["source"]).stdout == f"{added['source']}  ended\n"
    assert run(folder, "source", "list").stdout == ""
    assert added["source"] in run(folder, "source", "list", "--all").stdout


def test_a_query_that_nobody_can_be_asked_is_said(folder: Path) -> None:
    """It is kept, and nothing comes of it before a search engine is named."""
    done = run(folder, "source", "add", 'search:"calendar 2027"', *TERMS)
    run(folder, "source", "end", done.stdout.split()[0])

    assert "search.providers" in done.stderr


def test_a_mirror_is_named(folder: Path) -> None:
    """By the place that it is a mirror of: a group's name says nothing to anybody."""
    places = (FORUM, "https://mirror.example/f/7/")
    one, two = (json.loads(run(folder, "source", "add", p, *TERMS, "--json").stdout)["source"] for p in places)
    with Globals(config_file=None, workspace=folder).open() as workspace:
        workspace.sources.set_mirror([one, two], "mirror-1")

    told = run(folder, "source", "health").stdout
    shown = json.loads(run(folder, "source", "show", one, "--json").stdout)
    run(folder, "source", "end", one)
    after = run(folder, "source", "health").stdout
    run(folder, "source", "end", two)

    assert f"mirror of {two}  https://mirror.example/f/7/" in told
    assert f"mirror of {one}  {FORUM}" in told
    assert shown["mirrors"] == [two]
    assert "mirror of a place that is not watched any more" in after


def test_a_plan_from_its_beginning_to_its_end(folder: Path) -> None:
    """As in the manual: no engine can be asked here, and that is said."""
    done = run(folder, "plan", "launch", "Calendar 2027", "--date", UNTIL, "--from", "D-14", "--json")
    made = json.loads(done.stdout)

    assert done.return_value == 0
    assert "search.providers" in done.stderr
    assert (made["queries"], made["sources"]) == (["Calendar 2027"], [])
    assert "Calendar 2027" in run(folder, "plan", "list").stdout
    assert "query   Calendar 2027" in run(folder, "plan", "show", made["plan"]).stdout
    assert "ended" in run(folder, "plan", "end", made["plan"]).stdout
    assert run(folder, "plan", "list", "--json").stdout == ""


def test_nothing_was_seen(folder: Path) -> None:
    """An empty list is no error; what is not there is."""
    assert run(folder, "sighting", "list").stdout == ""
    missing = run(folder, "sighting", "show", "sgt_" + "0" * 32)
    assert isinstance(missing.exception, NotFoundError)
    assert missing.stdout == ""
