"""Codes of nobody's picture for tests of exchanges, and feeds that hold them."""

from __future__ import annotations

import hashlib
import io
import json
import random

from rempart.model.exchange import FeedEntry, FeedFormat, LineFault
from rempart.register import parse_feed


def code(number: int) -> bytes:
    """Make the same 32 bytes for the same number: 128 ones, as every code of a picture has."""
    ones = random.Random(number).sample(range(256), 128)  # noqa: S311 - bits of a test, with a seed
    return sum(1 << bit for bit in ones).to_bytes(32)


def named(bits: bytes) -> str:
    """Return how a removal names a code."""
    return hashlib.sha256(bits).hexdigest()


def read(content: bytes | str, feed_format: FeedFormat) -> tuple[list[FeedEntry], list[LineFault]]:
    """Parse a feed; return what it holds and what is wrong with it."""
    raw = content.encode() if isinstance(content, str) else content
    found = list(parse_feed(io.BytesIO(raw), feed_format))
    return [f for f in found if isinstance(f, FeedEntry)], [f for f in found if isinstance(f, LineFault)]


HEAD = '{"v":1,"kind":"rempart-exchange","signal_type":"pdq"}'


def jsonl(*records: dict[str, object]) -> str:
    """Write our JSON Lines without a signature."""
    return "\n".join([HEAD, *(json.dumps(record) for record in records)]) + "\n"


def listed(bits: bytes, label: str = "reviewed", **more: object) -> dict[str, object]:
    """Make the line of a code."""
    return {"pdq": bits.hex(), "label": label, **more}


def removal(bits: bytes, label: str = "withdrawn") -> dict[str, object]:
    """Make the line that removes a code."""
    return {"sha256": named(bits), "label": label, "state": label}


def stopncii_record(bits: bytes, status: str = "Active", **more: object) -> dict[str, object]:
    """Make a record as StopNCII's FetchHashes gives it (field names of python-threatexchange's client)."""
    return {
        "lastModtimestamp": 1_700_000_000,
        "signalType": "ImagePDQ",
        "hashValue": bits.hex(),
        "hashStatus": status,
        "caseNumbers": {"c-1": status},
        "CSPFeedbacks": [],
        **more,
    }


def stopncii_page(*records: dict[str, object]) -> dict[str, object]:
    """Make a page of it."""
    about = {"count": len(records), "nextPageToken": None, "nextSetTimestamp": 1, "hasMoreRecords": False}
    return {**about, "hashRecords": list(records)}
