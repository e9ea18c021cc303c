"""Export a case: one file with every package, tombstones, and what happened; sealed and logged itself."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from rempart.app.evidence_certificates import seal_chain
from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.app.evidence_places import alone_on, case_folder, package_folder
from rempart.app.evidence_proving import add_stamps, finish, write_log_proof
from rempart.app.transparency_log import event_content
from rempart.errors import MisuseError, OutputError, RempartError, UnavailableError
from rempart.evidence.building import add_proof
from rempart.evidence.dossier import build_dossier
from rempart.evidence.drafts import CustodyLine, DossierDraft, DossierItem
from rempart.evidence.layout import PackageKind
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS
from rempart.evidence.zip_writing import write_zip
from rempart.model.evidence import Case, CustodyKind, EvidenceItem, EvidenceState
from rempart.model.ids import CaseId, IdKind, new_id
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.model.work import AccessPurpose, EventKind

_PATIENCE_S = 60.0
#: What stands for a reason in public: reasons in words stay here.
_REASON = "case_work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A dossier that was written."""

    path: Path
    """Where."""
    id: str
    """Its identifier."""
    items: int
    """Packages in it."""
    erased: int
    """Items of which a tombstone is in it."""
    label: str = field(default="")
    """What to tell of its time-stamps; empty if they are real ones."""


def export_case(desk: EvidenceDesk, name: str, to: Path, *, to_whom: str) -> Exported:
    """Write a case's dossier to a new file, and write down who gets it.

    It is logged before it is there: a dossier that exists is in the log.

    Raises:
        NotFoundError: there is no such case.
        MisuseError: it has no evidence, an item is not complete, or the file exists.
        IntegrityError: a package is not as it was sealed.
        UnavailableError: nobody stamps it, or the disk is full.
        OutputError: the file cannot be written.
    """
    workspace, case = desk.workspace, desk.workspace.cases.get(name)
    to_whom = checked_text(to_whom, "to whom it goes")
    if to.exists() or to.is_symlink():
        message = f"there is something at {str(to)!r} already"
        raise MisuseError(message, advice="Name a file that does not exist.")
    if not to.parent.is_dir():  # before it is written down that somebody was given it
        message = f"there is no folder {str(to.parent)!r}"
        raise MisuseError(message, advice="Name a file in a folder that exists.")
    finished = finish(desk, case.id)
    for error in finished.failures.values():
        raise error
    if not finished.items:
        message = f"the case {case.id} has no evidence"
        raise MisuseError(message, advice="Add some: rempart evidence add FILE --case …")
    with alone_on(workspace, case.id, patience_s=_PATIENCE_S):
        sweep_dossiers(desk, case.id)
        items = _now_complete(desk, case.id)
        folder = _built(desk, case, items)
        try:
            _note(desk, case, items, folder, to_whom)
            write_zip(folder, to, PackageKind.DOSSIER)
        except OSError as error:
            message = f"the dossier {str(to)!r} cannot be written: {error.strerror or error}"
            raise OutputError(message, advice="Free some space or name another file.") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    erased = sum(item.state is EvidenceState.ERASED for item in items)
    kept = len(items) - erased
    return Exported(path=to, id=folder.name, items=kept, erased=erased, label=desk.stamping.label())


def _now_complete(desk: EvidenceDesk, case: CaseId) -> tuple[EvidenceItem, ...]:
    """Return a case's items as they are now: one may have been erased, or recorded, since they were finished.

    Raises:
        UnavailableError: one was recorded meanwhile.
    """
    items = tuple(desk.workspace.evidence.of_case(case))
    if any(not item.is_complete and item.state is not EvidenceState.ERASED for item in items):
        message = f"something was added to the case {case} meanwhile"
        raise UnavailableError(message, advice="Export it again.")
    return items


def sweep_dossiers(desk: EvidenceDesk, case: CaseId) -> None:
    """Remove what killed exports of a case left here, with what opens its entries; who calls is alone on the case."""
    keyed = set(desk.workspace.keyring.items())
    for folder in case_folder(desk.workspace, case).glob(f"{IdKind.DOSSIER}_*"):
        if folder.name in keyed:
            desk.log.forget(folder.name)
            desk.workspace.keyring.destroy_item_key(folder.name)
        shutil.rmtree(folder, ignore_errors=True)


