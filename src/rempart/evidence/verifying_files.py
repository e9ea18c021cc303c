"""The first part of verifying: which files there are, what the package says of itself, and its sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.errors import IntegrityError
from rempart.evidence.gathering import Gathering
from rempart.evidence.layout import (
    DOSSIER_FILES_MOST,
    FILES_MOST,
    ITEM_ID,
    MANIFEST,
    PackageKind,
    folders_of,
    missing_places,
    place_of,
)
from rempart.evidence.manifests import read_manifest
from rempart.evidence.sums import SUMS, parse_sums
from rempart.evidence.trusted_keys import package_keys, require_fingerprints
from rempart.evidence.verdicts import Problem, ProblemKind

_ITEM_FOLDER: Final = re.compile(rf"items/{ITEM_ID}(?:/(?P<inside>.+))?", re.DOTALL)
#: Of what somebody called a file.
_SHOWN_MOST: Final = 100


def check_manifest(package: Gathering) -> Iterator[Problem]:
    """Read the manifest, which says what the package is."""
    # Whatever a damaged one says: a dossier is told by its packages.
    if any(name.startswith("items/") for name in package.sizes):
        package.kind = PackageKind.DOSSIER
    try:
        package.manifest = read_manifest(package.read_or_refuse(MANIFEST))
    except IntegrityError as error:
        yield package.problem(ProblemKind.MANIFEST, error)
    else:
        package.kind = package.manifest.package


def check_form(package: Gathering) -> Iterator[Problem]:
    """Each file has its place, none is too large, none is missing."""
    most = FILES_MOST if package.kind is PackageKind.ITEM else DOSSIER_FILES_MOST
    if len(package.sizes) > most:
        yield package.problem(ProblemKind.FORM, f"{len(package.sizes)} files > {most}")
    for name, size in package.sizes.items():
        place = place_of(name, package.kind)
        if place is None:
            yield package.problem(
                ProblemKind.FORM, f"there is a file that is none of a package: {name[:_SHOWN_MOST]!a}"
            )
        elif size > place.bytes_most:
            yield package.problem(ProblemKind.FORM, f"{name} has {size} bytes > {place.bytes_most}")
    for pattern in missing_places(package.sizes, package.kind):
        yield package.problem(ProblemKind.FORM, f"a file is missing: {pattern.replace(chr(92), '')}")
    if not package.prefix:
        for name in sorted(package.source.folders()):
            if not _is_folder(name, package.kind):
                detail = f"there is a folder that is none of a package: {name[:_SHOWN_MOST]!a}"
                yield package.problem(ProblemKind.FORM, detail)


def _is_folder(name: str, kind: PackageKind) -> bool:
    if kind is PackageKind.DOSSIER and (found := _ITEM_FOLDER.fullmatch(name)):
        return found["inside"] is None or found["inside"] in folders_of(PackageKind.ITEM)
    return name in folders_of(kind)


def check_sums(package: Gathering) -> Iterator[Problem]:
    """``SHA256SUMS`` names every file but itself and the proofs, and each is as it says."""
    try:
        package.digest(SUMS) if SUMS in package.sizes else None
        listed = parse_sums(package.read_or_refuse(SUMS))
    except IntegrityError as error:
        yield package.problem(ProblemKind.SUMS, error)
        return
    covered = {name for name in package.sizes if (place := place_of(name, package.kind)) and place.is_covered}
    for name in sorted(covered ^ set(listed)):
        what = f"{SUMS} does not name {name}" if name in covered else f"a file is missing: {name[:_SHOWN_MOST]}"
        yield package.problem(ProblemKind.SUMS, what)
    for name in sorted(covered & set(listed)):
        try:
            is_same = package.digest(name) == listed[name]
        except IntegrityError as error:
            yield package.problem(ProblemKind.SUMS, error)
        else:
            if not is_same:
                yield package.problem(ProblemKind.SUMS, f"a file was changed: {name}")


def check_trust(package: Gathering) -> Iterator[Problem]:
    """The keys in ``trust/`` can be read, and are those that ``FINGERPRINTS.txt`` shows."""
    try:
        package.keys = package_keys(package.read)
        require_fingerprints(package.read_or_refuse("trust/FINGERPRINTS.txt"), package.keys)
    except IntegrityError as error:
        yield package.problem(ProblemKind.TRUST, error)
