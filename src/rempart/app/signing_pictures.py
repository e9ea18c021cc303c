"""Mark pictures as their owner's and sign them: each step of ``rempart sign``.

(1) The owner's mark goes in, in a sandbox; (2) the manifest is bound to the mark and signed, here, with a key that no
sandbox sees; (3) the signed picture is read again and fingerprinted, in sandboxes; (4) in one transaction the manifest
is kept, that it was signed is noted, and the file is written whole: all of it or nothing, on a full disk too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rempart import __version__, clock
from rempart.app.finding_provenance import whole_codes
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.manifests import signing_chain
from rempart.app.ownership import content_of, owner_secrets
from rempart.app.pile import check_roots, walk
from rempart.app.visiting import visit
from rempart.app.wiring import make_pool
from rempart.app.wiring_provenance import make_manifest_pool, make_owning_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, SandboxError, UnavailableError
from rempart.hazmat import Pool, ProtectionState
from rempart.kernels.keyed_stream import derived_key
from rempart.mark.own_task import NotOwned, Owned, pack
from rempart.mark.ownership import OWNERSHIP_VERSION
from rempart.model import Cleared, FingerprintedMedia, MediaBytes, MediaItem, MinorGate, Stopped, Unreadable
from rempart.model.asset import Asset, AssetState
from rempart.model.fingerprint import Fingerprint
from rempart.model.ids import IdKind, ManifestId, new_id
from rempart.model.provenance import KeptManifest, ManifestReading, ManifestState, SoftBinding
from rempart.model.work import AccessPurpose, EventKind
from rempart.provenance import SigningChain, sign
from rempart.whole_file import write_new

_LABEL_CHARACTERS: Final = 32
_AS_IT_IS: Final = {"frames": 1, "orientations": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A picture that was marked and signed."""

    label: str
    """The file that was given."""
    path: Path
    """The file that was written."""
    manifest: str
    """The manifest's own identifier."""
    ssim: float
    """Of the luma, to what was given."""
    psnr_db: float
    """The same of all colours, in dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSigned:
    """A picture that was not, and why."""

    label: str
    """The file that was given."""
    why: str
    """In a sentence."""


def mark_binding(mark_key: bytes) -> SoftBinding:
    """Return what ties a manifest to the owner's mark: the mark's name, and a public label of her key."""
    algorithm = OWNERSHIP_VERSION.replace("-", ".").replace("/", ".")
    return SoftBinding(algorithm=algorithm, value=derived_key(mark_key, "ownership label").hex()[:_LABEL_CHARACTERS])


def sign_pictures(
    workspace: Workspace,
    paths: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    organisation: str,
    missing: list[ProtectionState],
) -> Iterator[Signed | NotSigned | Skipped]:
    """Mark and sign pictures into a folder, in their order.

    Args:
        workspace: Whose they are.
        paths: Files and folders.
        out: A folder, made if it is not there; nothing in it is overwritten.
        settings: The settings.
        organisation: Whom the certificates name, if they are made now.
        missing: Filled, at the end, with the protections that the sandbox ran without.

    Raises:
        MisuseError: a path or the folder is missing.
        ConfigError: the extra is not installed, or the machine does not allow it.
    """
    check_roots(paths)
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{str(out)!r} is no folder that can be written: {error.strerror}"
        raise MisuseError(message, advice="Name a folder: --out DIR") from error
    signer = _signer(workspace, out, settings, organisation)
    workspace.journal.opened(AccessPurpose.SIGN, workspace.id, actor=workspace.me.id, now=clock.utc_now())
    intake = Intake(signer.gate)
    with (
        make_owning_pool(settings) as owning,
        make_pool(settings) as fingerprinting,
        make_manifest_pool(settings) as reading,
    ):
        pools = _Pools(owning=owning, fingerprinting=fingerprinting, reading=reading)
        for cleared in intake.cleared(walk(list(paths)), Role.ASSET):
            yield from intake.set_aside()
            yield _signed(signer, pools, cleared.item)
        yield from intake.set_aside()
        missing += owning.missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signer:
    """What signs every picture of one command."""

    workspace: Workspace
    gate: MinorGate
    out: Path
    chain: SigningChain
    mark_key: bytes = field(repr=False)
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pools:
    """Who marks, fingerprints and reads, each in a sandbox."""

    owning: Pool[Owned | NotOwned]
    fingerprinting: Pool[FingerprintedMedia]
    reading: Pool[ManifestReading]


def _signer(workspace: Workspace, out: Path, settings: Settings, organisation: str) -> _Signer:
    secrets = owner_secrets(workspace)
    return _Signer(
        workspace=workspace,
        gate=make_gate(settings),
        out=out,
        chain=signing_chain(workspace, secrets.signing_secret, organisation),
        mark_key=secrets.mark_key,
        max_bytes=settings.hazmat.max_bytes,
    )


def _signed(signer: _Signer, pools: _Pools, item: MediaItem) -> Signed | NotSigned | Skipped:
    """Do (1) to (4) for one picture."""
    target = signer.out / Path(item.label).name
    if os.path.lexists(target):
        return NotSigned(label=item.label, why=f"{str(target)!r} is there already")
    content = content_of(item, signer.max_bytes)
    if isinstance(content, Unreadable):
        return Skipped(label=item.label, role=Role.ASSET, outcome=content)
    asset = _asset_of(signer.workspace, content)
    if isinstance(asset, Asset) and asset.state is not AssetState.ACTIVE:
        return NotSigned(label=item.label, why=f"{asset.id} is {asset.state}: nothing is done with it")
    marked = _marked(pools.owning, signer.gate, item, pack(signer.mark_key, content))  # (1)
    if not isinstance(marked, tuple):
        return marked
    owned, picture = marked
    bindings = [mark_binding(signer.mark_key)]
    signed = sign(picture, owned.format, signer.chain, bindings=bindings, version=__version__)  # (2)
    anchors = {"anchors": signer.chain.anchor_pem()}
    read = visit(pools.reading, signer.gate, item, signed.content, anchors)  # (3)
    media = visit(pools.fingerprinting, signer.gate, item, signed.content, _AS_IT_IS)
    label, code = _label(read), next(iter(whole_codes(media)), None)
    manifest = _manifest(signer.workspace, asset, label, signed.manifest, code)
    if not _kept_and_written(signer.workspace, manifest, target, signed.content):  # (4)
        return NotSigned(label=item.label, why="it was withdrawn or contested meanwhile")
    return Signed(label=item.label, path=target, manifest=label, ssim=owned.ssim, psnr_db=owned.psnr_db)


def _manifest(
    workspace: Workspace, asset: Asset | None, label: str, content: bytes, code: Fingerprint | None
) -> KeptManifest:
    return KeptManifest(
        id=ManifestId(new_id(IdKind.MANIFEST)),
        asset=asset.id if asset else None,
        label=label,
        content=content,
        code=code,
        mark_version=OWNERSHIP_VERSION,
        signed_by=workspace.me.id,
        signed_at=clock.utc_now(),
    )


def _asset_of(workspace: Workspace, content: bytes) -> Asset | None:
    """Return the registered picture of these very bytes; of several owners' the one that somebody contests, if any."""
    known = workspace.assets.by_ids(workspace.assets.of_bytes(hashlib.sha256(content).digest()), labels=False)
    by_state = sorted(known.values(), key=lambda asset: (asset.state is AssetState.ACTIVE, asset.id))
    return next(iter(by_state), None)


