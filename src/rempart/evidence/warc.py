"""Records of the web as archives keep them: WARC/1.1 (ISO 28500:2017), each record a gzip member of its own.

Heads of requests and answers are written byte for byte as ``net`` gave them, bodies as they were read. The same input
gives the same bytes: dates are those of the requests, identifiers are made from what they name.

``warcio`` serialises the records; what it would make by itself is not used: identifiers and dates of the moment, SHA-1,
heads that it writes anew, with letters beyond ASCII percent-encoded, and temporary files in clear.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from rempart.model.web import Hop

#: What a WARC of ours is called, wherever it is.
FILE_NAME: Final = "data.warc.gz"
_VERSION: Final = "WARC/1.1"
_CONFORMS_TO: Final = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
#: Of our identifiers (RFC 4122 §4.3): random, once.
_NAMESPACE: Final = uuid.UUID("5a0d9c39-9d1c-4b0e-8a53-2f4d1a2f7c11")
_HEAD_END: Final = b"\r\n\r\n"
#: Renamed where the body is not any more what they say; as Browsertrix, pywb and others do.
_ORIGINAL: Final = b"X-Archive-Orig-"
_CERTIFICATE_TYPE: Final = "application/pkix-cert"


class RecordKind(StrEnum):
    """What a record is (WARC/1.1 §5.5)."""

    WARCINFO = "warcinfo"
    REQUEST = "request"
    RESPONSE = "response"
    METADATA = "metadata"
    RESOURCE = "resource"


_CONTENT_TYPES: Final = {
    RecordKind.WARCINFO: "application/warc-fields",
    RecordKind.REQUEST: "application/http; msgtype=request",
    RecordKind.RESPONSE: "application/http; msgtype=response",
    RecordKind.METADATA: "application/warc-fields",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A file that is kept beside what was fetched, under a name of its own."""

    uri: str
    """Its name: ``urn:x-rempart:…``."""
    at: dt.datetime
    """Of when it is."""
    media_type: str
    """What it is."""
    content: bytes = field(repr=False)
    """Its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What one fetch brought, as ``net`` gave it."""

    hops: tuple[Hop, ...]
    """Each request with the head of its answer, the last one last: one at least, all of them answered."""
    body: bytes | None = field(repr=False)
    """Of the last answer, decompressed and whole; None if it was not read."""
    media_type: str
    """What the last answer says it is; empty if nothing."""
    title: str = ""
    """What the page calls itself, on one line; empty if nothing."""
    obeys_robots: bool = True
    """Whether a robots.txt allowed it; if not, a named person answered for this one address."""
    resources: tuple[Resource, ...] = ()
    """What is kept beside it."""
    software: str
    """Who fetched: name and version."""
    user_agent: str
    """As it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """Where a record is in the file, and what an index says of it."""

    kind: RecordKind
    """What it is."""
    uri: str
    """Of what."""
    at: dt.datetime
    """Of when."""
    media_type: str
    """Of its payload; empty if nothing is known."""
    status: int
    """Of an answer; 0 otherwise."""
    digest: str
    """Of its payload, ``sha256:`` and Base32."""
    offset: int
    """Of its first byte."""
    length: int
    """In the file, compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcFile:
    """A whole file."""

    content: bytes = field(repr=False)
    """Its bytes."""
    places: tuple[RecordPlace, ...]
    """Its records, in order."""


def write_warc(capture: Capture) -> WarcFile:
    """Write what a fetch brought: who fetched; each request, its answer, what is known of both; what is kept beside.

    An answer whose body was not read, as a redirect's, says so (``WARC-Truncated``).

    Raises:
        ValueError: there is no hop, or one that was not answered.
    """
    if not capture.hops or not all(hop.sent and hop.received for hop in capture.hops):
        message = "a capture has a request at least, and the head of the answer to each"
        raise ValueError(message)
    writer = _Writer(capture)
    for index, hop in enumerate(capture.hops):
        is_last = index == len(capture.hops) - 1
        writer.write_exchange(index, hop, capture.body if is_last else None, capture.media_type if is_last else "")
    for resource in (*_certificates(capture.hops), *capture.resources):
        writer.write(RecordKind.RESOURCE, resource.uri, resource.at, resource.content, media_type=resource.media_type)
    return writer.finish()


def certificate_uri(der: bytes) -> str:
    """Return the name under which a certificate is kept."""
    return f"urn:x-rempart:certificate:{hashlib.sha256(der).hexdigest()}"


def warc_date(at: dt.datetime) -> str:
    """Return an instant as WARC/1.1 §5.4 writes it, to the microsecond."""
    return f"{at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def archived_head(received: bytes, body: bytes) -> bytes:
    """Return the head of an answer beside a body without transfer coding and decompressed.

    What does not hold of that body any more is kept under another name (``X-Archive-Orig-…``), so that nobody who
    replays the answer decodes it twice; nothing else is changed.
    """
    lines = received.removesuffix(_HEAD_END).split(b"\r\n")
    renamed = [_ORIGINAL + line if _is_of_the_wire(line, len(body)) else line for line in lines[1:]]
    return b"\r\n".join([lines[0], *renamed]) + _HEAD_END


