"""Recipients of a workspace: whom a command names, who was told, and what is left of somebody who is forgotten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from marked import TOLD
from rempart.app.recipients import (
    add_recipient,
    forget,
    import_recipients,
    inform,
    list_recipients,
    named_by,
    require_informed,
    today,
)
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, NotFoundError
from rempart.model.recipient import NewRecipient
from rempart.model.work import AccessPurpose, EventKind
from workspaces import make


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace."""
    return make(tmp_path / "ws")[1]


def test_whom_a_command_names(workspace: Workspace, tmp_path: Path) -> None:
    """Everybody, one by name, reference or identifier, a group, or those of a file."""
    ada = add_recipient(workspace, NewRecipient(name="Ada", informed_on=TOLD, how="x", ref="C1", group="press"))
    bea = add_recipient(workspace, NewRecipient(name="Bea", informed_on=TOLD, how="x"))
    (path := tmp_path / "some.csv").write_text("name,ref\nBea,\nWhoever,C1\n", encoding="utf-8")

    assert named_by(workspace, "all") == [ada, bea]
    assert named_by(workspace, "ada") == named_by(workspace, "C1") == named_by(workspace, "press") == [ada]
    assert named_by(workspace, str(path)) == [bea, ada]
    with pytest.raises(NotFoundError, match="no recipient, group or file"):
        named_by(workspace, "nobody")


def test_nobody_at_all(workspace: Workspace) -> None:
    """Is told."""
    with pytest.raises(MisuseError, match="no recipient in"):
        named_by(workspace, "all")


def test_who_was_not_told_is_named(workspace: Workspace) -> None:
    """Once she is told, she is not."""
    bea = add_recipient(workspace, NewRecipient(name="Bea"))
    with pytest.raises(MisuseError, match=r"not told: rcp_\w{32}$"):
        require_informed([bea])

    told = inform(workspace, "Bea", TOLD, "letter")

    require_informed([told])
    assert workspace.journal.events(bea.id)[-1].kind is EventKind.RECIPIENT_INFORMED


@pytest.mark.parametrize("day, how", [(dt.timedelta(days=1), "x"), (dt.timedelta(0), " ")])
def test_what_cannot_have_been_told(workspace: Workspace, day: dt.timedelta, how: str) -> None:
    """On a day to come, or in no way."""
    with pytest.raises(MisuseError):
        add_recipient(workspace, NewRecipient(name="Ada", informed_on=today() + day, how=how))

    assert list_recipients(workspace) == []


def test_a_list_is_added_whole_or_not(workspace: Workspace, tmp_path: Path) -> None:
    """Somebody who is there already keeps the others out."""
    add_recipient(workspace, NewRecipient(name="Ada"))
    (path := tmp_path / "some.csv").write_text("name\nBea\nAda\n", encoding="utf-8")

    with pytest.raises(MisuseError, match="called 'Ada'"):
        import_recipients(workspace, path)

    assert [each.name for each in list_recipients(workspace)] == ["Ada"]


def test_she_is_forgotten(workspace: Workspace) -> None:
    """For good: no file of the database has her name, and her number is nobody's."""
    ada = add_recipient(workspace, NewRecipient(name="Ada", informed_on=TOLD, how="x"))

    done = forget(workspace, "Ada")

    assert done.is_proved
    assert list_recipients(workspace) == []
    assert add_recipient(workspace, NewRecipient(name="Ada")).index == ada.index + 1
    purposes = {a.purpose for a in workspace.journal.accesses(workspace.id)}
    assert AccessPurpose.LIST_RECIPIENTS in purposes


@pytest.mark.parametrize(
    "new",
    [
        NewRecipient(name="All", informed_on=TOLD, how="x"),
        NewRecipient(name="Ada", group="all"),
        NewRecipient(name="Ada", how="x"),
        NewRecipient(name="Ada", informed_on=TOLD, how="x" * 201),
        NewRecipient(name="Ada", ref="a\nb"),
        NewRecipient(name="Ada", group="\u202eevil"),
    ],
)
def test_what_cannot_be_said_of_somebody(workspace: Workspace, new: NewRecipient) -> None:
    """The word for everybody, how without when, and what cannot be shown on a line: as in a file."""
    with pytest.raises(MisuseError):
        add_recipient(workspace, new)

    assert list_recipients(workspace) == []


def test_a_word_that_names_one_and_several(workspace: Workspace) -> None:
    """Is refused: nobody is to get a copy by a slip. Her identifier says whom."""
    ada = add_recipient(workspace, NewRecipient(name="press"))
    add_recipient(workspace, NewRecipient(name="Bea", group="Press"))

    with pytest.raises(MisuseError, match="a recipient, and a group of 1"):
        named_by(workspace, "press")

    assert named_by(workspace, ada.id) == [ada]


def test_who_is_forgotten_cannot_be_told(workspace: Workspace) -> None:
    """Nor forgotten again: it would look as if something had been written."""
    ada = add_recipient(workspace, NewRecipient(name="Ada"))
    forget(workspace, "Ada")

    with pytest.raises(NotFoundError, match="forgotten already"):
        inform(workspace, ada.id, TOLD, "letter")
    with pytest.raises(NotFoundError, match="forgotten already"):
        forget(workspace, ada.id)
