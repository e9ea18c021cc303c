"""Record evidence: who may, and the first step, after which nothing is lost. The rest is ``evidence_proving``.

1. The gate judges every name before a byte is read; the case, its consent, the tie and the second person are required.
2. The item gets a key of its own and an age identity, sealed under the case's key and that one: destroying either
   makes it unreadable.
3. What it is made of goes to the disk, sealed under the item's key.
4. One transaction writes its row, its custody, and the job that goes on if this command does not.
"""

from __future__ import annotations

import contextlib
import io
import json
import mimetypes
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from rempart.app.cases import require_consent
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_places import recording, remove_files, spool_path, sweep_unrecorded
from rempart.app.evidence_recipients import OWN_LABEL
from rempart.errors import MisuseError, RefusedError, UnavailableError
from rempart.evidence.layout import CONTENTS_MOST
from rempart.evidence.private_facts import refuse_private
from rempart.hazmat.items import open_item
from rempart.keys import new_identity, recipient_of
from rempart.model import MediaFile, Unreadable
from rempart.model.evidence import (
    PAGES_ALONE_MOST,
    Case,
    CaseState,
    CustodyKind,
    EvidenceItem,
    EvidenceKind,
    EvidenceRecipient,
    RecipientPurpose,
    Tie,
)
from rempart.model.ids import EvidenceId, IdKind, UserId, new_id
from rempart.model.work import EventKind, JobKind
from rempart.store import NewEvidence

#: An authority may be away for days: tried again once an hour before a person must look.
_ATTEMPTS: Final = 200
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_UNKNOWN_TYPE: Final = "application/octet-stream"
_FILE_PROCEDURE: Final = (
    "A person added this file by hand; the program recorded its bytes as they were, and judged nothing in it.",
)
#: What ties a sealed value to its use.
IDENTITY_CONTEXT: Final = "evidence.identity"
SPOOL_CONTEXT: Final = "evidence.content"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContent:
    """Something to be sealed."""

    name: str
    """What it is called; the gate judges it."""
    media_type: str
    """What it is, as in ``message/rfc822``; public."""
    reader: BinaryIO = field(repr=False)
    """Gives its bytes, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What is to be recorded: a file, or what was fetched of a page."""

    kind: EvidenceKind
    """What it is."""
    label: str
    """What it is called in lists; sealed."""
    contents: Sequence[NewContent]
    """What is sealed: one or more."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What only recipients read; ``url`` is an address, which is shown if the case's owner chose so."""
    public: Mapping[str, bytes] = field(default_factory=dict)
    """Public files, by their name."""
    procedure: tuple[str, ...] = _FILE_PROCEDURE
    """How it was recorded, in public sentences."""
    limits: tuple[str, ...] = ()
    """What it does not prove, in public sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Why something may be recorded."""

    case: Case
    """In which case."""
    tie: Tie
    """What ties it to the case."""
    tied_to: str
    """The match's identifier; empty for another tie."""
    second: UserId | None
    """Who agreed, where it takes two."""


def require_permission(desk: EvidenceDesk, case: str, *, kind: EvidenceKind, tie: str, second: str = "") -> Permission:
    """Make sure that something may be recorded, before anything is read or fetched.

    Args:
        desk: Where, and who.
        case: Its identifier.
        kind: What will be recorded.
        tie: ``match:ID``, ``report`` or ``path``.
        second: The name of the second person; needed for a case's fifty-first page.

    Raises:
        NotFoundError: there is no such case or match.
        RefusedError: it may not be.
    """
    workspace = desk.workspace
    if not case:
        message = "evidence is recorded in a case that has a ground, and nowhere else"
        raise RefusedError(message, advice="Open one: rempart case open --owner NAME --ground … --note …")
    known = workspace.cases.get(case)
    _require_open(known)
    require_consent(workspace, known.owner)
    word, _, tied_to = tie.partition(":")
    is_tied = word in set(Tie) and (word == Tie.MATCH) == bool(tied_to)
    if not is_tied or (tied_to and workspace.evidence.is_match(tied_to) is None):
        message = "nothing ties this to the case: neither a match, nor a report, nor the path to one"
        raise RefusedError(message, advice="Say which: --tie match:ID, --tie report or --tie path")
    agreed = None
    if second or _takes_two(desk, known, kind):
        agreed = desk.require_second(second, f"more than {PAGES_ALONE_MOST} pages of one case")
    return Permission(case=known, tie=Tie(word), tied_to=tied_to, second=agreed)