def _is_of_the_wire(line: bytes, body_bytes: int) -> bool:
    name, _, value = line.partition(b":")
    match name.strip().lower():
        case b"transfer-encoding":
            return True
        case b"content-encoding":
            return value.strip().lower() not in {b"", b"identity"}
        case b"content-length":
            return value.strip() != b"%d" % body_bytes
    return False


def _certificates(hops: Iterable[Hop]) -> tuple[Resource, ...]:
    """Return the certificate of each connection, each once."""
    first = {hop.certificate: hop.at for hop in reversed(tuple(hops)) if hop.certificate}
    return tuple(
        Resource(uri=certificate_uri(der), at=at, media_type=_CERTIFICATE_TYPE, content=der)
        for der, at in sorted(first.items(), key=lambda one: (one[1], one[0]))
    )


class _Writer:
    """Writes records, and notes where they are."""

    def __init__(self, capture: Capture) -> None:
        self._out = io.BytesIO()
        self._writer = WARCWriter(self._out, gzip=True, warc_version=_VERSION)
        self._places: list[RecordPlace] = []
        self._via = ""
        self._info = ""
        fields = [
            ("software", capture.software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", _CONFORMS_TO),
            ("robots", "obey" if capture.obeys_robots else "not allowed; a named person answered for this one address"),
            ("http-header-user-agent", capture.user_agent),
            ("description", "One page, asked for as text: nothing that it embeds was asked for."),
        ]
        self._info = self.write(
            RecordKind.WARCINFO, "", capture.hops[0].at, _fields(fields), more=[("WARC-Filename", FILE_NAME)]
        )

    def write_exchange(self, index: int, hop: Hop, body: bytes | None, media_type: str) -> None:
        """Write a request, its answer, and what is known of both."""
        more = [("WARC-IP-Address", hop.peer)] if hop.peer else []
        head = hop.received if body is None else archived_head(hop.received, body)
        cut = [("WARC-Truncated", "unspecified")] if body is None and not _is_empty(hop) else []
        answer = self.write(
            RecordKind.RESPONSE,
            hop.url,
            hop.at,
            head + (body or b""),
            payload=body or b"",
            more=[*more, *cut],
            media_type=media_type,
            status=hop.status,
        )
        joined = ("WARC-Concurrent-To", answer)
        self.write(RecordKind.REQUEST, hop.url, hop.at, hop.sent, payload=b"", more=[*more, joined])
        facts = [
            ("via", self._via),
            ("hopsFromSeed", "R" * index),
            ("fetchTimeMs", str(round(hop.answered_s * 1000))),
            ("addresses", " ".join(hop.addresses)),
            ("tls", hop.tls),
            ("certificate", certificate_uri(hop.certificate) if hop.certificate else ""),
            *(("remark", remark) for remark in hop.remarks),
        ]
        self.write(RecordKind.METADATA, hop.url, hop.at, _fields(facts), more=[joined])
        self._via = hop.url

    def write(
        self,
        kind: RecordKind,
        uri: str,
        at: dt.datetime,
        block: bytes,
        *,
        payload: bytes | None = None,
        more: Sequence[tuple[str, str]] = (),
        media_type: str = "",
        status: int = 0,
    ) -> str:
        """Write one record, and return its identifier."""
        block_digest, digest = _digest(block), _digest(block if payload is None else payload)
        number = str(len(self._places))
        name = "\n".join([number, kind, uri, warc_date(at), block_digest])
        identifier = f"<{uuid.uuid5(_NAMESPACE, name).urn}>"
        headers = [
            ("WARC-Type", kind.value),
            ("WARC-Record-ID", identifier),
            ("WARC-Date", warc_date(at)),
            *([("WARC-Target-URI", uri)] if uri else []),
            *([("WARC-Warcinfo-ID", self._info)] if self._info else []),
            *more,
            ("WARC-Block-Digest", block_digest),
            # NOTE: where there is none, warcio takes one of the whole block, with SHA-1.
            *([("WARC-Payload-Digest", digest)] if kind is not RecordKind.WARCINFO else []),
        ]
        offset = self._out.tell()
        written = _CONTENT_TYPES.get(kind, media_type)
        record_headers = StatusAndHeaders("", headers, protocol=_VERSION)
        self._writer.write_record(
            ArcWarcRecord("warc", kind.value, record_headers, io.BytesIO(block), None, written, len(block))
        )
        self._places.append(
            RecordPlace(
                kind=kind,
                uri=uri,
                at=at,
                media_type=media_type,
                status=status,
                digest=digest,
                offset=offset,
                length=self._out.tell() - offset,
            )
        )
        return identifier

    def finish(self) -> WarcFile:
        """Return what was written."""
        return WarcFile(content=self._out.getvalue(), places=tuple(self._places))


def _is_empty(hop: Hop) -> bool:
    """Tell whether an answer said that it has no body: then nothing of it is missing."""
    return ("content-length", "0") in hop.headers


def _digest(content: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(content).digest()).decode('ascii')}"


def _fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return fields, those that say something, each on a line of its own whatever is in it."""
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields if value).encode()
