"""Make the dossier of a case: whole packages with their proofs, tombstones, what happened, and sums over it all."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.building import begun_manifest, finish
from rempart.evidence.canonical import Json, render_canonical
from rempart.evidence.drafts import CustodyLine, DossierDraft, DossierItem
from rempart.evidence.layout import (
    CUSTODY,
    DOSSIER_ID,
    FILES_MOST,
    ITEM_ID,
    ITEMS_MOST,
    MANIFEST,
    PackageKind,
    missing_places,
    place_of,
)
from rempart.evidence.package_files import NewFolder, new_folder
from rempart.evidence.package_texts import texts, trust_files
from rempart.evidence.sums import SUMS, parse_sums

_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
_WHO: Final = re.compile(r"person [1-9][0-9]{0,3}|rempart")


def build_dossier(into: Path, draft: DossierDraft) -> Path:
    """Make a dossier, up to its ``SHA256SUMS``; its own proofs are added as a package's.

    Args:
        into: Where its folder will be, which has its name.
        draft: What it is made of.

    Returns:
        Where it is.

    Raises:
        MisuseError: it cannot be made from this: an item is not complete, or not in its place.
        IntegrityError: a package is not as its sums say.
        FileExistsError: there is something by this name.
        OSError: something cannot be read or written; nothing is left.
    """
    _require_usable(draft)
    manifest, trust, custody = _manifest(draft), trust_files(draft.trust), render_custody(draft.custody)
    with new_folder(into / draft.id) as folder:
        for item in draft.items:
            _add_item(folder, item)
        for name, content in {**texts(), **trust, CUSTODY: custody, MANIFEST: manifest}.items():
            folder.add(name, content)
        finish(folder)
    return into / draft.id


def render_custody(lines: Sequence[CustodyLine]) -> bytes:
    """Return ``custody.tsv``: when, what, item, who, why; a number for a person, a code for a reason.

    Raises:
        MisuseError: a line would hold words that somebody wrote.
    """
    rows = ["at\tkind\titem\twho\twhy\n"]
    for line in lines:
        if not (_CODE.fullmatch(line.kind) and _CODE.fullmatch(line.why) and _WHO.fullmatch(line.who)):
            message = "a line of custody has codes and numbers only"
            raise MisuseError(message)
        if line.item and not re.fullmatch(ITEM_ID, line.item):
            message = "a line of custody is about an item, or the whole case"
            raise MisuseError(message)
        at = f"{line.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
        rows.append(f"{at}\t{line.kind}\t{line.item}\t{line.who}\t{line.why}\n")
    return "".join(rows).encode("ascii")


def package_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Go through the files of a package, sorted by name.

    Raises:
        IntegrityError: one is of another sort, or there are too many.
        OSError: it cannot be read.
    """
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        for name in [*folders, *files]:
            path = Path(parent, name)
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                message = "a package holds something that is neither a folder nor a file"
                raise IntegrityError(message)
        found += [(str(Path(parent, name).relative_to(folder)), Path(parent, name)) for name in files]
    if len(found) > FILES_MOST:
        message = f"a package has {len(found)} files > {FILES_MOST}"
        raise IntegrityError(message)
    yield from sorted(found)


def _add_item(folder: NewFolder, item: DossierItem) -> None:
    if item.folder is None:
        folder.add(f"tombstones/{item.id}.json", item.tombstone)
        folder.add(f"tombstones/{item.id}.p7s", item.tombstone_seal)
        return
    files = dict(package_files(item.folder))
    if stray := [name for name in files if place_of(name, PackageKind.ITEM) is None]:
        message = f"the package {item.id} holds {len(stray)} files that are none of a package"
        raise IntegrityError(message)
    if missing := missing_places(files, PackageKind.ITEM):
        message = f"the package {item.id} is not complete: {len(missing)} files are missing"
        raise MisuseError(message, advice="Seal it, have it time-stamped and logged first: rempart evidence renew")
    for name, path in files.items():
        folder.copy(f"items/{item.id}/{name}", path)
    _require_as_summed(folder, item)


def _require_as_summed(folder: NewFolder, item: DossierItem) -> None:
    """Compare what was copied with the sums that the case knows."""
    copied = {
        name.removeprefix(f"items/{item.id}/"): digest
        for name, digest in folder.digests.items()
        if name.startswith(f"items/{item.id}/")
    }
    summed = parse_sums((folder.path / "items" / item.id / SUMS).read_bytes(), name=f"{SUMS} of {item.id}")
    covered = {name for name in copied if (place := place_of(name, PackageKind.ITEM)) and place.is_covered}
    if copied[SUMS] != item.sums_sha256 or set(summed) != covered or any(copied[n] != d for n, d in summed.items()):
        message = f"the package {item.id} is not as it was sealed"
        raise IntegrityError(message, advice="Put it back from a backup: nothing was exported.")


def _manifest(draft: DossierDraft) -> bytes:
    items: list[Json] = [
        {
            "id": item.id,
            "seq": seq,
            "state": "erased" if item.folder is None else "kept",
            "sums_sha256": item.sums_sha256.hex(),
        }
        for seq, item in enumerate(draft.items, start=1)
    ]
    return render_canonical(begun_manifest(draft) | {"kind": "dossier", "items": items, "items_count": len(items)})


def _require_usable(draft: DossierDraft) -> None:
    ids = [item.id for item in draft.items]
    if not re.fullmatch(DOSSIER_ID, draft.id) or not 1 <= len(ids) <= ITEMS_MOST or len(set(ids)) != len(ids):
        message = f"a dossier has an identifier, and 1 to {ITEMS_MOST} items, each of them once"
        raise MisuseError(message)
    for item in draft.items:
        if not re.fullmatch(ITEM_ID, item.id) or len(item.sums_sha256) != 32:  # noqa: PLR2004 - SHA-256
            message = "an item of a dossier has an identifier, and the digest of its sums"
            raise MisuseError(message)
        if item.folder is None and not (item.tombstone_seal and f'"{item.id}"'.encode() in item.tombstone):
            message = f"{item.id} was erased, and nothing sealed says so"
            raise MisuseError(message)
