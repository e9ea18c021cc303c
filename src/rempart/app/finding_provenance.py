"""Find where a picture comes from: what its manifest says, and what this workspace knows when it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rempart import clock
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.manifests import FoundManifest, find_manifests, own_anchors
from rempart.app.ownership import content_of, look_at, owner_secrets
from rempart.app.pile import check_roots, walk
from rempart.app.visiting import visit
from rempart.app.wiring import make_pool
from rempart.app.wiring_provenance import make_looking_pool, make_manifest_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, OutputError
from rempart.hazmat import ProtectionState
from rempart.mark.own_task import NotOwned
from rempart.model import FingerprintedMedia, Stopped, Unreadable
from rempart.model.fingerprint import Fingerprint
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestReading
from rempart.model.work import AccessPurpose
from rempart.whole_file import write_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is known of where a file comes from."""

    label: str
    """The file."""
    embedded: ManifestReading
    """What its own manifest says."""
    kept: tuple[FoundManifest, ...]
    """Manifests of this workspace's, of pictures that look the same; the closest first."""
    mark: OwnershipAnswer | NotOwned
    """Whether the owner's mark is in it."""


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
        media = visit(fingerprinting, gate, item, content, {"frames": 1, "orientations": 8})
        kept = tuple(find_manifests(workspace, whole_codes(media)))
        looked = look_at(looking, gate, item, secrets.mark_key, settings.hazmat.max_bytes)
        missing += looking.missing()
    if isinstance(looked, Skipped):
        return looked
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.opened(AccessPurpose.FIND_PROVENANCE, workspace.id, actor=me, now=now, count=len(kept))
    return Provenance(label=item.label, embedded=embedded, kept=kept, mark=looked.answer)


def whole_codes(outcome: FingerprintedMedia | Unreadable | Stopped) -> tuple[Fingerprint, ...]:
    """Return the codes of the whole picture, as it is and turned, if it was read."""
    if not isinstance(outcome, FingerprintedMedia):
        return ()
    return tuple(one for one in outcome.fingerprints if one.region is None and one.frame == 0)


def save_manifest(found: FoundManifest, path: Path) -> None:
    """Write a kept manifest (JUMBF) to a new file, for whoever verifies the signed picture.

    Raises:
        MisuseError: something is at that place already.
        OutputError: it cannot be written; no part of it is left.
    """
    try:
        write_new(path, found.kept.content)
    except FileExistsError as error:
        message = f"there is something at {str(path)!r} already"
        raise MisuseError(message, advice="Name a new file.") from error
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror}"
        raise OutputError(message, advice="Free some space or name another folder, and ask again.") from error
