"""A source has somebody who answers for it, a reason and an end; what nothing overrides is met before all that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from rempart import clock
from rempart.app.sources import add_source, end_source, list_sources, show_source, still_allowed
from rempart.app.stopping import Stop
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.asset import UserRole
from rempart.model.source import Article14, Health, SourceKind, SourceState
from rempart.model.work import AccessPurpose, EventKind
from sourced import DAY, FORUM, added, consenting, wish

Made = tuple[Settings, Workspace]


@pytest.mark.parametrize(
    "values",
    [
        {"text": "https://forum.example/forums/lyceennes.4/"},
        {"text": "https://forum.example/forums/4/", "why": "pictures of 14 yo are traded there"},
        {"text": "https://forum.example/forums/lyceennes.4/", "authorised_by": "nobody", "until": None, "why": ""},
        {"text": "https://user:word@forum.example/lyceennes"},
    ],
)
def test_what_may_concern_a_minor_is_never_watched(made: Made, values: dict[str, Any]) -> None:
    """Before any other rule, by the address or by the words about it; exit code 6, and no word of it is repeated."""
    _, workspace = made

    with pytest.raises(RefusedError) as refused:
        added(made, **values)

    assert refused.value.exit_code == 6
    assert "PHAROS" in refused.value.advice
    assert "forum.example" not in refused.value.diagnostics()
    assert workspace.sources.all(include_ended=True) == []


def test_what_was_stopped_waits_to_be_handed_over(made: Made) -> None:
    """The address is in the outbox once, however often it is given, and is known again without a word."""
    settings, workspace = made
    for _ in range(2):
        with pytest.raises(RefusedError):
            added(made, "https://forum.example/forums/4/", why="pictures of 14 yo")

    [referral] = workspace.referrals.all()

    assert workspace.referrals.get(referral.id, with_url=True).url == "https://forum.example/forums/4/"
    with pytest.raises(RefusedError):
        added(made, "https://forum.example/forums/4/", why="nothing")
    assert Stop.of(workspace, settings).judge_report("https://forum.example/forums/5/") is None


def test_a_query_that_is_stopped_is_no_address(made: Made) -> None:
    """It is refused; there is nothing to hand over."""
    _, workspace = made

    with pytest.raises(RefusedError):
        added(made, "search:lyceennes")

    assert workspace.referrals.all() == []


@pytest.mark.parametrize(
    "text",
    ["https://t.me/+AbCd", "telegram:https://t.me/joinchat/AbCd", "https://discord.gg/abcd", "magnet:?xt=urn:btih:00"],
)
def test_no_invitation_is_accepted(made: Made, text: str) -> None:
    """Exit code 6, and what to do instead."""
    with pytest.raises(RefusedError) as refused:
        added(made, text)

    assert refused.value.exit_code == 6
    assert "evidence add" in refused.value.advice


def test_it_is_written_with_who_answers_and_who_typed(made: Made) -> None:
    """The journal holds who, until when and what was decided; not a word of the place or of the reason."""
    _, workspace = made
    anne = workspace.add_user("anne", UserRole.REVIEWER)

    source = added(made, authorised_by="anne", depth=2, every=dt.timedelta(hours=6), article14=Article14.INFORMED)

    [event] = workspace.journal.events(source.id)
    assert source.new.place.key == f"page:{FORUM}"
    assert (source.state, source.health, source.new.depth) == (SourceState.ACTIVE, Health.NEW, 2)
    assert source.new.why == "leaks of registered pictures are asked for here"
    assert source.is_due(clock.utc_now())
    assert (event.kind, event.actor) == (EventKind.SOURCE_ADDED, anne.id)
    assert event.detail["typed_by"] == workspace.me.id
    assert event.detail["article14"] == "informed"
    assert not any(word in str(event.detail) for word in ("forum", "leaks", "demandes"))


@pytest.mark.parametrize(
    "values, error, advice",
    [
        ({"authorised_by": ""}, MisuseError, "--authorised-by"),
        ({"authorised_by": "mallory"}, NotFoundError, "user add"),
        ({"why": " \n"}, MisuseError, "--why"),
        ({"why": "x" * 2001}, MisuseError, "--why"),
        ({"until": None}, MisuseError, "--until"),
        ({"until": clock.utc_now() - DAY}, MisuseError, "a day to come"),
        ({"depth": 6}, MisuseError, "threads"),
        ({"depth": -1}, MisuseError, "threads"),
        ({"every": dt.timedelta(minutes=14)}, MisuseError, "30m"),
        ({"every": dt.timedelta(days=31)}, MisuseError, "30m"),
        ({"text": "nothing"}, MisuseError, "A source is"),
        ({"text": "https://127.0.0.1/"}, MisuseError, "public address"),
        ({"text": "https://forum.example:22/"}, MisuseError, "public address"),
        ({"text": "http://localhost/"}, MisuseError, "public address"),
        ({"text": "feed:https://169.254.169.254/"}, MisuseError, "public address"),
        ({"text": "folder:/nowhere-at-all"}, MisuseError, "Check the path"),
        ({"text": "list:/tmp"}, MisuseError, "Check the path"),
        ({"owner": "Nobody Known"}, NotFoundError, "owner"),
        ({"case": "cas_" + "0" * 32}, NotFoundError, "case"),
    ],
)
def test_each_term_is_needed(made: Made, values: dict[str, Any], error: type[MisuseError], advice: str) -> None:
    """Nothing is written otherwise, and it is said what to write."""
    _, workspace = made

    with pytest.raises(error) as caught:
        added(made, **values)

    assert advice in caught.value.advice
    assert workspace.sources.all() == []


@pytest.mark.parametrize("days, is_taken", [(0, False), (366, True), (367, False)])
def test_a_source_ends_within_a_year(made: Made, days: int, is_taken: bool) -> None:  # noqa: FBT001 - an expectation
    """Somebody looks at it again then."""
    until = clock.utc_now() + days * DAY

    if is_taken:
        assert added(made, until=until).new.until == until
    else:
        with pytest.raises(MisuseError, match=r"within 366 days|has begun"):
            added(made, until=until)


def test_what_is_on_this_machine_is_looked_for(made: Made, tmp_path: Path) -> None:
    """A folder, a list, an archive."""
    (tmp_path / "urls.txt").write_text("https://a.example/\n")

    assert added(made, "folder:.", base=tmp_path).new.place.text == str(tmp_path)
    assert added(made, "list:urls.txt", base=tmp_path).new.place.kind is SourceKind.LIST


def test_the_same_place_is_watched_once(made: Made) -> None:
    """However it is written; once it ended, it is taken up again."""
    _, workspace = made
    source = added(made)

    with pytest.raises(MisuseError, match="watched already"):
        added(made, FORUM.upper().replace("/FORUMS/DEMANDES.42/", "/forums/demandes.42/?utm_source=x#y"))
    assert end_source(workspace, source.id).state is SourceState.ENDED
    with pytest.raises(MisuseError, match="ended already"):
        end_source(workspace, source.id)
    assert added(made).id == source.id


def test_the_policy_of_the_fetches_decides_where(made: Made) -> None:
    """A place that may be connected to may be watched: tests have one on loopback."""
    from rempart.net.policy import AddressPolicy  # noqa: PLC0415 - only here

    settings, workspace = made
    _ = workspace.me
    with pytest.raises(MisuseError):
        add_source(workspace, Stop.of(workspace, settings), wish("http://127.0.0.1:8080/"), policy=AddressPolicy())


def test_looking_leaves_a_trace(made: Made) -> None:
    """Places and reasons are sealed: who opened them is written down."""
    _, workspace = made
    source = added(made)

    [line] = list_sources(workspace)
    sheet = show_source(workspace, source.id)

    assert (line.source, line.authorised_by, line.problem) == (source, "oscar", "")
    assert sheet.line == line
    purposes = [access.purpose for access in workspace.journal.accesses()]
    assert purposes[-2:] == [AccessPurpose.LIST_SOURCES, AccessPurpose.SHOW_SOURCE]


def test_what_shows_the_same_content_is_told(made: Made) -> None:
    """A site and its mirror name each other."""
    _, workspace = made
    one, two = added(made), added(made, "https://mirror.example/forums/42/")
    workspace.sources.set_mirror([one.id, two.id], "group")

    assert [each.id for each in show_source(workspace, one.id).line.mirrors] == [two.id]
    assert [[each.id for each in line.mirrors] for line in list_sources(workspace)] == [[two.id], [one.id]]


def test_an_ended_source_is_listed_if_asked_for(made: Made) -> None:
    """It is kept: who answered for it stays known."""
    _, workspace = made
    source = added(made)
    end_source(workspace, source.id)

    assert list_sources(workspace) == []
    [line] = list_sources(workspace, include_ended=True)
    assert (line.source.id, line.problem) == (source.id, "")


def test_a_source_is_visited_until_its_day(made: Made) -> None:
    """On that instant it ends."""
    _, workspace = made
    source = added(made)

    assert still_allowed(workspace, source, source.new.until - dt.timedelta(seconds=1)) == ""
    assert still_allowed(workspace, source, source.new.until) == "its day has come"


def test_a_reason_that_names_nobody_is_sealed(made: Made) -> None:
    """Neither place nor reason is in the file of the database."""
    settings, workspace = made
    consenting(workspace)
    added(made, "search:zelda quux", owner="Zelda Quux", why="planted-reason")
    folder = settings.workspace.folder
    assert folder
    workspace.database.close()

    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert not any(word in whole for word in (b"zelda", b"planted-reason", b"Zelda"))
