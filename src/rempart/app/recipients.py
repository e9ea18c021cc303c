"""Recipients of copies: adding, telling, finding those a command names, and forgetting."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.recipient_files import TEXT_MOST, read_recipients
from rempart.app.withdrawing import Withdrawal, add_erasure, delete_and_prove
from rempart.app.workspace import Workspace, checked_name
from rempart.errors import MisuseError, NotFoundError
from rempart.model.recipient import NewRecipient, Recipient
from rempart.model.work import AccessPurpose, EventKind

#: The word for everybody.
ALL: Final = "all"
_NAMED_MOST: Final = 5
_TOLD_FIRST: Final = (
    "Tell her that her copies can be told from others', then write when and how: "
    "rempart recipient inform RECIPIENT --informed-on DATE --how TEXT"
)


def add_recipient(workspace: Workspace, new: NewRecipient) -> Recipient:
    """Add one recipient.

    Raises:
        MisuseError: the name is none or taken, or what she was told makes no sense.
    """
    [made] = _add(workspace, [new])
    return made


def import_recipients(workspace: Workspace, path: Path) -> list[Recipient]:
    """Add every recipient of a file, or none.

    Raises:
        MisuseError: lines are wrong: they are named; or somebody is there already.
    """
    return _add(workspace, read_recipients(path, today()))


def inform(workspace: Workspace, name: str, on: dt.date, how: str) -> Recipient:
    """Write that a recipient was told.

    Raises:
        NotFoundError: there is none of this name.
        MisuseError: the day is to come, or it is not said how.
    """
    known = _known(workspace, name)
    check_informed(on, how)
    _check_text(how)
    with workspace.database.transaction():
        told = workspace.recipients.inform(known.id, on, how.strip())
        me, now = workspace.me.id, clock.utc_now()
        workspace.journal.note(EventKind.RECIPIENT_INFORMED, known.id, actor=me, now=now)
    return told


def list_recipients(workspace: Workspace) -> list[Recipient]:
    """Return every recipient; that they were looked at is traced."""
    found = workspace.recipients.all()
    _trace(workspace, AccessPurpose.LIST_RECIPIENTS, len(found))
    return found


def forget(workspace: Workspace, name: str) -> Withdrawal:
    """Delete all about a recipient but her number, for good, and prove it.

    Raises:
        NotFoundError: there is none of this name.
    """
    known, now = _known(workspace, name), clock.utc_now()

    def delete(key: str) -> tuple[()]:
        workspace.recipients.forget(known.id, now)
        workspace.journal.note(EventKind.RECIPIENT_FORGOTTEN, known.id, actor=workspace.me.id, now=now)
        add_erasure(workspace, key, 0, now)
        return ()

    return delete_and_prove(workspace, delete)


def named_by(workspace: Workspace, to: str) -> list[Recipient]:
    """Return whom ``--to`` names: everybody, one, a group, or those of a file.

    Raises:
        NotFoundError: nobody is named so, or somebody of the file is not registered.
        MisuseError: the file is wrong, or there is nobody.
    """
    found = _named_by(workspace, to)
    if not found:
        message = f"there is no recipient in {to!r}"
        raise MisuseError(message, advice="Add some: rempart recipient add, or rempart recipient import FILE.csv")
    _trace(workspace, AccessPurpose.MARK, len(found))
    return found


def require_informed(recipients: Sequence[Recipient]) -> None:
    """Make sure that each was told before the first copy: no copy is made for somebody who was not.

    Raises:
        MisuseError: somebody was not.
    """
    day = today()
    untold = [each for each in recipients if not each.is_informed(day)]
    if not untold:
        return
    names = ", ".join(each.id for each in untold[:_NAMED_MOST])  # not their names: errors end in logs
    more = f" and {len(untold) - _NAMED_MOST} more" if len(untold) > _NAMED_MOST else ""
    message = f"no marked copy is made for somebody who was not told: {names}{more}"
    raise MisuseError(message, advice=_TOLD_FIRST)


def check_informed(on: dt.date | None, how: str) -> None:
    """Refuse a day to come, a day without how she was told, and the reverse.

    Raises:
        MisuseError: it is one of them.
    """
    if on is not None and on > today():
        message = f"{on.isoformat()} is to come: nobody was told yet"
        raise MisuseError(message, advice="Write it once she was told.")
    if on is not None and not how.strip():
        message = "it is not said how she was told"
        raise MisuseError(message, advice='Say it: --how "terms §4, accepted at sign-up"')
    if on is None and how.strip():
        message = "it is not said on which day she was told"
        raise MisuseError(message, advice="Say it: --informed-on 2026-11-02; leave out both if she was not told yet.")


def today() -> dt.date:
    """Return the day, in UTC."""
    return clock.utc_now().date()


def _named_by(workspace: Workspace, to: str) -> list[Recipient]:
    if to == ALL:
        return workspace.recipients.all()
    one = workspace.recipients.find(to)
    group = workspace.recipients.of_group(to)
    if one is not None and one.forgotten_at is None:
        if [each for each in group if each.id != one.id]:
            message = f"{to!r} is a recipient, and a group of {len(group)}"
            raise MisuseError(message, advice=f"Name the recipient by her identifier: {one.id}")
        return [one]
    if group:
        return group
    if not os.path.isfile(to):
        message = f"there is no recipient, group or file {to!r}"
        raise NotFoundError(message, advice="List them with: rempart recipient list")
    return [workspace.recipients.get(each.ref or each.name) for each in read_recipients(Path(to), today())]


def _add(workspace: Workspace, people: Sequence[NewRecipient]) -> list[Recipient]:
    for each in people:
        for name in (each.name, each.ref, each.group):
            if name.casefold() == ALL:
                message = f"{name!r} stands for everybody: nobody is called so, nor a group"
                raise MisuseError(message, advice="Give another name.")
        checked_name(each.name)
        check_informed(each.informed_on, each.how)
        for text in (each.how, each.ref, each.group):
            _check_text(text)
    me, now = workspace.me.id, clock.utc_now()
    with workspace.database.transaction():
        made = workspace.recipients.add(people, by=me, now=now)
        workspace.journal.note(EventKind.RECIPIENTS_ADDED, workspace.id, actor=me, now=now, detail={"count": len(made)})
    return made


def _known(workspace: Workspace, name: str) -> Recipient:
    """Return a recipient who is not forgotten.

    Raises:
        NotFoundError: there is none.
    """
    known = workspace.recipients.get(name)
    if known.forgotten_at is not None:
        message = f"{known.id} is forgotten already"
        raise NotFoundError(message, advice="List the others with: rempart recipient list")
    return known


def _check_text(text: str) -> None:
    if len(text) > TEXT_MOST or not text.isprintable():
        message = f"a text has more than {TEXT_MOST} letters, or signs that cannot be shown"
        raise MisuseError(message, advice="Write it on one line, in a few words.")


def _trace(workspace: Workspace, purpose: AccessPurpose, count: int) -> None:
    workspace.journal.opened(purpose, workspace.id, actor=workspace.me.id, now=clock.utc_now(), count=count)
