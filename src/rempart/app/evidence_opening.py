"""Open what is sealed: by two people, for a reason, for some minutes, and never without an entry in the log.

1. Two people, a reason, and the gate over every name and address, before anything is decrypted.
2. The log and the custody have it: from here on it counts as seen, whatever happens next.
3. It is decrypted into a new folder that nobody else can enter, or to a stream, and compared with its commitments.
4. The folder goes when its minutes are over; if the command is killed, with the next command or job.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hmac
import io
import json
import logging
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rempart.app.evidence_adding import identity_of
from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.app.evidence_proving import package_of
from rempart.app.transparency_log import event_content
from rempart.app.workspace import EVIDENCE_FOLDER, Workspace
from rempart.errors import IntegrityError, KeyFileError, MisuseError, OutputError
from rempart.evidence.commitments import COMMITMENTS, Committing, Opening, Openings, parse_commitments, parse_openings
from rempart.evidence.layout import OPENINGS, TEXT_BYTES_MOST
from rempart.keys import decrypt_stream
from rempart.model.evidence import CustodyKind, EvidenceItem, EvidenceState, Exposure
from rempart.model.ids import IdKind, UserId, new_id
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.model.work import AccessPurpose, EventKind
from rempart.whole_file import write_new

logger = logging.getLogger(__name__)

MINUTES_MOST: Final = 240
#: Facts that are addresses, for the gate to judge.
_OPENED: Final = "opened"
_MARKER: Final = ".rempart-opened"
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Something sealed that lies open."""

    item: EvidenceItem
    """Which item."""
    openings: Openings
    """What was sealed, and what its recipients are told."""
    folder: Path | None
    """Where; None if it was streamed."""
    until: dt.datetime
    """When the folder goes."""
    token: str
    """What closes it."""


def open_evidence(
    desk: EvidenceDesk,
    name: str,
    *,
    reason: str,
    second: str,
    to: Path | None,
    minutes: int = 15,
    stream: BinaryIO | None = None,
) -> Opened:
    """Open what is sealed in an item.

    Args:
        desk: Where, and who.
        name: The item.
        reason: Why it must be seen.
        second: The name of a second person who works here.
        to: A folder that does not exist; None with a stream.
        minutes: How long the folder stays.
        stream: Takes the only content of an item, instead of a folder.

    Raises:
        NotFoundError: there is no such item.
        RefusedError: there is no second person, or a name in it may concern a minor.
        MisuseError: there is no reason, it was erased, or the folder exists.
        IntegrityError: it does not open, or is not what was committed to; nothing is left in the folder.
    """
    close_openings(desk.workspace, desk.instant())
    item = desk.workspace.evidence.get(name)
    agreed = _require_allowed(desk, item, second, to, minutes, is_streamed=stream is not None)  # (1)
    reason = checked_text(reason, "the reason")
    folder, _ = package_of(desk, item)
    openings = read_openings(desk, item)
    desk.refuse_stopped([item.label, *openings.facts.values(), *(each.name for each in openings.openings)])
    if stream is not None and len(openings.openings) != 1:
        message = f"{item.id} has {len(openings.openings)} contents, and a stream takes one"
        raise MisuseError(message, advice="Name a new folder: --to FOLDER")
    note_opening(desk, item, reason=reason, second=agreed)  # (2)
    until, token = desk.instant() + dt.timedelta(minutes=minutes), new_id(IdKind.CUSTODY)
    opened = Opened(item=item, openings=openings, folder=to, until=until, token=token)
    committed = parse_commitments((folder / COMMITMENTS).read_bytes())
    try:
        if to is not None:
            _announce(desk.workspace, opened)
        for number, opening in enumerate(openings.openings, start=1):  # (3)
            with contextlib.ExitStack() as files:
                sealed = files.enter_context((folder / opening.sealed).open("rb"))
                writer = stream or files.enter_context(_new_file(to or Path(), number, opening))
                _decrypt(desk, item, sealed, writer, opening, committed.get(opening.sealed, b""))
    except BaseException as error:
        close_opening(desk.workspace, token)
        if isinstance(error, OSError):
            message = f"what is sealed cannot be written: {error.strerror or error}"
            raise OutputError(
                message, advice="It counts as opened. Free some space, or name another folder."
            ) from error
        raise
    return opened


