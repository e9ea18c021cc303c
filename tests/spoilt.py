"""Packages to be spoilt, in memory: an old item that was renewed, a dossier with two authorities."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from authorities import StampingAuthority
from packages import NOW, House, item_id
from rempart.evidence.building import add_proof
from rempart.evidence.dossier import build_dossier
from rempart.evidence.drafts import Draft, Trust
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.sums import SUMS
from rempart.evidence.trusted_keys import Anchors
from rempart.evidence.verdicts import Verdict
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.net.timestamp_reading import TimestampQuery
from rempart.provenance import make_chain

Files = dict[str, bytes]
LONG_AGO: Final = NOW - dt.timedelta(days=8 * 365)


class MemoryFiles:
    """A package in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Keep it."""
        self._files = dict(sorted(files.items()))

    def files(self) -> Mapping[str, int]:
        """Return sizes by names."""
        return {name: len(content) for name, content in self._files.items()}

    def folders(self) -> frozenset[str]:
        """Return none."""
        return frozenset()

    def open(self, name: str) -> BinaryIO:
        """Return a reader."""
        return io.BytesIO(self._files[name])


def read_folder(folder: Path) -> Files:
    """Return a package's files."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a package's files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_out(verdict: Verdict) -> tuple[object, ...]:
    """Return what a package proved: contents, signer, times, place in the log; and what is to be known of it."""
    # Where the digest of the sums is the same, so are the files: ``verify`` compared each. Which of two time-stamps of
    # the same bytes is called 01 says nothing.
    packages = tuple(
        replace(each, times=tuple(sorted((replace(time, name="") for time in each.times), key=lambda one: one.serial)))
        for each in verdict.packages
    )
    return packages, verdict.erased, verdict.fingerprints, verdict.remarks


@dataclass(frozen=True, kw_only=True)
class Target:
    """A package that is spoilt."""

    files: Files
    """What it holds."""
    others: tuple[Files, ...]
    """Packages of which proofs are played again: of the same case, and of another association."""
    anchors: Anchors
    """What whoever verifies got by another way."""
    identity: str
    """Opens what is sealed."""


def query_for(content: bytes) -> bytes:
    """Return what is asked of an authority."""
    imprint = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(content).digest())
    return TimestampQuery(imprint=imprint, nonce=99).to_der()


def stamped_twice(folder: Path, authority: StampingAuthority) -> None:
    """Add a second time-stamp, by an authority that openssl runs."""
    add_proof(folder, "02.tsr", authority.answer(query_for((folder / SUMS).read_bytes())))


def anchors_of(house: House, *roots: str, timestamps_least: int = 2) -> Anchors:
    """Return what an association publishes, and the roots of authorities."""
    return Anchors(
        ca_pems=(house.chain.anchor_pem(),),
        tsa_pems=(house.stamping.anchor_pem(), *roots),
        log_vkeys=(house.signer.vkey,),
        witness_vkeys=(house.witness.key.vkey,),
        timestamps_least=timestamps_least,
        witnesses_least=1,
    )


def spoilt_dossier(folder: Path) -> Target:
    """Return a dossier of three items, one erased, with two time-stamps of its own."""
    for each in ("tsa", "other"):
        (folder / each).mkdir()
    authority = StampingAuthority(folder / "tsa", is_rsa=True)
    root = (folder / "tsa" / "ca.pem").read_text()
    house = PairHouse(roots=(root,))
    draft = house.dossier_draft(folder)
    for item in draft.items:
        if item.folder:
            stamped_twice(item.folder, authority)
    made = build_dossier(folder, draft)
    house.prove(made)
    stamped_twice(made, authority)
    files = read_folder(made)
    others = (
        read_folder(folder / item_id(1)),
        read_folder(folder / item_id(3)),
        read_folder(House(seed=2).item(folder / "other")),
    )
    return Target(files=files, others=others, anchors=anchors_of(house, root), identity=house.identities[0])


def spoilt_item(folder: Path) -> Target:
    """Return an item of long ago that was renewed twice."""
    for each in ("sister", "other"):
        (folder / each).mkdir()
    house = House(at=LONG_AGO)
    package = house.item(folder, content=b"A message.\n")
    roots = []
    for years, seed in ((4, 5), (1, 6)):
        at = NOW - dt.timedelta(days=years * 365)
        stamping = make_chain(bytes([seed]) * 32, organisation="", made_at=at, profile=LOCAL)
        house.renew(package, at, stamping)
        roots.append(stamping.anchor_pem())
    prev = bytes(32)
    others = (read_folder(house.item(folder / "sister", 2, prev)), read_folder(House(seed=2).item(folder / "other")))
    return Target(
        files=read_folder(package),
        others=others,
        anchors=anchors_of(house, *roots, timestamps_least=1),
        identity=house.identities[0],
    )


class PairHouse(House):
    """An association that asks two authorities."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        """Keep the other's root."""
        self._roots = roots
        super().__init__()

    def trust(self) -> Trust:
        """Return whose keys."""
        own = super().trust()
        return replace(own, tsa_pems=(*own.tsa_pems, *self._roots))

    def draft(self, number: int = 1, prev: bytes = b"", content: bytes = b"A message.\n") -> Draft:
        """Return an item that asks both."""
        return replace(super().draft(number, prev, content), authorities=2)
