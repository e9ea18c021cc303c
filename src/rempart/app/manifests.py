"""The certificates that sign for this workspace, and its manifests, by which a stripped picture is found again.

Both are in its database: withdrawn with the picture, carried by backups, ended by retention. All of it is public by
nature: it was in a file that was given out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.model.fingerprint import Fingerprint
from rempart.model.provenance import KeptManifest
from rempart.model.work import EventKind
from rempart.provenance import SigningChain, is_ending, load_chain, make_chain, renew_leaf

#: Bits of 256 in which the codes of copies may differ, as in every match of whole pictures.
DISTANCE_MOST: Final = 31
#: Under this, a code is of a picture with too little detail to be told from others.
_QUALITY_LEAST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundManifest:
    """A manifest that was found again."""

    kept: KeptManifest
    """What was kept of it."""
    distance_bits: int
    """In how many of 256 bits the picture's code differs from the signed one's."""


def signing_chain(workspace: Workspace, secret: bytes, organisation: str = "") -> SigningChain:
    """Return the owner's certificates, made when they are first needed; a leaf that ends is made anew.

    Args:
        workspace: Whose.
        secret: What her keys follow from.
        organisation: Whom new certificates name; nobody if it is empty. Those that were made stay as they are.

    Raises:
        IntegrityError: those that are kept are damaged, or of another key.
    """
    now = clock.utc_now()

    def make(latest: str) -> str | None:
        if not latest:
            made = make_chain(secret, organisation=organisation, made_at=now)
        elif is_ending(chain := load_chain(secret, latest.encode()), now):
            made = renew_leaf(chain, secret, made_at=now)
        else:
            return None
        workspace.journal.note(EventKind.CERTIFICATES_MADE, workspace.id, actor=workspace.me.id, now=now)
        return made.chain_pem()

    return load_chain(secret, workspace.manifests.add_certificates(make, now).encode())


def own_anchors(workspace: Workspace, secret: bytes) -> str:
    """Return the certificates of the owner's authority; empty if none was made yet.

    Raises:
        IntegrityError: those that are kept are damaged, or of another key.
    """
    chains = [load_chain(secret, pem.encode()) for pem in workspace.manifests.certificates()]
    return "".join(dict.fromkeys(chain.anchor_pem() for chain in chains))


def find_manifests(workspace: Workspace, codes: Sequence[Fingerprint]) -> list[FoundManifest]:
    """Return the kept manifests of pictures that look the same, the closest first.

    Args:
        workspace: Whose manifests.
        codes: Of the whole picture, as it is and turned.
    """
    told = [int.from_bytes(code.bits) for code in codes if code.quality >= _QUALITY_LEAST]
    if not told:
        return []
    close = {}
    for name, bits in workspace.manifests.codes(codes[0].version, _QUALITY_LEAST):
        kept = int.from_bytes(bits)
        distance = min((kept ^ code).bit_count() for code in told)
        if distance <= DISTANCE_MOST:
            close[name] = distance
    manifests = workspace.manifests.by_ids(list(close))
    found = [FoundManifest(kept=one, distance_bits=close[name]) for name, one in manifests.items()]
    return sorted(found, key=lambda one: (one.distance_bits, one.kept.signed_at, one.kept.id))