def read_openings(desk: EvidenceDesk, item: EvidenceItem) -> Openings:
    """Return what a package's openings say, in memory; nothing of it is shown.

    Raises:
        IntegrityError: they do not open.
    """
    folder, _ = package_of(desk, item)
    plain = io.BytesIO()
    if (folder / OPENINGS).stat().st_size > TEXT_BYTES_MOST:
        message = "the openings are too long"
        raise IntegrityError(message)
    with (folder / OPENINGS).open("rb") as sealed:
        _open_with_own_key(desk, item, sealed, plain)
    return parse_openings(plain.getvalue())


def note_opening(desk: EvidenceDesk, item: EvidenceItem, *, reason: str, second: UserId) -> None:
    """Write, in the log and in the custody, that an item is seen: both or none."""
    workspace, now, me = desk.workspace, desk.instant(), desk.workspace.me
    with workspace.database.transaction():
        workspace.cases.lock(item.case)
        if workspace.evidence.get(item.id).state is EvidenceState.ERASED:  # just now: its entries are forgotten
            message = f"{item.id} is erased"
            raise MisuseError(message)
        number = desk.note(CustodyKind.OPENED, item, second=second, why=reason)
        facts: dict[str, str | int] = {
            "item": item.id,
            "at": now.isoformat(),
            "by": desk.role(item.case, me.id),
            "second": desk.role(item.case, second),
            "why": reason,
            "opening": workspace.custody.openings(item.id),
        }
        content = event_content(LogEntryKind.OPENING, facts)
        entry = NewLogEntry(owner=item.id, event=f"opening {number}", kind=LogEntryKind.OPENING, content=content)
        desk.log.append([entry], now)
        workspace.journal.note(EventKind.EVIDENCE_OPENED, item.case, actor=me.id, now=now)
        for who in (me.id, second):
            workspace.journal.opened(AccessPurpose.OPEN_EVIDENCE, item.id, actor=who, now=now)


def exposures(desk: EvidenceDesk, item: EvidenceItem) -> list[Exposure]:
    """Return how often who saw what is sealed in an item: none is proved by the log, which is written first.

    Raises:
        IntegrityError: the custody and the log do not say the same.
    """
    found = desk.workspace.custody.exposures(item.id)
    if item.state is EvidenceState.ERASED:
        return found
    logged = sum(entry.kind is LogEntryKind.OPENING for entry in desk.log.entries_of(item.id))
    if logged != desk.workspace.custody.openings(item.id):
        message = f"the log has {logged} openings of {item.id}, and its custody another number"
        raise IntegrityError(message, advice="The database was changed: restore a backup.")
    return found


