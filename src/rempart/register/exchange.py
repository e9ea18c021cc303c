"""Giving codes to a partner: which, with what label, how they are written and signed, and how that is verified.

What leaves is whole-frame codes and a label, in the order of the codes: no owner, case, identifier, day or file name,
and no order that would tell one. What is no longer to be matched is named by a digest of its code only, and only to
whoever had it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO, Final

from rempart.errors import IntegrityError, MisuseError
from rempart.keys import SigningKey, parse_public_key, render_public_key, verify_signature
from rempart.model.asset import Asset, AssetState
from rempart.model.exchange import FeedFormat, Label
from rempart.model.ids import AssetId
from rempart.register.exchange_formats import KIND, PDQ, VERSION
from rempart.register.exchange_lines import LINE_BYTES_MAX, parse_object
from rempart.register.visibility import is_accepted, visible_among

#: What is signed begins with this, so that no other signature of the key passes for one of a file.
_DOMAIN: Final = b"rempart exchange file v1\n"
_CHUNK: Final = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One line of what a partner is given."""

    digest: bytes
    """SHA-256 of the code, 32 bytes."""
    bits: bytes | None
    """The code, 32 bytes; None if it is no longer to be matched."""
    label: Label
    """What we vouch for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the signature of a file says of it."""

    v: int
    """The version of this statement."""
    kind: str
    """What it is: ``rempart-exchange``."""
    format: str
    """How the file is written."""
    recipient: str
    """For whom it was made: a file that is found elsewhere tells whose copy it is."""
    sequence: int
    """1 for the first file made for that partner, and so on: an older file does not pass for the newest."""
    sha256: str
    """Of all that comes before the signature, in hexadecimal."""

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return _DOMAIN + json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def label_of(assets: Sequence[Asset], allowed: Collection[AssetId], *, is_shared: bool) -> Label | None:
    """Decide with what label a code leaves, among all assets that have it; None if it does not leave.

    1. Its owner allows the exchange, and it is not frozen.
    2. Whatever would seal its hits here (DESIGN §2.4) keeps it here too: an intimate picture, or one of somebody
       else, that nobody but its registrant vouches for. A bank is poisoned that way, and *her* picture registered.
    3. Accepted by somebody else it is ``reviewed``; otherwise ``self_declared``.

    Args:
        assets: All that have this very code, withdrawn ones aside.
        allowed: Those whose owner allows the exchange.
        is_shared: Whether more than one person works in this workspace.
    """
    visible = visible_among(assets, is_shared=is_shared)
    given = [a for a in assets if a.id in allowed and a.id in visible]
    if not given:
        return None
    return Label.REVIEWED if any(is_accepted(a) for a in given) else Label.SELF_DECLARED


def label_of_removal(assets: Iterable[Asset]) -> Label:
    """Return what a partner is told of a code that it had and no longer may match."""
    is_contested = any(a.state is AssetState.CONTESTED for a in assets)
    return Label.CONTESTED if is_contested else Label.WITHDRAWN


def render_feed(lines: Iterable[Outgoing], feed_format: FeedFormat) -> Iterator[bytes]:
    """Yield the lines of a file, without its signature, in the order of the codes; removals last.

    CSV and python-threatexchange's files cannot name what is removed: they hold all that is to be matched, and what is
    no longer in them is to be deleted.
    """
    ordered = sorted(lines, key=lambda o: (o.bits is None, o.bits or o.digest))
    match feed_format:
        case FeedFormat.JSONL:
            yield _line({"v": VERSION, "kind": KIND, "signal_type": PDQ})
            yield from (_line(_record(o)) for o in ordered)
        case FeedFormat.CSV:
            yield b"pdq,label\n"
            yield from (f"{o.bits.hex()},{o.label}\n".encode() for o in ordered if o.bits)
        case FeedFormat.TX:
            yield from (f"{PDQ} {o.bits.hex()}\n".encode() for o in ordered if o.bits)
        case FeedFormat.STOPNCII:
            message = "pages of StopNCII are read, not written"
            raise ValueError(message)


