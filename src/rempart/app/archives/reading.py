"""Open the archives of a pile, and stream their members: judged first, then read one at a time, in memory only.

::

    reader = ArchiveReader(gate, limits)
    for found in reader.opened(cleared_items, after=()):
        match found:
            case Cleared(): ...     # a file that is no archive, or a member with its bytes
            case Unentered(): ...   # a member or an archive that was stopped, or cannot be read
            case PassedOver(): ...  # records of the web that hold no picture
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from rempart.app.archives.entries import Entry, PassedOver, name_parts
from rempart.app.archives.gzip_stream import GzipStream
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.sniff import SNIFFED, ArchiveKind, sniff_archive
from rempart.app.archives.streams import ByteStream, FileBytes, HeldBytes, Readable, Seekable, read_whole
from rempart.app.archives.tar_members import tar_entries
from rempart.app.archives.warc_records import WARC_MARK, warc_entries
from rempart.app.archives.zip_members import ZipArchive
from rempart.app.pile import Unentered, rest_of
from rempart.errors import ArchiveError
from rempart.hazmat.formats import sniff
from rempart.hazmat.items import open_item
from rempart.model import (
    Cleared,
    MediaBytes,
    MediaFile,
    MediaItem,
    MinorGate,
    Place,
    Stopped,
    Unreadable,
    UnreadableReason,
)

#: What comes out of a pile once its archives are opened.
Found = Cleared[MediaItem] | Unentered | PassedOver

_ONE_PASSED_OVER: Final = PassedOver(count=1)
#: How many numbers tell a place in an archive of each format.
_PLACE_LENGTH: Final = {
    ArchiveKind.ZIP: 1,
    ArchiveKind.TAR: 1,
    ArchiveKind.TAR_GZ: 1,
    ArchiveKind.WARC: 1,
    ArchiveKind.WARC_GZ: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """What the gate judges of a member: everything around it, and its own names."""

    label: str
    names: tuple[str, ...]
    place: Place

    def names_to_check(self) -> tuple[str, ...]:
        return self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """An archive that is being read, and what its members inherit of it."""

    label: str
    names: tuple[str, ...]
    place: Place
    depth: int
    budget: Budget
    is_of_web: bool = False
    """True where what is no picture is only counted: the records of a crawl, and what is in them."""


class ArchiveReader:
    """Opens what the gate cleared and is an archive; everything else goes through."""

    def __init__(self, gate: MinorGate, limits: ArchiveLimits) -> None:
        """Open archives within limits; the gate judges each member before a byte of it is read."""
        self._gate = gate
        self._limits = limits

    def opened(self, items: Iterable[Cleared[MediaItem]], after: Place = ()) -> Iterator[Found]:
        """Yield the items that are no archive, and the members of those that are, in order.

        Args:
            items: What the gate cleared.
            after: The place after which to go on, in the archive that it names.
        """
        for cleared in items:
            if isinstance(cleared.item, MediaFile) and self._limits.max_depth:
                yield from self._file(cleared, cleared.item, after)
            else:
                yield cleared

    def _file(self, cleared: Cleared[MediaItem], item: MediaFile, after: Place) -> Iterator[Found]:
        descriptor = open_item(item)
        if isinstance(descriptor, Unreadable):
            yield cleared  # the pool, which opens it again, says why
            return
        try:
            kind = sniff_archive(_head(descriptor))
            if kind:
                budget = Budget(self._limits, os.fstat(descriptor).st_size)
                archive = _Archive(
                    label=item.label,
                    names=item.names,
                    place=item.place,
                    depth=1,
                    budget=budget,
                )
                yield from self._members(archive, kind, FileBytes(descriptor, budget), rest_of(after, item.place))
        finally:
            os.close(descriptor)
        if not kind:
            yield cleared

    def _members(self, archive: _Archive, kind: ArchiveKind, source: Readable, after: Place) -> Iterator[Found]:
        """Yield what an archive holds; what ends it early comes last."""
        start = after[: _PLACE_LENGTH[kind]]
        try:
            opened = _open_archive(kind, source, archive.budget, start)
            archive = replace(
                archive, is_of_web=archive.is_of_web or opened.is_of_web, names=archive.names + opened.names
            )
            verdict = self._gate.check(_Member(label=archive.label, names=archive.names, place=archive.place))
            if isinstance(verdict, Stopped):
                yield Unentered(label=archive.label, outcome=verdict, place=archive.place)
                return
            for entry in opened.entries:
                rest: Place = ()
                if start and entry.place == start:
                    rest = after[len(start) :]
                    if not rest:
                        continue
                yield from self._member(archive, entry, rest)
        except ArchiveError as error:
            yield _unread(archive.label, error, archive.place)

    def _member(self, archive: _Archive, entry: Entry, after: Place) -> Iterator[Found]:
        """Judge a member, then open it: step by step, so that what is stopped is not read any further."""
        member = _Member(
            label=_label(archive, entry), names=(*archive.names, *entry.names), place=(*archive.place, *entry.place)
        )
        verdict = self._gate.check(member)
        if isinstance(verdict, Cleared) and entry.problem:
            yield Unentered(label=member.label, outcome=entry.problem, place=member.place)
            return
        try:
            if isinstance(verdict, Cleared) and (later := entry.later_names()):
                member = _Member(label=member.label, names=(*member.names, *later), place=member.place)
                verdict = self._gate.check(member)
            if isinstance(verdict, Stopped):
                yield Unentered(label=member.label, outcome=verdict, place=member.place)
            else:
                yield from self._content(archive, verdict, ByteStream(entry.open()), after)
        except ArchiveError as error:
            if not error.of_member:
                raise
            yield _unread(member.label, error, member.place)

    def _content(
        self, archive: _Archive, cleared: Cleared[_Member], stream: ByteStream, after: Place
    ) -> Iterator[Found]:
        """Yield a cleared member if it is a picture, its members if it is an archive, or say that it is neither."""
        member = cleared.item
        head = stream.peek(SNIFFED)
        kind = sniff_archive(head)
        if kind and archive.depth >= self._limits.max_depth:
            outcome = Unreadable(reason=UnreadableReason.TOO_DEEP, detail=f"> {self._limits.max_depth}")
            yield Unentered(label=member.label, outcome=outcome, place=member.place)
        elif kind:
            inner = _Archive(
                label=member.label,
                names=member.names,
                place=member.place,
                depth=archive.depth + 1,
                budget=archive.budget,
                is_of_web=archive.is_of_web,
            )
            yield from self._members(inner, kind, stream, after)
        elif sniff(head):
            data = read_whole(stream, self._limits.max_member_bytes)
            yield cleared.with_content(
                MediaBytes(data=data, label=member.label, names=member.names, place=member.place)
            )
        elif archive.is_of_web:
            yield _ONE_PASSED_OVER
        else:
            reason = UnreadableReason.UNSUPPORTED if head else UnreadableReason.EMPTY
            yield Unentered(label=member.label, outcome=Unreadable(reason=reason), place=member.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """An archive that was begun."""

    entries: Iterator[Entry]
    is_of_web: bool = False
    names: tuple[str, ...] = ()
    """What the archive itself says that it is called."""


def _open_archive(kind: ArchiveKind, source: Readable, budget: Budget, start: Place) -> _Opened:
    """Begin to read an archive, from a place on.

    Raises:
        ArchiveError: it cannot be opened.
    """
    if kind is ArchiveKind.ZIP:
        file = source if isinstance(source, Seekable) else HeldBytes(read_whole(source, budget.limits.max_member_bytes))
        opened = ZipArchive(file, budget)
        return _Opened(entries=opened.entries(start), is_of_web=opened.is_of_web)
    stream = source if isinstance(source, ByteStream) else ByteStream(source)
    match kind:
        case ArchiveKind.TAR:
            return _Opened(entries=tar_entries(stream, budget, start))
        case ArchiveKind.TAR_GZ:
            unpacked = GzipStream(stream, budget)
            unpacked.peek(1)
            names = name_parts(unpacked.name)
            return _Opened(entries=tar_entries(unpacked, budget, start), names=names)
        case ArchiveKind.WARC:
            return _Opened(entries=warc_entries(stream, budget, start), is_of_web=True)
        case ArchiveKind.WARC_GZ:
            stream.skip(int(start[0]) if start else 0)
            unpacked = GzipStream(stream, budget, stop_before=WARC_MARK)
            return _Opened(entries=warc_entries(unpacked, budget, start), is_of_web=True)


def _head(descriptor: int) -> bytes:
    """Return the first bytes of a file; none if the disk fails, which is told by who reads the rest."""
    try:
        return os.pread(descriptor, SNIFFED, 0)
    except OSError:
        return b""


def _label(archive: _Archive, entry: Entry) -> str:
    """Return how a member is shown: ``pile/suspects.zip!/folder/a.jpg``, or a record's own address."""
    if entry.is_address and entry.name:
        return entry.name
    return f"{archive.label}!/{entry.name}" if entry.name else archive.label


def _unread(label: str, error: ArchiveError, place: Place) -> Unentered:
    outcome = Unreadable(reason=UnreadableReason(error.reason), detail=error.detail)
    return Unentered(label=label, outcome=outcome, place=place)