def _kept_and_written(workspace: Workspace, manifest: KeptManifest, target: Path, content: bytes) -> bool:
    """Keep a manifest and write its picture, or do neither; False if its asset is no longer there to be signed.

    Raises:
        UnavailableError: the disk or the database does not let us: a full disk.
    """
    is_written = is_kept = False
    detail: dict[str, str | int] = {"mark": manifest.mark_version, "asset": manifest.asset or ""}
    try:
        with workspace.database.transaction():
            if not workspace.manifests.add(manifest):
                return False
            me, now = manifest.signed_by, manifest.signed_at
            workspace.journal.note(EventKind.PICTURE_SIGNED, manifest.id, actor=me, now=now, detail=detail)
            _write(target, content)
            is_written = True
        is_kept = True
    finally:
        if is_written and not is_kept:  # the database did not keep it: nobody would find this manifest again
            target.unlink(missing_ok=True)
    return True


def _marked(
    pool: Pool[Owned | NotOwned], gate: MinorGate, item: MediaItem, packed: bytes
) -> tuple[Owned, bytes] | NotSigned | Skipped:
    """Put the owner's mark into one picture, and copy it out of the sandbox's memory."""
    cleared = gate.check(MediaBytes(data=packed, label=item.label, names=item.names_to_check()))
    if not isinstance(cleared, Cleared):
        return Skipped(label=item.label, role=Role.ASSET, outcome=cleared)
    for _, outcome in pool.run([cleared], {}):
        if isinstance(outcome, Unreadable):
            return Skipped(label=item.label, role=Role.ASSET, outcome=outcome)
        if isinstance(outcome, NotOwned):
            return NotSigned(label=item.label, why=outcome.why)
        return outcome, pool.output(0, outcome.size)
    message = "a sandbox answered for no item"
    raise SandboxError(message)


def _label(outcome: ManifestReading | Unreadable | Stopped) -> str:
    """Return a manifest's own identifier, as a reader sees it; one that is not trusted here was not made well."""
    if isinstance(outcome, ManifestReading) and outcome.state is ManifestState.TRUSTED:
        return outcome.label
    found = outcome.state if isinstance(outcome, ManifestReading) else outcome.reason
    message = f"the manifest that was just made is not trusted: {found}"
    raise IntegrityError(message, advice="Look at the clock: certificates begin a day before they were made.")


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, and over nothing.

    Raises:
        UnavailableError: it cannot be written: a full disk.
    """
    try:
        write_new(target, content)
    except OSError as error:
        message = f"{str(target)!r} cannot be written: {error.strerror}"
        raise UnavailableError(
            message, advice="Free some space, and run the command again: what is done stays."
        ) from error
