"""The certificates that seal packages, by generation, and those of the authority in this process."""

from __future__ import annotations

import datetime as dt
from typing import Final

from cryptography.hazmat.primitives import hashes

from rempart.app.workspace import Workspace
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.seal import SEALING
from rempart.keys import EvidenceSecrets
from rempart.model.work import EventKind
from rempart.provenance import Profile, SigningChain, is_ending, load_chain, make_chain, renew_leaf

_SEALS: Final = "seal"
_LOCAL_TIME: Final = "local_time"


def evidence_secrets(workspace: Workspace) -> EvidenceSecrets:
    """Return the secrets of the workspace's evidence; its key is made when it is first needed."""
    workspace.keyring.make_item_key(workspace.id)
    return workspace.keyring.evidence_secrets(workspace.id)


def seal_chain(workspace: Workspace, organisation: str, now: dt.datetime, *, is_new: bool = False) -> SigningChain:
    """Return the certificates that seal, made when they are first needed; a leaf that ends is made anew.

    Args:
        workspace: Whose.
        organisation: Whom new certificates name; those that were made stay as they are.
        now: When.
        is_new: Begin a new generation: other keys, under another authority. What was sealed before stays valid.

    Raises:
        IntegrityError: those that are kept are damaged, or of another key.
    """
    secrets = evidence_secrets(workspace)

    def make(generation: int, latest: str) -> tuple[int, str] | None:
        if is_new or not generation:
            chain = make_chain(
                secrets.seal_secret(generation + 1), organisation=organisation, made_at=now, profile=SEALING
            )
            return generation + 1, chain.chain_pem()
        secret = secrets.seal_secret(generation)
        renewed = _renewed(secret, latest, SEALING, now)
        return None if renewed is None else (generation, renewed)

    generation, pem = _kept(workspace, _SEALS, make, now)
    return load_chain(secrets.seal_secret(generation), pem.encode(), profile=SEALING)


def local_time_chain(workspace: Workspace, organisation: str, now: dt.datetime) -> SigningChain:
    """Return the certificates of the authority in this process, which say that it proves nothing to a stranger.

    Raises:
        IntegrityError: those that are kept are damaged, or of another key.
    """
    secret = evidence_secrets(workspace).timestamp_secret

    def make(generation: int, latest: str) -> tuple[int, str] | None:
        if not generation:
            return 1, make_chain(secret, organisation=organisation, made_at=now, profile=LOCAL).chain_pem()
        renewed = _renewed(secret, latest, LOCAL, now)
        return None if renewed is None else (1, renewed)

    _, pem = _kept(workspace, _LOCAL_TIME, make, now)
    return load_chain(secret, pem.encode(), profile=LOCAL)


def seal_fingerprint(chain: SigningChain) -> str:
    """Return the SHA-256 of the authority that vouches for seals, as it is published."""
    return chain.root.fingerprint(hashes.SHA256()).hex(":").upper()


def _kept(workspace: Workspace, kind: str, make: object, now: dt.datetime) -> tuple[int, str]:
    before = len(workspace.evidence_keys.certificates(kind))
    found = workspace.evidence_keys.add_certificates(kind, make, now)  # type: ignore[arg-type]  # one of the two above
    if len(workspace.evidence_keys.certificates(kind)) != before:
        workspace.journal.note(EventKind.CERTIFICATES_MADE, workspace.id, actor=workspace.me.id, now=now)
    return found


def _renewed(secret: bytes, latest: str, profile: Profile, now: dt.datetime) -> str | None:
    chain = load_chain(secret, latest.encode(), profile=profile)
    return renew_leaf(chain, secret, made_at=now, profile=profile).chain_pem() if is_ending(chain, now) else None
