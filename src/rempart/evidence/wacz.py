"""A page's records as one file that viewers of web archives open: WACZ 1.1.1, written by ourselves.

It is a zip of the WARC, an index (CDXJ), a list of pages, and ``datapackage.json`` with a digest of each of them; the
same input gives the same bytes.

NOTE: nothing in a WACZ proves anything. ``wacz validate`` passes when ``datapackage-digest.json`` is taken out, and
when everything is made anew around another page (measured with py-wacz 0.6.0). What proves that nothing changed
is the evidence package around it: its commitment, seal, time-stamps and log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from rempart.evidence.warc import FILE_NAME, Capture, RecordKind, RecordPlace, WarcFile, warc_date, write_warc

#: As the makers of the format call it; it has no registration.
MEDIA_TYPE: Final = "application/wacz"
_VERSION: Final = "1.1.1"
_MANIFEST: Final = "datapackage.json"
_DIGEST: Final = "datapackage-digest.json"
#: The earliest time that a zip can tell; a regular file, on Unix.
_ENTRY_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o100644
_WWW: Final = re.compile(r"(?<=^http://)www\d*\.|(?<=^https://)www\d*\.")
_DESCRIPTION: Final = (
    "The text of one page, asked for once. Nothing that it embeds was asked for: no picture, script, style or frame."
)


def write_wacz(capture: Capture) -> bytes:
    """Write what a fetch brought as a WACZ; its page is the address that was asked for first.

    Raises:
        ValueError: as :func:`rempart.evidence.warc.write_warc`.
    """
    warc = write_warc(capture)
    first = capture.hops[0]
    page = {"id": "1", "url": first.url, "ts": warc_date(first.at)}
    if capture.title:
        page["title"] = capture.title
    files = {
        f"archive/{FILE_NAME}": warc.content,
        "indexes/index.cdx": render_index(warc),
        "pages/pages.jsonl": _lines([{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, page]),
    }
    manifest = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": "A page, as text",
        "description": _DESCRIPTION,
        "created": warc_date(first.at),
        "software": capture.software,
        "mainPageUrl": first.url,
        "mainPageDate": warc_date(first.at),
        "resources": [
            {"name": path.rpartition("/")[2], "path": path, "hash": _hash(content), "bytes": len(content)}
            for path, content in files.items()
        ],
    }
    files[_MANIFEST] = _json(manifest)
    files[_DIGEST] = _json({"path": _MANIFEST, "hash": _hash(files[_MANIFEST])})
    return _zip(files)


def render_index(warc: WarcFile) -> bytes:
    """Return the index of the answers: ``key time {…}``, sorted (CDXJ 0.1.0)."""
    return "".join(sorted(_index_line(place) for place in warc.places if place.kind is RecordKind.RESPONSE)).encode()


def sort_key(url: str) -> str:
    """Return the key under which viewers look an address up (SURT): its host backwards, all in small letters.

    As wabac.js makes it, which is in ReplayWeb.page; py-wacz differs in that it drops a slash at the end.

    Args:
        url: In its one form: without the port of its scheme.

    >>> sort_key("https://www.Forum.example.org/Thread?b=2&a=1")
    'org,example,forum)/thread?a=1&b=2'
    """
    parts = urlsplit(_WWW.sub("", url.lower(), count=1))
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path or '/'}{query}"


def _index_line(place: RecordPlace) -> str:
    found = {
        "url": place.uri,
        "mime": place.media_type or "unk",
        "status": str(place.status),
        "digest": place.digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": FILE_NAME,
    }
    return f"{sort_key(place.uri)} {place.at.astimezone(dt.UTC):%Y%m%d%H%M%S} {json.dumps(found)}\n"


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of stored files: the WARC is compressed already, and must be found by its offsets."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ENTRY_TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, content)
    return held.getvalue()


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=2).encode("ascii") + b"\n"


def _lines(values: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in values).encode("ascii")
