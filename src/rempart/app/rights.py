"""Owners, what they allowed, who accepted their grounds, and objections: each a change, its event and its trace."""

from __future__ import annotations

from dataclasses import dataclass

from rempart import clock
from rempart.app.withdrawing import add_erasure, surplus_keys
from rempart.app.workspace import Workspace, checked_name
from rempart.errors import MisuseError, RefusedError
from rempart.model.asset import Asset, AssetState, Consent, ConsentScope, Owner, Right, UserRole
from rempart.model.evidence import CustodyEvent, CustodyKind
from rempart.model.ids import AssetId, IdKind, UserId, is_id
from rempart.model.names import skeleton
from rempart.model.work import AccessPurpose, EventKind
from rempart.register import CONSENT_TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An owner, or one of her assets: what a consent is about."""

    owner: Owner
    """Whose."""
    asset: AssetId | None
    """Which; None is all of hers."""


def add_owner(workspace: Workspace, name: str, *, contact: str, right: Right, language: str) -> Owner:
    """Add an owner with her right, and her consent to be looked for.

    Raises:
        MisuseError: there is one of this name, or the name is empty.
    """
    name = checked_name(name)
    now, me = clock.utc_now(), workspace.me
    with workspace.database.transaction():
        owner = workspace.owners.add(name, contact=contact, right=right, by=me.id, now=now)
        workspace.journal.note(EventKind.OWNER_ADDED, owner.id, actor=me.id, now=now)
        _grant(workspace, Subject(owner=owner, asset=None), ConsentScope.MATCH, language)
    return owner


def subject_of(workspace: Workspace, name: str) -> Subject:
    """Find what a person means: an asset's identifier, or an owner's name or identifier.

    Raises:
        NotFoundError: there is no such asset or owner.
    """
    if is_id(name, IdKind.ASSET):
        asset = workspace.assets.get(name)
        return Subject(owner=workspace.owners.get(asset.owner), asset=asset.id)
    return Subject(owner=workspace.owners.get(name), asset=None)


def grant_consent(workspace: Workspace, subject: Subject, scope: ConsentScope, language: str) -> Consent:
    """Write that a person allowed something, with the text that she was shown."""
    _refuse_withdrawn(workspace, subject)
    with workspace.database.transaction():
        return _grant(workspace, subject, scope, language)


def _grant(workspace: Workspace, subject: Subject, scope: ConsentScope, language: str) -> Consent:
    text, now, me = CONSENT_TEXTS[scope], clock.utc_now(), workspace.me
    consent = workspace.consents.grant(
        scope,
        owner=subject.owner.id,
        asset=subject.asset,
        text_version=f"{scope}/{text.version}/{language}",
        text=text.shown(language),
        by=me.id,
        now=now,
    )
    detail = {"scope": str(scope), "consent": str(consent.id)}
    workspace.journal.note(EventKind.CONSENT_GIVEN, _named(subject), actor=me.id, now=now, detail=detail)
    return consent


def revoke_consent(workspace: Workspace, subject: Subject, scope: ConsentScope) -> Consent:
    """Write that a person took something back; what it allowed stops at once.

    Without ``detailed`` the codes of parts are deleted and their keys destroyed; without ``match`` the assets are no
    longer looked for; without ``evidence`` none is added, and what is there stays: erasing it is an act of its own.

    Raises:
        MisuseError: it was taken back already, or never given.
    """
    now, me = clock.utc_now(), workspace.me
    with workspace.database.transaction():
        workspace.assets.lock_owners([subject.owner.id])
        consent = workspace.consents.revoke(scope, owner=subject.owner.id, asset=subject.asset, by=me.id, now=now)
        detail = {"scope": str(scope), "consent": str(consent.id)}
        workspace.journal.note(EventKind.CONSENT_WITHDRAWN, _named(subject), actor=me.id, now=now, detail=detail)
        if scope is ConsentScope.EVIDENCE:
            _note_in_cases(workspace, subject)
        if scope is ConsentScope.DETAILED and _drop_detail(workspace, subject):
            # What is cut here is finished by the job: keys destroyed, files of the database cleaned.
            add_erasure(workspace, consent.id, 0, now)
    if scope is ConsentScope.DETAILED:
        for asset in surplus_keys(workspace):
            workspace.keyring.destroy_item_key(asset)
    return consent


def _note_in_cases(workspace: Workspace, subject: Subject) -> None:
    """Add to the custody of her cases that nothing more may be added."""
    for case in workspace.cases.all(subject.owner.id):
        event = CustodyEvent(
            at=clock.utc_now(),
            kind=CustodyKind.CONSENT_WITHDRAWN,
            case=case.id,
            item=None,
            by=workspace.me.id,
            second=None,
            why="",
            to="",
        )
        workspace.custody.note(event)


def _drop_detail(workspace: Workspace, subject: Subject) -> list[AssetId]:
    """Delete the codes of parts that are no longer allowed; return whose they were."""
    assets = workspace.assets.detailed(subject.owner.id)
    dropped = [a for a in assets if not workspace.consents.holds(ConsentScope.DETAILED, subject.owner.id, a)]
    workspace.assets.drop_detail(dropped)
    return dropped


def accept_ground(workspace: Workspace, name: str, by: str) -> Subject:
    """Write that a named person checked the right by which an asset, or all of an owner's, is registered.

    Raises:
        NotFoundError: there is no such asset or owner.
        RefusedError: it is who registered it.
    """
    subject, now = subject_of(workspace, name), clock.utc_now()
    typed_by, owner = workspace.me, subject.owner
    _refuse_withdrawn(workspace, subject)
    asset = workspace.assets.get(subject.asset) if subject.asset else None
    registrant, ground = (asset.registered_by, asset.ground) if asset else (owner.registered_by, owner.ground)
    _refuse_parties(workspace, {registrant, ground.stated_by}, by)
    reviewer = workspace.users.find(by) or workspace.add_user(by, UserRole.REVIEWER)
    with workspace.database.transaction():
        if asset:
            workspace.assets.accept_ground(asset.id, reviewer.id, now)
        else:
            workspace.owners.accept_ground(owner.id, reviewer.id, now)
        detail = {"typed_by": str(typed_by.id)}
        workspace.journal.note(EventKind.GROUND_ACCEPTED, _named(subject), actor=reviewer.id, now=now, detail=detail)
    return subject


def _refuse_withdrawn(workspace: Workspace, subject: Subject) -> None:
    """Make sure that there is still something to decide about.

    Raises:
        MisuseError: the asset was withdrawn.
    """
    if subject.asset and workspace.assets.get(subject.asset).state is AssetState.WITHDRAWN:
        message = f"the asset {subject.asset} was withdrawn"
        raise MisuseError(message, advice="There is nothing left to decide about it.")


def _refuse_parties(workspace: Workspace, parties: set[UserId], by: str) -> None:
    """Make sure that a name is not a party's, nor another spelling of it.

    Raises:
        MisuseError: it is no name.
        RefusedError: it is a party's.
    """
    names = workspace.users.names()
    if skeleton(checked_name(by)) in {skeleton(names[party]) for party in parties if party in names}:
        message = "who registered an asset cannot accept its ground, nor answer an objection to it"
        raise RefusedError(message, advice="Ask another named person to check it: that is the whole point.")


def contest_asset(workspace: Workspace, name: str) -> Asset:
    """Freeze an asset because somebody shown in it objects: that outranks its owner, and needs no reason.

    Raises:
        NotFoundError: there is no such asset.
        MisuseError: it was withdrawn.
    """
    asset, now, me = workspace.assets.get(name), clock.utc_now(), workspace.me
    if asset.state is AssetState.WITHDRAWN:
        message = f"the asset {asset.id} was withdrawn"
        raise MisuseError(message, advice="There is nothing left to contest.")
    with workspace.database.transaction():
        workspace.assets.set_state(asset.id, AssetState.CONTESTED)
        workspace.journal.note(EventKind.ASSET_CONTESTED, asset.id, actor=me.id, now=now)
    return workspace.assets.get(asset.id)


def dismiss_contest(workspace: Workspace, name: str, by: str) -> Asset:
    """Look for an asset again, after a named person other than its registrant answered the objection.

    Raises:
        NotFoundError: there is no such asset.
        MisuseError: it is not contested.
        RefusedError: it is who registered it.
    """
    asset, now, me = workspace.assets.get(name), clock.utc_now(), workspace.me
    if asset.state is not AssetState.CONTESTED:
        message = f"the asset {asset.id} is not contested"
        raise MisuseError(message, advice="See it with: rempart asset show")
    _refuse_parties(workspace, {asset.registered_by, asset.ground.stated_by}, by)
    reviewer = workspace.users.find(by) or workspace.add_user(by, UserRole.REVIEWER)
    with workspace.database.transaction():
        workspace.assets.set_state(asset.id, AssetState.ACTIVE)
        detail = {"typed_by": str(me.id)}
        workspace.journal.note(EventKind.CONTEST_DISMISSED, asset.id, actor=reviewer.id, now=now, detail=detail)
    return workspace.assets.get(asset.id)


def consents_of(workspace: Workspace, name: str) -> tuple[Subject, list[Consent]]:
    """Return what an owner, or one of her assets, allows and allowed; the opening is traced.

    Raises:
        NotFoundError: there is no such asset or owner.
    """
    subject, now = subject_of(workspace, name), clock.utc_now()
    workspace.journal.opened(AccessPurpose.SHOW_CONSENT, _named(subject), actor=workspace.me.id, now=now)
    consents = workspace.consents.of(subject.owner.id)
    return subject, [c for c in consents if subject.asset is None or c.asset in {None, subject.asset}]


def _named(subject: Subject) -> str:
    return subject.asset or subject.owner.id
