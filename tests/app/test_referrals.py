"""Hand-offs: the address is opened under a trace, and no byte of it is left once a receipt was noted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import workspaces
from rempart import clock
from rempart.app import withdrawing
from rempart.app.referrals import hand_over, list_referrals, show_referral
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, NotFoundError
from rempart.model.referral import FlagSource, Hotline, NewReferral, Referral
from rempart.model.work import AccessPurpose, EventKind, JobState
from rempart.store import erase_traces
from rempart.store.models import ReferralRow

URL = "https://planted-host.example/planted/path.jpg?planted=1"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Make a workspace."""
    with workspaces.make(tmp_path / "rempart")[1] as made:
        yield made


@pytest.fixture
def referral(workspace: Workspace) -> Referral:
    """Stop something."""
    return workspace.referrals.add(NewReferral(url=URL, flag=FlagSource.TITLE, rule="fr-word"), clock.utc_now())


def in_files(folder: Path, planted: bytes) -> list[str]:
    """Return which files of a folder hold some bytes."""
    return [path.name for path in folder.rglob("*") if path.is_file() and planted in path.read_bytes()]


def purposes(workspace: Workspace, subject: str) -> list[AccessPurpose]:
    """Return why something was opened."""
    return [access.purpose for access in workspace.journal.accesses(subject)]


def test_a_list_shows_no_address(workspace: Workspace, referral: Referral) -> None:
    """And is traced."""
    found = list_referrals(workspace)

    assert [(each.id, each.url) for each in found] == [(referral.id, "")]
    assert purposes(workspace, workspace.id) == [AccessPurpose.LIST_REFERRALS]


def test_an_address_is_shown_only_if_it_is_asked_for(workspace: Workspace, referral: Referral) -> None:
    """And each time it is traced as such."""
    shown = [show_referral(workspace, referral.id, with_address=asked).url for asked in (False, True)]

    assert shown == ["", URL]
    assert purposes(workspace, referral.id) == [AccessPurpose.SHOW_REFERRAL, AccessPurpose.OPEN_OUTBOX]


def test_no_word_of_an_address_is_in_the_clear(workspace: Workspace, referral: Referral) -> None:
    """Neither before nor after; nor in what a log would show of it."""
    assert not in_files(workspace.folder, b"planted")
    assert "planted" not in repr(show_referral(workspace, referral.id, with_address=True))


def test_a_receipt_empties_the_outbox_down_to_the_files(workspace: Workspace, referral: Referral) -> None:
    """The very bytes of the sealed address are in no file any more: main file, log and shared memory."""
    sealed = bytes(ReferralRow.objects.get(id=referral.id).outbox_sealed or b"")
    before = in_files(workspace.folder, sealed)

    done = hand_over(workspace, referral.id, to=Hotline.PHAROS, receipt=" PH-2026  117 ")

    assert before
    assert not in_files(workspace.folder, sealed)
    assert done.erasure.is_proved
    assert (done.referral.to, done.referral.receipt, done.referral.url) == (Hotline.PHAROS, "PH-2026 117", "")
    assert done.referral.url_digest == referral.url_digest


def test_a_hand_over_is_an_event_that_names_the_hotline_and_no_receipt(
    workspace: Workspace, referral: Referral
) -> None:
    """Identifiers and words of ours."""
    hand_over(workspace, referral.id, to=Hotline.NCMEC, receipt="12345-secret")

    [event] = [e for e in workspace.journal.events(referral.id) if e.kind is EventKind.REFERRAL_HANDED]
    assert event.detail == {"to": "ncmec"}
    assert not in_files(workspace.folder, b"12345-secret")


def test_while_somebody_reads_an_older_state_it_is_not_called_done(
    workspace: Workspace, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job that proves it goes on."""
    monkeypatch.setattr(withdrawing, "erase_traces", lambda database: erase_traces(database, patience_s=0.1))
    reader = sqlite3.connect(workspace.folder / "rempart.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM referral").fetchall()

    done = hand_over(workspace, referral.id, to=Hotline.OTHER, receipt="by telephone")

    reader.close()
    assert not done.erasure.is_proved
    assert done.erasure.waits_for
    assert [job.state for job in workspace.jobs.all()] == [JobState.QUEUED]


@pytest.mark.parametrize("receipt", ["", "  \n", "x" * 201, "a\x1bb"])
def test_a_receipt_that_says_nothing_is_refused(workspace: Workspace, referral: Referral, receipt: str) -> None:
    """The address stays where it is."""
    with pytest.raises(MisuseError):
        hand_over(workspace, referral.id, to=Hotline.PHAROS, receipt=receipt)

    assert show_referral(workspace, referral.id, with_address=True).url == URL


def test_it_is_handed_over_once(workspace: Workspace, referral: Referral) -> None:
    """The first receipt stays; its address cannot be shown again."""
    hand_over(workspace, referral.id, to=Hotline.PHAROS, receipt="1")

    with pytest.raises(MisuseError, match="before"):
        hand_over(workspace, referral.id, to=Hotline.NCMEC, receipt="2")
    with pytest.raises(MisuseError, match="erased"):
        show_referral(workspace, referral.id, with_address=True)
    assert show_referral(workspace, referral.id).receipt == "1"


def test_one_that_does_not_exist(workspace: Workspace) -> None:
    """Is said not to."""
    with pytest.raises(NotFoundError):
        show_referral(workspace, "rfr_1")


def test_what_was_handed_over_is_stopped_for_ever(workspace: Workspace, referral: Referral) -> None:
    """The same address again gives the same record, though it is gone from the outbox."""
    hand_over(workspace, referral.id, to=Hotline.PHAROS, receipt="1")

    again = workspace.referrals.add(NewReferral(url=URL, flag=FlagSource.TEXT, rule="x"), clock.utc_now())

    assert again.id == referral.id
    assert again.handed_at is not None