def _require_open(case: Case) -> None:
    if case.state is CaseState.CLOSED:
        message = f"the case {case.id} is closed"
        raise RefusedError(message, advice="Open another one, with a ground of its own.")


def _takes_two(desk: EvidenceDesk, case: Case, kind: EvidenceKind) -> bool:
    """Tell whether it takes a second person; pages that were erased count."""
    pages = sum(item.kind is EvidenceKind.PAGE for item in desk.workspace.evidence.of_case(case.id))
    return kind is EvidenceKind.PAGE and pages >= PAGES_ALONE_MOST


@contextlib.contextmanager
def file_item(desk: EvidenceDesk, path: Path) -> Iterator[NewItem]:
    """Open a file that a person adds; the gate judges its name first.

    Raises:
        RefusedError: its name may concern a minor: it was not opened.
        MisuseError: it cannot be read.
    """
    item = MediaFile.named(path)
    desk.refuse_stopped(item.names_to_check())
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        message = f"the file cannot be read: {descriptor.in_words()}"
        raise MisuseError(message, advice="Check its name and its permissions. Nothing was recorded.")
    with os.fdopen(descriptor, "rb") as reader:
        name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
        content = NewContent(name=name, media_type=media_type_of(name), reader=reader)
        yield NewItem(kind=EvidenceKind.FILE, label=name, contents=[content])


def media_type_of(name: str) -> str:
    """Return the media type that a file's name says; nothing of it is looked at."""
    # By the ending alone: of a name like "data:text/…" Python would take the type out of its middle, which is private.
    guessed = (mimetypes.guess_type(f"a{Path(name).suffix}", strict=True)[0] or _UNKNOWN_TYPE).lower()
    return guessed if _MEDIA_TYPE.fullmatch(guessed) else _UNKNOWN_TYPE


def record(desk: EvidenceDesk, permission: Permission, new: NewItem) -> EvidenceItem:
    """Record an item; when this returns, nothing of it can be lost.

    Raises:
        RefusedError: one of its names may concern a minor.
        MisuseError: it would tell in public what is private, or there is nobody to seal it to.
        UnavailableError: the disk is full, or the database away: nothing was recorded.
    """
    workspace, case = desk.workspace, permission.case
    desk.refuse_stopped([new.label, *new.facts.values(), *(each.name for each in new.contents)])  # (1)
    _require_makeable(desk, permission, new)
    item = EvidenceId(new_id(IdKind.EVIDENCE))
    sweep_unrecorded(workspace)
    with recording(workspace):
        box, identity = workspace.keyring.make_item_key(item), new_identity()  # (2)
        try:
            for number, content in enumerate(new.contents, start=1):  # (3)
                with _whole(spool_path(workspace, case.id, item, number)) as writer:
                    box.seal_stream(content.reader, writer, context=f"{SPOOL_CONTEXT}:{number}")
            wrapped = workspace.keyring.item_box(case.id).seal(identity.encode(), context=f"{IDENTITY_CONTEXT}:{item}")
            row = NewEvidence(
                id=item,
                case=case.id,
                kind=new.kind,
                tie=permission.tie,
                tied_to=permission.tied_to,
                label=new.label,
                draft=_draft(desk, permission, new),
                identity=wrapped,
            )
            return workspace.database.durably(lambda: _write(desk, row, permission.second))  # (4)
        except BaseException as error:
            if not workspace.evidence.is_known(item):
                remove_files(workspace, case.id, item)
                workspace.keyring.destroy_item_key(item)
            if isinstance(error, OSError):
                message = f"the evidence cannot be recorded: {error.strerror or error}"
                raise UnavailableError(
                    message, advice="Nothing was recorded. Free some space, then add it again."
                ) from error
            raise


