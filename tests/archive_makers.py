"""Archives made in code with other tools than ours: zipfile, tarfile, gzip, warcio."""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from rempart.app.archives import ArchiveLimits, ArchiveReader, Found
from rempart.app.pile import Unentered, walk
from rempart.model import Cleared, MediaBytes, MediaFile, MediaItem, MinorGate, Place, Stopped

#: What begins as pictures do, and is small; no decoder sees it.
JPEG = b"\xff\xd8\xff\xe0 a picture, for whom looks at three bytes"
PNG = b"\x89PNG\r\n\x1a\n another"
Members = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


def pairs(members: Members) -> list[tuple[str, bytes]]:
    """Return names with contents, in order."""
    return list(members.items() if isinstance(members, Mapping) else members)


def zip_of(members: Members, *, deflate: bool = True, comment: bytes = b"") -> bytes:
    """Return a zip."""
    held = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.comment = comment
        for name, data in pairs(members):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # names that come twice
                archive.writestr(name, data)
    return held.getvalue()


def tar_of(members: Members, *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a plain tar."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name, data in pairs(members):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


def packed(data: bytes) -> bytes:
    """Return one gzip member."""
    return gzip.compress(data, mtime=0)


class HeldWriter(WARCWriter):  # type: ignore[misc]  # warcio publishes no types
    """Warcio's writer, without the temporary files that it leaves open."""

    def _create_temp_file(self) -> io.BytesIO:
        return io.BytesIO()


def warc_of(records: Members, *, gz: bool = False, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return a WARC: a warcinfo, then a request and a response for each address."""
    held = io.BytesIO()
    writer = HeldWriter(held, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "tests"}))
    for address, data in pairs(records):
        for kind, line in (("request", "GET / HTTP/1.1"), ("response", "200 OK")):
            block = data if kind == "response" else b""
            http = StatusAndHeaders(line, list(headers), protocol="HTTP/1.1" if kind == "response" else "")
            writer.write_record(writer.create_warc_record(address, kind, payload=io.BytesIO(block), http_headers=http))
    return held.getvalue()


def found_in(
    *roots: Path, limits: ArchiveLimits | None = None, after: Place = (), gate: MinorGate | None = None
) -> list[Found]:
    """Walk, judge and open, as a scan does."""
    judge = gate or MinorGate()

    def cleared() -> Iterable[Cleared[MediaItem]]:
        for item in walk(roots, after):
            verdict = judge.check(item) if isinstance(item, MediaFile) else None
            if isinstance(verdict, Cleared):
                yield verdict

    return list(ArchiveReader(judge, limits or ArchiveLimits()).opened(cleared(), after))


def members_of(found: Iterable[Found]) -> dict[str, bytes]:
    """Return the members that came out, by label."""
    items = [one.item for one in found if isinstance(one, Cleared)]
    return {item.label: item.data for item in items if isinstance(item, MediaBytes)}


def reasons_of(found: Iterable[Found]) -> list[tuple[str, str]]:
    """Return what could not be read, by label, with its reason; ``stopped`` for what the gate stopped."""
    return [
        (one.label, "stopped" if isinstance(one.outcome, Stopped) else str(one.outcome.reason))
        for one in found
        if isinstance(one, Unentered)
    ]
