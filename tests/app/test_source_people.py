"""What speaks of a person is watched with her consent or inside a case, for thirty days, and no longer than that."""

from __future__ import annotations

from typing import Any

import pytest

from rempart import clock
from rempart.app.cases import close_case
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.rights import add_owner, grant_consent, revoke_consent, subject_of
from rempart.app.sources import list_sources, still_allowed
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, RefusedError
from rempart.model.asset import ConsentScope
from sourced import DAY, added, consenting, opened_case
from workspaces import HERS

Made = tuple[Settings, Workspace]
PERSONAL = (
    "search:Prénom Nom",
    "search:nadia leak",
    "search:@somebody",
    "mastodon:@somebody@host.example",
    "bluesky:somebody.bsky.social",
    "https://forum.example/members/somebody.7/",
    "https://forum.example/search/1/?c[users]=somebody",
    "https://engine.example/?q=Pr%C3%A9nom+Nom",
)


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("values", [{}, {"names_nobody": True}])
def test_a_person_is_not_watched(made: Made, text: str, values: dict[str, Any]) -> None:
    """Bare, and whoever states that it is nobody: exit code 6, nothing is written, nothing is repeated."""
    _, workspace = made

    with pytest.raises(RefusedError) as refused:
        added(made, text, **values)

    assert refused.value.exit_code == 6
    assert "--owner" in refused.value.advice
    assert "omebody" not in refused.value.diagnostics()
    assert workspace.sources.all() == []


def test_an_owners_name_is_a_persons(made: Made) -> None:
    """In whatever form: she is registered here, and was not asked."""
    _, workspace = made
    add_owner(workspace, "Xyzzy Plugh", contact="", right=HERS, language="fr")

    for text in ("search:plughxyzzy", "search:XYZZY", "https://forum.example/threads/xyzzy-plugh.4/"):
        with pytest.raises(RefusedError, match="speaks of a person"):
            added(made, text, names_nobody=True)


def test_a_word_that_nobody_knows_needs_a_statement(made: Made) -> None:
    """It may be a name; whoever answers says that it is none, and that is written."""
    _, workspace = made
    with pytest.raises(RefusedError) as refused:
        added(made, "search:xyzzy leak")

    source = added(made, "search:xyzzy leak", names_nobody=True)

    [event] = workspace.journal.events(source.id)
    assert "--names-nobody" in refused.value.advice
    assert (event.detail["names_nobody"], event.detail["about_person"]) == (1, 0)


def test_a_thing_needs_none(made: Made) -> None:
    """Plain words and a year."""
    assert added(made, "search:Calendar 2027").new.owner is None


@pytest.mark.parametrize("text", PERSONAL)
def test_with_her_consent(made: Made, text: str) -> None:
    """She is named as who consents, by her name or identifier."""
    _, workspace = made
    owner = consenting(workspace)

    source = added(made, text, owner="Zelda Quux")

    assert source.new.owner == owner
    assert still_allowed(workspace, source, clock.utc_now()) == ""


def test_consent_to_something_else_is_none(made: Made) -> None:
    """To be looked for in what others hand over is not to be watched for."""
    _, workspace = made
    add_owner(workspace, "Zelda Quux", contact="", right=HERS, language="fr")

    with pytest.raises(RefusedError, match="without her consent"):
        added(made, "search:zelda quux", owner="Zelda Quux")


def test_nobody_consents_for_another(made: Made) -> None:
    """The query names one owner, the consent is another's; so for a case."""
    _, workspace = made
    consenting(workspace)
    consenting(workspace, "Xyzzy Plugh")
    case = opened_case(made, "Xyzzy Plugh")

    with pytest.raises(RefusedError, match="another owner"):
        added(made, "search:zelda quux", owner="Xyzzy Plugh")
    with pytest.raises(RefusedError, match="another owner"):
        added(made, "search:zelda quux", case=case.id)
    with pytest.raises(MisuseError, match="not this owner's"):
        added(made, "search:zelda quux", owner="Zelda Quux", case=case.id)


@pytest.mark.parametrize("days, is_taken", [(30, True), (31, False)])
def test_it_ends_within_thirty_days(made: Made, days: int, is_taken: bool) -> None:  # noqa: FBT001 - an expectation
    """Then somebody looks at it again; what rests on her is never plain."""
    _, workspace = made
    consenting(workspace)
    until = clock.utc_now() + days * DAY

    for text in ("search:zelda quux", "https://forum.example/forums/4/"):
        if is_taken:
            assert added(made, text, owner="Zelda Quux", until=until).new.until == until
        else:
            with pytest.raises(MisuseError, match="within 30 days"):
                added(made, text, owner="Zelda Quux", until=until)


def test_inside_a_case(made: Made) -> None:
    """Its ground is recorded; once it is closed, the source ends at the next visit."""
    settings, workspace = made
    case = opened_case(made)
    source = added(made, "mastodon:@somebody@host.example", case=case.id)
    before = still_allowed(workspace, source, clock.utc_now())

    close_case(EvidenceDesk(workspace, settings), case.id, why="")

    assert (source.new.case, before) == (case.id, "")
    assert still_allowed(workspace, source, clock.utc_now()) == "its case is closed"
    with pytest.raises(RefusedError, match="closed"):
        added(made, "bluesky:somebody.bsky.social", case=case.id)


def test_the_journal_does_not_join_a_source_to_a_case(made: Made) -> None:
    """Events live longer than cases are talked about."""
    _, workspace = made
    case = opened_case(made)

    source = added(made, "mastodon:@somebody@host.example", case=case.id)

    assert case.id not in str(workspace.journal.events(source.id))


def test_taking_consent_back_ends_it(made: Made) -> None:
    """At the next visit, and the list says so before; a case does not replace her word."""
    _, workspace = made
    consenting(workspace)
    subject = subject_of(workspace, "Zelda Quux")
    case = opened_case(made)
    hers = added(made, "search:zelda quux", owner="Zelda Quux")
    in_case = added(made, "mastodon:@somebody@host.example", case=case.id)

    revoke_consent(workspace, subject, ConsentScope.WATCH)

    for source in (hers, in_case):
        assert still_allowed(workspace, source, clock.utc_now()) == "she took back her consent"
    assert [line.problem for line in list_sources(workspace)] == ["she took back her consent"] * 2
    with pytest.raises(RefusedError, match="took back"):
        added(made, "bluesky:somebody.bsky.social", case=case.id)


def test_giving_it_again_allows_it_again(made: Made) -> None:
    """Her last word counts."""
    _, workspace = made
    consenting(workspace)
    subject = subject_of(workspace, "Zelda Quux")
    source = added(made, "search:zelda quux", owner="Zelda Quux")

    revoke_consent(workspace, subject, ConsentScope.WATCH)
    grant_consent(workspace, subject, ConsentScope.WATCH, "en")

    assert still_allowed(workspace, source, clock.utc_now()) == ""