def own_recipient(desk: EvidenceDesk, item: EvidenceItem) -> EvidenceRecipient:
    """Return the workspace's own key of an item, as a recipient."""
    return EvidenceRecipient(
        label=OWN_LABEL, age_recipient=recipient_of(identity_of(desk, item)), purpose=RecipientPurpose.ASSOCIATION
    )


def identity_of(desk: EvidenceDesk, item: EvidenceItem) -> str:
    """Return the secret key that opens an item's package.

    Raises:
        IntegrityError: the case's key or the item's was destroyed.
    """
    wrapped = desk.workspace.evidence.identity(item.id)
    box = desk.workspace.keyring.item_box(item.case)
    return box.unseal(wrapped, context=f"{IDENTITY_CONTEXT}:{item.id}").decode()


def _write(desk: EvidenceDesk, row: NewEvidence, second: UserId | None) -> EvidenceItem:
    workspace, now, me = desk.workspace, desk.instant(), desk.workspace.me
    if workspace.evidence.is_known(row.id):  # the answer of the first commit was lost
        return workspace.evidence.get(row.id)
    workspace.cases.lock(row.case)  # what was so before it was fetched may have changed
    case = workspace.cases.get(row.case)
    _require_open(case)
    if second is None and _takes_two(desk, case, row.kind):
        desk.require_second("", f"more than {PAGES_ALONE_MOST} pages of one case")
    item = workspace.evidence.add(row, by=me.id, now=now)
    desk.note(CustodyKind.RECORDED, item, second=second)
    workspace.journal.note(EventKind.EVIDENCE_RECORDED, row.case, actor=me.id, now=now)
    workspace.jobs.add(
        JobKind.FINISH_EVIDENCE, key=job_key(row.id), payload={"item": row.id}, now=now, max_attempts=_ATTEMPTS
    )
    return item


def job_key(item: EvidenceId) -> str:
    """Return the key of the job that goes on with an item."""
    return f"{JobKind.FINISH_EVIDENCE}:{item}"


def _require_makeable(desk: EvidenceDesk, permission: Permission, new: NewItem) -> None:
    """Refuse now what could not become a package later."""
    if not 1 <= len(new.contents) <= CONTENTS_MOST:
        message = f"an item has 1 to {CONTENTS_MOST} contents"
        raise MisuseError(message)
    shown = {"url"} if permission.case.shows_addresses else set()
    facts = {**_facts(desk, permission, new)}
    private = {key: value for key, value in facts.items() if key not in shown}
    private |= {f"name of content {n}": each.name for n, each in enumerate(new.contents, start=1)}
    others = desk.recipients(
        permission.case.id, EvidenceRecipient(label=OWN_LABEL, age_recipient="", purpose=RecipientPurpose.ASSOCIATION)
    )
    said = [desk.organisation, *new.procedure, *new.limits, *new.public, *(each.label for each in others)]
    said += [content.decode("utf-8", errors="replace") for content in new.public.values()]
    refuse_private(said, private)


def _facts(desk: EvidenceDesk, permission: Permission, new: NewItem) -> dict[str, str]:
    """Return what only recipients read: with the item's own facts, who recorded it, and on which machine."""
    facts = {**new.facts, "operator": desk.workspace.me.name, "machine": platform.node(), "system": platform.platform()}
    if permission.tied_to:
        facts["match"] = permission.tied_to
    if permission.second is not None:
        facts["second"] = desk.workspace.users.names()[permission.second]
    return facts


def _draft(desk: EvidenceDesk, permission: Permission, new: NewItem) -> bytes:
    return json.dumps(
        {
            "v": 1,
            "contents": [{"name": each.name, "media_type": each.media_type} for each in new.contents],
            "facts": _facts(desk, permission, new),
            "shown": sorted({"url"} & set(new.facts)) if permission.case.shows_addresses else [],
            "public": {name: content.hex() for name, content in new.public.items()},
            "procedure": list(new.procedure),
            "limits": list(new.limits),
        }
    ).encode()


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file down to the disk; the row that names it comes after."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with io.FileIO(descriptor, "wb") as raw, io.BufferedWriter(raw) as file:
        yield file
        file.flush()
        os.fsync(descriptor)
