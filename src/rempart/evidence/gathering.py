"""What is known of a package while it is verified: its files, and what was proved so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from rempart.errors import IntegrityError
from rempart.evidence.layout import CONTENT_BYTES_MOST, PackageKind, place_of
from rempart.evidence.log_proof import LogFacts
from rempart.evidence.manifests import Manifest
from rempart.evidence.package_reading import PackageFiles, digest_of, read_whole
from rempart.evidence.seal import SealFacts
from rempart.evidence.trusted_keys import TrustedKeys
from rempart.evidence.verdicts import OpenedFacts, PackageFacts, Problem, ProblemKind, Root, TimeFacts
from rempart.net.foreign_text import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What whoever verifies asked for."""

    given: TrustedKeys
    """Keys that she got by another way."""
    timestamps_least: int
    """Of each package."""
    witnesses_least: int
    """Of each package."""
    identity: str | None = field(repr=False)
    """Her secret key, if what is sealed is to be opened."""
    at: dt.datetime
    """Now."""


@dataclass(slots=True, kw_only=True)
class Gathering:
    """A package, and what is known of it so far."""

    source: PackageFiles
    """Where it is, or the dossier that it is in."""
    prefix: str = ""
    """What is before its names there: ``items/evd_…/`` in a dossier."""
    sizes: Mapping[str, int]
    """Of its files, by their names in it; sorted."""
    request: Request
    """What was asked for."""
    digests: dict[str, bytes] = field(default_factory=dict)
    """SHA-256 by the names in ``source``, each read once; a dossier's packages share them."""
    texts: dict[str, bytes] = field(default_factory=dict)
    """Small files that were read."""
    kind: PackageKind = PackageKind.ITEM
    """What it is taken for, even if its manifest is damaged."""
    manifest: Manifest | None = None
    """What it says of itself."""
    keys: TrustedKeys | None = None
    """What came in its ``trust/``."""
    seal: SealFacts | None = None
    seal_root: Root | None = None
    times: list[TimeFacts] = field(default_factory=list)
    log: LogFacts | None = None
    log_root: Root | None = None
    opened: list[OpenedFacts] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return what it is called; empty if that is not known."""
        return self.manifest.id if self.manifest else self.prefix.removeprefix("items/").removesuffix("/")

    def open(self, name: str) -> BinaryIO:
        """Return a reader of a file."""
        return self.source.open(self.prefix + name)

    def digest(self, name: str) -> bytes:
        """Return a file's SHA-256.

        Raises:
            IntegrityError: it is not there, or not read as it was listed.
        """
        full = self.prefix + name
        if name not in self.sizes:
            message = f"{name} is missing"
            raise IntegrityError(message)
        if full not in self.digests:
            self.digests[full] = digest_of(self.source, full)
        return self.digests[full]

    def read(self, name: str) -> bytes | None:
        """Return a small file; None if it is not there or too large, which is told elsewhere.

        Raises:
            IntegrityError: it is not read as it was listed.
        """
        if name not in self.texts:
            place = place_of(name, self.kind)
            if place is None or place.bytes_most >= CONTENT_BYTES_MOST or self.sizes.get(name, -1) < 0:
                return None
            if self.sizes[name] > place.bytes_most:
                return None
            self.texts[name] = read_whole(self.source, self.prefix + name, place.bytes_most)
        return self.texts[name]

    def read_or_refuse(self, name: str) -> bytes:
        """Return a small file.

        Raises:
            IntegrityError: it is not there, or too large.
        """
        raw = self.read(name)
        if raw is None:
            message = f"{name} is missing, or too large"
            raise IntegrityError(message)
        return raw

    def problem(self, kind: ProblemKind, detail: object) -> Problem:
        """Return a problem of this package."""
        return Problem(kind=kind, package=self.id, detail=shown(str(detail)))

    def remark(self, text: str) -> None:
        """Note what is not wrong."""
        self.remarks.append(f"{self.id}: {text}" if self.id else text)

    def facts(self) -> PackageFacts:
        """Return what was proved."""
        manifest = self.manifest
        return PackageFacts(
            id=self.id,
            kind=manifest.kind if manifest else "",
            organisation=shown(manifest.organisation) if manifest else "",
            recorded_at=manifest.recorded_at if manifest else None,
            sums_sha256=self.digests.get(self.prefix + "SHA256SUMS", b""),
            seal=self.seal and replace(self.seal, signer=shown(self.seal.signer)),
            seal_root=self.seal_root,
            times=tuple(sorted(self.times, key=lambda each: (each.at, each.name))),
            log=self.log,
            log_root=self.log_root,
            opened=tuple(self.opened),
        )