def _record(outgoing: Outgoing) -> dict[str, object]:
    if outgoing.bits is not None:
        return {"pdq": outgoing.bits.hex(), "label": str(outgoing.label), "state": "active"}
    return {"sha256": outgoing.digest.hex(), "label": str(outgoing.label), "state": str(outgoing.label)}


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def sign_feed(content: bytes, feed_format: FeedFormat, key: SigningKey, *, recipient: str, sequence: int) -> bytes:
    """Return the line that signs a file: its last one in our JSON Lines, a file beside it (``.sig``) otherwise."""
    statement = Statement(
        v=VERSION,
        kind=KIND,
        format=str(feed_format),
        recipient=recipient,
        sequence=sequence,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    signature = key.sign(statement.message()).hex()
    signed = {**asdict(statement), "key": render_public_key(key.public), "signature": signature}
    return _line({"signed": signed})


def verify_feed(file: BinaryIO, beside: bytes | None, public: bytes) -> Statement:
    """Make sure that a file is whole, and signed by a key.

    1. The signature is read: the file beside it, or its last line.
    2. What comes before has the digest that the signature states.
    3. The statement is signed by the key that was given, whatever key it names.

    Args:
        file: Open for reading and seekable. It is wound back.
        beside: The content of the ``.sig`` file; None if there is none.
        public: The public key, 32 bytes, as its owner told it by another way.

    Returns:
        What the signature says.

    Raises:
        IntegrityError: it is cut, changed, not signed, or by another key.
    """
    size = file.seek(0, 2)
    line, end = (beside, size) if beside is not None else _last_line(file, size)
    statement, signature, named = _parsed_signature(line)  # (1)
    if _digest(file, end) != statement.sha256:  # (2)
        message = "the file is not what was signed: it was cut or changed"
        raise IntegrityError(message, advice="Ask for it again. Nothing of it was taken.")
    if named != public:
        message = f"the file is signed by {render_public_key(named)}, which is not the key that was given"
        raise IntegrityError(message, advice="Compare the key with the partner's, by another way than the file's.")
    verify_signature(public, statement.message(), signature)  # (3)
    file.seek(0)
    return statement


def _last_line(file: BinaryIO, size: int) -> tuple[bytes, int]:
    """Return the last line of a file, and where it begins."""
    begin = max(0, size - LINE_BYTES_MAX)
    file.seek(begin)
    tail = file.read(LINE_BYTES_MAX)
    if not tail.endswith(b"\n"):
        raise _unsigned()
    start = tail.rfind(b"\n", 0, len(tail) - 1) + 1
    return tail[start:], begin + start


def _parsed_signature(line: bytes) -> tuple[Statement, bytes, bytes]:
    """Read a signature's line: the statement, the signature, and the key that it names."""
    if len(line) > LINE_BYTES_MAX:
        raise _unsigned()
    try:
        record = parse_object(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _unsigned() from None
    signed = record.get("signed") if isinstance(record, dict) else None
    if not isinstance(signed, dict) or set(signed) != _FIELDS or signed["v"] != VERSION or signed["kind"] != KIND:
        raise _unsigned()
    texts = {name: signed[name] for name in _FIELDS - {"v", "sequence"}}
    if not all(isinstance(text, str) for text in texts.values()) or type(signed["sequence"]) is not int:
        raise _unsigned()
    try:
        signature, named = bytes.fromhex(texts.pop("signature")), parse_public_key(texts.pop("key"))
    except (ValueError, MisuseError):
        raise _unsigned() from None
    return Statement(v=VERSION, sequence=signed["sequence"], **texts), signature, named


_FIELDS: Final = frozenset({*Statement.__slots__, "key", "signature"})


def _digest(file: BinaryIO, size: int) -> str:
    """Return the digest of the first bytes of a file."""
    file.seek(0)
    digest, left = hashlib.sha256(), size
    while left and (chunk := file.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _unsigned() -> IntegrityError:
    message = "the file has no signature that can be read: it was cut, or never signed"
    return IntegrityError(message, advice="Ask for it again, whole, and with the file that is named after it (.sig).")
