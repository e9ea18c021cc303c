"""A fetch as a sequence of steps, without any input or output: threads and tasks drive the same one.

1. The address is read in its one form, and the gate judges that form.
2. It is asked for; the guard checks where it leads before a connection is made (``rempart.net.guard``).
3. A redirect begins again at 1: it is judged and checked as the first address was.
4. The head says of what type the answer is, and the gate judges the name of the file that it names.
5. The first 4 kB show whether that is true.
6. Only then is the rest read, within its limits.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import httpx2

from rempart.clock import monotonic_s, utc_now
from rempart.errors import FetchError
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import (
    Address,
    FetchedMedia,
    FetchMode,
    Hop,
    NotFetched,
    NotFetchedReason,
    NotModified,
    Page,
    Probed,
    Validators,
)
from rempart.net.backend import PEER, ROUTE
from rempart.net.cookies import JobCookies
from rempart.net.credential import Bearer, Credential
from rempart.net.decoding import Decoder
from rempart.net.guard import Route
from rempart.net.interface import ROBOTS_BYTES_MOST, Identity
from rempart.net.memory import MemoryWriter
from rempart.net.meter import SNIFF_BYTES, Meter
from rempart.net.request import NO_VALIDATORS, Wanted, build_request
from rempart.net.typegate import (
    MediaType,
    TextJudge,
    check_beginning,
    check_head,
    decode_words,
    parse_file_name,
    parse_media_type,
)
from rempart.net.urls import WebUrl, join_url, parse_url

FetchOutcome = Page | FetchedMedia | Probed | NotModified | NotFetched | Stopped

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED: Final = 304
_FIRST_ERROR: Final = 400
#: What is sent back to ask whether a page changed.
_ETAG_CHARACTERS_MOST: Final = 512
_DATE_CHARACTERS_MOST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send a request; the reply is its :class:`httpx2.Response`, unread."""

    request: httpx2.Request
    """What to send."""


@dataclass(frozen=True, slots=True)
class ReadMore:
    """Read on; the reply is some bytes as they came, or None at the end."""


@dataclass(frozen=True, slots=True)
class Close:
    """Read no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Ask whoever drives whether a redirect may be followed; it refuses by throwing a FetchError."""

    url: WebUrl
    """Where it leads, judged by the gate already."""