def custody_lines(desk: EvidenceDesk, case: Case) -> tuple[CustodyLine, ...]:
    """Return what happened in a case, without a name or a word that somebody wrote."""
    people = desk.workspace.custody.people(case.id)
    lines = []
    for event in desk.workspace.custody.of_case(case.id):
        for who in (event.by, event.second):
            if who is not None:
                role = f"person {people[who]}"
                lines.append(CustodyLine(at=event.at, kind=event.kind, item=event.item or "", who=role, why=_REASON))
    return tuple(lines)


def _built(desk: EvidenceDesk, case: Case, items: tuple[EvidenceItem, ...]) -> Path:
    """Build it, with its own proofs, beside the packages.

    Raises:
        UnavailableError: nobody stamps it, or the disk is full; nothing is left.
    """
    workspace, now = desk.workspace, desk.instant()
    draft = DossierDraft(
        id=new_id(IdKind.DOSSIER),
        case=case.id,
        case_ref_salt=workspace.cases.salt(case.id),
        recorded_at=now,
        organisation=desk.organisation,
        role=desk.role(case.id, workspace.me.id),
        items=tuple(_item(desk, item) for item in items),
        custody=custody_lines(desk, case),
        authorities=desk.stamping.wanted,
        trust=desk.trust(now),
    )
    folder = case_folder(workspace, case.id) / draft.id
    try:
        build_dossier(folder.parent, draft)
        sums = (folder / SUMS).read_bytes()
        chain = seal_chain(workspace, desk.settings.evidence.organisation, now)
        add_proof(folder, "seal.p7s", sign_detached(sums, chain, at=now))
        failed = add_stamps(desk, folder, sums, desk.stamping.wanted)
        if not (folder / "proofs" / "01.tsr").exists():
            message = f"nobody stamped the dossier with the time: {'; '.join(one.why for one in failed)}"
            raise UnavailableError(message, advice="Try again later: nothing was exported.")
        _log_export(desk, folder, sums)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = f"the dossier cannot be made: {error.strerror or error}"
        raise UnavailableError(message, advice="Free some space: nothing was exported.") from error
    except RempartError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _log_export(desk: EvidenceDesk, folder: Path, sums: bytes) -> None:
    """Log it under a key of its own, which goes at once.

    The sums of a dossier name the leaf of each item in it: kept here, they would tie an erased item to its leaf.
    Whoever has the dossier has the proof; that it was handed over is logged under the case's key.
    """
    dossier = folder.name
    desk.workspace.keyring.make_item_key(dossier)
    try:
        write_log_proof(desk, folder, owner=dossier, event="export", kind=LogEntryKind.EXPORT, content=sums)
    finally:
        desk.log.forget(dossier)
        desk.workspace.keyring.destroy_item_key(dossier)


def _item(desk: EvidenceDesk, item: EvidenceItem) -> DossierItem:
    if item.state is EvidenceState.ERASED:
        return DossierItem(
            id=item.id,
            sums_sha256=item.sums_sha256,
            folder=None,
            tombstone=item.tombstone,
            tombstone_seal=item.tombstone_seal,
        )
    folder = package_folder(desk.workspace, item.case, item.id)
    return DossierItem(id=item.id, sums_sha256=item.sums_sha256, folder=folder)


def _note(desk: EvidenceDesk, case: Case, items: tuple[EvidenceItem, ...], folder: Path, to_whom: str) -> None:
    """Write, all or nothing, that it was exported and to whom it goes."""
    workspace, now, me = desk.workspace, desk.instant(), desk.workspace.me
    whole = [item.id for item in items if item.state is not EvidenceState.ERASED]
    facts: dict[str, str | int] = {"dossier": folder.name, "at": now.isoformat(), "to": to_whom, "items": len(whole)}
    content = event_content(LogEntryKind.HANDOFF, facts)
    with workspace.database.transaction():
        desk.note(CustodyKind.EXPORTED, case)
        desk.note(CustodyKind.HANDED_OFF, case, to=to_whom)
        workspace.cases.hand_off(case.id, to_whom, whole, by=me.id, now=now)
        entry = NewLogEntry(owner=case.id, event=f"handoff {folder.name}", kind=LogEntryKind.HANDOFF, content=content)
        desk.log.append([entry], now)
        workspace.journal.note(EventKind.EVIDENCE_EXPORTED, case.id, actor=me.id, now=now, detail={"items": len(whole)})
        workspace.journal.opened(AccessPurpose.EXPORT_EVIDENCE, case.id, actor=me.id, now=now, count=max(len(whole), 1))