def close_opening(workspace: Workspace, token: str) -> bool:
    """Remove what lies open; harmless if nothing does. Return False if something is left: it is tried again."""
    note = _notes(workspace) / f"{token}.json"
    try:
        folder = Path(json.loads(note.read_bytes())["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        note.unlink(missing_ok=True)
        return True
    # Only what this program opened: a folder of that name may be another one by now.
    if (folder / _MARKER).is_file() and (folder / _MARKER).read_text(encoding="ascii", errors="replace") == token:
        _empty(folder)
    if (folder / _MARKER).exists():
        logger.warning("what lies open could not be removed")
        return False
    note.unlink(missing_ok=True)
    return True


def _empty(folder: Path) -> None:
    """Remove an opened folder; its marker goes last, so that whatever could not be removed is found again."""
    for path in folder.iterdir():
        if path.name == _MARKER:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    if [path.name for path in folder.iterdir()] == [_MARKER]:
        shutil.rmtree(folder, ignore_errors=True)


def close_openings(workspace: Workspace, now: dt.datetime) -> None:
    """Remove what lies open past its minutes, or was left by a command that was killed."""
    if not _notes(workspace).is_dir():
        return
    for note in _notes(workspace).glob("*.json"):
        try:
            told = json.loads(note.read_bytes())
            is_over = dt.datetime.fromisoformat(told["until"]) <= now or not _is_running(int(told["process"]))
        except (OSError, ValueError, KeyError, TypeError):
            is_over = True
        if is_over:
            close_opening(workspace, note.stem)


def _require_allowed(
    desk: EvidenceDesk, item: EvidenceItem, second: str, to: Path | None, minutes: int, *, is_streamed: bool
) -> UserId:
    agreed = desk.require_second(second, "opening what is sealed")
    if item.state in {EvidenceState.RECORDED, EvidenceState.ERASED}:
        message = f"{item.id} is {item.state}: there is no package to open"
        raise MisuseError(message)
    if (to is None) != is_streamed or not 1 <= minutes <= MINUTES_MOST:
        message = f"it is opened into a folder for 1 to {MINUTES_MOST} minutes, or to a stream"
        raise MisuseError(message, advice="Name a new folder: --to FOLDER --minutes 15")
    if to is not None and os.path.lexists(to):
        message = f"there is something at {str(to)!r} already"
        raise MisuseError(message, advice="Name a folder that does not exist.")
    return agreed


def _announce(workspace: Workspace, opened: Opened) -> None:
    """Make the folder, and write where it is before anything lies in it: whoever comes next can remove it."""
    folder = Path(os.path.abspath(opened.folder or ""))
    _notes(workspace).mkdir(mode=0o700, exist_ok=True)
    told = {"folder": str(folder), "until": opened.until.isoformat(), "process": os.getpid()}
    write_new(_notes(workspace) / f"{opened.token}.json", json.dumps(told).encode())
    folder.mkdir(mode=0o700)
    write_new(folder / _MARKER, opened.token.encode())


def _new_file(folder: Path, number: int, opening: Opening) -> BinaryIO:
    """Return a new file; of the name that was recorded only a plain ending is taken."""
    ending = Path(opening.name).suffix
    name = f"{number:03d}{ending if _ENDING.fullmatch(ending) else '.bin'}"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "wb")


class _Committed:
    """A writer that commits to what goes by."""

    def __init__(self, writer: BinaryIO, committing: Committing) -> None:
        self._writer, self._committing = writer, committing

    def write(self, data: bytes) -> int:
        self._committing.update(data)
        return self._writer.write(data)

    def flush(self) -> None:
        self._writer.flush()


def _decrypt(
    desk: EvidenceDesk, item: EvidenceItem, sealed: BinaryIO, writer: BinaryIO, opening: Opening, committed: bytes
) -> None:
    committing = Committing(opening.salt)
    _open_with_own_key(desk, item, sealed, _Committed(writer, committing))  # type: ignore[arg-type]  # it is only written
    if not hmac.compare_digest(committing.commitment(), committed):
        message = f"{opening.sealed} of {item.id} is not what was committed to"
        raise IntegrityError(message, advice="Put the package back from a backup.")


def _open_with_own_key(desk: EvidenceDesk, item: EvidenceItem, sealed: BinaryIO, writer: BinaryIO) -> None:
    """Decrypt something of an item with the workspace's key of it, which fits unless the package was changed."""
    try:
        decrypt_stream(identity_of(desk, item), sealed, writer)
    except KeyFileError as error:
        message = f"what is sealed in {item.id} does not open: it was changed or cut short"
        raise IntegrityError(message, advice="Put the package back from a backup.") from error


def _notes(workspace: Workspace) -> Path:
    return workspace.folder / EVIDENCE_FOLDER / _OPENED


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
