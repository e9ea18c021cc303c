"""Mark pictures as their owner's and sign them: each step of ``rempart sign``, and of finding a manifest again.

(1) The owner's mark goes in, in a sandbox; (2) the manifest is bound to the mark and signed, here, with a key that no
sandbox sees; (3) the signed picture is fingerprinted and the manifest kept; (4) the file is written, whole or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rempart import __version__
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.manifests import KeptManifest, find_manifests, keep_manifest, own_anchors, signing_chain
from rempart.app.ownership import content_of, look_at, owner_secrets
from rempart.app.pile import check_roots, walk
from rempart.app.visiting import visit
from rempart.app.wiring import make_pool
from rempart.app.wiring_provenance import make_looking_pool, make_manifest_pool, make_owning_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, SandboxError, UnavailableError
from rempart.hazmat import Pool, ProtectionState
from rempart.kernels.keyed_stream import derived_key
from rempart.mark.own_task import NotOwned, Owned, pack
from rempart.mark.ownership import OWNERSHIP_VERSION
from rempart.model import Cleared, FingerprintedMedia, MediaBytes, MediaItem, MinorGate, Stopped, Unreadable
from rempart.model.fingerprint import Fingerprint
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestReading, ManifestState, SoftBinding
from rempart.provenance import sign
from rempart.whole_file import write_new

_WHOLE: Final[Mapping[str, int]] = {"frames": 1, "orientations": 1}
_LABEL_CHARACTERS: Final = 32


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is known of where a file comes from."""

    label: str
    """The file."""
    embedded: ManifestReading
    """What its own manifest says."""
    kept: tuple[KeptManifest, ...]
    """Manifests of this workspace's, of pictures that look the same; the closest first."""
    mark: OwnershipAnswer | NotOwned
    """Whether the owner's mark is in it."""


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
        out: An existing folder; nothing in it is overwritten.
        settings: The settings.
        organisation: Whom the certificates name, if they are made now.
        missing: Filled, at the end, with the protections that the sandbox ran without.

    Raises:
        MisuseError: a path or the folder is missing.
        ConfigError: the extra is not installed, or the machine does not allow it.
    """
    check_roots(paths)
    if not out.is_dir():
        message = f"{str(out)!r} is no folder"
        raise MisuseError(message, advice="Make it first, and name it: --out DIR")
    gate, secrets = make_gate(settings), owner_secrets(workspace)
    chain = signing_chain(workspace, secrets.signing_secret, organisation)
    bindings = [mark_binding(secrets.mark_key)]
    intake = Intake(gate)
    with (
        make_owning_pool(settings) as owning,
        make_pool(settings) as fingerprinting,
        make_manifest_pool(settings) as reading,
    ):

        def signed_one(item: MediaItem) -> Signed | NotSigned | Skipped:
            target = out / Path(item.label).name
            if os.path.lexists(target):
                return NotSigned(label=item.label, why=f"{str(target)!r} is there already")
            content = content_of(item, settings.hazmat.max_bytes)
            if isinstance(content, Unreadable):
                return Skipped(label=item.label, role=Role.ASSET, outcome=content)
            marked = _marked(owning, gate, item, pack(secrets.mark_key, content))  # (1)
            if not isinstance(marked, tuple):
                return marked
            owned, picture = marked
            signed = sign(picture, owned.format, chain, bindings=bindings, version=__version__)  # (2)
            told = visit(reading, gate, item, signed.content, {"anchors": chain.anchor_pem()})
            media = visit(fingerprinting, gate, item, signed.content, _WHOLE)
            label, codes = _label(told), _codes(media)
            keep_manifest(workspace, signed.manifest, label, codes[0] if codes else None)  # (3)
            _write(target, signed.content)  # (4)
            return Signed(label=item.label, path=target, manifest=label, ssim=owned.ssim, psnr_db=owned.psnr_db)

        for cleared in intake.cleared(walk(list(paths)), Role.ASSET):
            yield from intake.set_aside()
            yield signed_one(cleared.item)
        yield from intake.set_aside()
        missing += owning.missing()


def find_provenance(
    workspace: Workspace, path: Path, settings: Settings, missing: list[ProtectionState]
) -> Provenance | Skipped:
    """Tell what a file says of itself, and what this workspace knows of it when it says nothing.

    Raises:
        MisuseError: there is no such file.
        ConfigError: the extra is not installed, or the machine does not allow it.
    """
    check_roots([path])
    gate, secrets = make_gate(settings), owner_secrets(workspace)
    anchors = own_anchors(workspace, secrets.signing_secret)
    intake = Intake(gate)
    items = [cleared.item for cleared in intake.cleared(walk([path]), Role.SUSPECT)]
    if len(items) != 1:
        if skipped := next(iter(intake.set_aside()), None):
            return skipped
        message = f"{str(path)!r} is not one file"
        raise MisuseError(message, advice="Name one picture.")
    [item] = items
    content = content_of(item, settings.hazmat.max_bytes)
    if isinstance(content, Unreadable):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=content)
    with make_manifest_pool(settings) as reading:
        embedded = visit(reading, gate, item, content, {"anchors": anchors})
    if isinstance(embedded, Unreadable | Stopped):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=embedded)
    with make_pool(settings) as fingerprinting, make_looking_pool(settings) as looking:
        media = visit(fingerprinting, gate, item, content, {**_WHOLE, "orientations": 8})
        kept = tuple(find_manifests(workspace, _codes(media)))
        looked = look_at(looking, gate, item, secrets.mark_key, settings.hazmat.max_bytes)
        missing += looking.missing()
    if isinstance(looked, Skipped):
        return looked
    return Provenance(label=item.label, embedded=embedded, kept=kept, mark=looked.answer)


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


def _codes(outcome: FingerprintedMedia | Unreadable | Stopped) -> tuple[Fingerprint, ...]:
    """Return the codes of the whole picture, as it is and turned, if it was read."""
    if not isinstance(outcome, FingerprintedMedia):
        return ()
    return tuple(one for one in outcome.fingerprints if one.region is None and one.frame == 0)


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
