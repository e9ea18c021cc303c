"""A page on its way into a worker, and its record on the way out: an answer of a worker has 1 MiB at most.

Records are small. One that is not (a sitemap of 50,000 addresses) goes compressed; if it is too large even so, the page
is cut, and says so.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rempart.collect.interface import FetchedPage
from rempart.collect.limits import PAGE_BYTES_MOST
from rempart.collect.parsed import read_written, write_page
from rempart.errors import MediaError
from rempart.model import UnreadableReason
from rempart.model.collected import LeftOut, ParsedPage

if TYPE_CHECKING:
    from rempart.hazmat import Json

TASK_NAME: Final = "rempart.collect.parse_task:run"
#: Of the head of a packed page: its address, type and letters.
_HEAD_BYTES_MOST: Final = 64 * 1024
#: Of a record in base 64, in an answer of 1 MiB (``hazmat.frames``).
_PACKED_MOST: Final = 1_000_000
#: Of a record as JSON, unpacked in the parent.
_RECORD_BYTES_MOST: Final = 32 * 1024 * 1024
#: An upper estimate of what is written; a letter beyond ASCII is six bytes, numbers and signs are few.
_CHARACTER_BYTES: Final = 6
_ROW_BYTES: Final = 100


def pack(page: FetchedPage) -> bytes:
    """Write a page as one item of a pool: a line of JSON, then its bytes."""
    head = {"url": page.url, "type": page.media_type, "charset": page.charset, "status": page.status}
    return json.dumps(head, ensure_ascii=True).encode("ascii") + b"\n" + page.body


def unpack(data: bytes) -> FetchedPage:
    """Read what :func:`pack` wrote.

    Raises:
        MediaError: it is not that, or too large.
    """
    head, newline, body = data.partition(b"\n")
    if not newline or len(head) > _HEAD_BYTES_MOST:
        raise MediaError(UnreadableReason.UNSUPPORTED, "a packed page begins with a line of JSON")
    if len(body) > PAGE_BYTES_MOST:
        raise MediaError(UnreadableReason.TOO_MANY_BYTES, f"{len(body)} > {PAGE_BYTES_MOST}")
    said = json.loads(head)
    return FetchedPage(
        url=str(said["url"]),
        body=body,
        media_type=str(said["type"]),
        charset=str(said["charset"]),
        status=int(said["status"]),
    )


def write_record(page: ParsedPage) -> dict[str, Json]:
    """Write a page as the task's answer; what does not fit is left out of it."""
    if _estimate(page) < _PACKED_MOST:
        return write_page(page)
    while len(packed := _packed(page)) > _PACKED_MOST:
        page = _halved(page)
    return {"packed": packed}


def parse_page(record: Mapping[str, Json]) -> ParsedPage:
    """Read a task's answer.

    Raises:
        ValueError: it is none; an address in it is not of the web, or not in its one form; there is too much of it.
    """
    packed = record.get("packed")
    if packed is None:
        return read_written(record)
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(base64.b64decode(str(packed), validate=True), _RECORD_BYTES_MOST)
    except (binascii.Error, zlib.error) as error:
        message = "a packed record is compressed, in base 64"
        raise ValueError(message) from error
    if not unpacker.eof:
        message = f"a record of more than {_RECORD_BYTES_MOST} bytes, or cut"
        raise ValueError(message)
    inner = json.loads(plain)
    if not isinstance(inner, dict):
        message = "a record is an object"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    return read_written(inner)


def _packed(page: ParsedPage) -> str:
    plain = json.dumps(write_page(page)).encode("ascii")
    return base64.b64encode(zlib.compress(plain, 6)).decode("ascii")


def _estimate(page: ParsedPage) -> int:
    """Return at least as many bytes as its record has, without writing it."""
    media = [*page.media, *(one for post in page.posts for one in post.media)]
    characters = sum(len(post.text) for post in page.posts) * _CHARACTER_BYTES
    characters += sum(len(one.url) + len(one.engine_id) + _CHARACTER_BYTES * len(one.name) for one in media)
    characters += sum(len(link.url) + _CHARACTER_BYTES * len(link.title) for link in page.links)
    characters += sum(len(one.url) + _CHARACTER_BYTES * (len(one.title) + len(one.text)) for one in page.results)
    characters += sum(len(post.url) for post in page.posts) + _ROW_BYTES * len(page.results)
    characters += (len(page.words) + sum(len(post.words) for post in page.posts)) * _CHARACTER_BYTES
    return characters + 40 * _ROW_BYTES + _ROW_BYTES * 3 * (len(media) + len(page.links) + len(page.posts))


def _halved(page: ParsedPage) -> ParsedPage:
    """Leave out the second half of what a page has most of."""
    written = {
        LeftOut.LINKS: sum(len(link.url) + len(link.title) for link in page.links),
        LeftOut.MEDIA: sum(len(one.url) + len(one.name) for one in page.media),
        LeftOut.RESULTS: sum(len(one.url) + len(one.title) + len(one.text) for one in page.results),
        LeftOut.POSTS: sum(len(post.text) + sum(len(one.url) for one in post.media) for post in page.posts),
        LeftOut.WORDS: len(page.words) + sum(len(post.words) for post in page.posts),
    }
    most = max(written, key=lambda what: written[what])
    left_out = tuple(what for what in LeftOut if what in {*page.left_out, most})
    if most is LeftOut.LINKS:
        return replace(page, links=page.links[: len(page.links) // 2], left_out=left_out)
    if most is LeftOut.MEDIA:
        return replace(page, media=page.media[: len(page.media) // 2], left_out=left_out)
    if most is LeftOut.RESULTS:
        return replace(page, results=page.results[: len(page.results) // 2], left_out=left_out)
    if most is LeftOut.WORDS:  # all of them: half a judgement is none
        posts = tuple(replace(post, words="") for post in page.posts)
        return replace(page, words="", posts=posts, left_out=left_out)
    return replace(page, posts=page.posts[: len(page.posts) // 2], left_out=left_out)
