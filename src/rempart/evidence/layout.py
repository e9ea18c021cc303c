"""Which files a package and a dossier hold: a table of places. Nothing else is ever in one.

Names are ASCII, in folders one deep (a dossier holds whole packages under ``items/``); capital letters are in fixed
names only, so that no two names differ by their case alone. ``verify.sh`` has the same table in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

FORMAT: Final = "rempart-evidence/1"
#: Of a package; of a dossier, all packages in it taken together.
FILES_MOST: Final = 400
DOSSIER_FILES_MOST: Final = 40_000
#: Of the files that are read whole: a manifest of a thousand items has some 300 kB.
TEXT_BYTES_MOST: Final = 4 * 1024 * 1024
PROOF_BYTES_MOST: Final = 1024 * 1024
#: Of what is sealed, and of public files.
CONTENT_BYTES_MOST: Final = 64 * 1024**3
ITEMS_MOST: Final = 1_000
#: Contents that one package seals.
CONTENTS_MOST: Final = 200

OPENINGS: Final = "sealed/openings.tsv.age"
MANIFEST: Final = "manifest.json"
VERIFY: Final = "verify.sh"
LOG_PROOF: Final = "log.tlog-proof"
CUSTODY: Final = "custody.tsv"
_SMALL: Final = r"[a-z0-9][a-z0-9._-]{0,79}"
ITEM_ID: Final = r"evd_[0-9a-f]{32}"
DOSSIER_ID: Final = r"dos_[0-9a-f]{32}"


class PackageKind(StrEnum):
    """What a package is of."""

    ITEM = "item"
    DOSSIER = "dossier"


class Place(NamedTuple):
    """Where files of one sort are."""

    pattern: str
    """Of their names."""
    bytes_most: int
    """Of one file."""
    is_covered: bool
    """Whether ``SHA256SUMS`` has it: it is there from the beginning, and never changes."""
    is_required: bool
    """Whether a package that is complete has one."""


_BOTH: Final = (
    Place(r"README\.txt", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"LISEZMOI\.txt", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"verify\.sh", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"manifest\.json", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"trust/ca\.pem", PROOF_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"trust/tsa\.pem", PROOF_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"trust/log\.vkey", PROOF_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"trust/witnesses\.vkey", PROOF_BYTES_MOST, is_covered=True, is_required=False),
    Place(r"trust/FINGERPRINTS\.txt", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"SHA256SUMS", TEXT_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/seal\.p7s", PROOF_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/01\.tsr", PROOF_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/(?:0[2-9]|[1-9][0-9])\.tsr", PROOF_BYTES_MOST, is_covered=False, is_required=False),
    Place(r"proofs/log-leaf\.txt", PROOF_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/log-salt\.hex", PROOF_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/log\.tlog-proof", PROOF_BYTES_MOST, is_covered=False, is_required=True),
    Place(r"proofs/renewal-(?:0[1-9]|[1-9][0-9])\.(?:txt|tsr)", PROOF_BYTES_MOST, is_covered=False, is_required=False),
    # The root of an authority that was not known when the package was made.
    Place(r"proofs/renewal-(?:0[1-9]|[1-9][0-9])-tsa\.pem", PROOF_BYTES_MOST, is_covered=False, is_required=False),
)

#: Of one item.
ITEM_PLACES: Final = (
    *_BOTH,
    Place(r"COMMITMENTS", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(rf"public/{_SMALL}", CONTENT_BYTES_MOST, is_covered=True, is_required=False),
    Place(r"sealed/openings\.tsv\.age", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    Place(r"sealed/[0-9]{3}\.bin\.age", CONTENT_BYTES_MOST, is_covered=True, is_required=True),
)

#: Of a case's dossier, without what is under ``items/``.
DOSSIER_PLACES: Final = (
    *_BOTH,
    Place(r"custody\.tsv", TEXT_BYTES_MOST, is_covered=True, is_required=True),
    # What is left of an erased item, and the seal over that.
    Place(rf"tombstones/{ITEM_ID}\.(?:json|p7s)", PROOF_BYTES_MOST, is_covered=True, is_required=False),
)

_ITEM_IN_DOSSIER: Final = re.compile(rf"items/({ITEM_ID})/(.+)", re.DOTALL)
_PLACES: Final = {
    PackageKind.ITEM: [(re.compile(place.pattern), place) for place in ITEM_PLACES],
    PackageKind.DOSSIER: [(re.compile(place.pattern), place) for place in DOSSIER_PLACES],
}


def place_of(name: str, kind: PackageKind) -> Place | None:
    """Return where a file belongs; None if it does not.

    Args:
        name: Its path in the package, with ``/``.
        kind: Of which kind the package is.
    """
    if kind is PackageKind.DOSSIER and (inside := _ITEM_IN_DOSSIER.fullmatch(name)):
        place = place_of(inside[2], PackageKind.ITEM)
        # All of an item's files are covered by the dossier's sums, its proofs too.
        return None if place is None else place._replace(is_covered=True)
    return next((place for pattern, place in _PLACES[kind] if pattern.fullmatch(name)), None)


def missing_places(names: Iterable[str], kind: PackageKind) -> tuple[str, ...]:
    """Return the patterns of files that a complete package has, and this one has not.

    Args:
        names: Its files; of a dossier those under ``items/`` are not looked at.
        kind: Of which kind the package is.
    """
    have = list(names)
    return tuple(
        place.pattern
        for pattern, place in _PLACES[kind]
        if place.is_required and not any(pattern.fullmatch(name) for name in have)
    )


def folders_of(kind: PackageKind) -> frozenset[str]:
    """Return the folders that a package has at its top."""
    return frozenset(place.pattern.partition("/")[0] for _, place in _PLACES[kind] if "/" in place.pattern) | (
        frozenset({"items"}) if kind is PackageKind.DOSSIER else frozenset()
    )
