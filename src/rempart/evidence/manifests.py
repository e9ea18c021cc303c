"""Read what a package says of itself, ``manifest.json``: every value is of its kind, or it is damaged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar

from rempart.errors import IntegrityError
from rempart.evidence.canonical import parse_canonical
from rempart.evidence.layout import CONTENTS_MOST, DOSSIER_ID, FORMAT, ITEM_ID, ITEMS_MOST, MANIFEST, PackageKind
from rempart.model.evidence import EvidenceKind

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST_OR_NONE: Final = re.compile(r"(?:[0-9a-f]{64})?")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SEALED: Final = re.compile(r"sealed/[0-9]{3}\.bin\.age")
_ROLE: Final = re.compile(r"person [1-9][0-9]{0,3}")
_TEXT: Final = re.compile(r".*", re.DOTALL)
_AUTHORITIES_MOST: Final = 99
_BUCKET_MOST: Final = 1 << 40
_SEQ_MOST: Final = 9_999
_T = TypeVar("_T", str, int, list[object], dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A content, as the manifest tells of it."""

    sealed: str
    """Where it is sealed."""
    bytes_bucket: int
    """The power of two that its clear bytes do not exceed."""
    commitment: bytes
    """32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """An item, as a dossier lists it."""

    id: str
    """Which."""
    is_erased: bool
    """Whether only a tombstone is left."""
    sums_sha256: bytes
    """SHA-256 of its ``SHA256SUMS``, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package says of itself."""

    package: PackageKind
    """Of which kind it is."""
    kind: str
    """``file``, ``page`` or ``dossier``."""
    id: str
    """What it is called."""
    case_ref: bytes
    """What stands for its case, 32 bytes."""
    organisation: str
    """Who recorded it."""
    recorded_at: dt.datetime
    """When, as it says."""
    authorities: int
    """How many were to be asked for a time-stamp."""
    seq: int
    """Of an item: its place in the case, from 1; 0 of a dossier."""
    prev: bytes
    """Of an item: SHA-256 of the ``SHA256SUMS`` of the one before; empty of the first, and of a dossier."""
    artifacts: tuple[Artifact, ...]
    """Of an item: what it seals, sorted."""
    items: tuple[ListedItem, ...]
    """Of a dossier: its items in order."""


def read_manifest(raw: bytes) -> Manifest:
    """Read a manifest. Keys that are not known are passed over: a later version may have them.

    Raises:
        IntegrityError: it is not one.
    """
    found = parse_canonical(raw, name=MANIFEST)
    _text(found, "format", re.compile(re.escape(FORMAT)))
    kind = _text(found, "kind", re.compile("dossier|" + "|".join(EvidenceKind)))
    package = PackageKind.DOSSIER if kind == "dossier" else PackageKind.ITEM
    is_item = package is PackageKind.ITEM
    _text(found, "role", _ROLE)
    seq = _number(found, "seq", 1, _SEQ_MOST) if is_item else 0
    prev = _text(found, "prev", _DIGEST_OR_NONE) if is_item else ""
    if is_item and (seq == 1) == bool(prev):
        _refuse("prev")
    return Manifest(
        package=package,
        kind=kind,
        id=_text(found, "id", re.compile(ITEM_ID if is_item else DOSSIER_ID)),
        case_ref=bytes.fromhex(_text(found, "case_ref", _DIGEST)),
        organisation=_text(found, "organisation", _TEXT),
        recorded_at=_instant(found),
        authorities=_number(found, "authorities", 1, _AUTHORITIES_MOST),
        seq=seq,
        prev=bytes.fromhex(prev),
        artifacts=_artifacts(found) if is_item else (),
        items=() if is_item else _items(found),
    )


def _artifacts(found: Mapping[str, object]) -> tuple[Artifact, ...]:
    listed = [_of_kind(each, dict, "artifacts") for each in _of_kind(found.get("artifacts"), list, "artifacts")]
    artifacts = [
        Artifact(
            sealed=_text(each, "name", _SEALED),
            bytes_bucket=_number(each, "bytes_bucket", 1, _BUCKET_MOST),
            commitment=bytes.fromhex(_text(each, "commitment", _DIGEST)),
        )
        for each in listed
    ]
    names = [each.sealed for each in artifacts]
    if not 1 <= len(names) <= CONTENTS_MOST or names != sorted(set(names)):
        _refuse("artifacts")
    return tuple(artifacts)


def _items(found: Mapping[str, object]) -> tuple[ListedItem, ...]:
    listed = [_of_kind(each, dict, "items") for each in _of_kind(found.get("items"), list, "items")]
    count = _number(found, "items_count", 1, ITEMS_MOST)
    places = [_number(each, "seq", 1, ITEMS_MOST) for each in listed]
    items = [
        ListedItem(
            id=_text(each, "id", re.compile(ITEM_ID)),
            is_erased=_text(each, "state", re.compile("kept|erased")) == "erased",
            sums_sha256=bytes.fromhex(_text(each, "sums_sha256", _DIGEST)),
        )
        for each in listed
    ]
    if places != list(range(1, count + 1)) or len({each.id for each in items}) != count:
        _refuse("items")
    return tuple(items)


def _instant(found: Mapping[str, object]) -> dt.datetime:
    text = _text(found, "recorded_at", _INSTANT)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        _refuse("recorded_at")


def _text(found: Mapping[str, object], key: str, pattern: re.Pattern[str]) -> str:
    text = _of_kind(found.get(key), str, key)
    if not pattern.fullmatch(text):
        _refuse(key)
    return text


def _number(found: Mapping[str, object], key: str, least: int, most: int) -> int:
    number = _of_kind(found.get(key), int, key)
    if not least <= number <= most:
        _refuse(key)
    return number


def _of_kind(value: object, kind: type[_T], key: str) -> _T:
    # True is an int to Python, and none to a manifest.
    if not isinstance(value, kind) or isinstance(value, bool):
        _refuse(key)
    return value


def _refuse(key: str) -> NoReturn:
    message = f"{MANIFEST} has no {key}, or one that cannot be"
    raise IntegrityError(message)
