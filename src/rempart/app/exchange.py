"""Partners and what they send: adding a partner, taking its files, and suspending a code when a contest is upheld."""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rempart import clock
from rempart.app.exchange_files import hold_feed, verify_held
from rempart.app.exchange_lists import LISTS, Named
from rempart.app.withdrawing import add_erasure, prove_erasure
from rempart.app.workspace import Workspace, checked_name
from rempart.errors import IntegrityError, MisuseError, NotFoundError, UnavailableError
from rempart.model.asset import User, UserRole
from rempart.model.exchange import CODE_BYTES, FeedEntry, FeedFormat, LineFault, Partner, Taken, digest_of
from rempart.model.ids import IdKind, ImportedId, PartnerId, is_id, new_id
from rempart.model.work import EventKind, JobKind
from rempart.register import Statement, parse_feed, recognise

logger = logging.getLogger(__name__)

#: Entries of one transaction: others wait while it lasts, a tenth of a second.
_BATCH: Final = 900
#: PDQ's README (facebook/ThreatExchange): two codes of one picture differ by at most 31 bits of 256.
SUSPENDED_BITS: Final = 31
_REMOVED: Final = "exchange.removed"
_SUSPENDED: Final = "exchange.suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """What a person asked for."""

    partner: str
    """From whom, by name or identifier."""
    is_new: bool = False
    """True adds the partner."""
    key: bytes | None = None
    """By which the file must be signed, now and later; None asks for the key that was given before, if any was."""
    feed_format: FeedFormat | None = None
    """How the file is written; None recognises it."""
    by: str = ""
    """Who decided it, if not who works."""


class FeedImport:
    """One file of one partner on its way in."""

    def __init__(self, workspace: Workspace, path: Path, wish: ImportWish) -> None:
        """Prepare; nothing is read yet."""
        self._workspace = workspace
        self._path = path
        self._wish = wish
        self._job = new_id(IdKind.EVENT)
        self.taken = Taken()
        self.faults = self.malformed = 0
        self.sequence: int | None = None
        """Of a signed file; None if it was not signed."""
        self.recipient: str | None = None
        """How the partner calls this workspace, where it was not known before; None if it was, or no file is signed."""
        self.staying = 0
        """Codes that the partner lists, and that are not in a file of all that is to be matched; they stay listed."""
        self._named = Named()
        self._is_newer = False
        self.waits_for = ""
        """Why what was removed is not proved gone yet, in words; empty if it is, or nothing was removed."""

    @property
    def why_not(self) -> str:
        """Say why the file ends nothing that it does not name."""
        if self.sequence is None:
            return "not signed"
        return "no newer than the last one" if not self._is_newer else "signed, but some of its lines cannot be read"

    def events(self) -> Iterator[LineFault]:
        """Take the file, and yield every line that was left out; may be cut and done again, with the same result.

        1. The partner is found, or added with its key.
        2. If it signs its files, the file must be signed by it, for this workspace, and no older than the last one.
        3. Entries are taken, some hundreds a transaction; what is removed goes in the same one as its job.
        4. What a signed and newer list of all that is to be matched no longer has is ended.
        5. What was removed is proved gone from every file of the database.

        Raises:
            NotFoundError: there is no such partner.
            MisuseError: the file cannot be read, or the partner is there already.
            IntegrityError: the file is not signed as it must be, was made for somebody else, or is older than the last
                one; nothing was taken.
            OutputError: there is no room to hold the file; nothing was taken.
        """
        workspace, now = self._workspace, clock.utc_now()
        by = decided_by(workspace, self._wish.by)
        with hold_feed(self._path, workspace.folder) as file:
            partner = self._partner(by)  # (1)
            feed_format = self._verified(file, partner)  # (2)
            yield from self._take(file, feed_format, partner)  # (3)
        if feed_format in LISTS:
            self._end_absent(partner.id)  # (4)
        gone = self.taken.removed + self.taken.ended
        detail = {"added": self.taken.added, "removed": gone, "faults": self.faults}
        with workspace.database.transaction():
            if self.sequence is not None:
                workspace.partners.note_received(partner.id, self.sequence)
            workspace.journal.note(EventKind.CODES_IMPORTED, partner.id, actor=by.id, now=now, detail=detail)
        if gone:
            self._prove()  # (5)

    def _partner(self, by: User) -> Partner:
        workspace, wish = self._workspace, self._wish
        return add_partner(workspace, wish.partner, by) if wish.is_new else workspace.partners.get(wish.partner)

    def _verified(self, file: BinaryIO, partner: Partner) -> FeedFormat:
        """Make sure that a partner that signs signed this for this workspace; return how it is written."""
        key = self._wish.key or partner.public_key
        if key is None:
            return self._wish.feed_format or recognise(file)
        statement, feed_format = verify_held(file, self._path, key, self._wish.feed_format)
        if key != partner.public_key or partner.recipient is None:
            # Nobody told how the partner calls this workspace: the first file of a key does, and a person sees it.
            self._workspace.partners.pin_key(partner.id, key, statement.recipient)
            self.recipient = statement.recipient
            self._is_newer = True
        else:
            _require_newest(statement, partner)
            self._is_newer = statement.sequence > partner.received
        self.sequence = statement.sequence
        return feed_format

    def _take(self, file: BinaryIO, feed_format: FeedFormat, partner: Partner) -> Iterator[LineFault]:
        found = parse_feed(file, feed_format)
        while step := list(itertools.islice(found, _BATCH)):
            faults = [f for f in step if isinstance(f, LineFault)]
            entries = [e for e in step if isinstance(e, FeedEntry)]
            self._named.add(entries)
            self.taken += self._workspace.database.durably(self._step(partner.id, entries))
            self.faults += len(faults)
            self.malformed += sum(f.reason.is_malformed for f in faults)
            yield from faults

    def _step(self, partner: PartnerId, entries: list[FeedEntry]) -> Callable[[], Taken]:
        workspace = self._workspace
        removed, suspended = _removed_digest(workspace, partner), suspended_digest(workspace)

        def take() -> Taken:
            taken = workspace.imported.take(partner, entries, removed=removed, suspended=suspended)
            if taken.removed:
                add_erasure(workspace, self._job, taken.removed, clock.utc_now())
            return taken

        return take

    def _end_absent(self, partner: PartnerId) -> None:
        """End what a partner lists and its file does not name, if it signed the file and all of it can be read.

        Anybody may make a file that is not signed; and a line that cannot be read may be any code.
        """
        workspace = self._workspace
        absent = self._named.absent(workspace, partner)
        if not self._is_newer or self.malformed:  # see why_not
            self.staying = len(absent)
            return

        def end(codes: list[ImportedId]) -> int:
            ended = workspace.imported.end(partner, codes)
            if ended:
                add_erasure(workspace, self._job, ended, clock.utc_now())
            return ended

        for begin in range(0, len(absent), _BATCH):
            step = functools.partial(end, absent[begin : begin + _BATCH])
            self.taken += Taken(ended=workspace.database.durably(step))

    def _prove(self) -> None:
        workspace = self._workspace
        try:
            prove_erasure(workspace)
        except UnavailableError as error:
            self.waits_for = str(error)
        else:
            workspace.jobs.settle(f"{JobKind.ERASE_ASSETS}:{self._job}", clock.utc_now())


def _require_newest(statement: Statement, partner: Partner) -> None:
    """Make sure that a file was made for this workspace, and is no older than the last one.

    Raises:
        IntegrityError: it was not, or is.
    """
    if statement.recipient != partner.recipient:
        message = f"the file was made for {statement.recipient!r}, and this partner's others for {partner.recipient!r}"
        advice = "It is somebody else's copy, or the partner calls this workspace otherwise: ask it for your own file."
        raise IntegrityError(message, advice=advice)
    if statement.sequence < partner.received:
        message = f"the file is number {statement.sequence}, and number {partner.received} was imported already"
        advice = "An older file would bring back what was changed since. Ask the partner for the newest."
        raise IntegrityError(message, advice=advice)


def add_partner(workspace: Workspace, name: str, by: User) -> Partner:
    """Add a partner, with the key of what it will remove; the first one also makes the key that signs our files.

    Raises:
        MisuseError: there is one of this name, or the name is none.
    """
    name, partner = checked_name(name), PartnerId(new_id(IdKind.PARTNER))
    if not workspace.partners.all():
        workspace.keyring.make_item_key(workspace.id)
    workspace.keyring.make_item_key(partner)
    now = clock.utc_now()
    with workspace.database.transaction():
        added = workspace.partners.add(partner, name, public_key=None, by=by.id, now=now)
        workspace.journal.note(EventKind.PARTNER_ADDED, partner, actor=by.id, now=now)
    return added


def suspend(workspace: Workspace, code: str | bytes, by: str) -> int:
    """Stop comparing a code of others, because a named person upheld a contest; from the next query on, everywhere.

    With it goes every code that is listed now and so near that it is of the same picture, saved once more: whoever
    listed that one would find her all the same. Each stays suspended whoever lists it later, and is taken out of our
    next files to every partner.

    Args:
        workspace: Where.
        code: The identifier of an imported code (``imp_…``), its 64 hexadecimal digits, or its 32 bytes.
        by: Who upheld the contest.

    Returns:
        How many codes that somebody lists now are suspended by it.

    Raises:
        NotFoundError: there is no code of this identifier.
        MisuseError: it is no code, or no partner was ever added.
    """
    bits, person, now = _bits_named(workspace, code), decided_by(workspace, by), clock.utc_now()
    if not workspace.partners.all():
        message = "there is no partner in this workspace, and so no code of others"
        raise MisuseError(message, advice="To contest a picture that is registered here: rempart asset contest")
    marks = suspended_digest(workspace)
    with workspace.database.transaction():
        # First: from here on no import writes until all is done, and what was listed before is seen.
        count = int(workspace.imported.suspend(digest_of(bits), suspended=marks, by=person.id, now=now))
        for digest in _listed_near(workspace, bits):
            count += workspace.imported.suspend(digest, suspended=marks, by=person.id, now=now)
        detail: dict[str, str | int] = {"typed_by": str(workspace.me.id), "listed": count}
        workspace.journal.note(EventKind.CODE_SUSPENDED, workspace.id, actor=person.id, now=now, detail=detail)
    return count


def _listed_near(workspace: Workspace, bits: bytes) -> list[bytes]:
    """Return the digests of the other codes that are listed within the radius of a match."""
    asked = int.from_bytes(bits)
    return [
        digest
        for _, other, digest, _ in workspace.imported.codes()
        if other != bits and (int.from_bytes(other) ^ asked).bit_count() <= SUSPENDED_BITS
    ]


def _bits_named(workspace: Workspace, code: str | bytes) -> bytes:
    if isinstance(code, str) and is_id(code, IdKind.IMPORTED):
        found = workspace.imported.bits_of(ImportedId(code))
        if found is None:
            message = f"there is no imported code {code!r}"
            raise NotFoundError(message, advice="It may have been removed by its partner meanwhile.")
        return found
    try:
        bits = bytes.fromhex(code) if isinstance(code, str) else code
    except ValueError:
        bits = b""
    if len(bits) != CODE_BYTES:
        message = "it is neither the identifier of an imported code nor 64 hexadecimal digits"
        raise MisuseError(message, advice="A hit of an imported code shows its identifier: imp_…")
    return bits


def decided_by(workspace: Workspace, name: str) -> User:
    """Return who decided something: the person named, added if she is new here, or whoever works."""
    if not name:
        return workspace.me
    return workspace.users.find(name) or workspace.add_user(name, UserRole.REVIEWER)


def suspended_digest(workspace: Workspace) -> Callable[[bytes], bytes]:
    """Return what makes the marks of suspended codes.

    Raises:
        IntegrityError: the key that makes them is gone.
    """
    key = workspace.keyring.item_digest(workspace.id)
    return lambda digest: key.of(digest, context=_SUSPENDED)


def _removed_digest(workspace: Workspace, partner: PartnerId) -> Callable[[bytes], bytes]:
    key = workspace.keyring.item_digest(partner)
    return lambda digest: key.of(digest, context=_REMOVED)
