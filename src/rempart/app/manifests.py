"""The manifests that this workspace signed, kept beside its database, so that a stripped picture finds its own again.

``manifests/`` holds ``certificates.pem``, the owner's public certificates, and a JSON file for each signed picture: its
manifest and a PDQ code of the picture. All of it is public by nature: it was in a file that was given out.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.errors import IntegrityError, UnavailableError
from rempart.model.fingerprint import Fingerprint
from rempart.provenance import SigningChain, load_chain, make_chain

FOLDER: Final = "manifests"
_CERTIFICATES: Final = "certificates.pem"
_VERSION: Final = 1
#: Bits of 256 in which the codes of copies may differ, as in every match of whole pictures.
DISTANCE_MOST: Final = 31
#: Under this, a code is of a picture with too little detail to be told from others.
_QUALITY_LEAST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptManifest:
    """A manifest that was found again."""

    path: Path
    """Where it is kept."""
    label: str
    """The manifest's own identifier."""
    distance_bits: int
    """In how many of 256 bits the picture's code differs from the signed one's."""
    manifest: bytes
    """The manifest (JUMBF)."""


def signing_chain(workspace: Workspace, secret: bytes, organisation: str = "") -> SigningChain:
    """Return the owner's certificates, made when they are first needed.

    Args:
        workspace: Whose.
        secret: What her keys follow from.
        organisation: Whom new certificates name; nobody if it is empty. Those that were made stay as they are.

    Raises:
        IntegrityError: the file is damaged, or of another key.
        UnavailableError: it cannot be read or written.
    """
    path = workspace.folder / FOLDER / _CERTIFICATES
    with _explained():
        if path.exists():
            return load_chain(secret, path.read_bytes())
        made = make_chain(secret, organisation=organisation, made_at=clock.utc_now())
        _write(path, made.chain_pem().encode())
    return made


def own_anchors(workspace: Workspace, secret: bytes) -> str:
    """Return the certificate of the owner's authority; empty if none was made yet.

    Raises:
        IntegrityError: the file is damaged, or of another key.
        UnavailableError: it cannot be read.
    """
    with _explained():
        path = workspace.folder / FOLDER / _CERTIFICATES
        return load_chain(secret, path.read_bytes()).anchor_pem() if path.exists() else ""


def keep_manifest(workspace: Workspace, manifest: bytes, label: str, code: Fingerprint | None) -> Path:
    """Keep a manifest.

    Args:
        workspace: Where.
        manifest: The manifest.
        label: Its identifier.
        code: Of the whole signed picture; None if it has too little detail.

    Raises:
        UnavailableError: it cannot be written.
    """
    path = workspace.folder / FOLDER / f"{hashlib.sha256(manifest).hexdigest()}.json"
    content = {
        "v": _VERSION,
        "label": label,
        "code": {"version": code.version, "bits": code.bits.hex(), "quality": code.quality} if code else None,
        "manifest": base64.b64encode(manifest).decode(),
    }
    with _explained():
        _write(path, json.dumps(content).encode())
    return path


def find_manifests(workspace: Workspace, codes: Sequence[Fingerprint]) -> Iterator[KeptManifest]:
    """Yield the kept manifests of pictures that look the same, the closest first.

    Args:
        workspace: Whose manifests.
        codes: Of the whole picture, as it is and turned.

    Raises:
        IntegrityError: a kept file is damaged.
    """
    told = [code for code in codes if code.quality >= _QUALITY_LEAST]
    if not told:
        return
    found = []
    for path in sorted((workspace.folder / FOLDER).glob("*.json")):
        kept = _read(path, told)
        if kept is not None and kept.distance_bits <= DISTANCE_MOST:
            found.append(kept)
    yield from sorted(found, key=lambda one: one.distance_bits)


def _read(path: Path, codes: Sequence[Fingerprint]) -> KeptManifest | None:
    """Read a kept manifest; None if its code is of another version, or none."""
    try:
        content = json.loads(path.read_bytes())
        if content["v"] != _VERSION:
            raise ValueError(content["v"])  # noqa: TRY301 - told as any other damage
        kept = content["code"]
        if kept is None or kept["quality"] < _QUALITY_LEAST or kept["version"] != codes[0].version:
            return None
        bits = int.from_bytes(bytes.fromhex(kept["bits"]))
        distance = min((bits ^ int.from_bytes(code.bits)).bit_count() for code in codes)
        manifest = base64.b64decode(content["manifest"], validate=True)
        return KeptManifest(path=path, label=str(content["label"]), distance_bits=distance, manifest=manifest)
    except (ValueError, KeyError, TypeError, OSError, binascii.Error) as error:
        message = f"a kept manifest is damaged: {path.name}"
        raise IntegrityError(message, advice="Remove it, and sign that picture again.") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"the folder of manifests cannot be used: {error.strerror}"
        raise UnavailableError(message, advice="Look at the disk, and at who may write there.") from error