Step = Send | ReadMore | Close | Permit
Reply = httpx2.Response | bytes | None
Flow = Generator[Step, Reply, FetchOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What the fetches of one job share."""

    gate: MinorGate
    """Judges every address on the way."""
    identity: Identity
    """Who asks."""
    cookies: JobCookies
    """Those of this job: another one never sends them."""


class FetchFlow:
    """One fetch."""

    def __init__(self, asker: Asker, wanted: Wanted, meter: Meter) -> None:
        """Prepare a fetch that costs what a meter counts."""
        self._asker = asker
        self._wanted = wanted
        self._meter = meter
        self._hops: list[Hop] = []
        self._bearer = Bearer(wanted.credential)

    def run(self, cleared: Cleared[Address]) -> Flow:
        """Yield the steps of the fetch, and return what came of it."""
        try:
            found = yield from self._follow(cleared)
            if isinstance(found, Stopped):
                return found
            url, response = found
            return (yield from self._receive(url, response))
        except FetchError as error:
            status = self._hops[-1].status if self._hops else 0
            reason = NotFetchedReason(error.reason)
            return NotFetched(
                reason=reason,
                detail=error.detail,
                hops=tuple(self._hops),
                status=status,
                wire_bytes=self._meter.wire_bytes,
            )

    def _follow(self, cleared: Cleared[Address]) -> Generator[Step, Reply, tuple[WebUrl, httpx2.Response] | Stopped]:
        """Ask, and follow redirects."""
        context = cleared.item.context
        url = parse_url(cleared.item.url)
        seen: set[str] = set()
        while True:
            judged = self._asker.gate.check(Address(url=str(url), context=(url.shown_host, *context)))
            if isinstance(judged, Stopped):
                return judged
            if str(url) in seen:
                raise FetchError(NotFetchedReason.REDIRECT_LOOP, f"after {len(self._hops)} answers")
            seen.add(str(url))
            if self._hops:
                yield Permit(url=url)
            response = yield from self._ask(url)
            location = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not location:
                return url, response
            # A redirect without a body leaves its connection to the next request.
            yield ReadMore() if response.headers.get("content-length") == "0" else Close()
            if len(self._hops) > self._wanted.allowance.redirects:
                raise FetchError(NotFetchedReason.REDIRECTS, f"> {self._wanted.allowance.redirects} times")
            # As it came, too: a fragment is not sent, and a bad address is told in a reason; both say what is there.
            if isinstance(judged := self._asker.gate.check(Address(url=location, context=context)), Stopped):
                return judged
            target = join_url(url, location)
            if url.scheme == "https" and target.scheme == "http":
                raise FetchError(NotFetchedReason.DOWNGRADE, target.netloc)
            url = target

    def _ask(self, url: WebUrl) -> Generator[Step, Reply, httpx2.Response]:
        """Send one request, and note it whatever comes of it."""
        credential, wanted = self._bearer.credential_for(url), self._wanted
        if self._hops:
            # A date says nothing of where it leads by now: what stands for a removed picture is older than it was.
            wanted = replace(wanted, validators=Validators(etag=wanted.validators.etag))
        request = build_request(url, wanted, self._asker.identity, self._asker.cookies, credential)
        at, begun_s = utc_now(), monotonic_s()
        hop = Hop(url=str(url), at=at, remarks=url.remarks, sent=_sent_head(request, self._wanted.credential))
        self._meter.begin_head()
        try:
            response = yield Send(request=request)
        except FetchError:
            self._hops.append(hop)
            raise
        assert isinstance(response, httpx2.Response)  # noqa: S101 - the driver's promise, for the type
        self._meter.end_head()
        response.request = request
        self._hops.append(_withheld(_seen(hop, response, monotonic_s() - begun_s), self._wanted.credential))
        self._asker.cookies.keep(response)
        return response

    def _receive(self, url: WebUrl, response: httpx2.Response) -> Flow:
        """Decide whether the body of the last answer may be read, and read it."""
        wanted, hops = self._wanted, tuple(self._hops)
        status = response.status_code
        if status == _NOT_MODIFIED:
            # It has no body (RFC 9112 §6.3): its end is read from nowhere, and the connection can be used again.
            yield ReadMore()
            if wanted.validators == NO_VALIDATORS:
                raise FetchError(NotFetchedReason.BAD_HTTP, "304, and nothing was known before")
            return NotModified(url=str(url), hops=hops)
        if isinstance(judged := self._judge_file_name(response), Stopped):
            yield Close()
            return judged
        is_error = status >= _FIRST_ERROR
        if is_error and wanted.mode is not FetchMode.TEXT:
            yield Close()
            raise FetchError(NotFetchedReason.STATUS, str(status))
        media_type = parse_media_type(response.headers.get("content-type", ""))
        try:
            check_head(wanted.mode, media_type)
            decoder = Decoder(wanted.mode, response.headers.get("content-encoding", ""))
        except FetchError as error:
            yield Close()
            if is_error:
                raise FetchError(NotFetchedReason.STATUS, str(status)) from error
            raise
        return (yield from self._read(url, response, media_type, decoder))

    def _judge_file_name(self, response: httpx2.Response) -> Cleared[Address] | Stopped | None:
        """Let the gate judge the name under which a host offers a file."""
        header = response.headers.get("content-disposition", "")
        if not header:
            return None
        name = parse_file_name(header)
        return self._asker.gate.check(Address(url=name, context=(decode_words(name), header)))

    def _read(self, url: WebUrl, response: httpx2.Response, media_type: MediaType, decoder: Decoder) -> Flow:
        """Sniff, then read on."""
        mode, meter = self._wanted.mode, self._meter
        pieces, judge = _Pieces(decoder, meter), TextJudge()
        beginning = bytearray()
        while (missing := SNIFF_BYTES - len(beginning)) > 0:
            meter.sniff(missing)
            if (piece := (yield from pieces.next())) is None:
                break
            beginning += piece
        try:
            name = check_beginning(mode, media_type, bytes(beginning), judge)
        except FetchError:
            yield Close()
            raise
        if self._wanted.head_only:
            yield Close()
            return Probed(
                url=str(url),
                status=response.status_code,
                media_type=name,
                sniffed_bytes=len(beginning),
                hops=tuple(self._hops),
                wire_bytes=meter.wire_bytes,
            )
        meter.accept_body()
        validators = self._validators_of(response)
        if mode is FetchMode.MEDIA:
            with MemoryWriter() as memory:
                memory.write(beginning)
                while (piece := (yield from pieces.next())) is not None:
                    memory.write(piece)
                return FetchedMedia(
                    url=str(url),
                    media_type=name,
                    memory=memory.seal(),
                    hops=tuple(self._hops),
                    validators=validators,
                    wire_bytes=meter.wire_bytes,
                )
        parts, size = [bytes(beginning)], len(beginning)
        while not self._is_enough(size) and (piece := (yield from pieces.next())) is not None:
            if mode is FetchMode.TEXT:
                judge.feed(piece)
            parts.append(piece)
            size += len(piece)
        if self._is_enough(size):
            yield Close()
        return Page(
            url=str(url),
            status=response.status_code,
            media_type=name,
            charset=media_type.charset,
            body=b"".join(parts),
            hops=tuple(self._hops),
            validators=validators,
            wire_bytes=meter.wire_bytes,
        )

    def _validators_of(self, response: httpx2.Response) -> Validators:
        """Return what to ask again with; nothing of a host that may say a credential back in it."""
        if self._wanted.credential:
            return NO_VALIDATORS
        return Validators(
            etag=response.headers.get("etag", "")[:_ETAG_CHARACTERS_MOST],
            last_modified=response.headers.get("last-modified", "")[:_DATE_CHARACTERS_MOST],
        )

    def _is_enough(self, size: int) -> bool:
        """Tell whether the rest is not to be read: only a robots.txt ends before its end (RFC 9309 §2.5)."""
        return self._wanted.mode is FetchMode.ROBOTS and size >= ROBOTS_BYTES_MOST


class _Pieces:
    """The body of one answer, decompressed and counted, piece by piece."""

    def __init__(self, decoder: Decoder, meter: Meter) -> None:
        self._decoder = decoder
        self._meter = meter
        self._ready: Iterator[bytes] = iter(())
        self._encoded = 0
        self._decoded = 0
        self._is_over = False

    def next(self) -> Generator[Step, Reply, bytes | None]:
        """Return some bytes, or None at the end and after it."""
        if self._is_over:
            return None
        while (piece := next(self._ready, None)) is None:
            raw = yield ReadMore()
            if raw is None:
                self._is_over = True
                self._decoder.finish()
                return None
            assert isinstance(raw, bytes)  # noqa: S101 - the driver's promise, for the type
            self._encoded += len(raw)
            self._ready = self._decoder.feed(raw)
        self._decoded += len(piece)
        self._meter.check_decoded(self._decoded, self._encoded)
        return piece


def _seen(hop: Hop, response: httpx2.Response, answered_s: float) -> Hop:
    """Return what is known of a request now that it is answered."""
    stream = response.extensions.get("network_stream")
    route = stream.get_extra_info(ROUTE) if stream else None
    secure = stream.get_extra_info("ssl_object") if stream else None
    return replace(
        hop,
        addresses=tuple(str(address) for address in route.addresses) if isinstance(route, Route) else (),
        peer=str(stream.get_extra_info(PEER)) if stream else "",
        status=response.status_code,
        headers=tuple((name.lower(), value) for name, value in response.headers.multi_items()),
        tls=secure.version() or "" if secure else "",
        answered_s=answered_s,
        received=_received_head(response),
        certificate=secure.getpeercert(True) or b"" if secure else b"",  # noqa: FBT003 - beneath, it is by place
    )


def _withheld(hop: Hop, credential: Credential | None) -> Hop:
    """Return what is kept of an answer, without a credential that it says back."""
    if credential is None:
        return hop
    headers = tuple((name, credential.withheld_from(value)) for name, value in hop.headers)
    return replace(hop, headers=headers, received=credential.withheld_from_bytes(hop.received))


def _sent_head(request: httpx2.Request, credential: Credential | None) -> bytes:
    """Return the head of a request as the transport sends it: HTTP/1.1, its headers in their order, no credential."""
    line = b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)
    head = _head(line, request.headers.raw)
    return credential.withheld_from_bytes(head) if credential else head


def _received_head(response: httpx2.Response) -> bytes:
    """Return the head of an answer; only the white space around values is not as it came."""
    version = response.extensions.get("http_version", b"HTTP/1.1")
    line = b"%s %d %s" % (version, response.status_code, response.extensions.get("reason_phrase", b""))
    return _head(line, response.headers.raw)


def _head(line: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([line, *(b"%s: %s" % header for header in headers), b"", b""])
